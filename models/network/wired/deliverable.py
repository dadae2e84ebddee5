"""The charge that a full pack delivers at a stated power, until the first cell reaches its minimum voltage.

Equations
---------
A pack at rest takes the charge q, from where its first group is empty to where its first group is full (`strings`). The
strings of a module rest at one voltage, the modules in series take the same charge; so q tells the open-circuit voltage
E(q) of the pack, and that of every group. Under the power P the current I(q) is the root of ``(E(q) + R I) I = -P``
next to zero, R being the present resistance between the terminals; cell k carries the share s_k of it (`nodal`)::

    v_k(q) = U_g(z_g + q_g / Q_g) + R_k s_k I(q)

It rises with q. The power is delivered from the full pack down to the q at which the first cell is at its minimum
voltage; ``deliverable_capacity`` is the charge between. Without a power it is the usable capacity, as long as no cell
rests below its minimum voltage before its group is empty.

Limits
------
Quasi-static: groups keep their present resistances, and strings share the load by these from a common rest. Of the
cells of a group the greatest ``R_k s_k`` counts, and the highest of their minimum voltages.

References
----------
M. Dowell, P. Jarratt, BIT 11 (1971) 168, doi:10.1007/BF01934364: the Illinois method.
"""

from __future__ import annotations

import math

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from .. import kinds, loads
from ..bounds import POWER
from . import faults, nodal, strings

ITERATIONS = 60
"""The search takes some ten."""

CLOSE = 1e-13
"""Of the usable capacity: how far the charge that is found may be off."""


def fields(wiring_strings: Count, groups: Count) -> Fields:
    """Return the stated power and what a pack of so many strings and groups delivers at it."""
    return Fields(
        parameters=(
            Variable("stated_power", "W", None, 0.0, 0.0, POWER, 1e4,
                     "Power out of the pack at which deliverable_capacity holds", tunable=True, display_unit="kW"),
        ),
        outputs=(
            Variable("deliverable_capacity", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 180e3,
                     "Charge that the full pack delivers at stated_power, down to the minimum voltage of a cell",
                     display_unit="A.h"),
        ),
        states=(
            state("string_part", "C", wiring_strings, "Charge of the string where a cell might be at its limit"),
            state("group_drop", "Ohm", groups, "Greatest voltage of a cell of the group under a pack current of 1 A"),
            state("group_least", "V", groups, "Highest minimum voltage of a cell of the group"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def write(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the deliverable capacity, after the usable one; the equations are eliminated."""
    y.deliverable_capacity = y.usable_capacity
    if p.stated_power > 0.0 and y.usable_capacity > 0.0:
        write_drops(x, p, u, c)
        full = (1.0 - y.pack_soc) * y.usable_capacity
        y.deliverable_capacity = full - last_charge(x, p, y, c, full - y.usable_capacity, full)


@kernel
def write_drops(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write what a pack current takes from the voltage of the cells of each group, and the highest of their limits."""
    nodal.respond(x, c)
    for g in range(x.group_drop.shape[0]):
        x.group_drop[g], x.group_least[g] = 0.0, -math.inf
    for k in range(x.counted.shape[0]):
        if x.counted[k] == 1.0:
            g, drop = c.cell_group[k], u.resistance[k] * nodal.share(x, c, k) / faults.divisor(x, u, k)
            x.group_drop[g] = max(x.group_drop[g], drop)
            least = kinds.voltage_limit(p, k, -1.0, p.minimum_cell_voltage, 0.0)
            x.group_least[g] = max(x.group_least[g], least)


@kernel
def rest(x: Block, p: Block, y: Block, c: Block, charge: float) -> float:
    """Divide a charge [C] of the pack among its strings; return the voltage at which the pack rests then [V]."""
    total = 0.0
    for m in range(c.module_start.shape[0] - 1):
        strings.divide(x, p, y, c, m, charge, x.string_part)
        voltage = 0.0
        for s in range(c.module_start[m], c.module_start[m + 1]):
            if x.string_empty[s] < x.string_full[s]:
                voltage = strings.rest_voltage(x, p, y, c, s, x.string_part[s])[0]
        total += voltage
    return total


@kernel
def margin(x: Block, p: Block, y: Block, c: Block, charge: float) -> float:
    """Return how far the first cell is above its minimum voltage at the stated power [V]; below 0 where it has none."""
    emf, resistance = rest(x, p, y, c, charge), x.response[x.response.shape[0] - 2]
    excess = emf * emf - 4.0 * resistance * p.stated_power
    if emf <= 0.0 or excess < 0.0:
        return min(excess, -emf * emf) / max(abs(emf), 1.0) - 1.0
    current, least = loads.power_current(-p.stated_power, emf, resistance), math.inf
    for s in range(x.string_part.shape[0]):
        if x.string_empty[s] < x.string_full[s]:
            for g in range(c.string_start[s], c.string_start[s + 1]):
                soc = y.group_soc[g] + x.string_part[s] / x.group_capacity[g]
                voltage = kinds.open_circuit(p, c, g, soc)[0] + current * x.group_drop[g]
                least = min(least, voltage - x.group_least[g])
    return least


@kernel
def last_charge(x: Block, p: Block, y: Block, c: Block, low: float, high: float) -> float:
    """Return the charge between two [C] at which the first cell is at its limit: secants within an interval.

    Of an end that stays, half the margin counts, so that both close in (the Illinois method).
    """
    below, above, tolerance = margin(x, p, y, c, low), margin(x, p, y, c, high), CLOSE * (high - low)
    if below >= 0.0:
        return low
    before, side = high, 0
    for _ in range(ITERATIONS):
        if above <= 0.0:
            return high
        tried = (low * above - high * below) / (above - below)
        present = margin(x, p, y, c, tried)
        if present > 0.0:
            high, above, below, side = tried, present, 0.5 * below if side > 0 else below, 1
        else:
            low, below, above, side = tried, present, 0.5 * above if side < 0 else above, -1
        if abs(tried - before) <= tolerance:
            return tried
        before = tried
    return before
