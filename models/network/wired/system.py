"""A netlist as a system of equations.

Conductors without resistance join their nodes to one. The negative terminal is the node that potentials are counted
from. Every other node has a level, the number of cells on a way up to it: its potential is that many times a voltage
that all cells come near to, and a small deviation, which is what is solved for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from ....core.bounds import LARGE
from ....core.errors import InputError
from ...numerics.pattern import Pattern, pattern
from .netlist import Conductor, Coupling, GroupPlace, Netlist

NAMED = 5
"""Nodes that a message names, and no more."""


@dataclass(frozen=True, eq=False)
class Ends:
    """Where elements of one kind lie: places of both ends, the pair that these are, and how many levels they span."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    pair: NDArray[np.int64]
    rise: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NodalSystem:
    """A netlist as a system of equations.

    Parameters
    ----------
    pattern : Pattern
        Of the nodes; the terminals are the last, the negative one behind the positive.
    cells, conductors, taps : Ends
        From the negative pole to the positive, from the first node to the second, from lower to upper.
    resistances, inductances : array
        Of the conductors that are left [Ohm], [H].
    names : tuple of str
        Theirs.
    left : tuple of Conductor
        Themselves.
    couplings : tuple of Coupling
        Between them.
    level : int
        Of the positive terminal.
    groups : array
        Of each cell, the number of its group.
    strings : array
        Where the groups of each string begin, and behind the last the number of groups.
    modules : array
        Where the strings of each module begin, and behind the last the number of strings.
    contactors : array
        Of each string, the number of the conductor that its contactor opens; empty without any.
    """

    pattern: Pattern
    cells: Ends
    conductors: Ends
    taps: Ends
    resistances: NDArray[np.float64]
    inductances: NDArray[np.float64]
    names: tuple[str, ...]
    left: tuple[Conductor, ...]
    couplings: tuple[Coupling, ...]
    level: int
    groups: NDArray[np.int64]
    strings: NDArray[np.int64]
    modules: NDArray[np.int64]
    contactors: NDArray[np.int64]


def wire(netlist: Netlist) -> NodalSystem:
    """Make the system of a netlist.

    Raises
    ------
    InputError
        When there is no cell, a resistance is negative, a terminal or a tap is nowhere, an element joins a node with
        itself, a node has no way to the terminals, or groups and strings do not fit. The message names it.
    """
    if not netlist.cells:
        raise InputError("netlist: a pack has at least one cell")
    _check_names([c.name for c in netlist.conductors])
    merged = _merged(netlist.conductors)
    left = [c for c in netlist.conductors if c.resistance > 0.0 or c.inductance > 0.0]
    pairs = [(merged.of(c.negative), merged.of(c.positive)) for c in netlist.cells]
    links = [(merged.of(c.first), merged.of(c.second)) for c in left]
    spans = [(merged.of(t.lower), merged.of(t.upper)) for t in netlist.taps]
    terminals = merged.of(netlist.negative), merged.of(netlist.positive)
    _check_loops("cell", [c.name for c in netlist.cells], pairs)
    _check_loops("tap", [t.name for t in netlist.taps], spans)
    if terminals[0] == terminals[1]:
        raise InputError(
            f"netlist: the terminals {netlist.negative} and {netlist.positive} are joined without resistance"
        )
    level = _levels(terminals[0], pairs, links, [c.resistance for c in left])
    _check_places(netlist, merged, level)
    kept = [i for i, end in enumerate(links) if end[0] != end[1]]
    links, left = [links[i] for i in kept], [left[i] for i in kept]
    system = _System(terminals, level, [*pairs, *links])
    groups, (strings, modules) = _grouped(netlist), _begins(netlist.taps)
    return NodalSystem(
        system.pattern, system.ends(pairs), system.ends(links), system.ends(spans, conducts=False),
        np.array([c.resistance for c in left]), np.array([c.inductance for c in left]),
        tuple(c.name for c in left), tuple(left), netlist.couplings, level[terminals[1]], groups, strings, modules,
        _contactors(netlist.contactors, left, len(strings) - 1),
    )  # fmt: skip


