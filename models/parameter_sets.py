"""The registry of published parameter sets: each module of `models.parameters` holds one, called ``PARAMETERS``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any, TypeVar

from ..core.errors import InputError
from . import parameters
from .cell.figures import KIND, from_figures
from .cell.mixed.cells import MixedCells
from .cell.physics.cell import ElectrochemicalCell
from .cell.protocol import CellModel
from .electrochemistry.kind import Mesh, Physics

Of = TypeVar("Of")

SHIPPED = "shipped set"
"""Value of `figures.KIND` for a shipped set with another model or mesh than its own."""


def parameter_sets(of: type[Any]) -> tuple[str, ...]:
    """Return the names of the sets of a type, such as `CellParameters` or `AgingParameters`."""
    names = (module.name for module in pkgutil.iter_modules(parameters.__path__))
    return tuple(sorted(name for name in names if isinstance(_held(name), of)))


def parameter_set(name: str, of: type[Of]) -> Of:
    """Return a parameter set by its name.

    Raises
    ------
    InputError
        When there is no such set of this type; the message lists those that there are.
    """
    if name not in parameter_sets(of):
        raise InputError(f"there is no parameter set {name!r}; there are {', '.join(parameter_sets(of))}")
    found: Of = _held(name)
    return found


def cell_model(given: str | Mapping[str, Any]) -> CellModel:
    """Return a kind of cell.

    Parameters
    ----------
    given : str or mapping
        The name of a shipped set, the `figures` of a cell, or what `shipped` returns.

    Raises
    ------
    InputError
        When there is no such set.
    TypeError, ValueError
        When the figures are not those of a cell.
    """
    if isinstance(given, str):
        return parameter_set(given, CellModel)
    if given.get(KIND) != SHIPPED:
        return from_figures(given)
    physics, mesh = Physics(given["physics"]), Mesh(**given["mesh"])
    return replace(parameter_set(given["name"], ElectrochemicalCell), physics=physics, mesh=mesh)


def mixed_cells(given: Mapping[str, Any]) -> MixedCells:
    """Return the cells of a pack that has several kinds.

    Parameters
    ----------
    given : mapping
        ``kinds``, a list of what `cell_model` takes, and ``of``, the number of the kind of each cell, from 0.
    """
    return MixedCells(tuple(cell_model(kind) for kind in given["kinds"]), tuple(given["of"]))


def shipped(name: str, physics: Physics, mesh: Mesh) -> str | dict[str, Any]:
    """Return what `cell_model` makes a shipped set of physics of, with a model and a mesh of the user's choice."""
    kind = parameter_set(name, ElectrochemicalCell)
    if physics is kind.physics and mesh == kind.mesh:
        return name
    return {KIND: SHIPPED, "name": name, "physics": physics.value, "mesh": asdict(mesh)}


@cache
def _held(name: str) -> Any:
    return getattr(importlib.import_module(f"{parameters.__name__}.{name}"), "PARAMETERS", None)
