"""Fidelity of the converters: a constant efficiency, averages of the steady state, or every period.

Equations
---------
A link's current is what the law wants, up to what its converter can take. `efficiency` is the power that arrives over
the power given, of all links.

* Ideal: every link yields `ideal_efficiency`.
* Averaged: yield, peak, ripple and the time constant with which a link settles are those of the periodic steady state
  at the operating point of its last refresh. A refresh finds the duty for the current wanted. It is due when a voltage,
  the current or the board temperature of the link has moved by more than `refresh_tolerance`. Between refreshes the
  current follows the law, and the yield stays.
* Switching: yield, peak and ripple are those of the periods of the step.

A switched capacitor takes ``(V_1 - V_2) / R_eq`` at a duty of 1/2, and the law can only switch it off for a share of
time: it carries towards the lower voltage, and nothing where the law wants the other direction. Its yield is
``V_2 / V_1``. Its conductance is the same for all links, and follows from the board temperature alone. In ideal
fidelity it carries what the law wants.

Limits
------
The control of the converters is perfect. A link that its limits hold below the current that the law wants has the yield
of a current that may be off by more than the tolerance for a step. Whether a link carries nothing because of its losses
follows from the yield of its last refresh. A step is refused where the search for a duty does not end.

Shared states
-------------
`duty`, `limit`, `link_peak` and `link_ripple` are written here; `switching` uses them. `yields` is written here;
`links` and `switching` use it.

References
----------
W. E, B. Engquist, Commun. Math. Sci. 1 (2003) 87, doi:10.4310/CMS.2003.v1.n1.a8 (averages of the fast system drive the
slow one).
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, flag, state
from ...core.kernel import Block, kernel
from ...core.model import DONE
from ...core.timescale import NONE
from ...core.variable import DataType, Variable
from . import switching
from .converter.capacitor import average as shuttle_average
from .converter.control import Ending, set_leg
from .converter.inductor import Leg, reflected
from .converter.operating_point import OperatingPoint
from .converter.parts import leg_of, shuttle_of
from .limits import OWN_REFUSALS
from .links import end_voltage, giving_end, taking_end
from .options import Converter, Fidelity, option
from .switching import HALF, operating_point, reset_periods, run_periods

NO_DUTY = OWN_REFUSALS + 3
"""Status: the search for a duty did not end."""

REFUSALS = {
    NO_DUTY: "no duty was found for a current up to rated_current = {p.rated_current:.6g} A: its parts are too extreme",
}


def fields(count: int) -> Fields:
    """Return the fidelity of `count` links, their averages, and what they report of their switching."""
    own = Fields(
        parameters=(
            option("fidelity", Fidelity.AVERAGED,
                   "1 ideal: constant efficiency; 2 averaged: periodic steady state; 3 switching: every period"),
            Variable("ideal_efficiency", "1", None, 1.0, 1e-3, 1.0, 1.0,
                     "Energy that arrives over energy given, in ideal fidelity", display_unit="%"),
            Variable("refresh_tolerance", "1", None, 0.01, 0.0, 1.0, 0.01,
                     "Relative change of a voltage, current or temperature of a link that refreshes its averages",
                     display_unit="%"),
        ),
        outputs=(
            Variable("refreshes", "1", None, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Number of periodic steady states computed so far", data_type=DataType.INTEGER),
            Variable("ripple", "A", None, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Greatest range of the current in an inductor or capacitor over a period"),
            Variable("peak", "A", None, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Greatest size of the current in an inductor or capacitor"),
            Variable("efficiency", "1", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Power that arrives over power given, all links; 0 without any current", display_unit="%"),
            Variable("switching_period", "s", None, 1e-5, 0.0, UNBOUNDED, 1e-5,
                     "Period of the converters; 0 in ideal fidelity", display_unit="us", fmi_name="switching.period"),
            Variable("switching_settling", "s", None, 0.0, 0.0, NONE, 1e-4,
                     "Longest time constant with which a converter settles to its steady state; 0 without any current",
                     display_unit="us", fmi_name="switching.settling"),
        ),
        states=(
            flag("unfound", None, "Whether a search for a duty failed in the last refresh"),
            state("conductance", "S", None, "Of a switched capacitor between two voltages, by its last refresh"),
            state("shuttle_peak", "S", None, "Peak current of a switched capacitor for each volt, by its last refresh"),
            state("shuttle_temperature", "K", None, "Board temperature at that refresh; 0 before the first"),
            state("steady", "1", count, "Yield of each link in the steady state, by its last refresh"),
            state("limit", "A", count, "Current that each link can take at its end that gives"),
            state("duty", "1", count, "Duty of each link, by its last refresh"),
            state("link_peak", "A", count, "Peak of each link, by its last refresh"),
            state("link_ripple", "A", count, "Ripple of each link, by its last refresh"),
            state("settling", "s", count, "Time constant of each link, by its last refresh"),
            state("at_current", "A", count, "Current that each link was refreshed for; 0 before the first"),
            state("at_input", "V", count, "Voltage of the end that gave at that refresh"),
            state("at_output", "V", count, "Voltage of the end that took at that refresh"),
            state("at_temperature", "K", count, "Board temperature at that refresh"),
        ),
        modules=(__name__,),
    )  # fmt: skip
    return own + switching.fields(count)


@kernel
def reset_converters(x: Block, p: Block, y: Block) -> None:
    """Start a run: no link was refreshed; each yields the ideal efficiency, or all energy until its first refresh."""
    reset_periods(x)
    x.conductance = x.shuttle_peak = x.shuttle_temperature = x.unfound = y.refreshes = 0.0
    for m in range(x.yields.shape[0]):
        x.yields[m] = x.steady[m] = p.ideal_efficiency if int(p.fidelity) < Fidelity.AVERAGED else 1.0
        x.limit[m] = x.duty[m] = x.settling[m] = x.link_peak[m] = x.link_ripple[m] = 0.0
        x.at_current[m] = x.at_input[m] = x.at_output[m] = x.at_temperature[m] = 0.0
    y.peak = y.ripple = y.efficiency = y.switching_settling = 0.0
    y.switching_period = 1.0 / p.switching_frequency if int(p.fidelity) > Fidelity.IDEAL else 0.0


@kernel
def beyond(value: float, former: float, tolerance: float) -> bool:
    """Return whether a value has moved by more than a share of what it was."""
    return abs(value - former) > tolerance * abs(former)


@kernel
def has_moved(x: Block, p: Block, u: Block, m: int, at: OperatingPoint, flow: float) -> bool:
    """Return whether a link has moved since its last refresh, and note where it is then; switching needs it exact."""
    tolerance = p.refresh_tolerance if int(p.fidelity) < Fidelity.SWITCHING else 0.0
    moved = (
        beyond(flow, x.at_current[m], tolerance)
        or beyond(at.input_voltage, x.at_input[m], tolerance)
        or beyond(at.output_voltage, x.at_output[m], tolerance)
        or beyond(u.board_temperature, x.at_temperature[m], tolerance)
    )
    if moved:
        x.at_current[m], x.at_temperature[m] = flow, u.board_temperature
        x.at_input[m], x.at_output[m] = at.input_voltage, at.output_voltage
    return moved


@kernel
def can_commutate(leg: Leg, at: OperatingPoint) -> bool:
    """Return whether the clamp is above the voltage that the output causes across the input winding."""
    return leg.leakage <= 0.0 or leg.clamp_voltage > reflected(leg, at)[0]


@kernel
def refresh_leg(x: Block, p: Block, u: Block, y: Block, c: Block, m: int) -> None:
    """Set a link's converter to its current, where that or anything else has moved, and note the most it can take."""
    flow = y.link_current[m]
    at = operating_point(x, p, u, c, m, flow)
    if not has_moved(x, p, u, m, at, flow):
        return
    leg = leg_of(x, c, flow > 0.0, u.board_temperature)
    x.limit[m] = 0.0
    if can_commutate(leg, at):
        setting = set_leg(leg, at, abs(flow), x.duty[m])
        x.duty[m], x.settling[m] = setting.duty, setting.settling
        x.yields[m] = x.steady[m] = setting.does.efficiency
        x.link_peak[m], x.link_ripple[m] = setting.does.peak, setting.does.ripple
        x.limit[m] = -setting.does.input_current if setting.ending == Ending.LIMITED else NONE
        if setting.ending == Ending.FAILED:
            x.unfound = 1.0
    y.refreshes += 1.0


