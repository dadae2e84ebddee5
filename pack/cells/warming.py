"""Tables of resistance at several temperatures, which may be others in each table, as the model takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...models.cell.resistance_tables import between, law
from ...models.numerics.arrhenius import GAS_CONSTANT
from .cell_tables import CircuitFile
from .soc_tables import MOST_ENERGY, ResistanceOverSoc


def at_all_temperatures(
    given: CircuitFile, on_grid: Sequence[Sequence[NDArray[np.float64]]]
) -> tuple[list[NDArray[np.float64]], list[float]]:
    """Return the resistances of a cell at the temperatures of any of its tables.

    Parameters
    ----------
    given : CircuitFile
        The contents of a cell file.
    on_grid : sequence of sequence of (nodes,) array
        The ohmic resistance, then that of each pair: its tables on the grid, one a temperature [Ohm].

    Returns
    -------
    tables : list of array
        Of the ohmic resistance and of each pair's [Ohm]: of shape (nodes,) where none is given at several temperatures,
        else (temperatures, nodes).
    energies : list of float
        Their activation energies [J/mol].
    """
    reference, temperatures = given.cell.reference_temperature, np.array(given.temperatures())
    held = (given.ohmic_resistance, *given.rc_pairs)
    energies = [_energy(table, np.array(rows)) for table, rows in zip(held, on_grid, strict=True)]
    if not temperatures.size:
        return [rows[0] for rows in on_grid], energies
    tables = []
    for table, rows, energy in zip(held, map(np.array, on_grid), energies, strict=True):
        own = table.temperatures or [reference]
        if own == temperatures.tolist():
            tables.append(rows)
            continue
        freed = rows / law(energy, own, reference)[:, np.newaxis]
        taken = np.array([between(freed, np.array(own), temperature) for temperature in temperatures])
        tables.append(taken * law(energy, temperatures, reference)[:, np.newaxis])
    return tables, energies


def _energy(table: ResistanceOverSoc, rows: NDArray[np.float64]) -> float:
    """Return the activation energy of a table: that which is given, else the mean one over SOC, by least squares."""
    if table.activation_energy is not None or table.temperatures is None:
        return table.activation_energy or 0.0
    inverse = 1.0 / np.array(table.temperatures)
    logarithm = np.log(rows).mean(axis=1)
    inverse, logarithm = inverse - inverse.mean(), logarithm - logarithm.mean()
    energy = GAS_CONSTANT * float(inverse @ logarithm) / float(inverse @ inverse)
    return min(max(-MOST_ENERGY, energy), MOST_ENERGY)
