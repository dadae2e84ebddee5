"""Two invented kinds of cells that differ in every count, and which cells of five are of which."""

import numpy as np

from packfmu.models.cell.ecm import EquivalentCircuitCell
from tests.models.cells import invented_cell

KIND = EquivalentCircuitCell(**vars(invented_cell()))
SOC = np.linspace(0.0, 1.0, 11)
OTHER = EquivalentCircuitCell(
    **vars(KIND)
    | {
        "name": "other",
        "capacity": 7200.0,
        "open_circuit_voltage": 3.0 + 0.9 * SOC,
        "entropic_coefficient": np.zeros(11),
        "ohmic_resistance": np.full(11, 0.02),
        "polarisation_resistance": np.full((1, 11), 0.01),
        "polarisation_capacitance": np.full((1, 11), 1e3),
        "polarisation_activation_energy": np.array([2e4]),
        "hysteresis_bound": 0.0,
    }
)
"""A smaller cell with one RC pair, fewer nodes, and no hysteresis."""

OF = (0, 1, 0, 1, 0)
PLACES = ([0, 2, 4], [1, 3])
