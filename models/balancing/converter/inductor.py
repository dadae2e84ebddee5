"""Converters that carry charge in an inductor: buck-boost between neighbours, and flyback.

Equations
---------
For d T the switch connects the inductor to the input. Then the diode lets its current flow on into the output until
it ends or the period does::

    (L + L_s) di/dt = V_1 - (R_w1 + R_s) i                                      switch closed
    L di/dt = -(V_2 + V_d) / n - (R_w2 + R_d) i / n**2                          diode conducting
    t_zero = L n**2 / (R_w2 + R_d) ln(1 + (R_w2 + R_d) i_peak / (n (V_2 + V_d)))

with the turns n of the output for each turn of the input, the output's current i / n, the resistances of windings,
switch and diode, the diode's drop V_d and the leakage L_s. The buck-boost between adjacent cells has ``n = 1``, one
winding and no leakage. The flyback from a cell to the pack has the pack's voltage as V_2, that from the pack to a cell
has it as V_1.

Commutation of the leakage takes no time here; the charge that it moves is booked. As the switch opens, the leakage
discharges into the clamp at V_c and keeps charge from the output meanwhile. As the switch closes on a current i, the
flux of the loop is conserved, and the energy set free goes to both sides by the share that the ramps of a commutation
give them::

    opens:   clamp takes V_c q,  output loses q / n,  q = L_s i**2 / (2 (V_c - V_r)),  V_r = (V_2 + V_d) / n
    closes:  i -> i L / (L + L_s),  input regains q,  output gains q / n,  q = L L_s / (L + L_s) i**2 / (2 (V_1 + V_r))

*Steady state.* In continuous conduction a period is an affine map ``i -> a i + b`` of the current at its start, whose
fixed point is ``b / (1 - a)``. Where the fixed point is not positive, conduction is discontinuous, and the period
starts from 0. Without losses, discontinuous, the input gives ``V_1 d**2 T / (2 L)`` on average.

Limits
------
``V_c > (V_2 + V_d) / n`` where there is leakage. A synchronous rectifier is a diode without a drop that opens at
current 0. The drop over resistances during commutation is that of the full current: in continuous conduction the
averages of a flyback err by about half the share of the period that its commutations take (0.5 to 1 % where the leakage
is 1 % of L), in discontinuous conduction by less than 0.05 %. Continuous conduction settles only where something loses
energy: without any resistance and leakage its current is infinite.

References
----------
R. W. Erickson, D. Maksimovic, Fundamentals of Power Electronics, 3rd edition, Springer 2020,
doi:10.1007/978-3-030-43881-4, chapters 3 (losses), 5 (discontinuous conduction) and 6 (flyback).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ....core.kernel import kernel
from .interval import decay_mean, inductor, time_to_zero
from .operating_point import Average, OperatingPoint, efficiency


class Leg(NamedTuple):
    """Parts of an inductive converter: those of the output are at the output's own current."""

    inductance: float
    """Magnetising inductance L at the input winding [H], > 0."""
    leakage: float
    """Leakage inductance L_s in series with the input winding [H], >= 0."""
    turns_ratio: float
    """Turns n of the output winding over those of the input winding [1], > 0."""
    input_winding: float
    """R_w1 [Ohm], >= 0."""
    output_winding: float
    """R_w2 [Ohm], >= 0."""
    switch_resistance: float
    """R_s [Ohm], >= 0."""
    diode_resistance: float
    """R_d [Ohm], >= 0."""
    diode_drop: float
    """V_d [V], >= 0."""
    clamp_voltage: float
    """V_c across the input winding as the switch opens [V]; of no effect without leakage."""


class Period(NamedTuple):
    """The result of one switching period: charges [C], currents [A], heat by part [J]."""

    end: float
    """Inductor current at the end [A], where the next period starts."""
    taken: float
    """Charge out of the input [C]."""
    given: float
    """Charge into the output [C]."""
    peak: float
    trough: float
    winding: float
    switch: float
    diode_resistance: float
    diode_drop: float
    clamp: float


