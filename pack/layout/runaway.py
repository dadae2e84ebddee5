"""The table of a pack file that lets cells run away."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BeforeValidator, Field, model_validator

from ...models.parameter_sets import parameter_set, parameter_sets
from ...models.thermal.runaway.kind import RunawayParameters
from ..cells.replaced import Kinds
from ..reading.checking import suggestion
from ..setting import Table, setting
from .tables import LayoutTable

NODES = 1001
"""Values of SOC that the mean of an open-circuit voltage is taken of."""


def _known(name: object) -> object:
    if isinstance(name, str) and name not in parameter_sets(RunawayParameters):
        raise ValueError(f"there are no such reactions{suggestion(name, parameter_sets(RunawayParameters))}")
    return name


def _own(variable: str, text: str) -> float | None:
    value: float | None = setting(variable, "runaway", text=f"{text}, by default that of the parameters", optional=True)
    return value


class Runaway(Table):
    """Cells that run away when they are too hot; without this table nothing in them reacts."""

    parameters: Annotated[str, BeforeValidator(_known)] = Field(
        default="hatchard_kim_2007",
        validate_default=True,
        description="how the cells react: name of a module in `packfmu.models.parameters`",
    )
    reacting_volume: float | None = setting(
        "reacting_volume", "runaway", optional=True,
        text="Volume of a cell that the densities of reactants refer to, by default that of the shape of [layout]",
    )  # fmt: skip
    electrical_energy: float | None = setting(
        "electrical_energy", "runaway", optional=True,
        text="Electrical energy of each cell at SOC 1, by default its capacity times the mean of its open-circuit "
        "voltage",
    )  # fmt: skip
    onset_rate: float | None = _own("onset_rate", "Self-heating at which a cell counts as running away")
    separator_temperature: float | None = _own("separator_temperature", "Temperature at which the separator melts")
    separator_short: float | None = _own(
        "separator_short", "Conductance between the electrodes of a cell whose separator has melted; 0: none"
    )
    short_energy_share: float | None = _own(
        "short_energy_share",
        "Share of the electrical energy that a cell holds when its separator melts which comes out as heat of this "
        "short: a figure to be calibrated",
    )
    venting_temperature: float | None = _own("venting_temperature", "Temperature at which a cell vents")
    venting_electrolyte: float | None = _own(
        "venting_electrolyte", "Share of the electrolyte that has reacted when a cell vents; 1: temperature alone"
    )
    venting_share: float | None = _own("venting_share", "Share of its heat capacity that leaves a venting cell")
    venting_heat: float | None = _own("venting_heat", "Heat that boils off as a cell vents")

    @model_validator(mode="after")
    def _shorted(self) -> Runaway:
        short, share = self.told("separator_short"), self.told("short_energy_share")
        if (short > 0.0) != (share > 0.0):
            lacking = "separator_short" if short == 0.0 else "short_energy_share"
            raise ValueError(f"{lacking} = 0: a short has both a conductance and a share of the cell's energy, or none")
        return self

    @property
    def kind(self) -> RunawayParameters:
        """How the cells react."""
        return parameter_set(self.parameters, RunawayParameters)

    def told(self, key: str) -> float:
        """Return a figure: that of the file, or that of the parameters."""
        value = getattr(self, key)
        return float(getattr(self.kind, key) if value is None else value)

    def check_volume(self, layout: LayoutTable | None) -> None:
        """Raise ValueError where nothing tells the reacting volume."""
        if self.reacting_volume is None and (layout is None or layout.body is None):
            raise ValueError("reacting_volume is missing; [layout] has no shape that would tell it")

    def volume(self, layout: LayoutTable | None) -> float:
        """Return the reacting volume of each cell [m3]."""
        if self.reacting_volume is not None:
            return self.reacting_volume
        body = layout.body if layout else None
        return body.volume if body else 0.0

    def start_values(
        self, layout: LayoutTable | None, kinds: Kinds, capacity: NDArray[np.float64]
    ) -> dict[str, ArrayLike]:
        """Return what the table sets in the thermal model, of cells of these kinds and capacities [C]."""
        mean = kinds.each(lambda kind: float(np.mean(kind.open_circuit(np.linspace(0.0, 1.0, NODES)))))
        held = capacity * (1.0 - kinds.capacity_loss) * mean
        start: dict[str, ArrayLike] = {"reacting_volume": self.volume(layout), "electrical_energy": held}
        return start | self.start("runaway")
