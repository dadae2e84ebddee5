"""Switching converters: every period of a step, computed one by one.

Equations
---------
The duty of each link is found again for every step. The periods of the step are computed one by one: the current of
the inductor or the voltage of the capacitor goes on from one step to the next. Once periods repeat themselves to the
last digits, the rest of them are taken as equal. The link's current is the mean over the step, and no more than the law
wants. A link that starts or reverses has an inductor without current, or a capacitor at the voltage of its steady
state.

Limits
------
The length of the step ahead is not known: the number of periods is that of the last step's length, and at the start of
a run the link has its steady state. Heat counts the energy that inductors store as they start, and capacitors as
voltages move, as lost.

Shared states
-------------
`link_peak` and `link_ripple` are written here; `fidelity` uses them. `yields` is written here; `fidelity` and `links`
use it.
"""

from __future__ import annotations

from ...core.fields import Fields, state, whole
from ...core.kernel import Block, kernel
from .converter.capacitor import Shuttle, start_voltage
from .converter.capacitor import switch_period as shuttle_period
from .converter.control import with_duty
from .converter.inductor import Leg, switch_period
from .converter.operating_point import OperatingPoint
from .converter.parts import leg_of, shuttle_of
from .links import end_voltage, giving_end, taking_end
from .options import Converter

REPEATS = 1e-14
"""Change over a period, relative to the peak, below which the next periods are the same but for rounding."""

HALF = 0.5
"""Share of the period in which a switched capacitor is connected to either end."""


def fields(count: int) -> Fields:
    """Return what `count` links carry on from one step to the next."""
    return Fields(
        states=(
            state("carried", "A", count, "Current of an inductor, or voltage of a capacitor [V], after the step"),
            whole(
                "running", count, "Direction in which a link carries it on: 1, -1, or 0 where it does not", -1.0, 1.0
            ),
        ),
        modules=(__name__,),
    )


@kernel
def reset_periods(x: Block) -> None:
    """Start a run: no link carries anything on."""
    for m in range(x.carried.shape[0]):
        x.carried[m] = x.running[m] = 0.0


@kernel
def operating_point(x: Block, p: Block, u: Block, c: Block, m: int, flow: float) -> OperatingPoint:
    """Return where a link's converter works; the duty is the greatest one."""
    source, sink = end_voltage(x, u, giving_end(c, m, flow)), end_voltage(x, u, taking_end(c, m, flow))
    return OperatingPoint(source, sink, x.maximum_duty, 1.0 / p.switching_frequency)


@kernel
def run_leg(leg: Leg, at: OperatingPoint, current: float, periods: float) -> tuple[float, float, float, float, float]:
    """Simulate a leg period by period; periods that only repeat the one before them are counted, not computed.

    Parameters
    ----------
    leg : Leg
    at : OperatingPoint
    current : float
        At the start [A].
    periods : float
        Their number, a whole number.

    Returns
    -------
    taken, given, end, peak, ripple : float
        Charges [C], current at the end [A], its greatest value and range in a period [A].
    """
    taken = given = peak = ripple = 0.0
    left = periods
    while left > 0.0:
        of = switch_period(leg, at, current)
        count = 1.0 if abs(of.end - current) > REPEATS * of.peak else left  # what is not finite repeats
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
    """Simulate a switched capacitor likewise from a voltage [V]; return charges taken and given, its end, the peak."""
    taken = given = peak = 0.0
    left = periods
    while left > 0.0:
        of = shuttle_period(shuttle, at, voltage)
        count = 1.0 if abs(of.end - voltage) > REPEATS * abs(voltage) else left
        taken += count * of.taken
        given += count * of.given
        peak = max(peak, of.peak)
        voltage = of.end
        left -= count
    return taken, given, voltage, peak


@kernel
def switch_leg(x: Block, p: Block, u: Block, y: Block, c: Block, m: int, periods: float) -> None:
    """Compute so many periods of a link's inductor; the part above the law's current is switched off."""
    flow = y.link_current[m]
    sign = 1.0 if flow > 0.0 else -1.0
    at = with_duty(operating_point(x, p, u, c, m, flow), x.duty[m])
    start = x.carried[m] if x.running[m] == sign else 0.0
    leg = leg_of(x, c, flow > 0.0, u.board_temperature)
    taken, given, x.carried[m], x.link_peak[m], x.link_ripple[m] = run_leg(leg, at, start, periods)
    x.running[m] = sign
    y.link_current[m] = sign * min(max(taken, 0.0) / (periods * at.period), abs(flow))
    x.yields[m] = at.output_voltage * given / (at.input_voltage * taken) if taken > 0.0 else 0.0


@kernel
def switch_shuttle(x: Block, p: Block, u: Block, y: Block, c: Block, m: int, periods: float) -> None:
    """Compute so many periods of a link's capacitor; it is on for the share of time that the law allows."""
    flow = y.link_current[m]
    sign = 1.0 if flow > 0.0 else -1.0
    at = with_duty(operating_point(x, p, u, c, m, flow), HALF)
    shuttle = shuttle_of(x, u.board_temperature)
    start = x.carried[m] if x.running[m] == sign else start_voltage(shuttle, at)
    taken, given, x.carried[m], x.link_peak[m] = run_shuttle(shuttle, at, start, periods)
    x.link_ripple[m] = 2.0 * x.link_peak[m]
    x.running[m] = sign
    mean = max(taken, 0.0) / (periods * at.period)
    y.link_current[m] = sign * min(abs(flow) / x.limit[m] * mean, abs(flow))
    x.yields[m] = at.output_voltage * given / (at.input_voltage * taken) if taken > 0.0 else 0.0


@kernel
def run_periods(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Replace the averages of every link by those of its periods in a step of h [s]; a link without current resets."""
    periods = max(1.0, float(round(h * p.switching_frequency)))
    for m in range(y.link_current.shape[0]):
        if y.link_current[m] == 0.0:
            x.running[m] = 0.0
        elif c.converter == Converter.SWITCHED_CAPACITOR:
            switch_shuttle(x, p, u, y, c, m, periods)
        else:
            switch_leg(x, p, u, y, c, m, periods)
