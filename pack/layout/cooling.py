"""Cooling plates: the channels that pass the cells, and the bodies of plates with a thickness."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from ...models.thermal.geometry.gaps import in_series
from ...models.thermal.geometry.shapes import Cylinder
from ...models.thermal.graph.nodes import Channel, Circuit, Contact, Node, Path
from .conduction import neighbours
from .setup import Setup
from .sides import Side, Way
from .tables import Plate

SIDE_SHARE = 0.2
"""Share of a cylinder's side that lies at a plate beside it."""


def circuits(setup: Setup) -> list[Circuit]:
    """Return the coolant of each plate; without a table [[plate]] that of the keys of [thermal]."""
    thermal = setup.thermal
    if thermal.plate_conductance == 0.0 or thermal.coolant_heat_capacity_rate == 0.0:
        return [_circuit(setup, number, plate) for number, plate in enumerate(setup.plates)]
    if setup.plates:
        raise ValueError("plate_conductance of [thermal] is one plate, and [[plate]] another; leave one out")
    contacts = tuple(Contact(setup.surface(k), thermal.plate_conductance) for k in range(setup.places.cells))
    return [Circuit("plate", thermal.coolant_heat_capacity_rate, (Channel(1.0, contacts),))]


def inlets(setup: Setup) -> list[float]:
    """Return the temperature of the coolant at each inlet at the start [K]."""
    default = setup.thermal.coolant_temperature
    return [plate.temperature or default for plate in setup.plates] or [default] * len(circuits(setup))


def nodes(setup: Setup) -> Iterator[Node]:
    """Yield the bodies of plates with a thickness."""
    for number, plate in _massive(setup):
        capacity = plate.heat_capacity_density * (plate.thickness or 0.0) * _footprint(setup, plate)
        yield from (Node(body(number, k), capacity) for k in cooled(setup, plate))


def paths(setup: Setup) -> Iterator[Path]:
    """Yield the paths from cells to the bodies of plates, and between these."""
    for number, plate in _massive(setup):
        cells = cooled(setup, plate)
        conductance = from_cell(setup, plate)
        yield from (Path(_node(setup, plate, k), body(number, k), conductance) for k in cells)
        among = set(cells)
        for way in Way:
            pairs = [pair for pair in neighbours(setup, way) if among.issuperset(pair)]
            along = _lateral(setup, plate, way)
            yield from (Path(body(number, first), body(number, second), along) for first, second in pairs)


def body(number: int, k: int) -> str:
    """Return the body of plate `number` at cell k, both from 0."""
    return f"plate {number + 1}, cell {k + 1}"


def cooled(setup: Setup, plate: Plate) -> list[int]:
    """Return the cells that a plate cools, from 0, in the order of their numbers."""
    return sorted({k for channel in _channels(setup, plate) for k in channel})


def from_cell(setup: Setup, plate: Plate) -> float:
    """Return the conductance from a cell to a plate, up to its coolant where the plate is no body [W/K]."""
    if plate.conductance is not None:
        return plate.conductance
    side = _side(setup, plate)
    pad, film = plate.pad_conductivity / plate.pad_thickness, plate.film_coefficient
    interface = pad if plate.thickness else in_series(pad, film)
    around = side.around if isinstance(side.shape, Cylinder) and side.way is not Way.END else 1
    share = plate.contact_share or (SIDE_SHARE if around > 1 else 1.0)
    return side.to_plate(share * around, interface)


def _massive(setup: Setup) -> Iterator[tuple[int, Plate]]:
    for number, plate in enumerate(setup.plates):
        if plate.thickness is not None:
            yield number, plate


def _side(setup: Setup, plate: Plate) -> Side:
    side = setup.side(setup.way_of(plate))
    if side is None:
        needed = "thickness" if plate.conductance is not None else "conductance is missing; it"
        raise ValueError(f"{needed} needs the key shape of [layout]")
    return side


def _node(setup: Setup, plate: Plate, k: int) -> str:
    """Return the node of cell k that a plate cools: heat passes the ends of a cell from its core."""
    return (setup.core if setup.way_of(plate) is Way.END else setup.surface)(k)


def _extents(setup: Setup, plate: Plate) -> dict[Way, float]:
    """Return the extents of the body at a cell [m], by the way of the neighbour that it is measured to."""
    _side(setup, plate)
    layout, shape = setup.layout, setup.shape
    assert shape is not None
    length, width = shape.pitches
    gaps = layout.gap, layout.row_gap or layout.gap
    return {Way.ALONG: length + gaps[0], Way.ACROSS: width + gaps[1], Way.END: shape.height + layout.gap}


def _footprint(setup: Setup, plate: Plate) -> float:
    """Return the area of a plate at each cell [m2]."""
    extents = _extents(setup, plate)
    return math.prod(extent for way, extent in extents.items() if way is not setup.way_of(plate))


def _lateral(setup: Setup, plate: Plate, way: Way) -> float:
    """Return the conductance between the bodies of a plate at two neighbours [W/K]."""
    extents = _extents(setup, plate)
    if way is setup.way_of(plate):
        return plate.conductivity * (plate.thickness or 0.0)
    return plate.conductivity * (plate.thickness or 0.0) * _footprint(setup, plate) / extents[way] ** 2


def _channels(setup: Setup, plate: Plate) -> list[list[int]]:
    """Return the cells that each channel of a plate passes, from 0, in order."""
    cells = setup.places.cells
    if plate.order is not None:
        for number in chain.from_iterable(plate.order):
            if number > cells:
                raise ValueError(f"order: cell {number} is none of the {cells} cells of the pack")
        return [[number - 1 for number in channel] for channel in plate.order]
    blocks = [_block_channels(plate, rows) for rows in setup.places.at(plate.side)]
    if plate.blocks == "parallel":
        return [channel for block in blocks for channel in block]
    if len({len(block) for block in blocks}) > 1:
        raise ValueError('blocks = "series" needs blocks with equally many channels')
    return [[k for part in parts for k in part] for parts in zip(*blocks, strict=True)]


def _block_channels(plate: Plate, rows: list[list[int]]) -> list[list[int]]:
    if plate.channels == "parallel":
        return rows
    turned = [row[::-1] if number % 2 else row for number, row in enumerate(rows)]
    return [[k for row in turned for k in row]]


def _circuit(setup: Setup, number: int, plate: Plate) -> Circuit:
    channels, name = _channels(setup, plate), f"plate {number + 1}"
    if plate.thickness is None:
        conductance = from_cell(setup, plate)

        def contact(k: int) -> Contact:
            return Contact(_node(setup, plate, k), conductance)
    else:
        film = plate.film_coefficient * _footprint(setup, plate)

        def contact(k: int) -> Contact:
            return Contact(body(number, k), film)

    share = 1.0 / len(channels)
    made = tuple(Channel(share, tuple(contact(k) for k in channel)) for channel in channels)
    return Circuit(name, plate.heat_capacity_rate, made)
