"""Rainflow counting of state of charge sample by sample, in memory of fixed size.

The turning points that are still open lie on a stack, the last of them moving with the samples. Each leg between
neighbours is shorter than the one before it. A leg leaves the stack in one of these ways:

* The moving end returns to the start of the leg before the last. The last two legs are then one closed cycle. It is
  counted as `FULL` at once, and the rest of the sample's way belongs to the leg before these two.
* The moving end returns to the oldest point, and no leg is left before the cycle. The oldest leg is counted as `HALF`,
  and its first point leaves the stack.
* The stack is full at a turn. The oldest leg is counted as `HALF`, too, and its way back will count as another half:
  no way is lost, but some cycles near the oldest point then have other depths.

The points on the stack are the residue. Each of its legs is a half-cycle, which `half` returns. Counted cycles and
residue together are the count of ASTM E1049-85 (2017), section 5.4.4, and of the four-point method with its residue as
half-cycles. The depths of halves and twice the depths of full cycles add up exactly to the way of the samples. A sum
over counted cycles and residue changes continuously.

Each leg has weights, integrals over its samples, such as the charge that flowed and the integral of voltage over it. A
sample that closes a cycle is split in proportion. Weights add up, too.

The memory of all cells is fields of one record `x`; a copy of it saves the count:

=======================  ============================  ================================================================
``turning_points``       (cells,)                      points on the stack
``turns``                (cells, capacity)             the stack
``legs``                 (cells, capacity * weights)   weights of the leg that ends at each point, point by point
``left``                 (weights,)                    weights of the way to the sample, not yet added to a leg
``closed``                 (weights,)                    weights of the cycle that was counted last
=======================  ============================  ================================================================

References
----------
ASTM E1049-85 (2017), Standard practices for cycle counting in fatigue analysis, doi:10.1520/E1049-85R17. C. Amzallag,
J. P. Gerey, J. L. Robert, J. Bahuaud, Int. J. Fatigue 16 (1994) 287, doi:10.1016/0142-1123(94)90343-3 (four points).
"""

from __future__ import annotations

from ...core.kernel import Block, kernel
from .index import index

NONE = 0
"""The sample is reached; no cycle is left to count."""

HALF = 1
"""Half a cycle was counted."""

FULL = 2
"""A full cycle was counted."""

LEAST_CAPACITY = 4
"""Least number of points that a stack has room for."""


@kernel
def start_count(x: Block, k: int, value: float) -> None:
    """Start the count of cell k at `value`: two points there, and between them a leg of no length."""
    x.turning_points[k] = 2.0
    x.turns[k, 0] = x.turns[k, 1] = value
    for place in range(x.legs.shape[1]):
        x.legs[k, place] = 0.0


@kernel
def points(x: Block, k: int) -> int:
    """Return the number of points on the stack of cell k, at least 2; the residue has one leg less."""
    return 2 + index(x.turning_points[k] - 2.0, x.turns.shape[1] - 1)


@kernel
def half(x: Block, k: int, leg: int) -> tuple[float, float]:
    """Return depth and mean of a leg of the residue of cell k, counted from 1."""
    return abs(x.turns[k, leg] - x.turns[k, leg - 1]), 0.5 * (x.turns[k, leg] + x.turns[k, leg - 1])


@kernel
def weight(x: Block, k: int, leg: int, w: int) -> float:
    """Return weight w of a leg of the residue of cell k, counted from 1."""
    return x.legs[k, leg * x.closed.shape[0] + w]


@kernel
def turns_back(x: Block, k: int, value: float) -> bool:
    """Return whether the way to `value` goes against the moving leg."""
    end, before = x.turns[k, points(x, k) - 1], x.turns[k, points(x, k) - 2]
    return (value - end) * (end - before) < 0.0


@kernel
def closes(x: Block, k: int, value: float) -> bool:
    """Return whether the moving leg reaches, on its way to `value`, the start of the leg before it."""
    count = points(x, k)
    if count < 3 or value == x.turns[k, count - 1]:
        return False
    level = x.turns[k, count - 3]
    return value >= level if value > x.turns[k, count - 1] else value <= level


@kernel
def turn(x: Block, k: int) -> None:
    """Make the moving end a turning point, and start a leg there."""
    count, weights = points(x, k), x.left.shape[0]
    x.turns[k, count] = x.turns[k, count - 1]
    for w in range(weights):
        x.legs[k, count * weights + w] = 0.0
    x.turning_points[k] = count + 1.0


@kernel
def move(x: Block, k: int, value: float, share: float) -> None:
    """Move the end to `value`, and add a share of the weights that are left of the sample to its leg."""
    last, weights = points(x, k) - 1, x.left.shape[0]
    x.turns[k, last] = value
    for w in range(weights):
        part = share * x.left[w]
        x.legs[k, last * weights + w] += part
        x.left[w] -= part


@kernel
def count_oldest(x: Block, k: int) -> tuple[int, float, float]:
    """Take the oldest leg off the stack, and return it as half a cycle like `push`."""
    depth, mean = half(x, k, 1)
    count, weights = points(x, k), x.closed.shape[0]
    for w in range(weights):
        x.closed[w] = weight(x, k, 1, w)
    for point in range(1, count):
        x.turns[k, point - 1] = x.turns[k, point]
    for place in range(weights, count * weights):
        x.legs[k, place - weights] = x.legs[k, place]
    x.turning_points[k] = count - 1.0
    return HALF, depth, mean


@kernel
def close(x: Block, k: int) -> tuple[int, float, float]:
    """Take the last two legs off the stack, and return them as a cycle like `push`."""
    last = points(x, k) - 1
    depth, mean = half(x, k, last - 1)
    for w in range(x.closed.shape[0]):
        x.closed[w] = weight(x, k, last - 1, w) + weight(x, k, last, w)
    x.turning_points[k] = last - 1.0
    return FULL, depth, mean


@kernel
def push(x: Block, k: int, value: float) -> tuple[int, float, float]:
    """Move to a sample, until it is reached or a cycle is counted; call again until the kind is `NONE`.

    Parameters
    ----------
    x : record
        The memory, initialised by `start_count`, with `left` set for this sample; `left` is 0 when the kind is `NONE`.
    k : int
        The cell.
    value : float
        The sample, finite.

    Returns
    -------
    kind : int
        `NONE`, `HALF` or `FULL`; the field `closed` holds the weights of the cycle.
    depth, mean : float
        Range of the cycle and its middle; 0 for `NONE`.
    """
    if turns_back(x, k, value):
        if points(x, k) == x.turns.shape[1]:
            return count_oldest(x, k)
        turn(x, k)
    if not closes(x, k, value):
        move(x, k, value, 1.0)
        return NONE, 0.0, 0.0
    end, level = x.turns[k, points(x, k) - 1], x.turns[k, points(x, k) - 3]
    move(x, k, level, (level - end) / (value - end))
    return close(x, k) if points(x, k) > 3 else count_oldest(x, k)
