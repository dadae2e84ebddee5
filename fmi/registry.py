"""The components that can be built: each module of the package ``fmus`` has a function ``define``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ..core.errors import InputError, shortened
from .definition import Definition

ROOT = __package__.rpartition(".")[0]
"""The package that this one lies in; inside an FMU it has a name of its own."""

SHARED = ("core", "models", "coupling", "fmus")
"""The packages that a component is made of."""

OWN = ("__init__.py", "definition.py", "registry.py")
"""Modules of this package that a component needs."""


def component_names() -> tuple[str, ...]:
    """Return the names of the modules that make a component."""
    return tuple(module.name for module in pkgutil.iter_modules(importlib.import_module(f"{ROOT}.fmus").__path__))


def maker(name: str) -> Callable[..., Definition]:
    """Return the function ``define`` of a module of ``fmus``; InputError lists the modules that there are."""
    if name not in component_names():
        raise InputError(f"there is no component {name!r}; there are {', '.join(component_names())}")
    make: Callable[..., Definition] = importlib.import_module(f"{ROOT}.fmus.{name}").define
    return make


def load_definition(name: str, arguments: Mapping[str, Any], start: Mapping[str, ArrayLike]) -> Definition:
    """Return the component with these arguments and start values; InputError names what does not fit."""
    make = maker(name)
    try:
        component = make(**arguments)
    except (ImportError, TypeError, ValueError) as error:
        raise InputError(f"{name} cannot be made with {shortened(str(dict(arguments)))}: {error}") from error
    try:
        return replace(component, model=component.model.with_start(start))
    except (KeyError, ValueError) as error:
        raise InputError(f"{component.model.name}: {error.args[0]}") from None


def component_sources() -> dict[str, bytes]:
    """Return the source files that components are made from, by their path."""
    root = Path(__file__).parents[1]
    paths = [*(root / "fmi" / name for name in OWN), *(p for package in SHARED for p in (root / package).rglob("*.py"))]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