@kernel
def buck_boost(
    inductance: float, winding_resistance: float, switch_resistance: float, diode_resistance: float, diode_drop: float
) -> Leg:
    """Return the leg between two adjacent cells, whose one winding carries the current in both intervals."""
    return Leg(
        inductance,
        0.0,
        1.0,
        winding_resistance,
        winding_resistance,
        switch_resistance,
        diode_resistance,
        diode_drop,
        math.inf,
    )


@kernel
def reflected(leg: Leg, at: OperatingPoint) -> tuple[float, float]:
    """Return voltage [V] and resistance [Ohm] of the output as the input winding sees them."""
    turns = leg.turns_ratio
    resistance = leg.output_winding + leg.diode_resistance
    return (at.output_voltage + leg.diode_drop) / turns, resistance / (turns * turns)


@kernel
def valley(leg: Leg, at: OperatingPoint) -> float:
    """Return the current [A] at which the steady period starts: 0 in discontinuous conduction.

    Parameters
    ----------
    leg : Leg
    at : OperatingPoint
        With a positive input voltage, and ``output_voltage + diode_drop > 0``.
    """
    opposing, resistance = reflected(leg, at)
    whole = leg.inductance + leg.leakage
    on, off = at.duty * at.period, (1.0 - at.duty) * at.period
    on_decay = (leg.input_winding + leg.switch_resistance) / whole * on
    off_decay = resistance / leg.inductance * off
    up = at.input_voltage / whole * on * decay_mean(on_decay)
    down = opposing / leg.inductance * off * decay_mean(off_decay)
    left = up * math.exp(-off_decay) - down
    lost = -math.expm1(-on_decay - off_decay - math.log1p(leg.leakage / leg.inductance))
    return left / lost if left > 0.0 else 0.0


@kernel
def switch_period(leg: Leg, at: OperatingPoint, current: float) -> Period:
    """Simulate one period exactly.

    Parameters
    ----------
    leg : Leg
    at : OperatingPoint
        With a positive input voltage, ``output_voltage + diode_drop > 0`` and, where there is leakage,
        ``clamp_voltage > (output_voltage + diode_drop) / turns_ratio``.
    current : float
        Inductor current as the switch closes [A], >= 0.
    """
    turns = leg.turns_ratio
    whole = leg.inductance + leg.leakage
    opposing, resistance = reflected(leg, at)
    on = at.duty * at.period
    start = current * leg.inductance / whole
    regained = 0.5 * leg.leakage * current * start / (at.input_voltage + opposing)
    peak, taken, on_square = inductor(start, at.input_voltage, leg.input_winding + leg.switch_resistance, whole, on)
    clamped = 0.5 * leg.leakage * peak * peak / (leg.clamp_voltage - opposing)
    zero = time_to_zero(peak, opposing, resistance, leg.inductance)
    off = min(at.period - on, zero)
    end, charge, square = inductor(peak, -opposing, resistance, leg.inductance, off)
    end = max(0.0, end) if off < zero else 0.0
    off_square = square / (turns * turns)
    given = (charge + regained - clamped) / turns
    return Period(
        end,
        taken - regained,
        given,
        max(current, peak),
        min(start, end),
        leg.input_winding * on_square + leg.output_winding * off_square,
        leg.switch_resistance * on_square,
        leg.diode_resistance * off_square,
        leg.diode_drop * given,
        0.5 * leg.leakage * peak * peak + opposing * clamped,
    )


@kernel
def losses(of: Period) -> float:
    """Return the sum of all heat of a period [J]."""
    return of.winding + of.switch + of.diode_resistance + of.diode_drop + of.clamp


@kernel
def average(leg: Leg, at: OperatingPoint) -> Average:
    """Return what the leg does in its periodic steady state; arguments as for `valley`."""
    of = switch_period(leg, at, valley(leg, at))
    return Average(
        -of.taken / at.period,
        of.given / at.period,
        of.peak,
        of.peak - of.trough,
        losses(of) / at.period,
        efficiency(at.input_voltage * of.taken, at.output_voltage * of.given),
    )
