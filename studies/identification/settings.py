"""What a fit is told beside the records."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...core.errors import InputError

MONTH = 30.4375 * 24.0 * 3600.0
"""[s]."""

POSITIVE = (
    "capacity", "minimum_voltage", "maximum_voltage", "maximum_charge_current", "maximum_discharge_current", "mass",
    "slowest_time_constant", "reference_temperature", "hysteresis_rate", "coulombic_efficiency",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """Structure of the fitted cell, and what is known of it; None is taken from the records, or assumed.

    Parameters
    ----------
    name : str
        Of the cell.
    pairs : int
        Number of RC pairs, 1 to 3. The second separates seconds from minutes, the third minutes from the diffusion
        that only rests of an hour show.
    capacity : float, optional
        Charge between SOC 0 and 1 [C]. Without it SOC 0 and 1 are where the open-circuit voltage at the reference
        temperature is at the voltage limits, continued straight beyond what the records reached.
    initial_soc : float, optional
        SOC at the start of the first record that is fitted, 0 to 1. Without it SOC 1 is where the open-circuit voltage
        is at the upper limit. It goes with a capacity.
    minimum_voltage, maximum_voltage : float, optional
        Limits of the cell [V]; without them the least and greatest voltage of the records.
    maximum_charge_current, maximum_discharge_current : float, optional
        Limits of the cell, both positive [A]; without them the greatest currents of the records.
    mass : float, optional
        [kg]. Without it 24 g/A.h are assumed, those of the Leaf's cell.
    reference_temperature : float
        That the tables hold for [K].
    slowest_time_constant : float, optional
        Sets that of the last pair, instead of fitting it [s].
    nodes, resistance_knots, entropic_knots : int
        Uniform knots over SOC of the open-circuit voltage, the resistances and dU/dT; all are nodes.
    hysteresis : bool
        Whether the cell may have hysteresis; it is left out where the records do not tell it.
    hysteresis_rate : float
        Reciprocal of the SOC over which hysteresis switches.
    coulombic_efficiency : float
        Share of the charging current that is stored: assumed, records of a few cycles cannot tell it from the gain of
        the current sensor.
    self_discharge_per_month : float
        Share of the capacity lost at the reference temperature: assumed, at 50 kJ/mol.
    held_out : frozenset of str
        Names of records whose voltage is predicted and not fitted; their temperatures are fitted.

    Raises
    ------
    InputError
        When a value lies outside its range, or two do not go together.
    """

    name: str = "fitted cell"
    pairs: int = 2
    capacity: float | None = None
    initial_soc: float | None = None
    minimum_voltage: float | None = None
    maximum_voltage: float | None = None
    maximum_charge_current: float | None = None
    maximum_discharge_current: float | None = None
    mass: float | None = None
    reference_temperature: float = 298.15
    slowest_time_constant: float | None = None
    nodes: int = 101
    resistance_knots: int = 21
    entropic_knots: int = 11
    hysteresis: bool = True
    hysteresis_rate: float = 20.0
    coulombic_efficiency: float = 0.9995
    self_discharge_per_month: float = 0.003
    held_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in POSITIVE and value is not None and not 0.0 < value < np.inf:
                raise InputError(f"{field.name} = {value} must be above 0, and finite")
        _within("pairs", self.pairs, 1, 3)
        _within("coulombic_efficiency", self.coulombic_efficiency, 0.5, 1.0)
        _within("self_discharge_per_month", self.self_discharge_per_month, 0.0, 1.0)
        if self.initial_soc is not None:
            _within("initial_soc", self.initial_soc, 0.0, 1.0)
            if self.capacity is None:
                raise InputError(f"initial_soc = {self.initial_soc} needs a capacity beside it")
        for name in ("resistance_knots", "entropic_knots"):
            knots = getattr(self, name)
            _within(name, knots, 3, self.nodes)
            if (self.nodes - 1) % (knots - 1):
                raise InputError(f"{name} = {knots}: {knots - 1} must divide nodes - 1 = {self.nodes - 1}")


def _within(name: str, value: Any, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InputError(f"{name} = {value} must lie within {least} and {most}")
