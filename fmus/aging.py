"""The Aging FMU."""

from __future__ import annotations

from dataclasses import replace

from ..fmi.definition import Definition, Example
from ..models.aging import losses as model
from ..models.aging.kind import AgingParameters
from ..models.parameter_sets import parameter_set
from .cell import AGING


def define(cells: int, aging: str, dendrites: bool = False) -> Definition:
    """Return the aging of n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    aging : str
        A module of `models.parameters` that holds an `AgingParameters`, such as ``nissan_leaf_aging``.
    dendrites : bool
        Whether plating gives cells internal shorts.
    """
    kind = parameter_set(aging, AgingParameters)
    return Definition(
        model.declare(cells, kind, dendrites),
        (replace(AGING, partner="Cell, PackNetwork; the same of Pack"),),
        step_size=86400.0,
        example=Example({"capacity_calendar_damage[1]": 1e-4}, 864000.0, ("soh_minimum", "soh_mean")),
    )
