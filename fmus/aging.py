"""The Aging FMU."""

from __future__ import annotations

import importlib

from ..fmi.definition import Definition
from ..models.aging import losses as model
from .cell import AGING


def define(cells: int, aging: str) -> Definition:
    """Return the aging of n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    aging : str
        A module of `models.parameters` that holds an `AgingParameters`, such as ``nissan_leaf_aging``.
    """
    kind = importlib.import_module(f"..models.parameters.{aging}", __package__).PARAMETERS
    return Definition(model.declare(cells, kind), (AGING,), step_size=86400.0)
