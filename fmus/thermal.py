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
from ..models.thermal.runaway import network as reacting
from ..models.thermal.runaway.kind import RunawayParameters

SHORTED = ("soc", "emf", "resistance", "internal_short", "short_heat_rate")
"""What cell and network tell of a short where a separator melts, and are told."""


def define(
    cells: int,
    shorts: bool = False,
    graph: Mapping[str, Any] | None = None,
    runaway: Mapping[str, Any] | None = None,
    dendrites: bool = False,
) -> Definition:
    """Return the thermal model of a pack of n cells and the balancer's board; n >= 1.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    shorts : bool
        Whether shorts across the cells heat them, too.
    graph : mapping, optional
        Nodes, paths, radiation and coolant, of `ThermalGraph.figures`; without it the cells are a chain.
    runaway : mapping, optional
        How the cells of a graph run away, of `RunawayParameters.figures`; shorts heat them then, too.
    dendrites : bool
        Whether dendrites may short cells that may run away.

    Raises
    ------
    InputError
        When the graph is none of a pack, or has another number of cells, or cells of a chain should run away.
    """
    if runaway is not None:
        if graph is None:
            raise InputError("thermal: only the cells of a graph may run away; give a graph")
        kind = RunawayParameters.of_figures(runaway)
        return _reacting(reacting.declare(_graph(cells, ThermalGraph.of_figures(graph)), kind, dendrites), dendrites)
    heats = ("heat_rate", "short_heat_rate") if shorts else ("heat_rate",)
    return Definition(
        _plain(cells, shorts, graph),
        (
            Terminal("thermal", TerminalKind.THERMAL, (*heats, "temperature"), partner="Cell; Balancer and Bms"),
            Terminal("board", TerminalKind.THERMAL, ("board_heat_rate", "board_temperature"), partner="Balancer"),
        ),
        example=Example({"heat_rate[1]": 5.0}, 600.0, ("temperature_maximum", "temperature_mean")),
    )


def _plain(cells: int, shorts: bool, graph: Mapping[str, Any] | None) -> Model:
    if graph is None:
        return chain.declare(cells, shorts)
    return network.declare(_graph(cells, ThermalGraph.of_figures(graph)), shorts)


def _graph(cells: int, graph: ThermalGraph) -> ThermalGraph:
    if len(graph.cells) != cells:
        raise InputError(f"thermal graph: it has {len(graph.cells)} cells, and the pack {cells}")
    return graph


def _reacting(model: Model, dendrites: bool) -> Definition:
    shorted = (*SHORTED, "dendrite_short") if dendrites else SHORTED
    return Definition(
        model,
        (
            Terminal("thermal", TerminalKind.THERMAL, ("heat_rate", "temperature", "bounded_temperature"),
                     partner="Cell; Balancer and Bms take the bounded temperature"),
            Terminal("board", TerminalKind.THERMAL, ("board_heat_rate", "board_temperature"), partner="Balancer"),
            Terminal("short", TerminalKind.ELECTRICAL, shorted, partner="Cell, PackNetwork; dendrites: Aging"),
        ),
        example=Example({"heat_rate[1]": 40.0}, 600.0, ("temperature_maximum", "cells_in_runaway")),
    )  # fmt: skip