def _check_names(names: Sequence[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InputError(f"netlist: {twice[0]} is the name of several conductors; each has one of its own")


def _grouped(netlist: Netlist) -> NDArray[np.int64]:
    """Return the group of each cell."""
    taps, groups = netlist.taps, np.array([cell.group for cell in netlist.cells], np.int64)
    for cell in netlist.cells:
        if not 0 <= cell.group < len(taps):
            raise InputError(f"cell {cell.name}: group {cell.group} is none of the {len(taps)} that have taps")
    for number, tap in enumerate(taps):
        if number not in groups:
            raise InputError(f"tap {tap.name}: no cell belongs to this group")
    return groups


def _begins(taps: Sequence[GroupPlace]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the groups of each string begin, and the strings of each module."""
    strings = [tap.string for tap in taps]
    begins = [g for g in range(len(taps)) if g == 0 or strings[g] != strings[g - 1]]
    modules = [taps[g].module for g in begins]
    firsts = [s for s in range(len(begins)) if s == 0 or modules[s] != modules[s - 1]]
    in_order = [strings[g] for g in begins] == list(range(len(begins)))
    whole = all(tap.module == modules[tap.string] for tap in taps) if in_order else False
    if not whole or [modules[s] for s in firsts] != list(range(len(firsts))):
        raise InputError(
            "netlist: the taps stand string by string, the strings module by module, and both are counted from 0"
        )
    return np.array([*begins, len(taps)], np.int64), np.array([*firsts, len(begins)], np.int64)


def _contactors(names: Sequence[str], left: Sequence[Conductor], strings: int) -> NDArray[np.int64]:
    """Return the numbers of the conductors that contactors open."""
    if names and len(names) != strings:
        raise InputError(f"netlist: {len(names)} contactors for {strings} strings; name one for each string, or none")
    number = {conductor.name: b for b, conductor in enumerate(left) if conductor.resistance > 0.0}
    for s, name in enumerate(names):
        if name not in number:
            raise InputError(
                f"contactor {name} of string {s + 1}: no conductor with a resistance above 0 between two nodes has "
                "this name"
            )
        if name in names[:s]:
            raise InputError(f"contactor {name}: it opens two strings; each has a conductor of its own")
    return np.array([number[name] for name in names], np.int64)


class _Merged:
    """Nodes that conductors without resistance make one."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def of(self, node: str) -> str:
        """Return the node that stands for all that are joined with one."""
        root = node
        while self._parent.get(root, root) != root:
            root = self._parent[root]
        self._parent[node] = root
        return root

    def join(self, first: str, second: str) -> None:
        """Make two nodes one."""
        self._parent[self.of(second)] = self.of(first)


def _merged(conductors: Iterable[Conductor]) -> _Merged:
    merged = _Merged()
    for conductor in conductors:
        for what, unit in (("resistance", "Ohm"), ("inductance", "H")):
            value = getattr(conductor, what)
            if not 0.0 <= value < np.inf:
                raise InputError(f"conductor {conductor.name}: {what} = {value:g} {unit} must be 0 or more, and finite")
        if conductor.resistance == 0.0 and conductor.melting_integral < LARGE:
            raise InputError(f"conductor {conductor.name}: one with a fuse has a resistance above 0")
        if conductor.resistance == conductor.inductance == 0.0:
            merged.join(conductor.first, conductor.second)
    return merged


def _check_loops(kind: str, names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    for name, (first, second) in zip(names, pairs, strict=True):
        if first == second:
            called = name.removeprefix(f"{kind} ")
            raise InputError(f"{kind} {called}: both of its ends are at {first}, joined without resistance")


def _levels(
    root: str, cells: Sequence[tuple[str, str]], links: Sequence[tuple[str, str]], resistances: Sequence[float]
) -> dict[str, int]:
    """Return the level of every node that has a way to a root: cells go up by one.

    Of several ways that of the least resistance counts, cells having none: a bleeder across cells is no busbar.
    """
    around: dict[str, list[tuple[str, int, float]]] = {}
    conducting = [(1, 0.0, *ends) for ends in cells]
    conducting += [(0, resistance, *ends) for resistance, ends in zip(resistances, links, strict=True)]
    for rise, resistance, first, second in conducting:
        around.setdefault(first, []).append((second, rise, resistance))
        around.setdefault(second, []).append((first, -rise, resistance))
    level: dict[str, int] = {}
    front: list[tuple[float, int, str, int]] = [(0.0, 0, root, 0)]
    while front:
        distance, order, node, reached = heappop(front)
        if node not in level:
            level[node] = reached
            for other, rise, resistance in around.get(node, ()):
                if other not in level:
                    order += 1
                    heappush(front, (distance + resistance, order, other, reached + rise))
    return level


def _check_places(netlist: Netlist, merged: _Merged, level: dict[str, int]) -> None:
    floating = [node for node in dict.fromkeys(_nodes(netlist)) if merged.of(node) not in level]
    if floating:
        more = f" and {len(floating) - NAMED} more" if len(floating) > NAMED else ""
        raise InputError(
            f"netlist: no way leads from {', '.join(floating[:NAMED])}{more} to the terminal {netlist.negative}; join "
            "them by a conductor or a cell, or leave them out"
        )


def _nodes(netlist: Netlist) -> Iterator[str]:
    yield netlist.positive
    for cell in netlist.cells:
        yield from (cell.negative, cell.positive)
    for conductor in netlist.conductors:
        yield from (conductor.first, conductor.second)
    for tap in netlist.taps:
        yield from (tap.lower, tap.upper)


class _System:
    """The nodes, numbered, and the pattern of their equations."""

    def __init__(self, terminals: tuple[str, str], level: dict[str, int], pairs: Sequence[tuple[str, str]]) -> None:
        self._level = level
        self._number = {node: i for i, node in enumerate(level)}
        last = [self._number[terminals[1]], self._number[terminals[0]]]
        self.pattern = pattern(len(level), [(self._number[a], self._number[b]) for a, b in pairs], last)

    def ends(self, pairs: Sequence[tuple[str, str]], conducts: bool = True) -> Ends:
        """Return where elements between pairs of nodes lie; 0 stands for the pair of those that do not conduct."""
        number, place = self._number, self.pattern.place
        first = [place[number[a]] for a, _ in pairs]
        second = [place[number[b]] for _, b in pairs]
        pair = [self.pattern.pair(number[a], number[b]) if conducts else 0 for a, b in pairs]
        rise = [self._level[b] - self._level[a] for a, b in pairs]
        return Ends(*(np.array(each, np.int64) for each in (first, second, pair, rise)))
