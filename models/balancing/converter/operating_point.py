"""Switching converters that carry charge between cells: where they work, and the averages of their steady state.

Equations
---------
The voltages at both sides are constant over a period T, so that every interval is linear of first order: its end,
charge and Joule heat are closed forms. The periodic steady state is the period that ends where it starts.

Averages over the period are the current into the cell at either side, negative at the side that gives, and the losses
by part. In the steady state ``V_1 charge taken = V_2 charge given + losses`` holds.

Limits
------
Voltages are constant within a period: the cells' fast impedance may be added to the resistances. Voltages are positive.
The edges of the switch are instants. Gate charge, capacitances of the semiconductors, reverse recovery and core losses
are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from ....core.kernel import kernel


class OperatingPoint(NamedTuple):
    """Where a converter works."""

    input_voltage: float
    """V_1 at the side of the switch [V], > 0."""
    output_voltage: float
    """V_2 [V], > 0."""
    duty: float
    """Share d of the period in which the input is connected, 0 to 1."""
    period: float
    """T [s], > 0."""


class Average(NamedTuple):
    """What a converter does in its periodic steady state."""

    input_current: float
    """Mean current into the cell or pack at the input [A]: negative where it gives."""
    output_current: float
    """Mean current into the cell or pack at the output [A]."""
    peak: float
    """Largest size of the current in the inductor or capacitor [A]."""
    ripple: float
    """Range of the inductor's current [A] or of the capacitor's voltage [V] over the period."""
    loss: float
    """Mean power of all losses [W]."""
    efficiency: float
    """Energy that arrives over energy given; 0 where nothing is given."""


@kernel
def efficiency(input_energy: float, output_energy: float) -> float:
    """Return which share of the energy given arrives; 0 where nothing is given.

    Parameters
    ----------
    input_energy : float
        Taken from the input [J]; negative where the input receives.
    output_energy : float
        Given to the output [J].
    """
    if input_energy > 0.0:
        return output_energy / input_energy
    return input_energy / output_energy if output_energy < 0.0 else 0.0
