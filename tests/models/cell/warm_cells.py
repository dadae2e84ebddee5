"""The invented cell with tables of resistance at several temperatures."""

from dataclasses import replace

import numpy as np

from packfmu.models.cell.resistance_tables import law
from tests.models.cells import SOC, invented_cell

TEMPERATURES = (263.15, 283.15, 298.15, 318.15)
REFERENCE = 298.15
OWN = 1.5e4 + 5e3 * SOC
"""Activation energies of R0 that change with SOC, by up to 5 kJ/mol off that of the law [J/mol]."""


def tabulated(energy=None, temperatures=TEMPERATURES, **changes):
    """Return the invented cell with tables at several temperatures; R0 by `energy` where it is given [J/mol]."""
    plain = invented_cell(**changes)
    rows = np.array(temperatures)[:, np.newaxis]
    pairs = [
        table * law(own, rows, REFERENCE)
        for own, table in zip(plain.polarisation_activation_energy, plain.polarisation_resistance, strict=True)
    ]
    ohmic = plain.ohmic_resistance * law(plain.ohmic_activation_energy if energy is None else energy, rows, REFERENCE)
    return replace(
        plain, table_temperatures=temperatures, ohmic_resistance=ohmic, polarisation_resistance=np.array(pairs)
    )
