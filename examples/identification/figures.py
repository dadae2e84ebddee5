"""What the identification finds, and the cell parameters that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packfmu.models.cell.kind import CellParameters

NODES = 201
"""Nodes of the tables over SOC."""

RESISTANCE_KNOTS = 26
"""Knots of the resistances; every eighth node of the tables is one."""

ENTROPIC_KNOTS = 11
"""Knots of dU/dT; every twentieth node of the tables is one."""

PAIRS = 3
"""RC pairs: seconds, a minute, and the diffusion-like rest."""

REFERENCE_TEMPERATURE = 298.15
"""Of the tables [K]."""

MASS = 0.799
"""Of the cell [kg], as its tests tell."""

COULOMBIC_EFFICIENCY = 0.9995
"""Share of the charging current that is stored, from the charges counted in the 1C record."""

MONTH = 30.4375 * 24.0 * 3600.0
"""[s]."""

SELF_DISCHARGE_PER_MONTH = 0.003
"""Share of the capacity that the cell loses at the reference temperature: assumed."""

SELF_DISCHARGE_ACTIVATION_ENERGY = 50e3
"""Of the self-discharge [J/mol]: assumed."""

PACK_DISCHARGE_POWER = 90e3
"""The battery's rated power [W], of 192 cells."""

CELLS, STRINGS = 192, 2

CHARGER_CURRENT = 125.0
"""The most that the CHAdeMO charging connector carries [A], shared by the strings."""

MINIMUM_VOLTAGE, MAXIMUM_VOLTAGE = 3.0, 4.2
"""Limits that the cell was tested between [V]."""

DECIMALS = {
    "capacity": -1,
    "open_circuit_voltage": 5,
    "entropic_coefficient": 6,
    "ohmic_resistance": 7,
    "polarisation_resistance": 7,
    "time_constant": 2,
    "ohmic_activation_energy": -1,
    "polarisation_activation_energy": -1,
    "heat_capacity": 0,
    "convection": 3,
}
"""Decimals that each figure is kept with, so that another machine's rounding errors do not show."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The identified figures of a cell.

    Parameters
    ----------
    capacity : float
        Charge between SOC 0 and 1 [C].
    open_circuit_voltage : (NODES,) array
        At the reference temperature [V].
    entropic_coefficient : (ENTROPIC_KNOTS,) array
        dU/dT [V/K].
    ohmic_resistance : (RESISTANCE_KNOTS,) array
        At the reference temperature [Ohm].
    polarisation_resistance : (PAIRS, RESISTANCE_KNOTS) array
        At the reference temperature [Ohm].
    time_constant : (PAIRS,) array
        Of the RC pairs at the reference temperature, the same at every SOC [s].
    ohmic_activation_energy : float
        [J/mol].
    polarisation_activation_energy : (PAIRS,) array
        [J/mol].
    heat_capacity : float
        Of the cell and what of its fixture warms with it [J/K].
    convection : float
        From the cell in its fixture to the air [W/K].
    """

    capacity: float
    open_circuit_voltage: NDArray[np.float64]
    entropic_coefficient: NDArray[np.float64]
    ohmic_resistance: NDArray[np.float64]
    polarisation_resistance: NDArray[np.float64]
    time_constant: NDArray[np.float64]
    ohmic_activation_energy: float
    polarisation_activation_energy: NDArray[np.float64]
    heat_capacity: float
    convection: float

    def rounded(self) -> Figures:
        """Return the figures with their stated decimals."""
        return replace(self, **{name: rounded(getattr(self, name), decimals) for name, decimals in DECIMALS.items()})


def rounded(values: Any, decimals: int) -> Any:
    """Round a number or an array to decimals, exactly as its decimal text reads."""
    if np.ndim(values) == 0:
        return round(float(values), decimals)
    return np.array([rounded(value, decimals) for value in values])


def grid(count: int) -> NDArray[np.float64]:
    """Return the SOC of `count` uniform knots from 0 to 1."""
    return np.linspace(0.0, 1.0, count)


def spread(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate a table given on uniform knots to the nodes of the tables."""
    return np.interp(grid(NODES), grid(len(knots)), knots)


def self_discharge_current(capacity: float) -> float:
    """Return the current that loses the assumed share of a capacity [C] in a month [A]."""
    return round(SELF_DISCHARGE_PER_MONTH * capacity / MONTH, 6)


def cell_parameters(figures: Figures) -> CellParameters:
    """Complete identified figures with what is measured otherwise or assumed.

    The capacitance of a pair is its time constant over its resistance, so that the time constant is the same at every
    SOC; hysteresis cannot be told from these tests and is off.
    """
    resistance = np.array([spread(knots) for knots in figures.polarisation_resistance])
    return CellParameters(
        name="Nissan Leaf 2013",
        source="examples/identify_cell.py from data/leaf_cell; see the module's docstring",
        capacity=figures.capacity,
        open_circuit_voltage=figures.open_circuit_voltage,
        entropic_coefficient=spread(figures.entropic_coefficient),
        ohmic_resistance=spread(figures.ohmic_resistance),
        polarisation_resistance=resistance,
        polarisation_capacitance=figures.time_constant[:, None] / resistance,
        ohmic_activation_energy=figures.ohmic_activation_energy,
        polarisation_activation_energy=figures.polarisation_activation_energy,
        reference_temperature=REFERENCE_TEMPERATURE,
        hysteresis_bound=0.0,
        hysteresis_rate=10.0,
        hysteresis_decay_rate=0.0,
        coulombic_efficiency=COULOMBIC_EFFICIENCY,
        self_discharge_current=self_discharge_current(figures.capacity),
        self_discharge_activation_energy=SELF_DISCHARGE_ACTIVATION_ENERGY,
        minimum_voltage=MINIMUM_VOLTAGE,
        maximum_voltage=MAXIMUM_VOLTAGE,
        maximum_charge_current=CHARGER_CURRENT / STRINGS,
        maximum_discharge_current=PACK_DISCHARGE_POWER / CELLS / MINIMUM_VOLTAGE,
        mass=MASS,
        heat_capacity=figures.heat_capacity,
        convection=figures.convection,
    )
