"""Balancers: bleed resistors, and converters that move charge.

A balancer decides at the end of a step, from the inputs of that step. Its decision is in force during the next step.
Both balancers take a step in this order::

    check_limits(p)              refuse parameters that contradict each other
    book(x, y, h)                integrate the currents that were in force during the step
    write_imbalance(x, p, u, y, c)  compute how unequal the groups are now
    ...                          decide y.balancing_current, y.balancing_pack_current, y.predicted_time within `bounds`
    put_in_force(x, u, y)        compute the power of the currents decided

They initialise with ``reset_ledger(x, y)``, ``reset_objective(x, p, u, y, c)``, the decision, and
``put_in_force(x, u, y)``.
"""
