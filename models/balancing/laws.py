"""The laws of converters: the current that each link should carry, and when the pack will be balanced.

Equations
---------
With the SOC z of the ends, for the pack the mean m weighted by capacity, a link wants the current I at its group's end,
up to `rated_current` times the derating factor of the board::

    consensus   I = gain (z_i - z_j)                       every link
    pairwise    I = rated_current, from the higher SOC     greatest difference first, each group in one link at most;
                                                           starts above start_threshold, ends below stop_threshold

The pack gives a current that is smaller by the ratio of the voltages. No link carries a current without `enable`,
without `soc_trusted`, once the spread of SOC is at most `balanced_spread`, and where it is not available.

`timescale.fastest` and `timescale.slowest` bound the time constants of the law from below and above, whether it acts at
present or not. Under consensus they follow from the Laplacian of the links; under the pairwise law both are
the longest step that cannot move two groups past each other. The predicted time takes the spread of SOC to fall as fast
as the currents in force make it, or, under consensus, as its slowest mode where that is slower.

Limits
------
A link with an end whose voltage is not positive carries nothing. A step is refused where the stop threshold is above
the start threshold. Start values of rated current, gain and thresholds are assumed.
"""

from __future__ import annotations

from ...core.fields import Fields, flag
from ...core.kernel import Block, kernel
from ...core.timescale import include_timescale, reset_timescales
from ...core.variable import Variable
from .graph import fastest_rate
from .limits import OWN_REFUSALS, derating_factor
from .links import end_voltage, fall, giving_end, lowers, taking_end
from .objective import decay_time, lyapunov
from .options import GREAT, Converter, ConverterLaw, Fidelity, option
from .rows import greatest_spread

STOP_ABOVE_START = OWN_REFUSALS
"""Status: the stop threshold exceeds the start threshold."""

REFUSALS = {
    STOP_ABOVE_START: "stop_threshold = {p.stop_threshold:.6g} must not exceed "
    "start_threshold = {p.start_threshold:.6g}",
}


def fields(groups: int, count: int) -> Fields:
    """Return the law of `count` links, and which of them it has chosen."""
    return Fields(
        parameters=_parameters(),
        states=(
            flag("busy", groups, "Whether a link has each group"),
            flag("chosen", count, "Whether each link was chosen pairwise"),
        ),
        modules=(__name__,),
    )


def _parameters() -> tuple[Variable, ...]:
    return (
        option("law", ConverterLaw.CONSENSUS,
               "1 pairwise: greatest difference of SOC first; 2 consensus: in proportion to the difference"),
        Variable("rated_current", "A", None, 1.0, 1e-6, GREAT, 1.0,
                 "Greatest current that a link takes from a group, or from the pack at a group's voltage"),
        Variable("gain", "A", None, 50.0, 1e-9, GREAT, 100.0, "Consensus: current for each unit of difference of SOC"),
        Variable("start_threshold", "1", None, 0.010, 1e-9, 1.0, 0.01,
                 "Pairwise: difference of SOC at which a link starts", display_unit="%"),
        Variable("stop_threshold", "1", None, 0.005, 1e-9, 1.0, 0.01,
                 "Pairwise: difference of SOC at which a link stops; not above start_threshold", display_unit="%"),
    )  # fmt: skip


@kernel
def reset_law(x: Block) -> None:
    """Start a run: no link is chosen."""
    for m in range(x.chosen.shape[0]):
        x.chosen[m] = 0.0


@kernel
def difference(x: Block, u: Block, c: Block, m: int) -> float:
    """Return by how much the SOC of a link's first end exceeds that of its second; the pack has the row's mean SOC."""
    second = u.group_soc[c.second[m]] if c.second[m] >= 0 else x.mean_soc[c.first[m]]
    return u.group_soc[c.first[m]] - second


@kernel
def current_allowed(p: Block, u: Block) -> float:
    """Return the greatest current of a link at its group's end [A]."""
    return p.rated_current * derating_factor(u.board_temperature, p.derating_temperature, p.maximum_temperature)


