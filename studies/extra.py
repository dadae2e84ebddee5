"""Libraries of the extra `studies`, imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..core.errors import InputError


def library(name: str) -> Any:
    """Return a module of the extra `studies`.

    Parameters
    ----------
    name : str
        Such as ``openturns`` or ``statsmodels.formula.api``.

    Raises
    ------
    InputError
        When it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        whole = name.partition(".")[0]
        if error.name != whole:
            raise
        raise InputError(
            f'{whole} is not installed, and this question needs it: pip install "packfmu[studies]"'
        ) from None
