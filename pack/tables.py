"""The tables of a pack file: their keys, bounds and defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ..core.duration import format_duration, parse_duration
from ..core.variable import Detail
from ..models.aging.kind import AgingParameters
from ..models.parameter_sets import parameter_set, parameter_sets
from ..models.thermal.method import CAPACITY, CONDUCTANCE
from .reading.checking import suggestion
from .setting import Table, setting
from .variation import Spread

MAXIMUM_CELLS = 100_000
"""Bound on the size of a pack: a mistyped number must not fill the memory."""

NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Duration = Annotated[int, BeforeValidator(parse_duration, json_schema_input_type=str)]
"""Nanoseconds, written as a string with its unit."""


class Terminals(Enum):
    """Where the terminals of a group of parallel cells sit on its busbars."""

    SAME = "same"
    OPPOSITE = "opposite"


class Arrangement(Table):
    """How the cells are connected: groups of parallel cells, the groups in series, and such strings in parallel."""

    series: int = Field(ge=1, le=MAXIMUM_CELLS, description="groups in series between the terminals of the pack")
    parallel: int = Field(ge=1, le=MAXIMUM_CELLS, description="cells in parallel in each group")
    strings: int = Field(default=1, ge=1, le=MAXIMUM_CELLS, description="strings in parallel in each module")
    modules: int = Field(
        default=1, ge=1, le=MAXIMUM_CELLS, description="modules in series, which the groups in series are shared among"
    )

    @property
    def groups(self) -> int:
        """Number of groups; in a module those of its first string come first."""
        return self.series * self.strings

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.groups * self.parallel

    @property
    def across(self) -> int:
        """Number of cells that the current of the pack is shared among."""
        return self.strings * self.parallel

    @model_validator(mode="after")
    def _bounded(self) -> Arrangement:
        if self.cells > MAXIMUM_CELLS:
            strings = f" times strings = {self.strings}" if self.strings > 1 else ""
            raise ValueError(
                f"series = {self.series} times parallel = {self.parallel}{strings} is {self.cells} cells; "
                f"at most {MAXIMUM_CELLS} are allowed"
            )
        if self.series % self.modules:
            raise ValueError(f"series = {self.series} must be a multiple of modules = {self.modules}")
        return self


@dataclass(frozen=True)
class Context:
    """What the check of a pack file has to know besides its contents.

    Parameters
    ----------
    folder : Path
        That of the file; paths in it are relative to it.
    """

    folder: Path


def _aging(name: object) -> object:
    if isinstance(name, str) and name not in parameter_sets(AgingParameters):
        raise ValueError(f"there is no such kind of aging{suggestion(name, parameter_sets(AgingParameters))}")
    return name


def _of_electrodes(what: str) -> Any:
    text = f"coefficient of variation of the lognormal {what}, of each electrode of a cell of physics [1]"
    return Field(default=0.0, le=1, description=text)


class Variation(Table):
    """How much the cells differ; see `pack.variation` for the distributions."""

    seed: int = Field(default=0, ge=0, description="of the random draws")
    capacity_cv: NotNegative = Field(
        default=0.0, le=1, description="coefficient of variation of the lognormal capacity [1]"
    )
    resistance_cv: NotNegative = Field(
        default=0.0, le=1, description="coefficient of variation of the lognormal resistance [1]"
    )
    soc_spread: NotNegative = Field(
        default=0.0, le=1,
        description="standard deviation between groups of the normal SOC at the start, truncated to 0 to 1 [1]",
    )  # fmt: skip
    self_discharge_cv: NotNegative = Field(
        default=0.0, le=10, description="coefficient of variation of the lognormal self-discharge current [1]"
    )
    efficiency_sd: NotNegative = Field(
        default=0.0, le=1,
        description="standard deviation of the normal Coulombic efficiency, truncated to (0, 1] [1]",
    )  # fmt: skip
    ohmic_cv: NotNegative = Field(
        default=0.0, le=1,
        description="coefficient of variation of the lognormal ohmic resistance, on top of that of all [1]",
    )  # fmt: skip
    polarisation_resistance_cv: NotNegative = Field(
        default=0.0, le=1,
        description="coefficient of variation of the lognormal resistance of each RC pair, on top of that of all [1]",
    )  # fmt: skip
    polarisation_capacitance_cv: NotNegative = Field(
        default=0.0, le=1, description="coefficient of variation of the lognormal capacitance of each RC pair [1]"
    )
    open_circuit_offset_sd: NotNegative = Field(
        default=0.0, le=0.1, description="standard deviation of the normal offset of the open-circuit voltage [V]"
    )
    hysteresis_cv: NotNegative = Field(
        default=0.0, le=1,
        description="coefficient of variation of the lognormal bound of hysteresis, of which the Leaf's data have none "
        "[1]",
    )  # fmt: skip
    contact_resistance_cv: NotNegative = Field(
        default=0.0, le=10, description="coefficient of variation of the lognormal contact resistance [1]"
    )
    initial_polarisation_sd: NotNegative = Field(
        default=0.0, le=1, description="standard deviation of the normal voltage of each RC pair at the start [V]"
    )
    initial_hysteresis_sd: NotNegative = Field(
        default=0.0, le=10,
        description="standard deviation of the normal hysteresis at the start, as a share of its bound, truncated to "
        "-1 to 1 [1]",
    )  # fmt: skip
    thickness_cv: NotNegative = _of_electrodes("thickness, which is the loading")
    porosity_cv: NotNegative = _of_electrodes("porosity")
    active_fraction_cv: NotNegative = _of_electrodes("volume fraction of active material")
    particle_radius_cv: NotNegative = _of_electrodes("radius of the particles, at constant active fraction")
    diffusivity_cv: NotNegative = _of_electrodes("diffusivity in the particles")
    exchange_current_cv: NotNegative = _of_electrodes("exchange current density")
    inventory: Literal["new", "held"] = Field(
        default="new",
        description='lithium of a cell of physics whose electrodes differ: "new", that of its own positive electrode; '
        '"held", that of the nominal cell',
    )

    @property
    def spread(self) -> Spread:
        """How much the cells differ."""
        return Spread(**self.model_dump(include={field.name for field in fields(Spread)}))


class Busbar(Table):
    """The connection of the cells of a group."""

    segment_resistance: float = setting("segment_resistance", "network")
    segment_inductance: float = Field(
        default=0.0, ge=0, le=1e3, description="of a busbar between neighbouring cells, each of the two busbars [H]"
    )
    contact_resistance: float = setting("contact_resistance", "network")
    terminals: Annotated[Terminals, Field(strict=False)] = Field(
        default=Terminals.SAME, description='of a group: at the "same" end of its busbars or at "opposite" ends'
    )
    losses: Literal["none", "cells", "bodies"] = Field(
        default="none",
        description='where the heat of conductors and contacts goes: "none" leaves it out; "cells" heats the nearest '
        'cell; "bodies" makes a body of each conductor, which heats what it joins',
    )
    heat_capacity: float = Field(default=5.0, gt=0, le=CAPACITY, description="of each conductor that is a body [J/K]")
    terminal_conductance: float = Field(
        default=0.5, ge=0, le=CONDUCTANCE, description="from such a conductor to a cell that it joins [W/K]"
    )
    convection: float = Field(default=0.0, ge=0, le=CONDUCTANCE, description="from such a conductor to the air [W/K]")

    @model_validator(mode="after")
    def _bodies(self) -> Busbar:
        for key in ("heat_capacity", "terminal_conductance", "convection") if self.losses != "bodies" else ():
            if key in self.model_fields_set:
                raise ValueError(f'{key} does nothing without losses = "bodies"; leave it out')
        return self


class Thermal(Table):
    """The cells as heat capacities, and what surrounds them."""

    heat_capacity: float | None = setting(
        "heat_capacity",
        "thermal",
        text="Heat capacity of each cell, by default as the cell was measured",
        optional=True,
    )
    convection: float = setting("convection", "thermal")
    conduction: float = setting("conduction", "thermal")
    plate_conductance: float = setting("plate_conductance", "thermal")
    coolant_heat_capacity_rate: float = setting("coolant_heat_capacity_rate", "thermal")
    board_heat_capacity: float = setting("board_heat_capacity", "thermal")
    board_convection: float = setting("board_convection", "thermal")
    board_conductance: float = Field(
        default=0.0, ge=0, le=CONDUCTANCE,
        description="Conductance from the board to all cells that it lies at together; 0: none [W/K]",
    )  # fmt: skip
    ambient_temperature: float = setting("ambient_temperature", "thermal")
    coolant_temperature: float = setting("coolant_temperature", "thermal")
    initial_temperature: float = setting("initial_temperature", "thermal")


def _detail(name: object) -> Detail:
    details = {detail.name.lower(): detail for detail in Detail}
    if not isinstance(name, str) or name not in details:
        raise ValueError("allowed are " + ", ".join(f'"{detail}"' for detail in reversed(details)))
    return details[name]


class Aging(Table):
    """How the cells age; without this table they do not."""

    parameters: Annotated[str, BeforeValidator(_aging)] = Field(
        description="how the cells age: name of a module in `packfmu.models.parameters`"
    )
    rate_cv: NotNegative = Field(
        default=0.0, le=10,
        description="coefficient of variation of the lognormal rate of aging by time and by the film's diffusion [1]",
    )  # fmt: skip
    resistance_rate_cv: NotNegative = Field(
        default=0.0, le=10,
        description="coefficient of variation of the lognormal growth of resistance with each full cycle [1]",
    )  # fmt: skip

    dendrites: bool | None = Field(
        default=None,
        description="whether cells get internal shorts by dendrites where lithium plates, by default in a pack with "
        "[runaway]",
    )

    @model_validator(mode="after")
    def _plated(self) -> Aging:
        if self.dendrites and not self.load().plates:
            raise ValueError(
                f"dendrites = true: no lithium plates in cells that age as {self.parameters}; leave it out"
            )
        return self

    def load(self) -> AgingParameters:
        """Return the kind of aging."""
        return parameter_set(self.parameters, AgingParameters)


class Outputs(Table):
    """Which outputs the FMUs have."""

    detail: Annotated[Detail, BeforeValidator(_detail, json_schema_input_type=Literal["cell", "group", "pack"])] = (
        Field(
            default="cell",
            validate_default=True,
            description='"cell", "group" or "pack": the finest detail of outputs and results',
        )
    )


class Schedule(Table):
    """The periods of the layers; each is an integer multiple of the one before."""

    electrical: Duration = Field(default="1 s", validate_default=True, description="PackNetwork and Cell")
    control: Duration = Field(default="10 s", validate_default=True, description="Balancer")
    thermal: Duration = Field(default="10 s", validate_default=True, description="Thermal")
    aging: Duration = Field(default="1 d", validate_default=True, description="Aging, where the pack has it")

    @model_validator(mode="after")
    def _harmonic(self) -> Schedule:
        self.check_multiple("electrical", "control")
        self.check_multiple("control", "thermal")
        return self

    def check_multiple(self, fast: str, slow: str) -> None:
        """Raise ValueError unless the period called `slow` is an integer multiple of the one called `fast`."""
        if getattr(self, slow) % getattr(self, fast):
            raise ValueError(
                f"{slow} = {format_duration(getattr(self, slow))} must be an integer multiple of "
                f"{fast} = {format_duration(getattr(self, fast))}"
            )
