"""The Cell FMU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.aging.counters import COUNTER_NAMES
from ..models.aging.kind import AgingParameters
from ..models.cell.mixed.cells import MixedCells
from ..models.cell.protocol import CellModel
from ..models.parameter_sets import cell_model, mixed_cells, parameter_set

TERMINALS = (
    Terminal(
        "electrical",
        TerminalKind.ELECTRICAL,
        ("emf", "resistance", "voltage", "soc", "current", "capacity", "initial_soc"),
        partner="PackNetwork",
    ),
    Terminal("thermal", TerminalKind.THERMAL, ("heat_rate", "temperature"), partner="Thermal"),
)
"""Where network and thermal network are connected."""

AGING = Terminal(
    "aging",
    TerminalKind.AGING,
    (*COUNTER_NAMES, "capacity_loss", "resistance_growth", "film_resistance"),
    partner="Aging",
)
"""Where the aging model is connected."""


def define(cells: int, parameters: str | Mapping[str, Any], aging: str | None = None) -> Definition:
    """Return n cells.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    parameters : str or mapping
        A module of `models.parameters` that holds a cell, such as ``nissan_leaf_2013``, or the figures of another one,
        of `models.cell.figures`. Of several kinds of cells ``kinds``, a list of these, and ``of``, the number of the
        kind of each cell, from 0.
    aging : str, optional
        A module of `models.parameters` that holds how cells age; without it they do not.
    """
    if not isinstance(parameters, str) and "kinds" in parameters:
        cell: CellModel | MixedCells = mixed_cells(parameters)
    else:
        cell = cell_model(parameters)
    discharge = Example({"current[1]": -round(cell.capacity / 7200.0, 2)}, 600.0, ("voltage_minimum", "soc_minimum"))
    if aging is None:
        return Definition(cell.declare(cells), TERMINALS, example=discharge)
    model = cell.declare(cells, parameter_set(aging, AgingParameters))
    return Definition(model, (*TERMINALS, AGING), example=discharge)
