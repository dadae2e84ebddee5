"""A thermal graph as a system of equations: numbers for its nodes, and where paths, radiation and coolant act.

Each node has a row: its neighbours by conduction and radiation. The air is no node of a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics.dissection import separators
from ...numerics.pattern import Pattern, pattern
from .checks import check
from .nodes import AMBIENT, ThermalGraph

Numbers = NDArray[np.int64]

AIR = -1
"""Stands for the air as the second end of a path or of a radiation."""


@dataclass(frozen=True, eq=False)
class Links:
    """Paths, or radiations: their ends, and where these are in the rows of each other; ``AIR`` is in none.

    Parameters
    ----------
    first, second : array
        Nodes; the second may be ``AIR``.
    forward, backward : array
        Entry of the second in the row of the first, and of the first in the row of the second.
    """

    first: Numbers
    second: Numbers
    forward: Numbers
    backward: Numbers


@dataclass(frozen=True, eq=False)
class ThermalSystem:
    """A thermal graph as a system of equations.

    Parameters
    ----------
    graph : ThermalGraph
        What it is made of.
    cells, surfaces, conductors : array
        The node of each cell, of its surface, and of each conductor.
    board : int
        The node of the board.
    row_start, entry_node : array
        Where the row of each node begins, and the neighbours in it.
    paths, radiations : Links
        Where they act.
    channel_start, contact_node : array
        Where the contacts of each channel begin, and the node of each contact.
    circuit_start : array
        Where the channels of each circuit begin.
    pattern : Pattern
        Of the elimination of all nodes; the air is the last one.
    entry_pair, air_pair : array
        The pair of each entry, and of each node with the air.
    """

    graph: ThermalGraph
    cells: Numbers
    surfaces: Numbers
    conductors: Numbers
    board: int
    row_start: Numbers
    entry_node: Numbers
    paths: Links
    radiations: Links
    channel_start: Numbers
    contact_node: Numbers
    circuit_start: Numbers
    pattern: Pattern
    entry_pair: Numbers
    air_pair: Numbers


def system_of(graph: ThermalGraph) -> ThermalSystem:
    """Make the system of a graph.

    Raises
    ------
    InputError
        When the graph is none of a pack (`checks`).
    """
    check(graph)
    number = {node.name: i for i, node in enumerate(graph.nodes)}
    nodes = len(number)
    paths = [_ends(number, path.first, path.second) for path in graph.paths]
    radiations = [_ends(number, radiation.first, radiation.second) for radiation in graph.radiations]
    rows = _rows(nodes, [*paths, *radiations])
    entries = {(i, j): e for e, (i, j) in enumerate((i, j) for i, row in enumerate(rows) for j in row)}
    inner = [pair for pair in entries if pair[0] < pair[1]]
    found = pattern(nodes + 1, [*inner, *((i, nodes) for i in range(nodes))], [*separators(nodes, inner), nodes])
    channels = [channel for circuit in graph.circuits for channel in circuit.channels]
    return ThermalSystem(
        graph, _numbers(number, graph.cells), _numbers(number, graph.surfaces), _numbers(number, graph.conductors),
        number[graph.board], _starts(rows), np.array([j for _, j in entries], np.int64), _links(paths, entries),
        _links(radiations, entries), _starts([channel.contacts for channel in channels]),
        _numbers(number, [contact.node for channel in channels for contact in channel.contacts]),
        _starts([circuit.channels for circuit in graph.circuits]), found,
        np.array([found.pair(i, j) for i, j in entries], np.int64),
        np.array([found.pair(i, nodes) for i in range(nodes)], np.int64),
    )  # fmt: skip


def _ends(number: Mapping[str, int], first: str, second: str) -> tuple[int, int]:
    """Return the nodes of both ends, the air as the second."""
    if first == AMBIENT:
        first, second = second, first
    return number[first], number.get(second, AIR)


def _rows(nodes: int, ends: Iterable[tuple[int, int]]) -> list[list[int]]:
    around: list[set[int]] = [set() for _ in range(nodes)]
    for first, second in ends:
        if second != AIR:
            around[first].add(second)
            around[second].add(first)
    return [sorted(row) for row in around]


def _starts(rows: Sequence[Sequence[object]]) -> Numbers:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)


def _numbers(number: Mapping[str, int], names: Sequence[str]) -> Numbers:
    return np.array([number[name] for name in names], np.int64)


def _links(ends: Sequence[tuple[int, int]], entries: Mapping[tuple[int, int], int]) -> Links:
    first, second = np.array(ends, np.int64).reshape(-1, 2).T
    forward = [entries.get((i, j), 0) for i, j in ends]
    backward = [entries.get((j, i), 0) for i, j in ends]
    return Links(first, second, np.array(forward, np.int64), np.array(backward, np.int64))
