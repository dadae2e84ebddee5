"""The Aging FMU."""

from __future__ import annotations

import importlib

from ..fmi.component import Component
from ..models.aging import losses as model
from .cell import AGING


def component(cells: int, aging: str) -> Component:
    """Return the aging of n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    aging : str
        A module of `models.parameters` that holds an `AgingKind`, such as ``nissan_leaf_aging``.
    """
    kind = importlib.import_module(f"..models.parameters.{aging}", __package__).PARAMETERS
    return Component(model.declare(cells, kind), (AGING,), step_size=86400.0)
