"""How one kind of cell ages: the figures of all laws of aging, and the list of these laws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...core.fields import Fields
from . import anode, damage, film, material, plating
from .anode import Anode
from .dendrites import Dendrite
from .law import AgingLaw
from .material import MaterialLoss
from .plating import Plating
from .power_laws import EmpiricalLaws
from .sei import Sei

LAWS: Mapping[str, AgingLaw] = {"laws": damage.LAW, "sei": film.LAW, "plating": plating.LAW}
"""The laws of aging, each by the field of `AgingParameters` that holds its figures."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AgingParameters:
    """How one kind of cell ages.

    Parameters
    ----------
    laws : EmpiricalLaws
        Published laws of capacity and resistance.
    anode : Anode
        For the film and for plating.
    reference_temperature : float
        Where the rates of film and plating hold [K].
    resistance_rate : float
        beta: relative growth of the resistance with each full cycle [1].
    sei : Sei
        The film; besides a calendar law of capacity it would count the same loss twice.
    plating : Plating
        Lithium plating.
    dendrite : Dendrite
        The internal short that plating may lead to.
    material : MaterialLoss
        Loss of active material, of cells of physics.

    Raises
    ------
    ValueError
        When the laws and the film both describe the calendar loss of capacity.
    """

    laws: EmpiricalLaws
    anode: Anode
    reference_temperature: float = 298.15
    resistance_rate: float = 0.0
    sei: Sei = field(default_factory=Sei)
    plating: Plating = field(default_factory=Plating)
    dendrite: Dendrite = field(default_factory=Dendrite)
    material: MaterialLoss = field(default_factory=MaterialLoss)

    def __post_init__(self) -> None:
        if self.sei.diffusion > 0.0 and any(self.laws.capacity.calendar[:2]):
            raise ValueError(
                f"{self.laws.name}: the calendar law of capacity and the film, diffusion = {self.sei.diffusion:g} "
                "m2/s, describe the same loss; use one of them"
            )

    @property
    def plates(self) -> bool:
        """Whether lithium plates."""
        return self.plating.exchange_current > 0.0

    def cell_fields(self, cells: int, nodes: int) -> Fields:
        """Return what the kernels of the laws need in n cells with tables over SOC of so many nodes."""
        laws = (law.cell_fields(getattr(self, name), cells, nodes) for name, law in LAWS.items())
        return sum(laws, anode.fields(self.anode, self.reference_temperature))

    def aging_fields(self, cells: int) -> Fields:
        """Return what the kernels of the laws need in the aging model of n cells."""
        own = material.aging_fields(self.material, cells) if self.material.happens else Fields()
        return sum((law.aging_fields(getattr(self, name), cells) for name, law in LAWS.items()), own)