@kernel
def refresh_shuttle(x: Block, p: Block, u: Block, y: Block) -> None:
    """Compute conductance, and peak current for a volt, of the switched capacitors where the temperature has moved."""
    if beyond(u.board_temperature, x.shuttle_temperature, p.refresh_tolerance):
        does = shuttle_average(
            shuttle_of(x, u.board_temperature), OperatingPoint(1.0, 0.0, HALF, 1.0 / p.switching_frequency)
        )
        x.conductance, x.shuttle_peak = -does.input_current, does.peak
        x.shuttle_temperature = u.board_temperature
        y.refreshes += 1.0


@kernel
def drive_shuttle(x: Block, u: Block, y: Block, c: Block, m: int) -> None:
    """Set current, yield and peak of a switched capacitor at the voltages of now, which drive it to the lower one."""
    flow = y.link_current[m]
    source, sink = end_voltage(x, u, giving_end(c, m, flow)), end_voltage(x, u, taking_end(c, m, flow))
    drop = max(source - sink, 0.0)
    x.limit[m] = x.conductance * drop
    x.yields[m] = x.steady[m] = sink / source
    x.link_peak[m], x.link_ripple[m] = x.shuttle_peak * drop, 2.0 * x.shuttle_peak * drop
    x.settling[m] = x.capacitance * (x.series_resistance + shuttle_of(x, u.board_temperature).switch_resistance)


