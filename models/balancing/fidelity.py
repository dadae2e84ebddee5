"""The converters of a balancer's links: averages that are refreshed where they have moved, or every period of a step.

A link's current is what the law wants, as far as its converter can take it. What it yields, its peak, its ripple and
the time constant with which it settles are those of the periodic steady state at the operating point of its last
refresh.

A switched capacitor takes what the voltages drive: its conductance is the same for all links, and follows from the
board temperature alone. It is switched off for the share of time in which the law wants nothing.
"""

from __future__ import annotations

from ...core.model import DONE, Block, kernel
from ...core.timescale import NONE
from .active_variables import Fidelity
from .converter.capacitor import Shuttle, start_voltage
from .converter.capacitor import average as shuttle_average
from .converter.capacitor import switch_period as shuttle_period
from .converter.control import Ending, reversed_leg, set_leg, warm_leg, warm_shuttle, with_duty
from .converter.inductor import Leg, reflected, switch_period
from .converter.operating_point import OperatingPoint
from .laws import BUCK_BOOST, SWITCHED_CAPACITOR
from .links import end_voltage, gives, takes

REPEATS = 1e-14
"""Change over a period, relative to the peak, below which the periods to come are the same but for rounding."""

HALF = 0.5
"""Share of the period that a switched capacitor spends at either end."""


@kernel
def leg_of(x: Block, c: Block, first_gives: bool, temperature: float) -> Leg:
    """Return the parts of a link, the end that gives as the input."""
    z = x.parts
    leg = warm_leg(Leg(z[0], z[1], z[2], z[3], z[4], z[5], z[6], z[7], z[8]), temperature)
    return leg if first_gives or c.converter == BUCK_BOOST else reversed_leg(leg)


@kernel
def shuttle_of(x: Block, temperature: float) -> Shuttle:
    """Return the parts of a switched capacitor."""
    return warm_shuttle(Shuttle(x.parts[0], x.parts[1], x.parts[2]), temperature)


@kernel
def operation_of(x: Block, p: Block, u: Block, c: Block, m: int, flow: float) -> OperatingPoint:
    """Return where a link works; the duty is the greatest one."""
    source, sink = end_voltage(x, u, gives(c, m, flow)), end_voltage(x, u, takes(c, m, flow))
    return OperatingPoint(source, sink, x.parts[9], 1.0 / p.switching_frequency)


@kernel
def beyond(value: float, former: float, tolerance: float) -> bool:
    """Return whether a value has moved by more than a share of what it was."""
    return abs(value - former) > tolerance * abs(former)


@kernel
def has_moved(x: Block, p: Block, u: Block, m: int, at: OperatingPoint, flow: float) -> bool:
    """Return whether a link works elsewhere than at its last refresh, which it notes; every period wants it exact."""
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
def settle(x: Block) -> None:
    """Expect of every link what its steady state yields, whatever the periods of the last step did."""
    for m in range(x.yields.shape[0]):
        x.yields[m] = x.steady[m]


@kernel
def can_commutate(leg: Leg, at: OperatingPoint) -> bool:
    """Return whether the clamp is above what the output shows the input winding."""
    return leg.leakage <= 0.0 or leg.clamp_voltage > reflected(leg, at)[0]


@kernel
def refresh_leg(x: Block, p: Block, u: Block, y: Block, c: Block, m: int) -> None:
    """Set a link's converter to its current, where that or anything else has moved; note what it can take."""
    flow = y.link_current[m]
    at = operation_of(x, p, u, c, m, flow)
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
            x.status = 1.0
    y.refreshes += 1.0


@kernel
def refresh_shuttle(x: Block, p: Block, u: Block, y: Block) -> None:
    """Compute conductance and peak of the switched capacitors for a volt, where the temperature has moved."""
    if beyond(u.board_temperature, x.shuttle_temperature, p.refresh_tolerance):
        does = shuttle_average(
            shuttle_of(x, u.board_temperature), OperatingPoint(1.0, 0.0, HALF, 1.0 / p.switching_frequency)
        )
        x.conductance, x.shuttle_peak = -does.input_current, does.peak
        x.shuttle_temperature = u.board_temperature
        y.refreshes += 1.0


@kernel
def drive_shuttle(x: Block, u: Block, y: Block, c: Block, m: int) -> None:
    """Note what a switched capacitor takes, and how, at the voltages of now; they drive it towards the lower one."""
    flow = y.link_current[m]
    source, sink = end_voltage(x, u, gives(c, m, flow)), end_voltage(x, u, takes(c, m, flow))
    drop = max(source - sink, 0.0)
    x.limit[m] = x.conductance * drop
    x.yields[m] = x.steady[m] = sink / source
    x.link_peak[m], x.link_ripple[m] = x.shuttle_peak * drop, 2.0 * x.shuttle_peak * drop
    x.settling[m] = x.parts[0] * (x.parts[1] + shuttle_of(x, u.board_temperature).switch_resistance)


