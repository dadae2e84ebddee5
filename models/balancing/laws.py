"""The laws by which links are chosen and how much they are to carry. Equations in `active_balancer`."""

from __future__ import annotations

from ...core.model import Block, kernel
from ...core.timescale import include_timescale, reset_timescales
from .active_variables import Converter, Fidelity, Law
from .graph import fastest_rate
from .ledger import decay_time, duty, lyapunov, spread
from .links import end_voltage, fall, gives, lowers, takes

CODES = {Converter.BUCK_BOOST: 0, Converter.SWITCHED_CAPACITOR: 1, Converter.FLYBACK: 2}
"""What the constants hold for each kind of converter."""

BUCK_BOOST, SWITCHED_CAPACITOR = CODES[Converter.BUCK_BOOST], CODES[Converter.SWITCHED_CAPACITOR]


@kernel
def difference(u: Block, y: Block, c: Block, m: int) -> float:
    """Return by how much the SOC of a link's first end exceeds that of its second, for the pack the mean."""
    second = u.group_soc[c.second[m]] if c.second[m] >= 0 else y.soc_mean
    return u.group_soc[c.first[m]] - second


@kernel
def current_allowed(p: Block, u: Block) -> float:
    """Return what a link may carry at its group's end [A]."""
    return p.rated_current * duty(u.board_temperature, p.derating_temperature, p.maximum_temperature)


@kernel
def feasible(x: Block, p: Block, u: Block, y: Block, c: Block, m: int, wanted: float) -> float:
    """Return the current at the giving end for one at the group's end, or 0 where the link has to rest.

    It rests at voltages that are not positive, where the Lyapunov function would grow, and, a switched capacitor,
    where the voltages drive the other way. What the pack gives is wanted at its group's voltage.
    """
    if wanted == 0.0 or p.available[m] < 0.5:
        return 0.0
    source, sink = end_voltage(x, u, gives(c, m, wanted)), end_voltage(x, u, takes(c, m, wanted))
    backwards = c.converter == SWITCHED_CAPACITOR and int(p.fidelity) > Fidelity.IDEAL and source <= sink
    if min(source, sink) <= 0.0 or backwards or not lowers(x, u, y, c, m, wanted):
        return 0.0
    return wanted * sink / source if gives(c, m, wanted) < 0 else wanted


@kernel
def consensus(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Let every link carry in proportion to its difference of SOC, up to what is allowed."""
    most = current_allowed(p, u)
    for m in range(y.link_current.shape[0]):
        wanted = min(max(p.gain * difference(u, y, c, m), -most), most)
        y.link_current[m] = feasible(x, p, u, y, c, m, wanted)


@kernel
def is_free(x: Block, c: Block, m: int) -> bool:
    """Return whether neither end is in another link; the pack may be in several."""
    return x.busy[c.first[m]] < 0.5 and (c.second[m] < 0 or x.busy[c.second[m]] < 0.5)


@kernel
def next_pair(x: Block, p: Block, u: Block, y: Block, c: Block) -> int:
    """Return the free link of the greatest difference beyond its threshold; -1 where there is none."""
    best, greatest = -1, 0.0
    for m in range(y.link_current.shape[0]):
        apart = difference(u, y, c, m)
        threshold = p.stop_threshold if x.chosen[m] > 0.0 else p.start_threshold
        beyond = abs(apart) > max(greatest, threshold) and is_free(x, c, m)
        if beyond and feasible(x, p, u, y, c, m, apart) != 0.0:
            best, greatest = m, abs(apart)
    return best


@kernel
def pairwise(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Let links carry what is allowed, the greatest difference of SOC first, each group in one link at most."""
    most = current_allowed(p, u)
    for g in range(x.busy.shape[0]):
        x.busy[g] = 0.0
    for m in range(y.link_current.shape[0]):
        y.link_current[m] = 0.0
    for _ in range(x.busy.shape[0]):
        m = next_pair(x, p, u, y, c)
        if m < 0:
            break
        apart = difference(u, y, c, m)
        y.link_current[m] = apart
        x.busy[c.first[m]] = 1.0
        if c.second[m] >= 0:
            x.busy[c.second[m]] = 1.0
    for m in range(y.link_current.shape[0]):
        apart = y.link_current[m]
        x.chosen[m] = 1.0 if apart != 0.0 else 0.0
        y.link_current[m] = feasible(x, p, u, y, c, m, most if apart > 0.0 else -most) if apart != 0.0 else 0.0


@kernel
def follow_law(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Choose what each link is to carry; nothing where balancing is not allowed, or not needed any more."""
    if u.enable < 0.5 or u.soc_trusted < 0.5 or y.balanced > 0.5:
        for m in range(y.link_current.shape[0]):
            y.link_current[m] = x.chosen[m] = 0.0
    elif int(p.law) == Law.CONSENSUS:
        consensus(x, p, u, y, c)
    else:
        pairwise(x, p, u, y, c)


@kernel
def pair_time(x: Block, p: Block, u: Block, c: Block) -> float:
    """Return the longest step after which no link at the rated current has moved its ends past each other [s]."""
    groups = u.group_capacity.shape[0]
    least = u.group_capacity[0]
    for g in range(1, groups):
        least = min(least, u.group_capacity[g])
    fastest = 0.0
    for m in range(x.linked.shape[0]):
        second = u.group_capacity[c.second[m]] if c.second[m] >= 0 else groups * least
        if x.linked[m] > 0.5:
            fastest = max(fastest, 1.0 / u.group_capacity[c.first[m]] + 1.0 / second)
    return p.stop_threshold / (p.rated_current * fastest)


@kernel
def slowest_rate(p: Block, u: Block, y: Block) -> float:
    """Return a bound below the rates of consensus [1/s]; 0 where the links do not connect all groups."""
    most = u.group_capacity[0]
    for g in range(1, u.group_capacity.shape[0]):
        most = max(most, u.group_capacity[g])
    return p.gain * y.algebraic_connectivity / most


@kernel
def tell_timescales(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Tell the time constants of the law, whether it acts at present or not."""
    reset_timescales(y)
    rate = fastest_rate(x, u, c, x.degree)
    if rate > 0.0 and int(p.law) == Law.CONSENSUS:
        include_timescale(y, 1.0 / (p.gain * rate), 1.0 / (p.gain * rate))
        slowest = slowest_rate(p, u, y)
        if slowest > 0.0:
            include_timescale(y, 1.0 / slowest, 1.0 / slowest)
    elif rate > 0.0:
        time = pair_time(x, p, u, c)
        include_timescale(y, time, time)


@kernel
def predict(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Predict when the pack will be balanced, from the currents in force."""
    stored = lyapunov(u.group_soc, u.group_capacity, y.soc_mean)
    rate = 0.5 * fall(x, u, y) / stored if stored > 0.0 else 0.0
    apart, knee = spread(u.group_soc), 0.0
    if int(p.law) == Law.CONSENSUS:
        greatest = 0.0
        for m in range(y.link_current.shape[0]):
            if y.link_current[m] != 0.0:
                greatest = max(greatest, p.gain * abs(difference(u, y, c, m)))
        rate = min(rate, slowest_rate(p, u, y))
        knee = apart * current_allowed(p, u) / greatest if greatest > 0.0 else 0.0
        knee = apart if greatest <= current_allowed(p, u) else knee
    y.predicted_time = decay_time(apart, p.balanced_spread, rate, knee)
