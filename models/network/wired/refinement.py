"""One correction of all currents by what Kirchhoff's current law leaves in the nodes.

Equations
---------
A potential d is rounded by ``eps d``, and a conductor of the conductance g between two that are alike carries
``eps d g`` too much or too little. What the currents i leave in the nodes drives the same network once more::

    left = entering - A i,   L d' = left,   i + g (d'_second - d'_first)

d' is as small as what is left, and so is its rounding. The correction costs half as much again as the solution. It is
left out where the greatest potential and the greatest conductance show that it would not be felt.

References
----------
G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 3.5.3: iterative improvement.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from ...numerics import laplacian
from . import faults, nodal

ROUNDING = 2.2e-16
"""Of a potential, as a share of it."""

FELT = 5e-13
"""Of the greatest current: where the rounding of potentials may make less of a current, no correction follows."""


@kernel
def greatest(values: Block) -> float:
    """Return the greatest magnitude in an array."""
    found = 0.0
    for i in range(values.shape[0]):
        found = max(found, abs(values[i]))
    return found


@kernel
def is_felt(x: Block, current: float) -> bool:
    """Whether the rounding of potentials may be felt in the currents under a pack current [A]."""
    conductance = max(greatest(x.conductor_conductance), greatest(x.cell_conductance))
    return ROUNDING * greatest(x.known) * conductance > FELT * max(greatest(x.contact_current), abs(current))


@kernel
def leave(x: Block, u: Block, y: Block, c: Block, current: float) -> None:
    """Write what the currents leave in each node under a pack current [A] into `response`."""
    left = x.response
    for i in range(left.shape[0]):
        left[i] = 0.0
    for k in range(x.contact_current.shape[0]):
        left[c.cell_first[k]] += x.contact_current[k]
        left[c.cell_second[k]] -= x.contact_current[k]
    for b in range(y.conductor_current.shape[0]):
        left[c.conductor_first[b]] += y.conductor_current[b]
        left[c.conductor_second[b]] -= y.conductor_current[b]
    for g in range(u.balancing_current.shape[0]):
        flowing = x.tap_joined[g] * u.balancing_current[g]
        left[c.tap_first[g]] -= flowing
        left[c.tap_second[g]] += flowing
    left[left.shape[0] - 2] += x.terminals_joined * u.balancing_pack_current + current


@kernel
def correct(x: Block, u: Block, y: Block, c: Block, current: float) -> None:
    """Correct currents and potentials under a pack current [A], where that is felt."""
    if is_felt(x, current):
        improve(x, u, y, c, current)


@kernel
def improve(x: Block, u: Block, y: Block, c: Block, current: float) -> None:
    """Correct the currents of cells and conductors under a pack current [A], and the potentials."""
    leave(x, u, y, c, current)
    laplacian.spread_array(x, c, x.response)
    laplacian.substitute(x, c, x.response)
    for i in range(x.known.shape[0]):
        x.known[i] += x.response[i]
    for k in range(y.current.shape[0]):
        x.contact_current[k] += nodal.share(x, c, k)
        y.current[k] = faults.own_current(x, u, k, x.contact_current[k])
    for b in range(y.conductor_current.shape[0]):
        across = x.response[c.conductor_second[b]] - x.response[c.conductor_first[b]]
        y.conductor_current[b] += x.conductor_conductance[b] * across