@kernel
def feasible(x: Block, p: Block, u: Block, y: Block, c: Block, m: int, wanted: float) -> float:
    """Return the current at the giving end for one at the group's end, or 0 where the link must carry nothing.

    It carries nothing at voltages that are not positive, where the Lyapunov function would grow, and, as a switched
    capacitor, where the voltages drive the other way. The law wants the current of the pack at its group's voltage.
    """
    if wanted == 0.0 or p.available[m] < 0.5:
        return 0.0
    source, sink = end_voltage(x, u, giving_end(c, m, wanted)), end_voltage(x, u, taking_end(c, m, wanted))
    backwards = c.converter == Converter.SWITCHED_CAPACITOR and int(p.fidelity) > Fidelity.IDEAL and source <= sink
    if min(source, sink) <= 0.0 or backwards or not lowers(x, u, y, c, m, wanted):
        return 0.0
    return wanted * sink / source if giving_end(c, m, wanted) < 0 else wanted


@kernel
def consensus(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set every link's current in proportion to its difference of SOC, up to the current allowed."""
    most = current_allowed(p, u)
    for m in range(y.link_current.shape[0]):
        wanted = min(max(p.gain * difference(x, u, c, m), -most), most)
        y.link_current[m] = feasible(x, p, u, y, c, m, wanted)


@kernel
def is_free(x: Block, c: Block, m: int) -> bool:
    """Return whether neither end of a link is in another one; the pack may be in several."""
    return x.busy[c.first[m]] < 0.5 and (c.second[m] < 0 or x.busy[c.second[m]] < 0.5)


@kernel
def next_pair(x: Block, p: Block, u: Block, y: Block, c: Block) -> int:
    """Return the free link of the greatest difference beyond its threshold; -1 where there is none."""
    best, greatest = -1, 0.0
    for m in range(y.link_current.shape[0]):
        apart = difference(x, u, c, m)
        threshold = p.stop_threshold if x.chosen[m] > 0.0 else p.start_threshold
        beyond = abs(apart) > max(greatest, threshold) and is_free(x, c, m)
        if beyond and feasible(x, p, u, y, c, m, apart) != 0.0:
            best, greatest = m, abs(apart)
    return best


@kernel
def pairwise(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set links to the current allowed, the greatest difference of SOC first, each group in one link at most."""
    most = current_allowed(p, u)
    for g in range(x.busy.shape[0]):
        x.busy[g] = 0.0
    for m in range(y.link_current.shape[0]):
        y.link_current[m] = 0.0
    for _ in range(x.busy.shape[0]):
        m = next_pair(x, p, u, y, c)
        if m < 0:
            break
        apart = difference(x, u, c, m)
        y.link_current[m] = apart
        x.busy[c.first[m]] = 1.0
        if c.second[m] >= 0:
            x.busy[c.second[m]] = 1.0
    for m in range(y.link_current.shape[0]):
        apart = y.link_current[m]
        x.chosen[m] = 1.0 if apart != 0.0 else 0.0
        y.link_current[m] = feasible(x, p, u, y, c, m, most if apart > 0.0 else -most) if apart != 0.0 else 0.0


@kernel
def apply_law(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set the current of each link; 0 where balancing is not allowed, or not needed any more."""
    if u.enable < 0.5 or u.soc_trusted < 0.5 or y.balanced > 0.5:
        for m in range(y.link_current.shape[0]):
            y.link_current[m] = x.chosen[m] = 0.0
    elif int(p.law) == ConverterLaw.CONSENSUS:
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
def write_timescales(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the time constants of the law, whether it acts at present or not."""
    reset_timescales(y)
    rate = fastest_rate(x, u, c)
    if rate > 0.0 and int(p.law) == ConverterLaw.CONSENSUS:
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
    stored = lyapunov(u.group_soc, u.group_capacity, x.mean_soc)
    rate = 0.5 * fall(x, u, y) / stored if stored > 0.0 else 0.0
    apart, knee = greatest_spread(x, c, u.group_soc), 0.0
    if int(p.law) == ConverterLaw.CONSENSUS:
        greatest = 0.0
        for m in range(y.link_current.shape[0]):
            if y.link_current[m] != 0.0:
                greatest = max(greatest, p.gain * abs(difference(x, u, c, m)))
        rate = min(rate, slowest_rate(p, u, y))
        knee = apart * current_allowed(p, u) / greatest if greatest > 0.0 else 0.0
        knee = apart if greatest <= current_allowed(p, u) else knee
    y.predicted_time = decay_time(apart, p.balanced_spread, rate, knee)
