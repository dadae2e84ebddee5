"""The registry of published parameter sets: each module of `models.parameters` holds one, called ``PARAMETERS``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from ..core.errors import InputError
from . import parameters
from .cell.figures import from_figures
from .cell.protocol import CellModel

Of = TypeVar("Of")


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
    """Return a kind of cell: that of a shipped set by its name, or that of `figures`.

    Raises
    ------
    InputError
        When there is no such set.
    TypeError, ValueError
        When the figures are not those of a cell.
    """
    return parameter_set(given, CellModel) if isinstance(given, str) else from_figures(given)


@cache
def _held(name: str) -> Any:
    return getattr(importlib.import_module(f"{parameters.__name__}.{name}"), "PARAMETERS", None)
