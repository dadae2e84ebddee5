"""Resistances over SOC at one temperature or several.

Equations
---------
The tables R_i(z) of a resistance hold at temperatures T_i that rise. Freed of one Arrhenius law of energy E they are
linear between in 1/T, and hold their ends beyond::

    R(z, T) = r(z, T) exp(E / (R_gas T) - E / (R_gas T_ref))
    r = r_i + w (r_{i+1} - r_i),   w = (1/T_i - 1/T) / (1/T_i - 1/T_{i+1}),   T_i <= T <= T_{i+1}
    r_i(z) = R_i(z) exp(E / (R_gas T_ref) - E / (R_gas T_i))

So tables that follow the law meet it at every temperature, whatever their number, and beyond the first and the last
temperature every resistance follows it. `ohmic_resistance` and `polarisation_resistance` hold r_i(z), one temperature
after the other. One temperature is the same with r = r_0.

Limits
------
Where the energy of a process differs by dE from E, the resistance between two temperatures is off by up to
``(dE / R_gas (1/T_i - 1/T_{i+1}))^2 / 8`` of it: 0.3 % for 5 kJ/mol and 20 K. Capacitances have one table for all
temperatures: one that followed it would store and release energy without a current.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.kernel import Block, kernel
from ..numerics import tables
from ..numerics.arrhenius import GAS_CONSTANT
from ..numerics.index import index
from ..numerics.tables import Place


def law(energy: ArrayLike, temperature: ArrayLike, reference: float) -> NDArray[np.float64]:
    """Factor of an Arrhenius law of `energy` [J/mol] on resistances at `temperature` [K]; 1 at the `reference` [K]."""
    inverse = 1.0 / np.asarray(temperature, np.float64) - 1.0 / reference
    return np.asarray(np.exp(np.asarray(energy, np.float64) / GAS_CONSTANT * inverse))


def between(freed: NDArray[np.float64], temperatures: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return tables freed of their law at a temperature [K].

    Parameters
    ----------
    freed : (..., temperatures, nodes) array
        [Ohm].
    temperatures : (temperatures,) array
        Rising [K].
    temperature : float
        [K].

    Returns
    -------
    (..., nodes) array
        [Ohm].
    """
    if len(temperatures) == 1:
        return freed[..., 0, :]
    row = int(np.clip(np.searchsorted(temperatures, temperature) - 1, 0, len(temperatures) - 2))
    low, high = temperatures[row], temperatures[row + 1]
    share = min(max(0.0, high * (temperature - low) / (temperature * (high - low))), 1.0)
    return np.asarray(freed[..., row, :] + share * (freed[..., row + 1, :] - freed[..., row, :]))


@kernel
def find(p: Block, temperature: float) -> float:
    """Return the place of a temperature [K] among those of the tables: the number of one, and the share of the next."""
    count = p.table_temperature.shape[0]
    if count == 1:
        return 0.0
    row = 0
    for number in range(1, count - 1):
        if temperature > p.table_temperature[number]:
            row = number
    low, high = p.table_temperature[row], p.table_temperature[row + 1]
    share = high * (temperature - low) / (temperature * (high - low)) if high > low else 0.0
    return row + min(max(0.0, share), 1.0)


@kernel
def pick(p: Block, at: float, table: Block, place: Place) -> tuple[float, float, int]:
    """Return what two neighbouring tables hold [Ohm], about the place `at` of a temperature, and which the first is."""
    segment, position = place
    nodes = p.open_circuit_voltage.shape[0]
    row = index(at, p.table_temperature.shape[0] - 1)
    first = tables.bounded(table, (row * nodes + segment, position))
    return first, tables.bounded(table, ((row + 1) * nodes + segment, position)), row


@kernel
def freed_value(p: Block, at: float, table: Block, place: Place) -> float:
    """Return r(z, T) [Ohm] at the place `at` of a temperature and a place of the nodes."""
    if p.table_temperature.shape[0] == 1:
        return tables.bounded(table, place)
    first, second, row = pick(p, at, table, place)
    return first + min(max(0.0, at - row), 1.0) * (second - first)


@kernel
def freed_energy(p: Block, at: float, table: Block, place: Place) -> float:
    """Return the derivative of r(z, T) by ``1 / (R_gas T)`` [Ohm J/mol]."""
    count = p.table_temperature.shape[0]
    if count == 1 or not 0.0 < at < count - 1.0:
        return 0.0
    first, second, row = pick(p, at, table, place)
    low, high = p.table_temperature[row], p.table_temperature[row + 1]
    return GAS_CONSTANT * (second - first) * low * high / (low - high) if high > low else 0.0
