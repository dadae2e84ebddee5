"""Active balancing: converters that carry charge between groups, or between a group and the pack.

Equations
---------
A link joins two groups, or a group and the terminals of the pack. Its current is that out of the end that gives; the
other end takes what the converter yields of the energy::

    I_takes = yield V_gives I_gives / V_takes,      heat = sum (1 - yield) V_gives I_gives

A current into the pack's terminals, `balancing_pack_current`, goes through every group; `balancing_current` are those
at the taps. The pack's voltage is the sum of the groups' voltages.

*Laws*, with the SOC z, the pack's being the mean m weighted by capacity, and limited to `rated_current` times the
derating of the board (1 up to `derating_temperature`, falling to 0 at `maximum_temperature`)::

    consensus   I = gain (z_i - z_j)                       every link
    pairwise    I = rated_current, from the higher SOC     greatest difference first, each group in one link at most;
                                                           begins above start_threshold, ends below stop_threshold

Nothing flows without `enable`, without `soc_trusted`, over links that are not available, and once the spread of SOC
is no more than `balanced_spread`. The current to or from the pack is the one at the group's end: what the pack gives
is smaller by the ratio of the voltages. A link rests whose losses would let the Lyapunov function ``V = 1/2 sum Q d^2``
with the distances ``d = z - m`` grow, such as between two groups below the mean: it has to hold that
``I_takes d_takes < I_gives d_gives``, with the sum of all d for the pack. Then currents are scaled so that every
group keeps to the bounds that its voltage, its hottest cell and the pack's limits set (`balancing_links`), and so
that V falls over any step up to `timescale.fastest`, or as long as the last one.

*Graph.* With the Laplacian L of the available links (`balancing_graph`) SOC follow ``Q dz/dt = -gain L z`` under
consensus without losses and limits. `algebraic_connectivity` is the second smallest eigenvalue of L;
`timescale.fastest` and `timescale.slowest` bound the time constants from below and above. Under the pairwise law both
are the longest step that cannot move two groups past each other. The spread of SOC is predicted to fall as fast as
the currents in force make it, or, under consensus, as its slowest mode where that is slower.

*Fidelity.* Ideal: the yield is `ideal_efficiency`. Averaged: yield, peak and ripple are those of the converter's
periodic steady state (`converter`), whose duty is found for the current wanted, and which is computed anew when a
voltage, the current or the board temperature of a link has moved by more than `refresh_tolerance`; in between the
current follows the law, and the yield is kept. Switching: the duty is found anew for every step,
whose periods are computed one by one, the current of the inductor or the voltage of the capacitor carried on; once
they repeat themselves to the last digits the rest of them are taken as equal. What is put out is the mean, and no
more than the law wants. Steps ahead are not known: the periods are those of the last step's length, and at the
beginning the steady state. When a link begins or turns round, its inductor has no current, its capacitor the voltage
of its steady state.

A switched capacitor takes ``(V_1 - V_2) / R_eq`` at a duty of 1/2, which the law can only switch off for a share of
time: it carries towards the lower voltage, and where that is not wanted it rests. Its yield is ``V_2 / V_1``. In
ideal fidelity it carries what the law wants.

Currents are computed in the step from the inputs given to it, and stay in force after it, during the next one;
integrals and heat of a step are those of what was in force during it.

Limits
------
Converters as in `converter`; their control is taken as perfect. Heat counts what inductors store as they begin, and
capacitors as voltages move, as lost. Under averaged fidelity a link that its limits hold below what the law wants has
the yield of a current that may be off by more than the tolerance for a step, and whether a link rests for its losses is
told by the yield of its last refresh. Positive voltages: a link at a voltage that is not positive rests. V is told from
the SOC given: where estimates err, what falls is their V. The load changes V, too, where capacities differ. Refused are
a stop threshold above the start threshold, inductive converters without any resistance, a capacitor without any, and a
clamp that the voltages within the limits exceed.

Start values. Flyback after the LTC3300-1 [1], which is made for inductances of 1 to 20 uH at the cell's winding, a
ratio of 1:2 for a winding across 12 cells and 1:10 for 60, hence here a turn for 6 groups, synchronous rectifiers and
up to 92 % efficiency; the resistance of a switch is about that of the transistors listed there. Buck-boost in the
manner of the bq78PL116 [2], switched capacitor in that of [3]. Assumed: frequencies, windings, 1 % of leakage and the
clamp, the second winding's resistances by the square of the ratio, inductance and capacitance of the latter two,
rated current, gain and thresholds.

References
----------
[1] Linear Technology, LTC3300-1 data sheet, rev. B, "Transformer Selection" and table 7. [2] Texas Instruments,
bq78PL116 data sheet, SLUSAB8B, 2011 (PowerPump). [3] C. Pascual, P. T. Krein, Switched capacitor system for automatic
series battery equalization, APEC 1997, 848, doi:10.1109/APEC.1997.575744. Consensus: R. Olfati-Saber, J. A. Fax, R.
M. Murray, Proc. IEEE 95 (2007) 215, doi:10.1109/JPROC.2006.887293. Refreshed averages: W. E, B. Engquist, Commun.
Math. Sci. 1 (2003) 87, doi:10.4310/CMS.2003.v1.n1.a8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.errors import InputError
from ...core.fields import Fields
from ...core.model import DONE, Block, Model, Update, kernel
from ...core.variable import Count, Variable
from . import ledger as balancing
from . import variables as balancing_variables
from .active_variables import Converter, Fidelity, Law, link_states, outputs, parameters
from .fidelity import convert, settle, tell_converters
from .graph import PACK, follow_links
from .laws import CODES, SWITCHED_CAPACITOR, follow_law, predict, tell_timescales
from .ledger import book, check, judge, put_in_force
from .links import add_up, arrive, hold_back, keep_limits, survey

__all__ = ["PACK", "Converter", "Fidelity", "Law", "check_links", "declare"]

STOP_ABOVE_START = balancing.OWN_REFUSALS
"""Status: the stop threshold exceeds the start threshold."""

NO_RESISTANCE = balancing.OWN_REFUSALS + 1
"""Status: nothing limits the current of a converter."""

CLAMP_TOO_LOW = balancing.OWN_REFUSALS + 2
"""Status: a voltage within the limits exceeds that of the clamp."""

NO_DUTY = balancing.OWN_REFUSALS + 3
"""Status: the search for a duty did not end."""

REFUSALS = balancing.REFUSALS | {
    STOP_ABOVE_START: "stop_threshold = {p.stop_threshold:.6g} must not exceed "
    "start_threshold = {p.start_threshold:.6g}",
    NO_RESISTANCE: "the resistances of a converter are all 0: at least one must be above 0 to limit its current",
    NO_DUTY: "no duty was found for a current up to rated_current = {p.rated_current:.6g} A: its parts are too extreme",
}

CLAMP_REFUSAL = {
    CLAMP_TOO_LOW: "clamp_voltage = {p.clamp_voltage:.6g} V must exceed what either winding can show it: "
    "maximum_voltage = {p.maximum_voltage:.6g} V plus diode_drop = {p.diode_drop:.6g} V, and the same of the second "
    "end over turns_ratio = {p.turns_ratio:.6g}; the pack counts as all groups at maximum_voltage"
}


def declare(groups: int, parallel: int, converter: Converter, links: Sequence[tuple[int, int]]) -> Model:
    """Declare an active balancer.

    Parameters
    ----------
    groups, parallel : int
        Number of groups in series, >= 2, and of cells in each, >= 1.
    converter : Converter
        What each link is made of.
    links : sequence of (int, int)
        The ends of each link, groups from 0; `PACK` as the second end for the pack's terminals. Buck-boost and switched
        capacitor join neighbours only.
    """
    ends = tuple((first, second) for first, second in links)
    check_links(groups, converter, ends)
    groups, count = Count(groups, "group"), len(ends)
    return Model(
        name="Balancer",
        description=f"Active balancing by {count} converters ({converter.value.replace('_', ' ')})",
        fields=Fields(
            modules=(__name__,),
            parameters=parameters(converter, groups, ends) + balancing_variables.limits(),
            inputs=balancing_variables.inputs(groups, groups * parallel),
            outputs=outputs(count) + balancing_variables.outputs(groups),
            states=link_states(groups, count),
            constants=_constants(converter, ends),
        ),
        initialize=INITIALIZE[converter],
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=REFUSALS | (CLAMP_REFUSAL if converter is Converter.FLYBACK else {}),
        update=Update.EXPLICIT,
    )


def check_links(groups: int, converter: Converter, links: Sequence[tuple[int, int]]) -> None:
    """Raise InputError unless converters of that kind can be the links of so many groups; ends as for `declare`."""
    if groups < 2:
        raise InputError(f"converters exchange charge between at least 2 groups, not {groups}")
    for end in links:
        _check_link(end, groups, converter)
    if len({frozenset(end) for end in links}) < max(len(links), 1):
        raise InputError("a balancer needs at least one link, and no link twice")


def _check_link(end: tuple[int, int], groups: int, converter: Converter) -> None:
    first, second = end
    shown = f"link ({first}, {second})"
    if not 0 <= first < groups or not (second == PACK or 0 <= second < groups) or first == second:
        raise InputError(
            f"{shown} must join two different groups of 0 to {groups - 1}, or as its second end have the pack, {PACK}"
        )
    if converter is not Converter.FLYBACK and (second == PACK or abs(first - second) != 1):
        raise InputError(f"{shown}: a {converter.value} joins neighbouring groups only; a flyback may join any")


def _constants(converter: Converter, ends: tuple[tuple[int, int], ...]) -> tuple[Variable, ...]:
    count = len(ends)
    return (
        Variable("first", "1", count, [first for first, _ in ends], 0.0, 1e9, 1.0, "First end of each link"),
        Variable("second", "1", count, [second for _, second in ends], -1.0, 1e9, 1.0, "Second end of each link"),
        Variable("converter", "1", None, CODES[converter], 0.0, 2.0, 1.0, "DataType of the converters"),
        Variable("to_pack", "1", None, sum(second == PACK for _, second in ends), 0.0, 1e9, 1.0,
                 "Number of links to the pack"),
    )  # fmt: skip


@kernel
def check_parts(x: Block, p: Block, c: Block) -> int:
    """Return ``DONE``, or the status that names what contradicts itself."""
    status = check(p)
    if p.stop_threshold > p.start_threshold:
        status = STOP_ABOVE_START
    if c.converter == SWITCHED_CAPACITOR:
        return NO_RESISTANCE if x.parts[1] + x.parts[2] <= 0.0 else status
    if x.parts[3] + x.parts[4] + x.parts[5] + x.parts[6] <= 0.0:
        status = NO_RESISTANCE
    groups = x.low.shape[0] if c.to_pack > 0 else 1
    shown = max((groups * p.maximum_voltage + x.parts[7]) / x.parts[2], p.maximum_voltage + x.parts[7])
    return CLAMP_TOO_LOW if x.parts[1] > 0.0 and x.parts[8] <= shown else status


@kernel
def decide(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Decide what is in force from now on, h [s] after the last decision; 0 for the first."""
    survey(x, p, u, y)
    settle(x)
    follow_links(x, p, y, c)
    tell_timescales(x, p, u, y, c)
    follow_law(x, p, u, y, c)
    arrive(x, u, y, c)
    keep_limits(x, y, c)
    status = convert(x, p, u, y, c, h)
    arrive(x, u, y, c)
    keep_limits(x, y, c)
    add_up(x, y, c)
    hold_back(x, u, y, c, h)
    tell_converters(x, p, u, y, c)
    predict(x, p, u, y, c)
    return DONE if status == DONE else NO_DUTY


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Begin with links that are at rest, and decide what is in force during the first step."""
    balancing.begin(x, p, u, y)
    x.conductance = x.shuttle_peak = x.shuttle_temperature = x.status = 0.0
    for m in range(y.link_current.shape[0]):
        x.linked[m] = -1.0
        x.yields[m] = x.steady[m] = p.ideal_efficiency if int(p.fidelity) < Fidelity.AVERAGED else 1.0
        x.arriving[m] = x.limit[m] = x.duty[m] = x.settling[m] = x.carried[m] = x.running[m] = 0.0
        x.link_peak[m] = x.link_ripple[m] = x.chosen[m] = y.link_current[m] = 0.0
        x.at_current[m] = x.at_input[m] = x.at_output[m] = x.at_temperature[m] = 0.0
    y.refreshes = y.peak = y.ripple = y.efficiency = y.switching_settling = y.predicted_time = 0.0
    y.switching_period = 1.0 / p.switching_frequency if int(p.fidelity) > Fidelity.IDEAL else 0.0
    if check_parts(x, p, c) == DONE:
        x.status = float(decide(x, p, u, y, c, 0.0))
        put_in_force(x, u, y)


@kernel
def initialize_buck_boost(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Begin with inductors: one winding, no leakage, no clamp."""
    x.parts[0], x.parts[1], x.parts[2] = p.inductance, 0.0, 1.0
    x.parts[3] = x.parts[4] = p.winding_resistance
    x.parts[5], x.parts[6], x.parts[7] = p.switch_resistance, p.diode_resistance, p.diode_drop
    x.parts[8], x.parts[9] = 0.0, p.maximum_duty
    begin(x, p, u, y, c)