@kernel
def refresh(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Refresh the averages of every link with a current, and limit this to what its converter can take."""
    if c.converter == Converter.SWITCHED_CAPACITOR:
        refresh_shuttle(x, p, u, y)
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        if flow != 0.0:
            if c.converter == Converter.SWITCHED_CAPACITOR:
                drive_shuttle(x, u, y, c, m)
            else:
                refresh_leg(x, p, u, y, c, m)
            most = x.limit[m] if x.yields[m] > 0.0 else 0.0
            y.link_current[m] = min(max(flow, -most), most)


@kernel
def reset_yields(x: Block) -> None:
    """Set the yield of every link to that of its steady state, whatever the periods of the last step yielded."""
    for m in range(x.yields.shape[0]):
        x.yields[m] = x.steady[m]


@kernel
def run_converters(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Limit the currents to what the converters take, by the fidelity chosen; h [s] is 0 before the first step."""
    x.unfound = 0.0
    if int(p.fidelity) > Fidelity.IDEAL:
        refresh(x, p, u, y, c)
    if int(p.fidelity) > Fidelity.AVERAGED and h > 0.0:
        run_periods(x, p, u, y, c, h)
    return DONE if x.unfound == 0.0 else NO_DUTY


@kernel
def write_converters(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write peak, ripple and time constant of the converters with a current, and the efficiency of all of them."""
    y.peak = y.ripple = y.switching_settling = given = arriving = 0.0
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        if flow != 0.0:
            given += end_voltage(x, u, giving_end(c, m, flow)) * abs(flow)
            arriving += end_voltage(x, u, taking_end(c, m, flow)) * x.arriving[m]
            y.peak, y.ripple = max(y.peak, x.link_peak[m]), max(y.ripple, x.link_ripple[m])
            y.switching_settling = max(y.switching_settling, x.settling[m])
    y.efficiency = arriving / given if given > 0.0 else 0.0
