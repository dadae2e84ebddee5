"""The elements of the equivalent circuit of one cell, at a place of the tables and the temperature it has."""

from __future__ import annotations

from ...core.model import Block, kernel
from ..numerics import tables
from ..numerics.arrhenius import arrhenius
from ..numerics.tables import Place


@kernel
def locate(p: Block, soc: float) -> Place:
    """Find a state of charge in the tables."""
    return tables.locate(p.open_circuit_voltage.shape[0], soc)


@kernel
def renew(x: Block, p: Block) -> None:
    """Give every cell the capacity and the resistances of its parameters."""
    for k in range(x.capacity.shape[0]):
        x.capacity[k] = p.capacity[k]
        x.resistance_scale[k] = p.resistance_scale[k]


@kernel
def heat_up(x: Block, p: Block, k: int, temperature: float) -> None:
    """Bring what depends on temperature alone to `temperature` [K]."""
    if x.temperature[k] == temperature:
        return
    reference = p.reference_temperature
    x.temperature[k] = temperature
    x.resistance_factor[k, 0] = x.resistance_scale[k] * arrhenius(p.ohmic_activation_energy, temperature, reference)
    for j in range(p.polarisation_activation_energy.shape[0]):
        factor = arrhenius(p.polarisation_activation_energy[j], temperature, reference)
        x.resistance_factor[k, j + 1] = x.resistance_scale[k] * factor
    x.self_discharge[k] = p.self_discharge_current[k] / arrhenius(
        p.self_discharge_activation_energy, temperature, reference
    )


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
def mean_slope(x: Block, p: Block, k: int, begin: float, end: float) -> float:
    """Return the mean slope of U(z, T) by z between two states of charge that differ [V]."""
    return (open_circuit(x, p, k, locate(p, end)) - open_circuit(x, p, k, locate(p, begin))) / (end - begin)


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
def switching(x: Block, p: Block, k: int, current: float) -> tuple[float, float]:
    """Rates of the hysteresis voltage under a current [A], in 1/s: by charge with the current's sign, and in all."""
    by_charge = p.hysteresis_rate * current / x.capacity[k]
    return by_charge, abs(by_charge) + p.hysteresis_decay_rate


@kernel
def terminal_voltage(x: Block, p: Block, k: int) -> float:
    """Voltage under the current of the last step, at the present state [V]."""
    place = locate(p, x.soc[k])
    voltage = open_circuit(x, p, k, place) + ohmic(x, p, k, place) * x.current[k] + x.hysteresis_voltage[k]
    for j in range(x.polarisation_voltage.shape[1]):
        voltage += x.polarisation_voltage[k, j]
    return voltage
