"""What every balancer does, whatever moves the charge: bounds, objective, ledger.

A balancer decides at the end of a step from the inputs given to it; what it decides is in force during the next one.
So its step is::

    status = check(p)            refuse parameters that contradict each other
    book(x, y, h)                what was in force during the step that ends
    judge(p, u, y)               how unequal the groups are now
    ...                          decide y.balancing_current, y.balancing_pack_current, y.predicted_time, within `bounds`
    put_in_force(x, u, y)        note the power of what was decided

and its initialisation ``begin(x, p, u, y)``, the decision, and ``put_in_force(x, u, y)``. Variables are declared by
`balancing_variables`: `inputs`, `limits`, `outputs` and `states`.

The objective is to make the groups' SOC z equal. With capacities Q and the mean ``m = sum Q z / sum Q``, which no
charge moved between groups changes, the Lyapunov function is ``V = 1/2 sum Q (z - m)^2``. As ``sum Q (z - m) = 0``,
currents I into the groups change it by ``dV/dt = sum I (z - m)``: a current out of a group above the mean, or into one
below, lowers it.
"""

from __future__ import annotations

import math

from ...core.model import DONE, Block, kernel
from ...core.timescale import NONE, reset_timescales

NO_DERATING_RANGE = 1
"""Status: the maximum temperature does not exceed the derating temperature."""

NO_VOLTAGE_RANGE = 2
"""Status: the maximum voltage does not exceed the minimum voltage."""

REFUSALS = {
    NO_DERATING_RANGE: "maximum_temperature = {p.maximum_temperature:.6g} K must exceed "
    "derating_temperature = {p.derating_temperature:.6g} K",
    NO_VOLTAGE_RANGE: "maximum_voltage = {p.maximum_voltage:.6g} V must exceed "
    "minimum_voltage = {p.minimum_voltage:.6g} V",
}

OWN_REFUSALS = 11
"""From here on statuses are a balancer's own."""


@kernel
def check(p: Block) -> int:
    """Return ``DONE``, or the status that names which limits contradict each other."""
    if p.maximum_temperature <= p.derating_temperature:
        return NO_DERATING_RANGE
    return DONE if p.maximum_voltage > p.minimum_voltage else NO_VOLTAGE_RANGE


@kernel
def duty(temperature: float, derating: float, maximum: float) -> float:
    """Share of the current that the board allows, by its temperature [K]: 1 up to `derating`, 0 from `maximum` on."""
    if temperature >= maximum:
        return 0.0
    if temperature <= derating:
        return 1.0
    return (maximum - temperature) / (maximum - derating)


@kernel
def hottest(temperature: Block, group: int, groups: int) -> float:
    """Return the temperature [K] of the hottest cell of a group; cells are counted group by group."""
    parallel = temperature.shape[0] // groups
    first = group * parallel
    greatest = temperature[first]
    for k in range(first + 1, first + parallel):
        greatest = max(greatest, temperature[k])
    return greatest


@kernel
def voltage_bounds(p: Block, voltage: float, current: float) -> tuple[float, float]:
    """Return the least and the greatest balancing current that a group's voltage allows.

    A group at or below `minimum_voltage` gives nothing, at or above `maximum_voltage` it takes nothing. Between, a
    change of current changes the voltage by `group_resistance` times it, and may take it as far as to the limit.

    Parameters
    ----------
    p : record
        With `minimum_voltage`, `maximum_voltage` [V] and `group_resistance` [Ohm].
    voltage : float
        Of the group, measured under `current` [V].
    current : float
        Balancing current of the group when it was measured [A].

    Returns
    -------
    tuple of float
        ``low <= 0 <= high`` [A].
    """
    low = high = 0.0
    if voltage > p.minimum_voltage:
        low = min(current - (voltage - p.minimum_voltage) / p.group_resistance, 0.0)
    if voltage < p.maximum_voltage:
        high = max(current + (p.maximum_voltage - voltage) / p.group_resistance, 0.0)
    return low, high


@kernel
def bounds(p: Block, u: Block, group: int, current: float) -> tuple[float, float]:
    """Return the least and the greatest balancing current of a group by voltage, temperature and pack current.

    A group with a cell at or above `maximum_cell_temperature` has none. The sum of pack and balancing current stays
    within the pack's limits; where the pack current alone is beyond one, balancing adds nothing in that direction.
    What the board and the hardware of a balancer allow comes on top.

    Parameters
    ----------
    p, u : record
        With the variables of `balancing_variables.limits` and `balancing_variables.inputs`.
    group : int
        From 0.
    current : float
        Balancing current of the group that has been in force until now, a pack current of the balancer included [A].

    Returns
    -------
    tuple of float
        ``low <= 0 <= high`` [A]; they bound the same sum as `current`.
    """
    low, high = voltage_bounds(p, u.measured_voltage[group], current)
    low = max(low, min(-p.maximum_discharge_current - u.pack_current, 0.0))
    high = min(high, max(p.maximum_charge_current - u.pack_current, 0.0))
    if hottest(u.temperature, group, u.group_voltage.shape[0]) >= p.maximum_cell_temperature:
        low = high = 0.0
    return low, high


@kernel
def least(values: Block) -> float:
    """Return the least of the values."""
    found = values[0]
    for k in range(1, values.shape[0]):
        found = min(found, values[k])
    return found


@kernel
def spread(values: Block) -> float:
    """Return the greatest less the least of the values."""
    greatest = values[0]
    for k in range(1, values.shape[0]):
        greatest = max(greatest, values[k])
    return greatest - least(values)


