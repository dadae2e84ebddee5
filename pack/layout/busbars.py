"""Where the losses of conductors leave their heat: in the cells beside them, or in bodies of their own.

A conductor of resistance R conducts ``L T / R`` of heat from end to end (`models.thermal.geometry.conductors`). From
its middle to a terminal of a cell it is twice that, in series with the terminal; to another conductor twice that of
both in series. Cells that are joined without a conductor between them are joined by their neighbours only.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from ...models.network.wired.netlist import Conductor, Netlist
from ...models.network.wired.system import wire
from ...models.thermal.geometry.conductors import thermal_conductance
from ...models.thermal.geometry.gaps import in_series
from ...models.thermal.graph.nodes import AMBIENT, Node, Path
from ...models.thermal.method import CONDUCTANCE
from .setup import Setup


def conductors(setup: Setup) -> tuple[str, ...]:
    """Return of each conductor of the network the node where its loss goes; none where losses leave no heat."""
    netlist = setup.netlist
    if netlist is None or setup.busbar.losses == "none":
        return ()
    left = wire(netlist).left
    if setup.busbar.losses == "bodies":
        return tuple(conductor.name for conductor in left)
    return tuple(setup.surface(k) for k in _nearest_cells(netlist, left))


def nodes(setup: Setup) -> Iterator[Node]:
    """Yield the bodies of conductors."""
    if setup.busbar.losses == "bodies":
        yield from (Node(name, setup.busbar.heat_capacity) for name in conductors(setup))


def paths(setup: Setup) -> Iterator[Path]:
    """Yield the paths from conductors to cells, to each other, and to the air."""
    netlist, busbar = setup.netlist, setup.busbar
    if netlist is None or busbar.losses != "bodies":
        return
    left, temperature = wire(netlist).left, setup.thermal.initial_temperature
    half = {c.name: 2.0 * thermal_conductance(c.resistance, temperature) for c in left}
    joined = _joined(netlist)
    at, cells = _conductors_at(joined, left), _cells_at(netlist, joined)
    for node, names in at.items():
        for name in names:
            to_cell = in_series(half[name], busbar.terminal_conductance)
            yield from (Path(name, setup.surface(k), to_cell) for k in cells.get(node, ()))
        for first, second in combinations(names, 2):
            yield Path(first, second, min(in_series(half[first], half[second]), CONDUCTANCE))
    if busbar.convection > 0.0:
        yield from (Path(conductor.name, AMBIENT, busbar.convection) for conductor in left)


def _joined(netlist: Netlist) -> dict[str, str]:
    """Return for each node of a netlist one that stands for all which conductors without resistance join to it."""
    joined: dict[str, str] = {}

    def root(node: str) -> str:
        while joined.setdefault(node, node) != node:
            node = joined[node]
        return node

    for conductor in netlist.conductors:
        if conductor.resistance == 0.0 and conductor.inductance == 0.0:
            joined[root(conductor.first)] = root(conductor.second)
    ends = [end for conductor in netlist.conductors for end in (conductor.first, conductor.second)]
    ends += [end for cell in netlist.cells for end in (cell.negative, cell.positive)]
    return {node: root(node) for node in dict.fromkeys(ends)}


def _conductors_at(joined: Mapping[str, str], left: Sequence[Conductor]) -> dict[str, list[str]]:
    at: dict[str, list[str]] = defaultdict(list)
    for conductor in left:
        for end in {joined[conductor.first]: None, joined[conductor.second]: None}:
            at[end].append(conductor.name)
    return at


def _cells_at(netlist: Netlist, joined: Mapping[str, str]) -> dict[str, list[int]]:
    at: dict[str, list[int]] = defaultdict(list)
    for k, cell in enumerate(netlist.cells):
        at[joined[cell.negative]].append(k)
        at[joined[cell.positive]].append(k)
    return at


def _nearest_cells(netlist: Netlist, left: Sequence[Conductor]) -> list[int]:
    """Return the cell that is nearest to each conductor along the network; the first of several."""
    joined = _joined(netlist)
    cells = _cells_at(netlist, joined)
    found = {node: numbers[0] for node, numbers in cells.items()}
    beyond: dict[str, list[str]] = defaultdict(list)
    for conductor in left:
        first, second = joined[conductor.first], joined[conductor.second]
        beyond[first].append(second)
        beyond[second].append(first)
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        for other in beyond[node]:
            if other not in found:
                found[other] = found[node]
                waiting.append(other)
    return [found[joined[conductor.first]] for conductor in left]