@kernel
def initialize_switched_capacitor(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Begin with capacitors."""
    x.parts[0], x.parts[1], x.parts[2] = p.capacitance, p.series_resistance, p.switch_resistance
    begin(x, p, u, y, c)


@kernel
def initialize_flyback(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Begin with transformers."""
    x.parts[0], x.parts[1], x.parts[2] = p.inductance, p.leakage, p.turns_ratio
    x.parts[3], x.parts[4] = p.first_winding, p.second_winding
    x.parts[5], x.parts[6], x.parts[7] = p.first_switch, p.second_switch, p.diode_drop
    x.parts[8], x.parts[9] = p.clamp_voltage, p.maximum_duty
    begin(x, p, u, y, c)


INITIALIZE: dict[Converter, Callable[..., None]] = {
    Converter.BUCK_BOOST: initialize_buck_boost,
    Converter.SWITCHED_CAPACITOR: initialize_switched_capacitor,
    Converter.FLYBACK: initialize_flyback,
}


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: what is available counts from the next decision on."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Book the step of h [s] that ends, and decide what is in force after it."""
    status = check_parts(x, p, c)
    if status != DONE:
        return status
    book(x, y, h)
    judge(p, u, y)
    status = decide(x, p, u, y, c, h)
    put_in_force(x, u, y)
    return status
