"""Links between groups, or between a group and the pack: what they take and give, and how they keep to the limits.

A link has a first and a second end, a group from 0 or `PACK`. Its current is that out of the end that gives, positive
from first to second; ``arriving`` is what the other end takes, by the energy that the converter yields::

    arriving = yield V_gives |current| / V_takes

A current into the terminals of the pack goes through every group.

*Limits.* The balancing current of a group, that through the pack included, is to stay within bounds that 0 is within.
First, what a group gives at its tap and what it takes there keep to the bounds each by itself: each link is scaled by
the lesser of the two factors of its ends. What is left of the groups' own links is then within the bounds, and the
links to the pack, which act on all groups, are scaled together by the largest factor in [0, 1] that leaves no group
outside.

*Lyapunov function.* A link changes ``V = 1/2 sum Q (z - m)^2`` at the rate ``-I_gives d_gives + I_takes d_takes``,
with the distances ``d = z - m`` of its ends from the mean and their sum over all groups for the pack. Where its
losses would let V grow, it rests. Over a step h all currents I together change V by::

    h sum I d + h**2 / 2 (sum I**2 / Q - (sum I)**2 / sum Q)

and are scaled, where need be, so that this is a fall for any step up to the fastest time constant, or as long as the
last one was.
"""

from __future__ import annotations

from ...core.model import Block, kernel
from ...core.timescale import NONE
from .ledger import bounds, lyapunov_fall


@kernel
def end_voltage(x: Block, u: Block, end: int) -> float:
    """Return the voltage of a group, or of the pack."""
    return u.group_voltage[end] if end >= 0 else x.pack_voltage


@kernel
def distance(x: Block, u: Block, y: Block, end: int) -> float:
    """Return how far a group's SOC is above the mean; for the pack the sum of that."""
    return u.group_soc[end] - y.soc_mean if end >= 0 else x.pack_difference


@kernel
def gives(c: Block, m: int, flow: float) -> int:
    """Return the end of a link that gives."""
    return c.first[m] if flow > 0.0 else c.second[m]


@kernel
def takes(c: Block, m: int, flow: float) -> int:
    """Return the end of a link that takes."""
    return c.second[m] if flow > 0.0 else c.first[m]


@kernel
def survey(x: Block, p: Block, u: Block, y: Block) -> None:
    """Note voltage and imbalance of the pack, and each group's bounds, before the currents in force are replaced."""
    x.pack_voltage = x.pack_difference = 0.0
    for g in range(u.group_voltage.shape[0]):
        x.pack_voltage += u.group_voltage[g]
        x.pack_difference += u.group_soc[g] - y.soc_mean
        current = y.balancing_current[g] + y.balancing_pack_current
        x.low[g], x.high[g] = bounds(p, u, g, current)


@kernel
def lowers(x: Block, u: Block, y: Block, c: Block, m: int, flow: float) -> bool:
    """Return whether a current of the link lowers the Lyapunov function, by what it yields."""
    source, sink = gives(c, m, flow), takes(c, m, flow)
    arriving = x.yields[m] * end_voltage(x, u, source) / end_voltage(x, u, sink)
    return arriving > 0.0 and arriving * distance(x, u, y, sink) < distance(x, u, y, source)


@kernel
def arrive(x: Block, u: Block, y: Block, c: Block) -> None:
    """Compute what arrives; a link that would let the Lyapunov function grow rests."""
    for m in range(y.link_current.shape[0]):
        x.arriving[m] = 0.0
        flow = y.link_current[m]
        if flow != 0.0 and lowers(x, u, y, c, m, flow):
            source, sink = end_voltage(x, u, gives(c, m, flow)), end_voltage(x, u, takes(c, m, flow))
            x.arriving[m] = x.yields[m] * abs(flow) * source / sink
        else:
            y.link_current[m] = 0.0


@kernel
def gather(x: Block, y: Block, c: Block) -> None:
    """Sum up what is taken from each group at its tap, and put in."""
    for g in range(x.gives.shape[0]):
        x.gives[g] = x.takes[g] = 0.0
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        source, sink = gives(c, m, flow), takes(c, m, flow)
        if source >= 0:
            x.gives[source] += abs(flow)
        if sink >= 0:
            x.takes[sink] += x.arriving[m]


