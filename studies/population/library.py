"""The library of distributions, an extra of the package: imported where it is used."""

from __future__ import annotations

import importlib
from typing import Any

from ...core.errors import InputError


def openturns() -> Any:
    """Return the module OpenTURNS; InputError names the extra where it is missing."""
    return extra("openturns")


def extra(name: str) -> Any:
    """Return a module of the extra ``studies``; InputError names the extra where it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(f"{name} is missing; pip install 'packfmu[studies]' brings it") from None
