"""Resistances of a converter at the temperature of its board.

Equations
---------
With the board temperature T, windings have ``R (1 + 0.00393 / K (T - 293.15 K))`` and semiconductors
``R (1 + 0.005 / K (T - 298.15 K))``.

Limits
------
Linear laws, from 200 K to 500 K. The drop of the semiconductors and the series resistance of a capacitor do not depend
on the temperature here.

References
----------
Copper: IEC 60028, International standard of resistance for copper, 1925. On-resistance: assumed; data sheets of
silicon power transistors show an increase by 40 % to 70 % from 25 degC to 125 degC.
"""

from __future__ import annotations

from ....core.kernel import kernel
from .capacitor import Shuttle
from .inductor import Leg

COPPER = 0.00393
"""Temperature coefficient of the resistance of copper, at `COPPER_TEMPERATURE` [1/K]."""

COPPER_TEMPERATURE = 293.15

ON_RESISTANCE = 0.005
"""Temperature coefficient of the resistance of a switch, at `ROOM_TEMPERATURE` [1/K]."""

ROOM_TEMPERATURE = 298.15


@kernel
def warm_leg(leg: Leg, temperature: float) -> Leg:
    """Return the leg, whose resistances hold at the reference temperatures, at another temperature [K]."""
    copper = 1.0 + COPPER * (temperature - COPPER_TEMPERATURE)
    switch = 1.0 + ON_RESISTANCE * (temperature - ROOM_TEMPERATURE)
    return Leg(
        leg.inductance,
        leg.leakage,
        leg.turns_ratio,
        copper * leg.input_winding,
        copper * leg.output_winding,
        switch * leg.switch_resistance,
        switch * leg.diode_resistance,
        leg.diode_drop,
        leg.clamp_voltage,
    )


@kernel
def warm_shuttle(shuttle: Shuttle, temperature: float) -> Shuttle:
    """Return the shuttle, whose resistances hold at the reference temperatures, at another temperature [K]."""
    switch = 1.0 + ON_RESISTANCE * (temperature - ROOM_TEMPERATURE)
    return Shuttle(shuttle.capacitance, shuttle.series_resistance, switch * shuttle.switch_resistance)
