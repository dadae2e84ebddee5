"""Switched capacitor between two cells.

Equations
---------
For d T the capacitor is connected to cell 1, for the rest of the period to cell 2, each time through R = ESR +
switches::

    C dv/dt = (V_k - v) / R        charge of a period = C (V_1 - V_2) (1 - e_1) (1 - e_2) / (1 - e_1 e_2)

with ``e_k = exp(-t_k / (R C))``. At d = 1/2 it is the resistance ``coth(1 / (4 f R C)) / (f C)`` between the cells:
``1 / (f C)`` where each interval settles, ``4 R`` where the voltage hardly moves.

Limits
------
A capacitor needs a resistance.

References
----------
J. W. Kimball, P. T. Krein, K. R. Cahill, IEEE Power Electronics Letters 3 (2005) 136, doi:10.1109/LPEL.2005.863603 (the
coth law, and its limits).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ....core.kernel import kernel
from .interval import capacitor
from .operating_point import Average, OperatingPoint, efficiency


class Shuttle(NamedTuple):
    """Parts of a switched capacitor."""

    capacitance: float
    """C [F], > 0."""
    series_resistance: float
    """Equivalent series resistance (ESR) of the capacitor [Ohm], >= 0."""
    switch_resistance: float
    """Of all switches that conduct at a time [Ohm], >= 0; with the ESR > 0."""


class Exchange(NamedTuple):
    """The result of one switching period: charges [C], heat by part [J]."""

    end: float
    """Capacitor voltage at the end [V], where the next period starts."""
    taken: float
    """Charge out of cell 1, the input [C]."""
    given: float
    """Charge into cell 2, the output [C]."""
    peak: float
    """Largest size of the current [A]."""
    swing: float
    """Range of the capacitor's voltage [V]."""
    capacitor: float
    switch: float


@kernel
def start_voltage(shuttle: Shuttle, at: OperatingPoint) -> float:
    """Return the capacitor's voltage [V] at which the steady period starts."""
    rate = 1.0 / ((shuttle.series_resistance + shuttle.switch_resistance) * shuttle.capacitance)
    settled = math.expm1(-rate * (1.0 - at.duty) * at.period) / math.expm1(-rate * at.period)
    return at.input_voltage - (at.input_voltage - at.output_voltage) * settled


@kernel
def switch_period(shuttle: Shuttle, at: OperatingPoint, voltage: float) -> Exchange:
    """Simulate one period exactly, from a voltage [V] of the capacitor as it is connected to cell 1."""
    resistance = shuttle.series_resistance + shuttle.switch_resistance
    on = at.duty * at.period
    first = at.input_voltage - voltage
    rise, taken, on_square = capacitor(first, resistance, shuttle.capacitance, on)
    second = at.output_voltage - (voltage + rise)
    fall, received, off_square = capacitor(second, resistance, shuttle.capacitance, at.period - on)
    square = on_square + off_square
    return Exchange(
        voltage + rise + fall,
        taken,
        -received,
        max(abs(first) if on > 0.0 else 0.0, abs(second) if on < at.period else 0.0) / resistance,
        max(0.0, rise, rise + fall) - min(0.0, rise, rise + fall),
        shuttle.series_resistance * square,
        shuttle.switch_resistance * square,
    )


@kernel
def average(shuttle: Shuttle, at: OperatingPoint) -> Average:
    """Return what the shuttle does in its periodic steady state."""
    of = switch_period(shuttle, at, start_voltage(shuttle, at))
    return Average(
        -of.taken / at.period,
        of.given / at.period,
        of.peak,
        of.swing,
        (of.capacitor + of.switch) / at.period,
        efficiency(at.input_voltage * of.taken, at.output_voltage * of.given),
    )
