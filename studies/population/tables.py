"""The tables of a population file: what the process varies, per electrode and per cell."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ...pack.setting import Table
from .marginals import Marginal
from .process import Slurry

Density = Annotated[float, Field(ge=100.0, le=30_000.0)]

ELECTRODE_QUANTITIES = ("solids", "coating", "porosity", "thickness", "radius", "exchange_current")
"""Of an electrode. `solids` and `porosity` are shares [1]; the others factors on what the nominal electrode has."""

CELL_QUANTITIES = ("contact_resistance", "sei_rate", "cooling")
"""Of a cell: factors on what the nominal one has."""

ELECTRODES = ("negative", "positive")

NAMES = (*(f"{electrode}.{name}" for electrode in ELECTRODES for name in ELECTRODE_QUANTITIES), *CELL_QUANTITIES)
"""All quantities. A new one goes to the end: the number of each is a key of its draws."""


class ElectrodeProcess(Table):
    """How an electrode is made, and what varies; a quantity that is left out does not."""

    solids_density: Density | None = Field(default=None, description="of the solids of the slurry [kg/m3]")
    liquid_density: Density | None = Field(default=None, description="of its liquid [kg/m3]")
    nominal_solids: float | None = Field(default=None, gt=0.0, lt=1.0, description="mass of solids over slurry [1]")
    volumes_add: bool = Field(default=True, description="whether the volumes of solids and liquid add; else the wet "
                              "density is constant")  # fmt: skip
    solids: Marginal | None = Field(default=None, description="mass of solids over slurry [1]")
    coating: Marginal | None = Field(default=None, description="thickness of the wet film over the nominal one [1]")
    porosity: Marginal | None = Field(default=None, description="after calendering [1]; not beside thickness")
    thickness: Marginal | None = Field(
        default=None, description="of the calendered coating over the nominal one [1]; not beside porosity"
    )
    radius: Marginal | None = Field(default=None, description="of the particles over the nominal one [1]")
    exchange_current: Marginal | None = Field(default=None, description="over the nominal one [1]")

    @model_validator(mode="after")
    def _consistent(self) -> ElectrodeProcess:
        if self.porosity is not None and self.thickness is not None:
            raise ValueError("porosity and thickness: either follows from the other; leave one out")
        if self.solids is not None:
            for key in ("solids_density", "liquid_density", "nominal_solids"):
                if getattr(self, key) is None:
                    raise ValueError(f"solids needs the key {key}")
        return self

    @property
    def slurry(self) -> Slurry:
        """What it is coated with; of solids that do not vary any density will do."""
        if self.nominal_solids is None or self.solids_density is None or self.liquid_density is None:
            return Slurry(0.5, 2000.0, 1000.0)
        return Slurry(self.nominal_solids, self.solids_density, self.liquid_density, self.volumes_add)


class CellProcess(Table):
    """What varies of whole cells."""

    contact_resistance: Marginal | None = Field(default=None, description="over the nominal one [1]")
    sei_rate: Marginal | None = Field(default=None, description="of aging by the film, over the nominal one [1]")
    cooling: Marginal | None = Field(default=None, description="heat transfer to the surroundings, over nominal [1]")


class General(Table):
    """What holds for the whole population."""

    seed: int = Field(default=0, ge=0, description="of all draws")
    batch_size: int = Field(default=1, ge=1, description="cells of a batch, one after the other in the pack")
    electrodes: str | None = Field(
        default=None,
        description="of a pack of equivalent circuits: the shipped cell of physics whose electrodes theirs are like",
    )
