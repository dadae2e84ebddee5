"""Tables over state of charge: piecewise linear on a uniform grid from 0 to 1."""

from __future__ import annotations

from .model import Block, kernel


@kernel
def locate(nodes: int, soc: float) -> tuple[int, float]:
    """Return the segment of a grid of `nodes` that holds `soc`, and the position in it.

    The position is 0 to 1 inside the segment; beyond the grid it continues, so that the end segments extrapolate.
    """
    position = soc * (nodes - 1)
    segment = min(max(int(position), 0), nodes - 2)
    return segment, position - segment


@kernel
def value(table: Block, soc: float) -> float:
    """Interpolate `table` at `soc`, extrapolating linearly beyond 0 and 1."""
    segment, position = locate(table.shape[0], soc)
    return table[segment] + position * (table[segment + 1] - table[segment])


@kernel
def bounded(table: Block, soc: float) -> float:
    """Interpolate `table` at `soc`, holding the end values beyond 0 and 1."""
    return value(table, min(max(soc, 0.0), 1.0))


@kernel
def slope(table: Block, soc: float) -> float:
    """Return the derivative of `table` by SOC at `soc`, that of the segment to its right at a node."""
    segment, _ = locate(table.shape[0], soc)
    return (table[segment + 1] - table[segment]) * (table.shape[0] - 1)


@kernel
def mean(table: Block, begin: float, end: float) -> float:
    """Average the interpolated `table` over the SOC from `begin` to `end`, exactly; its value where they meet."""
    low, high = min(begin, end), max(begin, end)
    nodes = table.shape[0]
    first, _ = locate(nodes, low)
    last, _ = locate(nodes, high)
    if first == last:
        return 0.5 * (value(table, low) + value(table, high))
    total, width = 0.0, 0.0
    left, at_left = low, value(table, low)
    for node in range(first + 1, last + 1):
        right = min(max(node / (nodes - 1), left), high)  # rounding may put a node just outside
        total += 0.5 * (right - left) * (at_left + table[node])
        width += right - left
        left, at_left = right, table[node]
    total += 0.5 * (high - left) * (at_left + value(table, high))
    width += high - left
    return total / width
