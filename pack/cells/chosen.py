"""The table of a pack file that chooses the kind of cell and its model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from ...core.errors import InputError
from ...models.cell.ecm import EquivalentCircuitCell
from ...models.cell.figures import figures
from ...models.cell.physics.cell import ElectrochemicalCell
from ...models.cell.protocol import CellModel
from ...models.electrochemistry.kind import Mesh, Physics
from ...models.parameter_sets import parameter_set, parameter_sets, shipped
from ..reading.checking import suggestion
from ..setting import Table
from ..tables import Context, Fraction
from .bpx.file import PhysicsFile, read_bpx
from .cell_file import CellFile, read_cell

CIRCUIT_FILE, PHYSICS_FILE = ".toml", ".json"
"""How the names of cell files end, of equivalent circuits and of physics."""

ECM = "ecm"
"""The model of an equivalent circuit."""

Read = TypeVar("Read")

_DEFAULT = Mesh()
_MOST = 1000


CURRENTS = ("maximum_charge_current", "maximum_discharge_current")
"""The limits that a pack file may set of a cell of physics."""


def _limit(text: str) -> Any:
    return Field(
        default=None, gt=0.0, le=1e6,
        description=f"of a cell of physics: the most that it takes while {text} [A]; a BPX file has no such limit, and "
        "without this key one is assumed, which `packfmu cell show` tells",
    )  # fmt: skip


def _volumes(name: str, text: str) -> Any:
    return Field(default=getattr(_DEFAULT, name), ge=1, le=_MOST, description=text)


class MeshTable(Table):
    """How finely a model of physics resolves a cell."""

    negative: int = _volumes("negative", "finite volumes of the negative electrode")
    separator: int = _volumes("separator", "finite volumes of the separator")
    positive: int = _volumes("positive", "finite volumes of the positive electrode")
    modes: int = _volumes("modes", "modes of each particle of constant diffusivity")
    volumes: int = _volumes("volumes", "finite volumes of each particle whose diffusivity is not constant")

    def made(self) -> Mesh:
        """Return the mesh."""
        return Mesh(**{field.name: getattr(self, field.name) for field in fields(Mesh)})


def known_cell(name: object) -> object:
    """Return the name of a shipped cell or of a file of one; ValueError tells those that there are."""
    known = parameter_sets(CellModel)
    if isinstance(name, str) and not name.endswith((CIRCUIT_FILE, PHYSICS_FILE)) and name not in known:
        files = f"or a file with the ending {CIRCUIT_FILE}, or {PHYSICS_FILE} of BPX"
        raise ValueError(f"there is no such cell{suggestion(name, known)}, {files}")
    return name


def known_circuit(name: object) -> object:
    """Return the name of a shipped circuit or of a cell file; ValueError tells those that there are."""
    known = parameter_sets(EquivalentCircuitCell)
    if isinstance(name, str) and not name.endswith(CIRCUIT_FILE) and name not in known:
        raise ValueError(f"there is no such cell{suggestion(name, known)}, or a file with the ending {CIRCUIT_FILE}")
    return name


def circuit_file(name: str, info: ValidationInfo, key: str) -> CellFile | None:
    """Return the cell file that a key names, relative to the pack file; None where it names a shipped circuit."""
    return _read(read_cell, name, info, key) if name.endswith(CIRCUIT_FILE) else None


def _read(read: Callable[[Path], Read], name: str, info: ValidationInfo, key: str) -> Read:
    """Return what the file of a name holds, relative to the pack file; ValueError where it cannot be read."""
    path = (info.context.folder if isinstance(info.context, Context) else Path()) / name
    try:
        return read(path)
    except InputError as error:
        raise ValueError(f'{key} = "{name}": {str(error).removeprefix(f"{path}: ")}') from None


class Cell(Table):
    """The kind of cell, its model, and its state at the start."""

    parameters: Annotated[str, BeforeValidator(known_cell)] = Field(
        description="a shipped cell by its name, a module in `packfmu.models.parameters`, or a file relative to this "
        'one: a cell file, such as "cells/my_cell.toml", or a BPX file, such as "cells/my_cell.json"'
    )
    model: Literal["ecm", "spm", "spme", "dfn"] | None = Field(
        default=None,
        description='"ecm" of an equivalent circuit; "spm", "spme" or "dfn" of a cell of physics: single particles, '
        "these with electrolyte, or porous electrodes; by default as the cell's own file or set tells",
    )
    mesh: MeshTable | None = Field(
        default=None, description="of a cell of physics, a table `[cell.mesh]`: how finely the model resolves it"
    )
    maximum_charge_current: float | None = _limit("charging")
    maximum_discharge_current: float | None = _limit("discharging")
    initial_soc: Fraction = Field(default=0.9, description="mean state of charge at the start [1]")
    _file: CellFile | PhysicsFile | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _found(self, info: ValidationInfo) -> Cell:
        reads: dict[str, Callable[[Path], CellFile | PhysicsFile]] = {CIRCUIT_FILE: read_cell, PHYSICS_FILE: read_bpx}
        read = reads.get(Path(self.parameters).suffix)
        if read is not None:
            self._file = _read(read, self.parameters, info, "parameters")
        self.load()
        return self

    @cached_property
    def kind(self) -> CellModel:
        """The kind of cell, with the model that the table asks for; ValueError where it has no such model."""
        found = self._file.kind if self._file else parameter_set(self.parameters, CellModel)
        return self._modelled(found) if isinstance(found, ElectrochemicalCell) else self._circuit(found)

    def _modelled(self, kind: ElectrochemicalCell) -> ElectrochemicalCell:
        """Return a cell of physics with the model and the mesh that the table asks for."""
        models = self._file.models if isinstance(self._file, PhysicsFile) else tuple(Physics)
        allowed = " or ".join(f'"{model.value}"' for model in models)
        if self.model == ECM:
            raise ValueError(
                f'model = "{ECM}": {self.parameters} is a cell of physics; its models are {allowed}, and `packfmu cell '
                "fit` identifies an equivalent circuit"
            )
        physics = kind.physics if self.model is None else Physics(self.model)
        if physics not in models:
            raise ValueError(
                f'model = "{physics.value}": {self.parameters} has the parameters of single particles alone; allowed '
                f"is {allowed}"
            )
        if physics not in kind.models:
            allowed = " or ".join(f'"{model.value}"' for model in kind.models)
            told = f"{self.parameters} has electrodes of several materials"
            raise ValueError(f'model = "{physics.value}": {told}; allowed is {allowed}')
        limits = replace(kind.limits, **self._currents())
        return replace(kind, physics=physics, mesh=self.mesh.made() if self.mesh else kind.mesh, limits=limits)

    def _currents(self) -> dict[str, float]:
        """Return the current limits that the table has."""
        return {key: getattr(self, key) for key in CURRENTS if getattr(self, key) is not None}

    def _circuit(self, kind: CellModel) -> CellModel:
        """Return a cell of no physics; ValueError where a model or a mesh of physics is asked for."""
        for key, current in self._currents().items():
            raise ValueError(
                f"{key} = {current:g}: {self.parameters} is an equivalent circuit and has limits of its own"
            )
        wanted = f'model = "{self.model}"' if self.model not in (None, ECM) else "mesh" if self.mesh else None
        if wanted:
            sets = ", ".join(parameter_sets(ElectrochemicalCell))
            raise ValueError(
                f"{wanted}: {self.parameters} has no parameters of physics; they are in a BPX file ({PHYSICS_FILE}), "
                f"or shipped as {sets}"
            )
        return kind

    @property
    def file(self) -> CellFile | PhysicsFile | None:
        """The file of the cell as it was read; None where the cell is a shipped one."""
        return self._file

    @property
    def figures(self) -> str | dict[str, Any]:
        """What a component is given, of which `models.parameter_sets.cell_model` makes the cell."""
        kind = self.load()
        if isinstance(kind, ElectrochemicalCell):
            return figures(kind) if self._file else shipped(self.parameters, kind.physics, kind.mesh)
        return figures(self._file.kind) if self._file else self.parameters

    def load(self) -> CellModel:
        """Return the kind of cell."""
        return self.kind
