"""Rainflow counting of state of charge as it comes, in memory of fixed size.

The turning points that are still open lie on a stack, the last of them moving with the samples. Each leg between
neighbours is shorter than the one before it. A leg ends its life in one of these ways:

* The moving end comes back to where the leg before the last began. Then the last two legs are one closed cycle; it
  is told as `FULL` at the very moment, and what the sample moves beyond belongs to the leg on which the cycle sat.
* The moving end comes back to the oldest point. No leg is left for a cycle to sit on, so that the oldest leg is
  told as `HALF`, and its first point is forgotten.
* The stack is full at a turn. The oldest leg is told as `HALF` too. Its way back will count as another half:
  nothing is lost, but some cycles near the oldest point are then told by other depths.

What is on the stack is the residue. Each of its legs is a half-cycle, as `half` tells them. Told and residue
together are the count of ASTM E1049-85 (2017), section 5.4.4, and of the four-point method with its residue as
half-cycles. A half is half a cycle whenever it is told: the depths of halves and twice the depths of full cycles
add up to the way that was gone, exactly, and a sum over told cycles and residue changes continuously.

Each leg carries weights, integrals over the samples that made it, such as the charge that flowed and the integral of
voltage over it. A sample that closes a cycle is split in proportion. Weights too add up.

The memory of all cells is fields of one record `x`, nothing else; copying it saves the count:

=======================  ============================  ================================================================
``turning_points``       (cells,)                      points on the stack
``turns``                (cells, capacity)             the stack
``legs``                 (cells, capacity * weights)   weights of the leg that ends at each point, point by point
``left``                 (weights,)                    what the way to the sample adds to the weights
``told``                 (weights,)                    weights of the cycle that was told last
=======================  ============================  ================================================================

References
----------
ASTM E1049-85 (2017), Standard practices for cycle counting in fatigue analysis, doi:10.1520/E1049-85R17. C. Amzallag,
J. P. Gerey, J. L. Robert, J. Bahuaud, Int. J. Fatigue 16 (1994) 287, doi:10.1016/0142-1123(94)90343-3 (four points).
"""

from __future__ import annotations

from ...core.model import Block, kernel

NONE = 0
"""The sample is counted; no cycle is left to tell."""

HALF = 1
"""Half a cycle was told."""

FULL = 2
"""A full cycle was told."""

LEAST_CAPACITY = 4
"""Points that a stack must have room for."""


@kernel
def begin(x: Block, k: int, value: float) -> None:
    """Start the count of cell k at `value`: two points there, and between them a leg of no length."""
    x.turning_points[k] = 2.0
    x.turns[k, 0] = x.turns[k, 1] = value
    for place in range(x.legs.shape[1]):
        x.legs[k, place] = 0.0


@kernel
def points(x: Block, k: int) -> int:
    """Count the points on the stack of cell k; the residue has one leg less."""
    return int(x.turning_points[k])


@kernel
def half(x: Block, k: int, leg: int) -> tuple[float, float]:
    """Depth and mean of a leg of the residue of cell k, counted from 1."""
    return abs(x.turns[k, leg] - x.turns[k, leg - 1]), 0.5 * (x.turns[k, leg] + x.turns[k, leg - 1])


@kernel
def weight(x: Block, k: int, leg: int, w: int) -> float:
    """Return weight w of a leg of the residue of cell k, counted from 1."""
    return x.legs[k, leg * x.told.shape[0] + w]


@kernel
def turns_back(x: Block, k: int, value: float) -> bool:
    """Tell whether the way to `value` goes against the moving leg."""
    end, before = x.turns[k, points(x, k) - 1], x.turns[k, points(x, k) - 2]
    return (value - end) * (end - before) < 0.0


@kernel
def closes(x: Block, k: int, value: float) -> bool:
    """Tell whether the moving leg reaches, on its way to `value`, where the leg before it began."""
    count = points(x, k)
    if count < 3 or value == x.turns[k, count - 1]:
        return False
    level = x.turns[k, count - 3]
    return value >= level if value > x.turns[k, count - 1] else value <= level


@kernel
def turn(x: Block, k: int) -> None:
    """Make the moving end a turning point and begin a leg there."""
    count, weights = points(x, k), x.left.shape[0]
    x.turns[k, count] = x.turns[k, count - 1]
    for w in range(weights):
        x.legs[k, count * weights + w] = 0.0
    x.turning_points[k] += 1.0


@kernel
def move(x: Block, k: int, value: float, share: float) -> None:
    """Move the end to `value`, with a share of what is left of the sample."""
    last, weights = points(x, k) - 1, x.left.shape[0]
    x.turns[k, last] = value
    for w in range(weights):
        part = share * x.left[w]
        x.legs[k, last * weights + w] += part
        x.left[w] -= part


@kernel
def forget_oldest(x: Block, k: int) -> tuple[int, float, float]:
    """Take the oldest leg off the stack and tell it as half a cycle, as `push` does."""
    depth, mean = half(x, k, 1)
    count, weights = points(x, k), x.told.shape[0]
    for w in range(weights):
        x.told[w] = weight(x, k, 1, w)
    for point in range(1, count):
        x.turns[k, point - 1] = x.turns[k, point]
    for place in range(weights, count * weights):
        x.legs[k, place - weights] = x.legs[k, place]
    x.turning_points[k] -= 1.0
    return HALF, depth, mean


@kernel
def close(x: Block, k: int) -> tuple[int, float, float]:
    """Take the last two legs off the stack and tell them as a cycle, as `push` does."""
    last = points(x, k) - 1
    depth, mean = half(x, k, last - 1)
    for w in range(x.told.shape[0]):
        x.told[w] = weight(x, k, last - 1, w) + weight(x, k, last, w)
    x.turning_points[k] -= 2.0
    return FULL, depth, mean


@kernel
def push(x: Block, k: int, value: float) -> tuple[int, float, float]:
    """Move to a sample, until it is reached or a cycle is to be told; call again until `NONE` comes back.

    Parameters
    ----------
    x : record
        The memory, begun by `begin`, its field `left` set for this sample. `left` is used up when `NONE` comes back.
    k : int
        The cell.
    value : float
        The sample, finite.

    Returns
    -------
    kind : int
        `NONE`, `HALF` or `FULL`; the weights of what is told are in the field `told`.
    depth, mean : float
        Range of the cycle and the middle of it; 0 for `NONE`.
    """
    if turns_back(x, k, value):
        if points(x, k) == x.turns.shape[1]:
            return forget_oldest(x, k)
        turn(x, k)
    if not closes(x, k, value):
        move(x, k, value, 1.0)
        return NONE, 0.0, 0.0
    end, level = x.turns[k, points(x, k) - 1], x.turns[k, points(x, k) - 3]
    move(x, k, level, (level - end) / (value - end))
    return close(x, k) if points(x, k) > 3 else forget_oldest(x, k)
