"""Control of an inductive converter: the duty that takes a wanted current from its input, from either end.

Equations
---------
*Duty.* The mean current taken grows with the duty d. In discontinuous conduction it depends on the ramp under the
closed switch alone, ``i(0) = 0``, and its slope is the current at the end of the ramp::

    I(d) = 1/T integral of i from 0 to d T,      dI/dd = i(d T)

Newton's method, which a convex function makes monotone after its first step, finds d in two or three steps from the
lossless ``sqrt(2 L I / (V_1 T))`` or from the last duty. Where conduction is continuous at this duty, or the duty
exceeds the greatest one, the steady current is bracketed between the duty and 0, and the Illinois variant of the false
position finds it. Where the greatest duty takes less than the current wanted, the greatest duty is used.

*Reversed leg*, whose output gives. With the turns n of the output for each turn of the input, inductances and
resistances change sides as the other winding sees them::

    L' = n**2 L,   L_s' = n**2 L_s,   V_c' = n V_c,   n' = 1 / n,   R_w1' = R_w2,   R_s' = R_d,   and the reverse

The switch of one side is the rectifier of the other. A leg that is reversed twice is the leg itself.

Limits
------
The current taken grows with the duty as long as a period is long against the commutation of the leakage.

References
----------
Illinois: M. Dowell, P. Jarratt, BIT 11 (1971) 168, doi:10.1007/BF01934364.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

from ....core.kernel import kernel
from .inductor import Leg, average, reflected, valley
from .interval import inductor
from .operating_point import Average, OperatingPoint

TOLERANCE = 1e-9
"""Of the current wanted: far below the tolerance of a refresh, far above rounding."""

LAST_STEP = 1e-5
"""Step of Newton's method, relative to the duty, whose square is the error that remains."""

MOST_STEPS = 100
"""Of either method; Newton's method takes two or three, the false position some ten."""


class Ending(IntEnum):
    """How the search for a duty ended."""

    FOUND = 0
    """The converter takes the current wanted."""
    LIMITED = 1
    """It takes less: what it can at the greatest duty."""
    FAILED = 2
    """The steps did not suffice."""


class Setting(NamedTuple):
    """How a leg is set."""

    duty: float
    """Share d of the period in which the input is connected, 0 to 1."""
    does: Average
    """What the leg does in its periodic steady state."""
    settling: float
    """Time constant with which it settles to that state [s]; the period where conduction is discontinuous."""
    ending: int
    """An `Ending`."""


@kernel
def reversed_leg(leg: Leg) -> Leg:
    """Return the same transformer and parts with the output as the input; the drop is that of either rectifier."""
    turns = leg.turns_ratio
    return Leg(
        turns * turns * leg.inductance,
        turns * turns * leg.leakage,
        1.0 / turns,
        leg.output_winding,
        leg.input_winding,
        leg.diode_resistance,
        leg.switch_resistance,
        leg.diode_drop,
        turns * leg.clamp_voltage,
    )


@kernel
def with_duty(at: OperatingPoint, duty: float) -> OperatingPoint:
    """Return the operating point at another duty."""
    return OperatingPoint(at.input_voltage, at.output_voltage, duty, at.period)


@kernel
def discontinuous_duty(leg: Leg, at: OperatingPoint, current: float, guess: float) -> tuple[float, bool]:
    """Return the duty of a mean input current [A] > 0 where each period starts from 0, and whether it was found.

    A duty above `at.duty`, which bounds it, is returned unfinished.
    """
    whole = leg.inductance + leg.leakage
    resistance = leg.input_winding + leg.switch_resistance
    duty = guess if guess > 0.0 else math.sqrt(2.0 * whole * current / (at.input_voltage * at.period))
    for _ in range(MOST_STEPS):
        end, charge, _ = inductor(0.0, at.input_voltage, resistance, whole, duty * at.period)
        step = (charge / at.period - current) / end
        duty = max(duty - step, 0.01 * duty)
        if abs(step) <= LAST_STEP * duty or (step <= 0.0 and duty > at.duty):
            return duty, True
    return duty, False


@kernel
def steady_duty(leg: Leg, at: OperatingPoint, current: float, above: float) -> tuple[float, Average, bool]:
    """Return the duty below `at.duty` that takes a current [A], what the leg does at it, and whether it was found.

    At `at.duty` it takes `above` [A] more than that.
    """
    low, below, high = 0.0, -current, at.duty
    side = 0
    for _ in range(MOST_STEPS):
        duty = high - above * (high - low) / (above - below)
        does = average(leg, with_duty(at, duty))
        excess = -does.input_current - current
        if abs(excess) <= TOLERANCE * current or not low < duty < high:
            return duty, does, True
        if excess > 0.0:
            high, above = duty, excess
            below = 0.5 * below if side > 0 else below
            side = 1
        else:
            low, below = duty, excess
            above = 0.5 * above if side < 0 else above
            side = -1
    return duty, does, False


@kernel
def settling_time(leg: Leg, at: OperatingPoint) -> float:
    """Return the time constant of the map from a period's start to its end [s]; the period where it ends at 0."""
    if valley(leg, at) <= 0.0:
        return at.period
    _, resistance = reflected(leg, at)
    whole = leg.inductance + leg.leakage
    on, off = at.duty * at.period, (1.0 - at.duty) * at.period
    decay = (leg.input_winding + leg.switch_resistance) / whole * on + resistance / leg.inductance * off
    return at.period / (decay + math.log1p(leg.leakage / leg.inductance))


@kernel
def set_leg(leg: Leg, at: OperatingPoint, current: float, guess: float) -> Setting:
    """Set a leg so that its steady state takes a current.

    Parameters
    ----------
    leg : Leg
        With some resistance or leakage.
    at : OperatingPoint
        As for `inductor.valley`; its duty is the greatest one allowed.
    current : float
        Mean current out of the input that is wanted [A], > 0.
    guess : float
        A duty near which it may be; 0 for none.
    """
    duty, found = discontinuous_duty(leg, at, current, guess)
    duty = min(duty, at.duty)
    does = average(leg, with_duty(at, duty))
    if -does.input_current < current * (1.0 - TOLERANCE) and duty < at.duty:
        duty = at.duty
        does = average(leg, at)
    limited = -does.input_current < current * (1.0 - TOLERANCE)
    if -does.input_current > current * (1.0 + TOLERANCE):
        duty, does, found = steady_duty(leg, with_duty(at, duty), current, -does.input_current - current)
    ending = Ending.LIMITED if limited else Ending.FOUND
    return Setting(duty, does, settling_time(leg, with_duty(at, duty)), ending if found else Ending.FAILED)
