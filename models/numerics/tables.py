"""Tables over state of charge: piecewise linear on a uniform grid from 0 to 1.

A place on the grid is found once and serves every table of the same length.
"""

from __future__ import annotations

from ...core.kernel import Block, kernel

Place = tuple[int, float]
"""A segment of the grid, and the position in it."""


@kernel
def locate(nodes: int, soc: float) -> Place:
    """Return the segment of a grid of `nodes` that holds `soc`, and the position in it.

    The position is 0 to 1 inside the segment; beyond the grid it continues, so that the end segments extrapolate.
    """
    position = soc * (nodes - 1)
    segment = int(min(max(0.0, position), nodes - 2.0))  # a value that is not finite has no integer
    return segment, position - segment


@kernel
def value(table: Block, place: Place) -> float:
    """Interpolate `table`, extrapolating linearly beyond the grid."""
    segment, position = place
    return table[segment] + position * (table[segment + 1] - table[segment])


@kernel
def bounded(table: Block, place: Place) -> float:
    """Interpolate `table`, holding the end values beyond the grid."""
    segment, position = place
    return value(table, (segment, min(max(position, 0.0), 1.0)))


@kernel
def slope(table: Block, place: Place) -> float:
    """Return the derivative of `table` by SOC; at a node, that of the segment to its right."""
    segment, _ = place
    return (table[segment + 1] - table[segment]) * (table.shape[0] - 1)


@kernel
def mean(table: Block, start: Place, end: Place) -> float:
    """Return the exact mean of the interpolated `table` from `start` to `end`; its value where they are the same."""
    low, high = (start, end) if start[0] < end[0] else (end, start)
    at_low, at_high = value(table, low), value(table, high)
    if low[0] == high[0]:
        return 0.5 * (at_low + at_high)
    first, last = low[0] + 1, high[0]
    total = (1.0 - low[1]) * (at_low + table[first]) + high[1] * (table[last] + at_high)
    for segment in range(first, last):
        total += table[segment] + table[segment + 1]
    return 0.5 * total / (1.0 - low[1] + (last - first) + high[1])


@kernel
def integrate(table: Block, areas: Block) -> None:
    """Write the integral of the interpolated `table` from 0 to each node of the grid to `areas`."""
    areas[0] = 0.0
    for node in range(1, table.shape[0]):
        areas[node] = areas[node - 1] + 0.5 * (table[node - 1] + table[node]) / (table.shape[0] - 1)


@kernel
def area(table: Block, areas: Block, place: Place) -> float:
    """Return the integral of the interpolated `table` from 0 to a place; `areas` is that of `integrate`."""
    segment, position = place
    return areas[segment] + 0.5 * position * (table[segment] + value(table, place)) / (table.shape[0] - 1)
