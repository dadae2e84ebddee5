"""The Cell FMU."""

from __future__ import annotations

import importlib
from typing import Any

from ..fmi.definition import Definition, Terminal, TerminalKind
from ..models.aging.variables import COUNTER_NAMES
from ..models.cell import ecm as cell_ecm

TERMINALS = (
    Terminal(
        "electrical",
        TerminalKind.ELECTRICAL,
        ("emf", "resistance", "voltage", "soc", "current", "capacity", "initial_soc"),
    ),
    Terminal("thermal", TerminalKind.THERMAL, ("heat_rate", "temperature")),
)
"""Where network and thermal network are connected."""

AGING = Terminal("aging", TerminalKind.AGING, (*COUNTER_NAMES, "capacity_loss", "resistance_growth"))
"""Where the aging model is connected."""


def define(cells: int, parameters: str, aging: str | None = None) -> Definition:
    """Return n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    parameters : str
        A module of `models.parameters` that holds a cell, such as ``nissan_leaf_2013``.
    aging : str, optional
        A module of `models.parameters` that tells how cells age; without it they do not.
    """
    kind = _parameters(parameters)
    if aging is None:
        return Definition(cell_ecm.declare(cells, kind), TERMINALS)
    return Definition(cell_ecm.declare(cells, kind, _parameters(aging)), (*TERMINALS, AGING))


def _parameters(module: str) -> Any:
    return importlib.import_module(f"..models.parameters.{module}", __package__).PARAMETERS
