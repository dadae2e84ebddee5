"""The Cell FMU."""

from __future__ import annotations

import importlib

from ..models import cell_ecm
from .component import Component, Terminal, TerminalKind


def component(cells: int, parameters: str) -> Component:
    """Return n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    parameters : str
        A module of `models.parameters`, such as ``nissan_leaf_2013``.
    """
    kind = importlib.import_module(f"..models.parameters.{parameters}", __package__).PARAMETERS
    return Component(
        cell_ecm.declare(cells, kind),
        (
            Terminal(
                "electrical",
                TerminalKind.ELECTRICAL,
                ("emf", "resistance", "voltage", "soc", "current", "capacity", "initial_soc"),
            ),
            Terminal("thermal", TerminalKind.THERMAL, ("heat_rate", "temperature")),
        ),
    )
