"""The pack file: its keys, their bounds and defaults, and how it is read.

A pack file is TOML with the tables of `Pack`. Every key but those of ``[pack]`` and ``[cell]`` has a default, no
other key is allowed, numbers are finite and in SI units. What is wrong with a file is said in one line that names
the key, its value and what is allowed.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import tomllib
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ..models import parameters
from ..models.cell_parameters import CellParameters
from ..models.duration import format_duration, parse_duration
from ..models.errors import InputError
from ..models.model import Detail

MAXIMUM_CELLS = 100_000
"""Bound on the size of a pack: a mistyped number must not fill the memory."""

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Temperature = Annotated[float, Field(ge=200, le=500)]
Duration = Annotated[int, BeforeValidator(parse_duration)]
"""Nanoseconds, written as a string with its unit."""


class Terminals(Enum):
    """Where the terminals of a group of parallel cells sit on its busbars."""

    SAME = "same"
    OPPOSITE = "opposite"


class Table(BaseModel):
    """A table of the pack file: no unknown key, no number that is not finite, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Arrangement(Table):
    """How the cells are connected: groups of parallel cells, the groups in series."""

    series: int = Field(ge=1, le=MAXIMUM_CELLS, description="groups in series")
    parallel: int = Field(ge=1, le=MAXIMUM_CELLS, description="cells in parallel in each group")

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.series * self.parallel

    @model_validator(mode="after")
    def _bounded(self) -> Arrangement:
        if self.cells > MAXIMUM_CELLS:
            raise ValueError(
                f"series = {self.series} times parallel = {self.parallel} is {self.cells} cells; "
                f"at most {MAXIMUM_CELLS} are allowed"
            )
        return self


