"""Links between groups, or between a group and the pack: their currents, what arrives, and how they keep to the limits.

Equations
---------
A link has a first and a second end: a group, or the terminals of the pack. Its current I_gives is that out of the end
that gives, positive from first to second. The other end takes the share of the energy that the converter yields::

    I_takes = yield V_gives I_gives / V_takes,      heat = sum (1 - yield) V_gives I_gives

A current into the terminals of the pack, `balancing_pack_current`, flows through every group; `balancing_current` are
the currents at the taps. The pack's voltage is the sum of the groups' voltages.

*Limits.* The balancing current of a group, with that through the pack included, must stay within bounds that include 0.
First, what a group gives at its tap and what it takes there keep to the bounds separately: each link is scaled by the
lesser of the two factors of its ends. What is left of the groups' own links is then within the bounds. The links to
the pack, which act on all groups, are scaled together by the largest factor in [0, 1] that leaves no group outside.

*Lyapunov function* V. A link changes it at the rate ``-I_gives d_gives + I_takes d_takes``, with the distances
``d = z - m`` of its ends from the mean SOC, and their sum over all groups for the pack. A link whose losses would let
V grow, such as between two groups below the mean, carries nothing. Over a step h all currents I together change V by::

    h sum I d + h**2 / 2 (sum I**2 / Q - (sum I)**2 / sum Q)

They are scaled, where necessary, so that V falls over any step up to `timescale.fastest`, or as long as the last one.

Shared states
-------------
`arriving` is written here; `fidelity` uses it. `low` is written here; `active` uses it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.timescale import NONE
from ...core.variable import Variable
from .limits import bounds
from .objective import lyapunov_fall
from .rows import moved_mean


def fields(groups: int, count: int) -> Fields:
    """Return the currents of `count` links, and the sums and bounds that they keep to."""
    return Fields(
        outputs=(
            Variable("link_current", "A", count, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Current of each link at the end that gives, positive from its first end to its second"),
        ),
        states=(
            state("pack_voltage", "V", None, "Sum of the groups' voltages"),
            state("pack_difference", "1", None, "Sum of the differences between the groups' SOC and their mean"),
            state("low", "A", groups, "Least balancing current of each group"),
            state("high", "A", groups, "Greatest balancing current of each group"),
            state("given", "A", groups, "Current out of each group at its tap"),
            state("taken", "A", groups, "Current into each group at its tap"),
            state("from_groups", "A", groups, "Current into each group from its links to other groups"),
            state("from_pack", "A", groups, "Current into each group at its tap from its links to the pack"),
            state("arriving", "A", count, "Current of each link at the end that takes"),
            state("yields", "1", count, "Energy that arrives over energy given, of each link; its converter sets it"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset_links(x: Block, y: Block) -> None:
    """Start a run: no link carries a current."""
    for m in range(y.link_current.shape[0]):
        y.link_current[m] = x.arriving[m] = 0.0


@kernel
def end_voltage(x: Block, u: Block, end: int) -> float:
    """Return the voltage of a group, or of the pack."""
    return u.group_voltage[end] if end >= 0 else x.pack_voltage


@kernel
def distance(x: Block, u: Block, end: int) -> float:
    """Return how far a group's SOC is above the mean; for the pack the sum of that over all groups."""
    return u.group_soc[end] - x.mean_soc[end] if end >= 0 else x.pack_difference


@kernel
def giving_end(c: Block, m: int, flow: float) -> int:
    """Return the end of a link that gives."""
    return c.first[m] if flow > 0.0 else c.second[m]


@kernel
def taking_end(c: Block, m: int, flow: float) -> int:
    """Return the end of a link that takes."""
    return c.second[m] if flow > 0.0 else c.first[m]


@kernel
def set_bounds(x: Block, p: Block, u: Block, y: Block) -> None:
    """Set the pack's voltage and imbalance and each group's bounds, before the currents in force are replaced."""
    x.pack_voltage, x.pack_difference, rows = 0.0, 0.0, x.lowest.shape[0]
    for g in range(u.group_voltage.shape[0]):
        x.pack_voltage += u.group_voltage[g] / rows
        x.pack_difference += (u.group_soc[g] - x.mean_soc[g]) / rows
        current = y.balancing_current[g] + y.balancing_pack_current / rows
        x.low[g], x.high[g] = bounds(x, p, u, g, current)


@kernel
def lowers(x: Block, u: Block, y: Block, c: Block, m: int, flow: float) -> bool:
    """Return whether a current of the link, with its yield, lowers the Lyapunov function."""
    source, sink = giving_end(c, m, flow), taking_end(c, m, flow)
    arriving = x.yields[m] * end_voltage(x, u, source) / end_voltage(x, u, sink)
    return arriving > 0.0 and arriving * distance(x, u, sink) < distance(x, u, source)


