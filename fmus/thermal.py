"""The Thermal FMU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import InputError
from ..core.model import Model
from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.thermal import chain
from ..models.thermal.graph import network
from ..models.thermal.graph.nodes import ThermalGraph


def define(cells: int, shorts: bool = False, graph: Mapping[str, Any] | None = None) -> Definition:
    """Return the thermal model of a pack of n cells and the balancer's board; n >= 1.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    shorts : bool
        Whether shorts across the cells heat them, too.
    graph : mapping, optional
        Nodes, paths, radiation and coolant, of `ThermalGraph.figures`; without it the cells are a chain.

    Raises
    ------
    InputError
        When the graph is none of a pack, or has another number of cells.
    """
    heats = ("heat_rate", "short_heat_rate") if shorts else ("heat_rate",)
    return Definition(
        chain.declare(cells, shorts) if graph is None else _graph(cells, shorts, ThermalGraph.of_figures(graph)),
        (
            Terminal("thermal", TerminalKind.THERMAL, (*heats, "temperature"), partner="Cell; Balancer and Bms"),
            Terminal("board", TerminalKind.THERMAL, ("board_heat_rate", "board_temperature"), partner="Balancer"),
        ),
        example=Example({"heat_rate[1]": 5.0}, 600.0, ("temperature_maximum", "temperature_mean")),
    )


def _graph(cells: int, shorts: bool, graph: ThermalGraph) -> Model:
    if len(graph.cells) != cells:
        raise InputError(f"thermal graph: it has {len(graph.cells)} cells, and the pack {cells}")
    return network.declare(graph, shorts)