@kernel
def share(total: float, bound: float) -> float:
    """Return the factor that brings a total to a bound; both >= 0."""
    return bound / total if total > bound else 1.0


@kernel
def scale(x: Block, y: Block, m: int, factor: float) -> None:
    """Let a link carry a share of its current."""
    y.link_current[m] *= factor
    x.arriving[m] *= factor


@kernel
def keep_taps(x: Block, y: Block, c: Block) -> None:
    """Scale each link so that what a group gives at its tap, and what it takes there, keep to its bounds."""
    gather(x, y, c)
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        source, sink = gives(c, m, flow), takes(c, m, flow)
        factor = share(x.gives[source], -x.low[source]) if source >= 0 else 1.0
        if sink >= 0:
            factor = min(factor, share(x.takes[sink], x.high[sink]))
        scale(x, y, m, factor)


@kernel
def keep_pack(x: Block, y: Block, c: Block) -> None:
    """Scale the links to the pack so that no group's current leaves its bounds."""
    for g in range(x.gives.shape[0]):  # own: what groups exchange among themselves; of the pack: the rest
        x.gives[g] = x.takes[g] = 0.0
    through = 0.0
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        first, second = c.first[m], c.second[m]
        if second >= 0:
            x.gives[first] += -flow if flow > 0.0 else x.arriving[m]
            x.gives[second] += x.arriving[m] if flow > 0.0 else flow
        else:
            x.takes[first] += -flow if flow > 0.0 else x.arriving[m]
            through += x.arriving[m] if flow > 0.0 else flow
    factor = 1.0
    for g in range(x.gives.shape[0]):
        own, other = x.gives[g], x.takes[g] + through
        if other > 0.0 and own + other > x.high[g]:
            factor = min(factor, max(x.high[g] - own, 0.0) / other)
        elif other < 0.0 and own + other < x.low[g]:
            factor = min(factor, min(x.low[g] - own, 0.0) / other)
    for m in range(y.link_current.shape[0]):
        if c.second[m] < 0:
            scale(x, y, m, factor)


@kernel
def keep_limits(x: Block, y: Block, c: Block) -> None:
    """Scale the links so that the balancing current of every group, the pack's included, is within its bounds."""
    keep_taps(x, y, c)
    if c.to_pack > 0:
        keep_pack(x, y, c)


@kernel
def add_up(x: Block, y: Block, c: Block) -> None:
    """Sum up the currents of the taps and of the pack."""
    gather(x, y, c)
    for g in range(x.gives.shape[0]):
        y.balancing_current[g] = x.takes[g] - x.gives[g]
    y.balancing_pack_current = 0.0
    for m in range(y.link_current.shape[0]):
        if c.second[m] < 0:
            y.balancing_pack_current += x.arriving[m] if y.link_current[m] > 0.0 else y.link_current[m]


@kernel
def fall(x: Block, u: Block, y: Block) -> float:
    """Return how fast the currents in force lower the Lyapunov function [C/s]."""
    taps = lyapunov_fall(u.group_soc, y.soc_mean, y.balancing_current)
    return taps - y.balancing_pack_current * x.pack_difference


@kernel
def hold_back(x: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Scale all currents so that no step up to the fastest time constant, or h [s], goes beyond the least of V."""
    square = total = capacity = 0.0
    for g in range(y.balancing_current.shape[0]):
        current = y.balancing_current[g] + y.balancing_pack_current
        square += current * current / u.group_capacity[g]
        total += current
        capacity += u.group_capacity[g]
    curvature = square - total * total / capacity
    step = max(y.timescale_fastest, h)
    if step < NONE and step * curvature > 0.0:
        factor = min(1.0, max(0.0, fall(x, u, y)) / (step * curvature))
        if factor < 1.0:
            for m in range(y.link_current.shape[0]):
                scale(x, y, m, factor)
            add_up(x, y, c)