@kernel
def set_arriving(x: Block, u: Block, y: Block, c: Block) -> None:
    """Set the current that arrives; a link that would let the Lyapunov function grow carries nothing."""
    for m in range(y.link_current.shape[0]):
        x.arriving[m] = 0.0
        flow = y.link_current[m]
        if flow != 0.0 and lowers(x, u, y, c, m, flow):
            source, sink = end_voltage(x, u, giving_end(c, m, flow)), end_voltage(x, u, taking_end(c, m, flow))
            x.arriving[m] = x.yields[m] * abs(flow) * source / sink
        else:
            y.link_current[m] = 0.0


@kernel
def sum_taps(x: Block, y: Block, c: Block) -> None:
    """Sum the currents out of each group at its tap, and those into it."""
    for g in range(x.given.shape[0]):
        x.given[g] = x.taken[g] = 0.0
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        source, sink = giving_end(c, m, flow), taking_end(c, m, flow)
        if source >= 0:
            x.given[source] += abs(flow)
        if sink >= 0:
            x.taken[sink] += x.arriving[m]


@kernel
def share(total: float, bound: float) -> float:
    """Return the factor that brings a total down to a bound; both >= 0."""
    return bound / total if total > bound else 1.0


@kernel
def scale(x: Block, y: Block, m: int, factor: float) -> None:
    """Multiply the current of a link by a factor."""
    y.link_current[m] *= factor
    x.arriving[m] *= factor


@kernel
def limit_tap_currents(x: Block, y: Block, c: Block) -> None:
    """Scale each link so that the currents out of a group at its tap, and those into it, keep to its bounds."""
    sum_taps(x, y, c)
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        source, sink = giving_end(c, m, flow), taking_end(c, m, flow)
        factor = share(x.given[source], -x.low[source]) if source >= 0 else 1.0
        if sink >= 0:
            factor = min(factor, share(x.taken[sink], x.high[sink]))
        scale(x, y, m, factor)


@kernel
def limit_pack_links(x: Block, y: Block, c: Block) -> None:
    """Scale the links to the pack so that no group's current leaves its bounds."""
    for g in range(x.from_groups.shape[0]):
        x.from_groups[g] = x.from_pack[g] = 0.0
    through = 0.0
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        first, second = c.first[m], c.second[m]
        if second >= 0:
            x.from_groups[first] += -flow if flow > 0.0 else x.arriving[m]
            x.from_groups[second] += x.arriving[m] if flow > 0.0 else flow
        else:
            x.from_pack[first] += -flow if flow > 0.0 else x.arriving[m]
            through += (x.arriving[m] if flow > 0.0 else flow) / x.lowest.shape[0]
    factor = 1.0
    for g in range(x.from_groups.shape[0]):
        own, other = x.from_groups[g], x.from_pack[g] + through
        if other > 0.0 and own + other > x.high[g]:
            factor = min(factor, max(x.high[g] - own, 0.0) / other)
        elif other < 0.0 and own + other < x.low[g]:
            factor = min(factor, min(x.low[g] - own, 0.0) / other)
    for m in range(y.link_current.shape[0]):
        if c.second[m] < 0:
            scale(x, y, m, factor)


@kernel
def limit_currents(x: Block, y: Block, c: Block) -> None:
    """Scale the links so that the balancing current of every group, the pack's included, is within its bounds."""
    limit_tap_currents(x, y, c)
    if c.to_pack > 0:
        limit_pack_links(x, y, c)


@kernel
def sum_currents(x: Block, y: Block, c: Block) -> None:
    """Sum the currents of the links at the taps and at the pack's terminals."""
    sum_taps(x, y, c)
    for g in range(x.given.shape[0]):
        y.balancing_current[g] = x.taken[g] - x.given[g]
    y.balancing_pack_current = 0.0
    for m in range(y.link_current.shape[0]):
        if c.second[m] < 0:
            y.balancing_pack_current += x.arriving[m] if y.link_current[m] > 0.0 else y.link_current[m]


@kernel
def fall(x: Block, u: Block, y: Block) -> float:
    """Return how fast the currents in force lower the Lyapunov function [C/s]."""
    taps = lyapunov_fall(u.group_soc, x.mean_soc, y.balancing_current)
    return taps - y.balancing_pack_current * x.pack_difference


@kernel
def limit_overshoot(x: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Scale all currents so that no step up to the fastest time constant, or h [s], goes beyond the least of V."""
    square = 0.0
    for g in range(y.balancing_current.shape[0]):
        current = y.balancing_current[g] + y.balancing_pack_current / x.lowest.shape[0]
        square += current * current / u.group_capacity[g]
    curvature = square - moved_mean(x, u, y, c)
    step = max(y.timescale_fastest, h)
    if step < NONE and step * curvature > 0.0:
        factor = min(1.0, max(0.0, fall(x, u, y)) / (step * curvature))
        if factor < 1.0:
            for m in range(y.link_current.shape[0]):
                scale(x, y, m, factor)
            sum_currents(x, y, c)
