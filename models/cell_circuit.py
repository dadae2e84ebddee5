"""The elements of the equivalent circuit of one cell, at a place of the tables and the temperature it has."""

from __future__ import annotations

from . import tables
from .model import Block, kernel
from .tables import Place


@kernel
def locate(p: Block, soc: float) -> Place:
    """Find a state of charge in the tables."""
    return tables.locate(p.open_circuit_voltage.shape[0], soc)


@kernel
def storing(p: Block, k: int, current: float) -> float:
    """Share of a current [A] that is stored: the Coulombic efficiency while charging."""
    return p.coulombic_efficiency[k] if current > 0.0 else 1.0


@kernel
def open_circuit(x: Block, p: Block, k: int, place: Place) -> float:
    """U(z, T) [V]."""
    warmer = x.temperature[k] - p.reference_temperature
    return tables.value(p.open_circuit_voltage, place) + warmer * tables.value(p.entropic_coefficient, place)


@kernel
def open_circuit_slope(x: Block, p: Block, k: int, place: Place) -> float:
    """Return the derivative of U(z, T) by z [V]."""
    warmer = x.temperature[k] - p.reference_temperature
    return tables.slope(p.open_circuit_voltage, place) + warmer * tables.slope(p.entropic_coefficient, place)


@kernel
def ohmic(x: Block, p: Block, k: int, place: Place) -> float:
    """R0 [Ohm]."""
    return x.resistance_factor[k, 0] * tables.bounded(p.ohmic_resistance, place)


@kernel
def pair(x: Block, p: Block, k: int, j: int, place: Place) -> tuple[float, float]:
    """Resistance [Ohm] and capacitance [F] of RC pair j."""
    resistance = x.resistance_factor[k, j + 1] * tables.bounded(p.polarisation_resistance[j], place)
    return resistance, tables.bounded(p.polarisation_capacitance[j], place)


@kernel
def switching(p: Block, k: int, current: float) -> tuple[float, float]:
    """Rates of the hysteresis voltage under a current [A], in 1/s: by charge with the current's sign, and in all."""
    by_charge = p.hysteresis_rate * current / p.capacity[k]
    return by_charge, abs(by_charge) + p.hysteresis_decay_rate


@kernel
def terminal_voltage(x: Block, p: Block, k: int) -> float:
    """Voltage under the current of the last step, at the present state [V]."""
    place = locate(p, x.soc[k])
    voltage = open_circuit(x, p, k, place) + ohmic(x, p, k, place) * x.current[k] + x.hysteresis_voltage[k]
    for j in range(x.polarisation_voltage.shape[1]):
        voltage += x.polarisation_voltage[k, j]
    return voltage
