"""What a thermal graph must be; what is not is refused by name, value and bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ....core.errors import InputError
from ..method import CAPACITY, CONDUCTANCE
from .nodes import AMBIENT, Circuit, ThermalGraph

LEAST_CAPACITY = 1e-3
"""Bound of a heat capacity [J/K]."""

LARGEST_AREA = 1e6
"""Bound of a radiating area [m2]."""

SUM = 1e-9
"""How far the shares of the channels of a circuit may be from 1 together: ten digits of a file."""


def check(graph: ThermalGraph) -> None:
    """Refuse a graph that is none of a pack.

    Raises
    ------
    InputError
        When there is no cell, a name stands twice or names no node, a figure is beyond its bounds, an end is joined
        with itself, or shares of a circuit do not sum to 1. The message names it.
    """
    if not graph.cells:
        raise InputError("thermal graph: a pack has at least one cell")
    if len(graph.surfaces) != len(graph.cells):
        raise InputError(f"thermal graph: {len(graph.surfaces)} surfaces for {len(graph.cells)} cells; each has one")
    _once("node", [node.name for node in graph.nodes])
    _once("circuit", [circuit.name for circuit in graph.circuits])
    known = {node.name for node in graph.nodes}
    if AMBIENT in known:
        raise InputError(f"node {AMBIENT}: this is the air, which is no node; call the node otherwise")
    for what, name in _named(graph):
        if name not in known:
            raise InputError(f"{what}: {name} is no node of the thermal graph")
    for node in graph.nodes:
        _within(f"node {node.name}: heat_capacity", node.heat_capacity, LEAST_CAPACITY, CAPACITY, "J/K")
    for path in graph.paths:
        _within(f"path {path.first} to {path.second}: conductance", path.conductance, 0.0, CONDUCTANCE, "W/K")
    for each in graph.radiations:
        _within(f"radiation {each.first} to {each.second}: area", each.area, 0.0, LARGEST_AREA, "m2")
    _check_ends(graph)
    for circuit in graph.circuits:
        _check_circuit(circuit)


def _once(kind: str, names: Iterable[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InputError(f"thermal graph: {twice[0]} is the name of several {kind}s; each has one of its own")


def _within(what: str, value: float, least: float, greatest: float, unit: str) -> None:
    if not least <= value <= greatest:
        raise InputError(f"{what} = {value:g} {unit} is not within [{least:g}, {greatest:g}] {unit}")


def _named(graph: ThermalGraph) -> Iterator[tuple[str, str]]:
    """Yield each name of a node, and where it stands; of the ends of links those that are not the air."""
    for kind, names in (("cell", graph.cells), ("surface of cell", graph.surfaces), ("conductor", graph.conductors)):
        yield from ((f"{kind} {number}", name) for number, name in enumerate(names, 1))
    yield "board", graph.board
    for kind, links in (("path", graph.paths), ("radiation", graph.radiations)):
        for link in links:
            where = f"{kind} {link.first} to {link.second}"
            yield from ((where, name) for name in (link.first, link.second) if name != AMBIENT)
    for circuit in graph.circuits:
        for number, channel in enumerate(circuit.channels, 1):
            yield from ((f"channel {number} of circuit {circuit.name}", contact.node) for contact in channel.contacts)


def _check_ends(graph: ThermalGraph) -> None:
    for kind, links in (("path", graph.paths), ("radiation", graph.radiations)):
        for link in links:
            if link.first == link.second:
                raise InputError(f"{kind} {link.first} to {link.second}: both of its ends are the same")


def _check_circuit(circuit: Circuit) -> None:
    where = f"circuit {circuit.name}"
    _within(f"{where}: heat_capacity_rate", circuit.heat_capacity_rate, 0.0, CONDUCTANCE, "W/K")
    if not circuit.channels:
        raise InputError(f"{where}: coolant flows in at least one channel")
    for number, channel in enumerate(circuit.channels, 1):
        if not 0.0 < channel.share <= 1.0:
            raise InputError(f"{where}: share = {channel.share:g} of channel {number} is not above 0 and at most 1")
        for contact in channel.contacts:
            named = f"{where}: conductance to {contact.node} in channel {number}"
            _within(named, contact.conductance, 0.0, CONDUCTANCE, "W/K")
    shares = sum(channel.share for channel in circuit.channels)
    if abs(shares - 1.0) > SUM:
        raise InputError(f"{where}: the shares of its channels sum to {shares:.10g}; they must sum to 1")
