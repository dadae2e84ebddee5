"""The registry of published parameter sets: each module of `models.parameters` holds one, called ``PARAMETERS``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any, TypeVar

from ..core.errors import InputError
from . import parameters

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


@cache
def _held(name: str) -> Any:
    return getattr(importlib.import_module(f"{parameters.__name__}.{name}"), "PARAMETERS", None)
