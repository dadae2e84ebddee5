"""What takes heat from the free sides of the cells: the air, or the case around them; and what they radiate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...models.thermal.geometry.shapes import Cylinder
from ...models.thermal.geometry.views import effective_area
from ...models.thermal.graph.nodes import AMBIENT, Node, Path, Radiation, ThermalGraph
from .conduction import neighbours
from .setup import Setup
from .sides import Side, Way

Values = NDArray[np.float64]

PLATED = {"left": Way.ALONG, "right": Way.ALONG, "front": Way.ACROSS, "back": Way.ACROSS, "bottom": Way.END,
          "top": Way.END}  # fmt: skip
"""The sides that a plate covers; a ribbon along the rows covers none."""


@dataclass(frozen=True)
class Case:
    """The case of a block: heat capacity [J/K], convection to the air [W/K], and radiating area [m2]."""

    heat_capacity: float
    convection: float
    radiating_area: float


def free_sides(setup: Setup) -> dict[Way, list[int]]:
    """Return how many sides of each way are free at each cell: no neighbour and no plate is there."""
    places = setup.places
    along, across = places.free_sides()
    lowest, highest = (set(cells) for cells in places.ends())
    free = {
        Way.ALONG: along,
        Way.ACROSS: across,
        Way.END: [(k in lowest) + (k in highest) for k in range(places.cells)],
    }
    for plate in setup.plates:
        if plate.side in PLATED:
            counts = free[PLATED[plate.side]]
            for k in {k for block in places.at(plate.side) for row in block for k in row}:
                counts[k] = max(counts[k] - 1, 0)
    return free


def case(setup: Setup) -> Case | None:
    """Return the case of each block; ValueError where neither shape nor keys tell it."""
    casing, shape, layout, places = setup.casing, setup.shape, setup.layout, setup.places
    if casing is None:
        return None
    area = 0.0
    if shape is None:
        for key in ("heat_capacity", "conductance", "convection"):
            if getattr(casing, key) is None:
                raise ValueError(f"{key} is missing; [layout] has no shape that would tell it")
    else:
        gap = layout.gap if casing.gap is None else casing.gap
        length, width = places.extents(shape.pitches, (layout.gap, layout.row_gap or layout.gap))
        height = layout.layers * shape.height + (layout.layers - 1) * layout.gap
        a, b, c = (extent + 2.0 * gap for extent in (length, width, height))
        area = 2.0 * (a * b + b * c + c * a)
    own = area * casing.thickness * casing.heat_capacity_density
    return Case(
        own if casing.heat_capacity is None else casing.heat_capacity,
        area * layout.air_coefficient if casing.convection is None else casing.convection,
        effective_area(area, 1.0, casing.emissivity) if layout.emissivity > 0.0 else 0.0,
    )


def nodes(setup: Setup) -> list[Node]:
    """Return the cases of the blocks."""
    own = case(setup)
    return [Node(setup.casing_of(b), own.heat_capacity) for b in range(setup.places.blocks)] if own else []


def paths(setup: Setup) -> Iterator[Path]:
    """Yield the paths from cells to the air, or to their case and from it to the air."""
    own = case(setup)
    given = _to_case(setup) if own else _to_air(setup)
    for b, block in enumerate(setup.places.blocks_of_cells()):
        around = setup.casing_of(b) if own else AMBIENT
        yield from (Path(setup.surface(k), around, given[k]) for k in block if given[k] > 0.0)
        if own:
            yield Path(around, AMBIENT, own.convection)


def radiations(setup: Setup) -> Iterator[Radiation]:
    """Yield what radiates: neighbours to each other, cells to the case or to what is around, and the case to that."""
    if setup.layout.emissivity == 0.0:
        return
    seen: Counter[int] = Counter()
    for way in (Way.ALONG, Way.ACROSS):
        yield from _between(setup, way, seen)
    own, areas = case(setup), _outward(setup, seen)
    other = (setup.casing.emissivity,) if setup.casing else ()
    for b, block in enumerate(setup.places.blocks_of_cells()):
        around = setup.casing_of(b) if own else AMBIENT
        for k in block:
            area = effective_area(areas[k], 1.0, setup.layout.emissivity, *other)
            yield from [Radiation(setup.surface(k), around, area)] if area > 0.0 else []
        if own and own.radiating_area > 0.0:
            yield Radiation(around, AMBIENT, own.radiating_area)


def cooled_by(setup: Setup, graph: ThermalGraph, factors: Values) -> dict[str, Values]:
    """Return paths and radiating areas where each cell passes a known factor more to the air or its case.

    Parameters
    ----------
    setup, graph : Setup, ThermalGraph
        Of the pack.
    factors : (cells,) array
        Of each cell, > 0 [1].

    Returns
    -------
    dict of str to array
        ``path_conductance`` [W/K] and ``radiating_area`` [m2]: paths and radiation between a cell and the air or a
        case have the cell's factor; those between cells, to plates and from a case to the air stay.

    Raises
    ------
    InputError
        When nothing joins a cell to the air or a case.
    """
    number = {name: k for k in range(setup.places.cells) for name in (setup.core(k), setup.surface(k))}
    around = {AMBIENT, *(setup.casing_of(b) for b in range(setup.places.blocks) if setup.casing)}

    def cell(link: Path | Radiation) -> int | None:
        ends = (link.first, link.second)
        return next((number[end] for end in ends if end in number), None) if around & set(ends) else None

    joined = [[cell(link) for link in links] for links in (graph.paths, graph.radiations)]
    lacking = set(number.values()) - {k for cells in joined for k in cells}
    if lacking:
        raise InputError(f"factors of cells: convection: nothing joins cell {min(lacking) + 1} to the air or a case")
    by = [[1.0 if k is None else float(factors[k]) for k in cells] for cells in joined]
    found = {
        "path_conductance": [path.conductance * own for path, own in zip(graph.paths, by[0], strict=True)],
        "radiating_area": [each.area * own for each, own in zip(graph.radiations, by[1], strict=True)],
    }
    return {name: np.array(values) for name, values in found.items() if values}


def _side(setup: Setup, way: Way) -> Side:
    """Return a side of the cells, whose shape is known."""
    side = setup.side(way)
    if side is None:
        raise ValueError("shape is missing")
    return side


def _between(setup: Setup, way: Way, seen: Counter[int]) -> Iterator[Radiation]:
    """Yield what neighbours of a way radiate to each other, and add their view factors to what each has `seen`."""
    side, emissivity = _side(setup, way), setup.layout.emissivity
    area = side.area * (side.around if isinstance(side.shape, Cylinder) else 1)
    exchange = effective_area(area, side.view, emissivity, emissivity)
    for pair in neighbours(setup, way):
        yield Radiation(setup.surface(pair[0]), setup.surface(pair[1]), exchange)
        seen.update(dict.fromkeys(pair, side.view))


def _outward(setup: Setup, seen: Counter[int]) -> list[float]:
    """Return the area of each cell that sees what is around the cells [m2].

    Free ends and sides; of a cylinder with a free place all of the side that does not see neighbours.
    """
    free, sides = free_sides(setup), {way: _side(setup, way) for way in Way}
    along, round_ = sides[Way.ALONG], isinstance(setup.shape, Cylinder)
    areas = []
    for k in range(setup.places.cells):
        area = free[Way.END][k] * sides[Way.END].area
        if not round_:
            area += sum(free[way][k] * sides[way].area for way in (Way.ALONG, Way.ACROSS))
        elif free[Way.ALONG][k] + free[Way.ACROSS][k] > 0:
            area += along.area * along.around * max(1.0 - seen[k], 0.0)
        areas.append(area)
    return areas


def _to_air(setup: Setup) -> list[float]:
    """Return the conductance of each cell to the air [W/K]."""
    told = setup.told("convection")
    if told is not None:
        return [told] * setup.places.cells
    return _of_sides(setup, lambda side: side.to_air(setup.layout.air_coefficient))


def _to_case(setup: Setup) -> list[float]:
    """Return the conductance of each cell to its case [W/K]."""
    casing, layout = setup.casing, setup.layout
    assert casing is not None
    if "convection" in setup.thermal.model_fields_set:
        raise ValueError("convection of [thermal] joins cells and air, which the casing separates; leave one out")
    if casing.conductance is not None:
        return [casing.conductance] * setup.places.cells
    gap, filled = casing.gap or layout.gap, casing.gap_conductivity or layout.gap_conductivity
    return _of_sides(setup, lambda side: side.to_wall(filled, gap))


def _of_sides(setup: Setup, conductance: Callable[[Side], float]) -> list[float]:
    """Return a conductance of the free sides of each cell [W/K]."""
    free = free_sides(setup)
    each = {way: conductance(_side(setup, way)) for way in Way}
    return [sum(free[way][k] * each[way] for way in Way) for k in range(setup.places.cells)]