@kernel
def refresh(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Bring the averages of every link that carries up to date, and restrict it to what its converter can take."""
    if c.converter == SWITCHED_CAPACITOR:
        refresh_shuttle(x, p, u, y)
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        if flow != 0.0:
            if c.converter == SWITCHED_CAPACITOR:
                drive_shuttle(x, u, y, c, m)
            else:
                refresh_leg(x, p, u, y, c, m)
            most = x.limit[m] if x.yields[m] > 0.0 else 0.0
            y.link_current[m] = min(max(flow, -most), most)


@kernel
def run_leg(leg: Leg, at: OperatingPoint, current: float, periods: float) -> tuple[float, float, float, float, float]:
    """Simulate a leg period by period; those that only repeat their forerunner are counted, not repeated.

    Parameters
    ----------
    leg : Leg
    at : OperatingPoint
    current : float
        At the beginning [A].
    periods : float
        How many, a whole number.

    Returns
    -------
    taken, given, end, peak, ripple : float
        Charges [C], current at the end [A], its greatest value and range in a period [A].
    """
    taken = given = peak = ripple = 0.0
    left = periods
    while left > 0.0:
        of = switch_period(leg, at, current)
        count = left if abs(of.end - current) <= REPEATS * of.peak else 1.0
        taken += count * of.taken
        given += count * of.given
        peak, ripple = max(peak, of.peak), max(ripple, of.peak - of.trough)
        current = of.end
        left -= count
    return taken, given, current, peak, ripple


@kernel
def run_shuttle(
    shuttle: Shuttle, at: OperatingPoint, voltage: float, periods: float
) -> tuple[float, float, float, float]:
    """Simulate a switched capacitor likewise, from a voltage [V]; return charges taken and given, its end, the peak."""
    taken = given = peak = 0.0
    left = periods
    while left > 0.0:
        of = shuttle_period(shuttle, at, voltage)
        count = left if abs(of.end - voltage) <= REPEATS * abs(voltage) else 1.0
        taken += count * of.taken
        given += count * of.given
        peak = max(peak, of.peak)
        voltage = of.end
        left -= count
    return taken, given, voltage, peak


@kernel
def switch_leg(x: Block, p: Block, u: Block, y: Block, c: Block, m: int, periods: float) -> None:
    """Carry a link's inductor through so many periods; what would exceed the law's current is switched off."""
    flow = y.link_current[m]
    sign = 1.0 if flow > 0.0 else -1.0
    at = with_duty(operation_of(x, p, u, c, m, flow), x.duty[m])
    start = x.carried[m] if x.running[m] == sign else 0.0
    leg = leg_of(x, c, flow > 0.0, u.board_temperature)
    taken, given, x.carried[m], x.link_peak[m], x.link_ripple[m] = run_leg(leg, at, start, periods)
    x.running[m] = sign
    y.link_current[m] = sign * min(max(taken, 0.0) / (periods * at.period), abs(flow))
    x.yields[m] = at.output_voltage * given / (at.input_voltage * taken) if taken > 0.0 else 0.0


@kernel
def switch_shuttle(x: Block, p: Block, u: Block, y: Block, c: Block, m: int, periods: float) -> None:
    """Carry a link's capacitor through so many periods; it is on for the share of time that the law leaves it."""
    flow = y.link_current[m]
    sign = 1.0 if flow > 0.0 else -1.0
    at = with_duty(operation_of(x, p, u, c, m, flow), HALF)
    shuttle = shuttle_of(x, u.board_temperature)
    start = x.carried[m] if x.running[m] == sign else start_voltage(shuttle, at)
    taken, given, x.carried[m], x.link_peak[m] = run_shuttle(shuttle, at, start, periods)
    x.link_ripple[m] = 2.0 * x.link_peak[m]
    x.running[m] = sign
    mean = max(taken, 0.0) / (periods * at.period)
    y.link_current[m] = sign * min(abs(flow) / x.limit[m] * mean, abs(flow))
    x.yields[m] = at.output_voltage * given / (at.input_voltage * taken) if taken > 0.0 else 0.0


@kernel
def switch(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Replace the averages of every link by those of the periods of a step of h [s]; a link that rests forgets."""
    periods = max(1.0, float(round(h * p.switching_frequency)))
    for m in range(y.link_current.shape[0]):
        if y.link_current[m] == 0.0:
            x.running[m] = 0.0
        elif c.converter == SWITCHED_CAPACITOR:
            switch_shuttle(x, p, u, y, c, m, periods)
        else:
            switch_leg(x, p, u, y, c, m, periods)


@kernel
def convert(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Let the converters take up what the law wants, by the fidelity chosen; h [s] is 0 before the first step."""
    x.status = 0.0
    if int(p.fidelity) > Fidelity.IDEAL:
        refresh(x, p, u, y, c)
    if int(p.fidelity) > Fidelity.AVERAGED and h > 0.0:
        switch(x, p, u, y, c, h)
    return DONE if x.status == 0.0 else 1


@kernel
def tell_converters(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Tell peak, ripple and time constant of the converters that carry, and what all of them yield."""
    y.peak = y.ripple = y.switching_settling = given = arriving = 0.0
    for m in range(y.link_current.shape[0]):
        flow = y.link_current[m]
        if flow != 0.0:
            given += end_voltage(x, u, gives(c, m, flow)) * abs(flow)
            arriving += end_voltage(x, u, takes(c, m, flow)) * x.arriving[m]
            y.peak, y.ripple = max(y.peak, x.link_peak[m]), max(y.ripple, x.link_ripple[m])
            y.switching_settling = max(y.switching_settling, x.settling[m])
    y.efficiency = arriving / given if given > 0.0 else 0.0
