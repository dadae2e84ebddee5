"""A kind of cell that is modelled by its physics: a `CellModel`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....core.errors import InputError
from ....core.model import Model
from ....core.variable import Count
from ...aging.kind import AgingParameters
from ...electrochemistry.kind import ElectrochemicalParameters, Physics
from ..kind import CellParameters
from . import resistances, spm

NODES = 201
"""Nodes of the table of the open-circuit voltage over SOC, for components that take one."""

MODELS = {Physics.SPM: spm.declare}
"""What declares cells, by how far they are resolved."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ElectrochemicalCell(ElectrochemicalParameters):
    """A kind of cell that is modelled by its physics."""

    @property
    def capacity(self) -> float:
        """Charge between SOC 0 and 1 of the nominal cell [C]."""
        materials, electrode = self.negative.materials, self.negative
        spans = (m.charge_density() * (m.maximum_stoichiometry - m.minimum_stoichiometry) for m in materials)
        return float(sum(spans)) * electrode.thickness * self.area

    @property
    def nodes(self) -> int:
        """Number of values that tabulate the open-circuit voltage over SOC."""
        return Count(NODES, "node")

    def declare(self, cells: int, aging: AgingParameters | None = None) -> Model:
        """Declare n cells, >= 1."""
        if aging is not None:
            raise InputError(f"{self.name}: cells of physics do not age yet")
        return MODELS[self.physics](cells, self, self.capacity)

    def equivalent_circuit(self) -> CellParameters:
        """Return the circuit that a battery management takes for the cell; InputError where there is none."""
        raise InputError(
            f"{self.name} is a cell of physics and has no equivalent circuit; name a cell file that has one, such as "
            "`packfmu cell fit` writes"
        )

    def open_circuit(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the open-circuit voltage of the nominal cell [V]."""
        negative, positive = self.negative.materials[0], self.positive.materials[0]
        x_low, x_high = negative.minimum_stoichiometry, negative.maximum_stoichiometry
        y_high, y_low = positive.maximum_stoichiometry, positive.minimum_stoichiometry
        above = positive.open_circuit_potential(y_high + np.asarray(soc) * (y_low - y_high))
        return above - negative.open_circuit_potential(x_low + np.asarray(soc) * (x_high - x_low))

    def immediate_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance of the nominal cell that acts at once [Ohm]: contacts, reactions and films."""
        at = np.asarray(soc, np.float64)
        reactions = sum(resistances.reaction(self, electrode, at) for electrode in self.electrodes)
        return np.asarray(self.contact_resistance + reactions)

    def settled_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance of the nominal cell that has settled under a constant current [Ohm]."""
        at = np.asarray(soc, np.float64)
        particles = sum(resistances.diffusion(self, electrode, at) for electrode in self.electrodes)
        return np.asarray(self.immediate_resistance(at) + particles)