def parameter_sets() -> tuple[str, ...]:
    """Names of the cells there are: the modules of `models.parameters`."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(parameters.__path__)))


def _known(name: object) -> object:
    if isinstance(name, str) and name not in parameter_sets():
        raise ValueError(f"there is no such cell{_suggestion(name, parameter_sets())}")
    return name


class Cell(Table):
    """The kind of cell, and its state at the start."""

    parameters: Annotated[str, BeforeValidator(_known)] = Field(
        description="name of a module in `packfmu.models.parameters`"
    )
    initial_soc: Fraction = Field(default=0.9, description="mean state of charge at the start [1]")

    def load(self) -> CellParameters:
        """Return the parameter set."""
        module = importlib.import_module(f"{parameters.__name__}.{self.parameters}")
        loaded: CellParameters = module.PARAMETERS
        return loaded


class Variation(Table):
    """How much the cells differ; see `fmus.variation` for the distributions."""

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


class Busbar(Table):
    """The connection of the cells of a group."""

    segment_resistance: NotNegative = Field(
        default=1e-5, description="of each busbar from one cell to the next [Ohm]; 0 joins them ideally"
    )
    contact_resistance: NotNegative = Field(default=1e-5, description="of both contacts of a cell to its busbars [Ohm]")
    terminals: Annotated[Terminals, Field(strict=False)] = Field(
        default=Terminals.SAME, description='of a group: at the "same" end of its busbars or at "opposite" ends'
    )


class Thermal(Table):
    """The cells as heat capacities, and what surrounds them."""

    heat_capacity: Positive | None = Field(
        default=None, description="of a cell with what is fixed to it [J/K]; by default as the cell was measured"
    )
    convection: NotNegative = Field(default=0.3, description="from a cell to the ambient air [W/K]")
    conduction: NotNegative = Field(default=1.0, description="between neighbouring cells [W/K]")
    plate_conductance: NotNegative = Field(default=0.0, description="from a cell to a cooling plate [W/K]; 0: no plate")
    coolant_heat_capacity_rate: NotNegative = Field(
        default=100.0, description="mass flow times specific heat [W/K]; 0: no plate"
    )
    board_heat_capacity: Positive = Field(default=200.0, description="of the balancer's board [J/K]")
    board_convection: NotNegative = Field(default=1.0, description="from the board to the ambient air [W/K]")
    ambient_temperature: Temperature = Field(default=298.15, description="of the air around the pack [K]")
    coolant_temperature: Temperature = Field(default=298.15, description="where the coolant enters [K]")
    initial_temperature: Temperature = Field(default=298.15, description="of cells and board at the start [K]")


class Balancer(Table):
    """Passive balancing: a bleed resistor a group."""

    bleed_resistance: Positive = Field(default=430.0, description="of a group's bleed resistor [Ohm]")
    start_threshold: NotNegative = Field(
        default=0.010, description="above the lowest group voltage, where bleeding starts [V]"
    )
    stop_threshold: NotNegative = Field(
        default=0.005, description="above the lowest group voltage, where bleeding stops [V]"
    )
    derating_temperature: Temperature = Field(default=343.15, description="of the board, from which it bleeds less [K]")
    maximum_temperature: Temperature = Field(default=358.15, description="of the board, where bleeding ends [K]")

    @model_validator(mode="after")
    def _ordered(self) -> Balancer:
        if self.stop_threshold > self.start_threshold:
            raise ValueError(
                f"stop_threshold = {self.stop_threshold:g} must not exceed start_threshold = {self.start_threshold:g}"
            )
        if self.maximum_temperature <= self.derating_temperature:
            raise ValueError(
                f"maximum_temperature = {self.maximum_temperature:g} must exceed "
                f"derating_temperature = {self.derating_temperature:g}"
            )
        return self


def _detail(name: object) -> Detail:
    details = {detail.name.lower(): detail for detail in Detail}
    if not isinstance(name, str) or name not in details:
        raise ValueError("allowed are " + ", ".join(f'"{detail}"' for detail in reversed(details)))
    return details[name]


class Outputs(Table):
    """What the FMUs tell."""

    detail: Annotated[Detail, BeforeValidator(_detail)] = Field(
        default="cell",
        validate_default=True,
        description='"cell", "group" or "pack": the finest detail of outputs and results',
    )


class Schedule(Table):
    """The periods of the layers; each is an integer multiple of the one before."""

    electrical: Duration = Field(default="1 s", validate_default=True, description="PackNetwork and Cell")
    control: Duration = Field(default="10 s", validate_default=True, description="Balancer")
    thermal: Duration = Field(default="10 s", validate_default=True, description="Thermal")

    @model_validator(mode="after")
    def _harmonic(self) -> Schedule:
        for fast, slow in (("electrical", "control"), ("control", "thermal")):
            if getattr(self, slow) % getattr(self, fast):
                raise ValueError(
                    f"{slow} = {format_duration(getattr(self, slow))} must be an integer multiple of "
                    f"{fast} = {format_duration(getattr(self, fast))}"
                )
        return self


class Pack(Table):
    """A whole pack file."""

    pack: Arrangement
    cell: Cell
    variation: Variation = Field(default_factory=Variation)
    busbar: Busbar = Field(default_factory=Busbar)
    thermal: Thermal = Field(default_factory=Thermal)
    balancer: Balancer = Field(default_factory=Balancer)
    outputs: Outputs = Field(default_factory=Outputs)
    schedule: Schedule = Field(default_factory=Schedule)


def load_pack(path: Path) -> Pack:
    """Read and check a pack file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    Pack
        Its contents, the defaults filled in.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML or does not fit the schema: one line that names the key, its value
        and what is allowed.
    """
    try:
        contents = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # tomllib's own, of the encoding, and of countless brackets
        raise InputError(f"{path}: is not TOML: {error}") from None
    return parse_pack(contents, str(path))


def parse_pack(contents: dict[str, Any], source: str) -> Pack:
    """Check the contents of a pack file; `source` names it in the message of an `InputError`."""
    try:
        return Pack.model_validate(contents)
    except ValidationError as invalid:
        problems = sorted(invalid.errors(include_url=False), key=lambda problem: problem["type"] != "extra_forbidden")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{source}: {one_line(_explain(problems[0]))}{more}") from None


def _explain(problem: Any) -> str:
    table, *keys = (str(part) for part in problem["loc"])
    name, value = f"[{table}] {'.'.join(keys)}".rstrip(), problem["input"]
    if problem["type"] == "missing":
        return f"{name} is missing; it has no default"
    if not isinstance(value, dict) or (keys and problem["type"] != "extra_forbidden"):
        name = f"{name} = {_toml(value)}"
    if problem["type"] == "extra_forbidden":
        allowed = tuple((_TABLES[table] if keys else Pack).model_fields)
        return f"{name} is not a known key{_suggestion(keys[-1] if keys else table, allowed)}"
    if problem["type"] == "model_type":
        return f"{name} must be a table of {', '.join(_TABLES[table].model_fields)}"
    return f"{name}: {problem['msg'].removeprefix('Value error, ').replace('Input should', 'it should')}"


_TABLES = {name: cast(type[Table], field.annotation) for name, field in Pack.model_fields.items()}


def one_line(text: str) -> str:
    """Return a text with line breaks, and whatever else does not print, spelt out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _toml(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _suggestion(name: str, allowed: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, allowed, n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; allowed are {', '.join(allowed)}"
