"""What is known of one kind of cell."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ...core.variable import Count
from . import resistance_tables


@dataclass(frozen=True, kw_only=True)
class CellLimits:
    """The operating limits of one cell.

    Parameters
    ----------
    minimum_voltage, maximum_voltage : float
        [V].
    maximum_charge_current, maximum_discharge_current : float
        Both positive [A].
    """

    minimum_voltage: float
    maximum_voltage: float
    maximum_charge_current: float
    maximum_discharge_current: float


# The defaults of `ModelErrors` were measured on the HPPC records of the Leaf cell at 10 and 25 degC (BatterySim,
# equiv-circ-model at 34752e7), against its tables from the rest after the full charge on. Samples have a noise of 0.1
# to 0.6 mV, rounded to 1 mV. The tables are off, in the mean square, by
#
# * 0.7 to 1.2 mV at 25 degC and 2.4 to 4.0 mV at 10 degC at rest, by as much in rests 1 % SOC apart, little alike in
#   those 10 % apart; below 10 % SOC by 7 to 12 mV, where U rises by 6.5 V: 0.1 to 0.2 % along SOC;
# * 1.3 to 3.2 mV under load, alike over a minute (0.9) but not over a quarter of an hour (0 to 0.5);
# * up to 10 mV in the first minutes after a charge at C/3, as if another current had flowed before.
#
# They were fitted to the same records, so errors on others may be larger.


@dataclass(frozen=True, kw_only=True)
class ModelErrors:
    """How far the circuit is off its cell: standard deviations, by which an estimation trusts its voltage.

    The defaults were measured on the Leaf cell; they stand for other cells until theirs are known. 0 where the circuit
    is the cell.

    Parameters
    ----------
    fast : float
        Of the voltage, from one sample to the next [V].
    slow : float
        Of the voltage, alike over minutes and some percent of SOC [V].
    along_soc : float
        Of the open-circuit voltage along SOC, a slow one [1].
    resistance : float
        Of the resistances, as a share of them.
    hysteresis : float
        Of the hysteresis voltage [V].

    Raises
    ------
    ValueError
        When one is negative or not finite.
    """

    fast: float = 3e-3
    slow: float = 3e-3
    along_soc: float = 2.5e-3
    resistance: float = 0.02
    hysteresis: float = 1e-3

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0.0 <= getattr(self, field.name) < np.inf:
                raise ValueError(f"{field.name} = {getattr(self, field.name)} must be at least 0, and finite")


@dataclass(frozen=True, kw_only=True, eq=False)
class CellParameters:
    """An equivalent-circuit cell with its limits and its thermal data.

    Tables over state of charge stand on a uniform grid from 0 to 1, all of the same length. Those of resistance have a
    row for each of `table_temperatures` where there are any, and follow `resistance_tables` between.

    Parameters
    ----------
    name, source : str
        The cell, and where its figures come from.
    capacity : float
        Charge between SOC 0 and 1 [C].
    open_circuit_voltage : (nodes,) array
        U at the reference temperature [V].
    entropic_coefficient : (nodes,) array
        dU/dT [V/K].
    ohmic_resistance : (nodes,) or (temperatures, nodes) array
        R0 at the reference temperature [Ohm].
    polarisation_resistance : (pairs, nodes) or (pairs, temperatures, nodes) array
        Of the RC pairs, likewise [Ohm].
    polarisation_capacitance : (pairs, nodes) array
        Of the RC pairs at all temperatures [F].
    ohmic_activation_energy : float
        Of R0 [J/mol].
    polarisation_activation_energy : (pairs,) array
        Of the resistances of the pairs [J/mol].
    reference_temperature : float
        [K].
    hysteresis_bound : float
        M [V], 0 where the cell shows none.
    hysteresis_rate : float
        gamma [1], in SOC: the hysteresis switches over about 1/gamma.
    hysteresis_decay_rate : float
        Decay at rest [1/s].
    coulombic_efficiency : float
        Share of the charging current that is stored, 0 to 1.
    self_discharge_current : float
        At the reference temperature [A].
    self_discharge_activation_energy : float
        [J/mol].
    minimum_voltage, maximum_voltage : float
        Operating limits [V].
    maximum_charge_current, maximum_discharge_current : float
        Operating limits, both positive [A].
    mass : float
        [kg].
    heat_capacity : float
        [J/K].
    convection : float
        To the surroundings as the cell was measured [W/K].
    errors : ModelErrors
        How far the circuit is off the cell.
    table_temperatures : tuple of float
        Two or more, rising [K]; empty where resistances have one table, at the reference temperature.

    Raises
    ------
    ValueError
        When tables differ in length, a value is not finite, or the temperatures of tables do not rise.
    """

    name: str
    source: str
    capacity: float
    open_circuit_voltage: NDArray[np.float64]
    entropic_coefficient: NDArray[np.float64]
    ohmic_resistance: NDArray[np.float64]
    polarisation_resistance: NDArray[np.float64]
    polarisation_capacitance: NDArray[np.float64]
    ohmic_activation_energy: float
    polarisation_activation_energy: NDArray[np.float64]
    reference_temperature: float
    hysteresis_bound: float
    hysteresis_rate: float
    hysteresis_decay_rate: float
    coulombic_efficiency: float
    self_discharge_current: float
    self_discharge_activation_energy: float
    minimum_voltage: float
    maximum_voltage: float
    maximum_charge_current: float
    maximum_discharge_current: float
    mass: float
    heat_capacity: float
    convection: float
    errors: ModelErrors = ModelErrors()
    table_temperatures: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        rows = (len(self.table_temperatures), self.nodes) if self.table_temperatures else (self.nodes,)
        shapes = {
            "open_circuit_voltage": (self.nodes,),
            "entropic_coefficient": (self.nodes,),
            "ohmic_resistance": rows,
            "polarisation_resistance": (self.pairs, *rows),
            "polarisation_capacitance": (self.pairs, self.nodes),
            "polarisation_activation_energy": (self.pairs,),
        }
        if len(self.table_temperatures) == 1 or np.any(np.diff(self.temperatures) <= 0.0):
            raise ValueError(f"{self.name}: table_temperatures = {self.table_temperatures} must be two or more, rising")
        for field in fields(self)[2:-2]:
            values = np.asarray(getattr(self, field.name), dtype=np.float64)
            if values.shape != shapes.get(field.name, ()):
                expected = shapes.get(field.name, ())
                raise ValueError(f"{self.name}: {field.name} has shape {values.shape}, not {expected}")
            if not np.isfinite(values).all():
                raise ValueError(f"{self.name}: {field.name} = {values} must be finite")

    @property
    def nodes(self) -> Count:
        """Length of the tables over SOC."""
        return Count(len(self.open_circuit_voltage), "node")

    @property
    def pairs(self) -> int:
        """Number of RC pairs."""
        return len(self.polarisation_resistance)

    @property
    def limits(self) -> CellLimits:
        """The operating limits."""
        return CellLimits(
            minimum_voltage=self.minimum_voltage,
            maximum_voltage=self.maximum_voltage,
            maximum_charge_current=self.maximum_charge_current,
            maximum_discharge_current=self.maximum_discharge_current,
        )

    @property
    def temperatures(self) -> NDArray[np.float64]:
        """Temperatures of the tables of resistance [K]."""
        return np.array(self.table_temperatures or (self.reference_temperature,))

    def freed_resistances(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the tables of resistance, freed of their Arrhenius laws.

        Returns
        -------
        ohmic : (temperatures, nodes) array
            [Ohm].
        polarisation : (pairs, temperatures, nodes) array
            [Ohm].
        """
        rows, reference = self.temperatures[:, np.newaxis], self.reference_temperature
        energies = self.polarisation_activation_energy[:, np.newaxis, np.newaxis]
        ohmic = self.ohmic_resistance.reshape(len(rows), -1)
        polarisation = self.polarisation_resistance.reshape(self.pairs, len(rows), -1)
        return (
            ohmic / resistance_tables.law(self.ohmic_activation_energy, rows, reference),
            polarisation / resistance_tables.law(energies, rows, reference),
        )

    def resistances(self, temperature: float | None = None) -> NDArray[np.float64]:
        """Return the tables of the ohmic resistance and of each pair's at a temperature.

        Parameters
        ----------
        temperature : float, optional
            [K]; by default the reference temperature.

        Returns
        -------
        (1 + pairs, nodes) array
            [Ohm].
        """
        at = self.reference_temperature if temperature is None else temperature
        ohmic, polarisation = self.freed_resistances()
        freed = resistance_tables.between(np.concatenate([ohmic[np.newaxis], polarisation]), self.temperatures, at)
        energies = np.append(self.ohmic_activation_energy, self.polarisation_activation_energy)[:, np.newaxis]
        return np.asarray(freed * resistance_tables.law(energies, at, self.reference_temperature))

    def open_circuit(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the open-circuit voltage at the reference temperature [V]."""
        return self._at(soc, self.open_circuit_voltage)

    def immediate_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance that acts at once, at the reference temperature [Ohm]."""
        return self._at(soc, self.resistances()[0])

    def settled_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance that has settled under a constant current, at the reference temperature [Ohm]."""
        return np.asarray(sum(self._at(soc, table) for table in self.resistances()))

    def _at(self, soc: float | NDArray[np.float64], table: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.interp(soc, np.linspace(0.0, 1.0, self.nodes), table))


def in_parallel(kind: CellParameters, cells: int) -> CellParameters:
    """Return what so many equal cells in parallel are, as one.

    Parameters
    ----------
    kind : CellParameters
        One cell.
    cells : int
        Number of cells, >= 1.

    Returns
    -------
    CellParameters
        Currents, capacity, capacitances, mass, heat capacity and convection times `cells`, resistances divided by it.
    """
    return replace(
        kind,
        capacity=kind.capacity * cells,
        ohmic_resistance=kind.ohmic_resistance / cells,
        polarisation_resistance=kind.polarisation_resistance / cells,
        polarisation_capacitance=kind.polarisation_capacitance * cells,
        self_discharge_current=kind.self_discharge_current * cells,
        maximum_charge_current=kind.maximum_charge_current * cells,
        maximum_discharge_current=kind.maximum_discharge_current * cells,
        mass=kind.mass * cells,
        heat_capacity=kind.heat_capacity * cells,
        convection=kind.convection * cells,
    )
