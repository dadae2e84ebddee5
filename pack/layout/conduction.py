"""The nodes of cells and board, and the paths between them."""

from __future__ import annotations

from collections.abc import Iterator

from ...models.thermal.graph.nodes import AMBIENT, Node, Path
from .places import Pair
from .setup import BOARD, Setup
from .sides import Way


def nodes(setup: Setup) -> list[Node]:
    """Return the nodes of cells, board, and further bodies; of cells with two nodes the cores follow the surfaces."""
    layout, thermal = setup.layout, setup.thermal
    share = layout.surface_share if layout.has_cores else 1.0
    found = [Node(setup.surface(k), share * capacity) for k, capacity in enumerate(setup.capacities)]
    if layout.has_cores:
        found += [Node(setup.core(k), (1.0 - share) * capacity) for k, capacity in enumerate(setup.capacities)]
    found.append(Node(BOARD, thermal.board_heat_capacity))
    return found + [Node(body.name, body.heat_capacity) for body in layout.bodies]


def paths(setup: Setup) -> list[Path]:
    """Return the paths within cells, between neighbours, and from the board."""
    return [*_cores(setup), *_neighbours(setup), *_board(setup)]


def core_conductance(setup: Setup) -> float:
    """Return the conductance from the core of a cell to its surface [W/K]."""
    layout, shape = setup.layout, setup.shape
    if layout.core_conductance is not None:
        return layout.core_conductance
    if shape is None:
        raise ValueError("core_conductance is missing")
    return shape.core_conductance(layout.conductivity_across)


def neighbour_conductance(setup: Setup, way: Way) -> float:
    """Return the conductance between neighbours [W/K]: as told, as of the chain, or of shape and gap."""
    layout, own = setup.layout, setup.side(way)
    if layout.neighbour_conductance is not None:
        return layout.neighbour_conductance
    told = setup.told("conduction")
    if told is not None:
        return told
    assert own is not None  # without a shape it is told
    return own.to_neighbour(layout.gap_conductivity)


def neighbours(setup: Setup, way: Way) -> list[Pair]:
    """Return the pairs of neighbours of this way."""
    places = setup.places
    pairs = {Way.ALONG: places.within_rows, Way.ACROSS: places.across_rows, Way.END: places.across_layers}
    return pairs[way]()


def _cores(setup: Setup) -> Iterator[Path]:
    if setup.layout.has_cores:
        conductance = core_conductance(setup)
        yield from (Path(setup.core(k), setup.surface(k), conductance) for k in range(setup.places.cells))


def _neighbours(setup: Setup) -> Iterator[Path]:
    for way in Way:
        pairs = neighbours(setup, way)
        if not pairs:
            continue
        conductance, node = neighbour_conductance(setup, way), setup.core if way is Way.END else setup.surface
        yield from (Path(node(first), node(second), conductance) for first, second in pairs if conductance > 0.0)


def _board(setup: Setup) -> Iterator[Path]:
    thermal, cells = setup.thermal, setup.places.cells
    yield Path(BOARD, AMBIENT, thermal.board_convection)
    beside = setup.layout.board_cells
    for number in beside or ():
        if number > cells:
            raise ValueError(f"board_cells: cell {number} is none of the {cells} cells of the pack")
    if beside and thermal.board_conductance == 0.0:
        raise ValueError("board_cells needs board_conductance of [thermal], which is 0")
    if thermal.board_conductance > 0.0:
        numbers = sorted(set(beside or range(1, cells + 1)))
        share = thermal.board_conductance / len(numbers)
        yield from (Path(BOARD, setup.surface(number - 1), share) for number in numbers)