@kernel
def weighted_mean(values: Block, weights: Block) -> float:
    """Return ``sum w v / sum w``; the weights are positive."""
    total = weight = 0.0
    for k in range(values.shape[0]):
        total += weights[k] * values[k]
        weight += weights[k]
    return total / weight


@kernel
def variance(soc: Block, mean: float) -> float:
    """Return the mean of ``(z - m)^2`` over the groups."""
    total = 0.0
    for g in range(soc.shape[0]):
        total += (soc[g] - mean) ** 2
    return total / soc.shape[0]


@kernel
def lyapunov(soc: Block, capacity: Block, mean: float) -> float:
    """Return ``1/2 sum Q (z - m)^2`` [C]."""
    total = 0.0
    for g in range(soc.shape[0]):
        total += 0.5 * capacity[g] * (soc[g] - mean) ** 2
    return total


@kernel
def lyapunov_fall(soc: Block, mean: float, current: Block) -> float:
    """Return how fast currents [A] into the groups lower the Lyapunov function, ``-sum I (z - m)`` [C/s].

    A current through the whole pack counts in every group: it adds ``-I sum (z - m)``, not here.
    """
    total = 0.0
    for g in range(soc.shape[0]):
        total -= current[g] * (soc[g] - mean)
    return total


@kernel
def decay_time(difference: float, target: float, rate: float, knee: float) -> float:
    """Return how long the spread of SOC takes from `difference` to `target` [s]; `NONE` where it never gets there.

    It takes the pattern of the SOCs to stay what it is while their spread s falls, so that the Lyapunov function goes
    with s^2; other modes than the slowest, which fade sooner, make it too short. Above `knee` the balancing currents
    are taken as constant and s falls on a straight line, below as proportional to s, and s falls exponentially::

        ds/dt = -a for s > knee,   -a s / knee below;   a from the rate of now

    so that for currents that are proportional all the way the time is ``ln(s / target) / rate``, and for constant
    ones ``(1 - target / s) / rate``.

    Parameters
    ----------
    difference : float
        Spread of now, >= 0.
    target : float
        Spread that counts as balanced, >= 0.
    rate : float
        ``-(ds/dt) / s`` of now [1/s]: half of `lyapunov_fall` over `lyapunov`.
    knee : float
        Spread at which the currents cease to be held by a limit; 0 where they are constant to the end, infinite where
        they are proportional from now on.
    """
    if difference <= target:
        return 0.0
    if not rate > 0.0:
        return NONE
    fall = rate * difference
    time = 0.0
    if difference > knee:
        time = (difference - max(knee, target)) / fall
    if knee > target:
        start = min(difference, knee)
        time += start / fall * math.log(start / target)
    return min(time, NONE)


@kernel
def judge(p: Block, u: Block, y: Block) -> None:
    """Tell how unequal the groups are, and by how much less than at the end of the last step."""
    former = y.lyapunov_function
    y.soc_mean = weighted_mean(u.group_soc, u.group_capacity)
    y.soc_variance = variance(u.group_soc, y.soc_mean)
    y.lyapunov_function = lyapunov(u.group_soc, u.group_capacity, y.soc_mean)
    y.lyapunov_decrease = former - y.lyapunov_function
    y.balanced = 1.0 if u.soc_trusted > 0.5 and spread(u.group_soc) <= p.balanced_spread else 0.0


@kernel
def begin(x: Block, p: Block, u: Block, y: Block) -> None:
    """Begin a run: nothing is in force, nothing booked, and there are no links and no time constants."""
    for g in range(y.balancing_current.shape[0]):
        y.balancing_current[g] = 0.0
    y.balancing_pack_current = y.balancing_time = y.algebraic_connectivity = 0.0
    x.power = x.moved_power = x.counting = 0.0
    book(x, y, 0.0)
    judge(p, u, y)
    y.lyapunov_decrease = 0.0
    reset_timescales(y)


@kernel
def put_in_force(x: Block, u: Block, y: Block) -> None:
    """Note the power of the currents that were decided, at the voltages of now; count the groups that have one.

    What goes in at taps and terminals is what they take less the heat: the heat is reckoned from it, and the energies
    close exactly.
    """
    total = y.active_groups = 0.0
    for g in range(u.group_voltage.shape[0]):
        total += u.group_voltage[g]
    taken = y.balancing_pack_current * total
    x.moved_power = max(-taken, 0.0)
    for g in range(u.group_voltage.shape[0]):
        power = y.balancing_current[g] * u.group_voltage[g]
        taken += power
        x.moved_power += max(-power, 0.0)
        if y.balancing_current[g] != 0.0:
            y.active_groups += 1.0
    x.power = 0.0 - taken  # not -0
    x.counting = 1.0 if u.enable > 0.5 and y.balanced < 0.5 else 0.0


@kernel
def book(x: Block, y: Block, h: float) -> None:
    """Integrate what was in force over a step of h [s]; call it before anything is decided anew."""
    groups = y.balancing_current.shape[0]
    net = groups * y.balancing_pack_current
    given = max(-net, 0.0)
    for g in range(groups):
        net += y.balancing_current[g]
        given += max(-y.balancing_current[g], 0.0)
    y.balancing_charge, y.moved_charge = h * net, h * given
    y.heat_rate, y.heat = x.power, h * x.power
    y.balancing_energy, y.moved_energy = 0.0 - y.heat, h * x.moved_power
    y.balancing_time += h * x.counting
