"""A kind of cell that is modelled by its physics: a `CellModel`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ....core.errors import InputError
from ....core.model import Model
from ....core.variable import Count, counted
from ...aging.kind import AgingParameters
from ...electrochemistry import resistance
from ...electrochemistry.kind import ElectrochemicalParameters, Physics
from ...electrochemistry.mixture import Mixture, mixture
from ..kind import CellParameters
from . import ageing, dfn, dfn_ageing, spm, spm_ageing, spme, spme_ageing

NODES = 201
"""Nodes of the table of the open-circuit voltage over SOC, for components that take one."""

MODELS: dict[Physics, Callable[[int, ElectrochemicalParameters, float], Model]] = {
    Physics.SPM: spm.declare,
    Physics.SPME: spme.declare,
    Physics.DFN: dfn.declare,
}
"""What declares cells, by how far they are resolved."""

AGEING = {Physics.SPM: spm_ageing.declare, Physics.SPME: spme_ageing.declare, Physics.DFN: dfn_ageing.declare}
"""What declares cells that age."""

BLENDS = (Physics.DFN,)
"""The models that take electrodes of several materials."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ElectrochemicalCell(ElectrochemicalParameters):
    """A kind of cell that is modelled by its physics."""

    @cached_property
    def mixtures(self) -> tuple[Mixture, Mixture]:
        """The electrodes, the negative first, with their materials in equilibrium."""
        return mixture(self.negative), mixture(self.positive)

    @property
    def capacity(self) -> float:
        """Charge between SOC 0 and 1 of the nominal cell [C]."""
        materials, electrode = self.negative.materials, self.negative
        spans = (m.charge_density() * (m.maximum_stoichiometry - m.minimum_stoichiometry) for m in materials)
        return float(sum(spans)) * electrode.thickness * self.area

    @property
    def nodes(self) -> Count:
        """Number of values that tabulate the open-circuit voltage over SOC."""
        return Count(NODES, "node")

    def declare(self, cells: int, aging: AgingParameters | None = None) -> Model:
        """Declare n cells, >= 1, which age where `aging` is given."""
        if len(self.materials) > len(self.electrodes) and self.physics not in BLENDS:
            raise InputError(f"{self.name}: no model {self.physics.value!r} of electrodes of several materials yet")
        if aging is None:
            return MODELS[self.physics](cells, self, self.capacity)
        table = self.open_circuit(np.linspace(0.0, 1.0, NODES))
        wear = ageing.fields(counted("cells", cells, "cell"), aging, table)
        return AGEING[self.physics](cells, self, self.capacity, wear)

    def equivalent_circuit(self) -> CellParameters:
        """Return the circuit that a battery management takes for the cell; InputError where there is none."""
        raise InputError(
            f"{self.name} is a cell of physics and has no equivalent circuit; name a cell file that has one, such as "
            "`packfmu cell fit` writes"
        )

    def fillings(self, soc: float | NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the filling of each electrode of the nominal cell at rest."""
        (negative, positive), at = self.mixtures, np.asarray(soc, dtype=np.float64)
        return (
            negative.empty + at * (negative.full - negative.empty),
            positive.full + at * (positive.empty - positive.full),
        )

    def open_circuit(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the open-circuit voltage of the nominal cell at the reference temperature [V]."""
        (negative, positive), (low, high) = self.mixtures, self.fillings(soc)
        return np.asarray(positive.potential(high) - negative.potential(low))

    def immediate_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance of the nominal cell that acts at once, under a small current [Ohm]."""
        return resistance.immediate(self, self.mixtures, self.fillings(soc))

    def settled_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance that has settled under a small constant current, the SOC held [Ohm]."""
        return resistance.settled(self, self.mixtures, self.fillings(soc))
