"""Handing values on: one code for every executor, so that results agree to the last bit."""

from __future__ import annotations

import sys

from ..core.kernel import Block, kernel

LEAST = -sys.float_info.max
"""The start value of a maximum."""


@kernel
def copy(source: Block, target: Block) -> None:
    """Write `source` to `target`."""
    for k in range(target.shape[0]):
        target[k] = source[k]


@kernel
def accumulate(total: Block, values: Block, weight: float) -> None:
    """Add `weight` times `values` to `total`."""
    for k in range(total.shape[0]):
        total[k] += weight * values[k]


@kernel
def take_mean(total: Block, weight: float, mean: Block) -> None:
    """Write `total` over `weight` to `mean` and clear `total`."""
    for k in range(total.shape[0]):
        mean[k] = total[k] / weight
        total[k] = 0.0


@kernel
def take_sum(total: Block, target: Block) -> None:
    """Write `total` to `target` and clear it."""
    for k in range(total.shape[0]):
        target[k] = total[k]
        total[k] = 0.0


@kernel
def accumulate_maximum(greatest: Block, values: Block) -> None:
    """Let `greatest` be the greater of itself and `values`."""
    for k in range(greatest.shape[0]):
        greatest[k] = max(greatest[k], values[k])


@kernel
def take_maximum(greatest: Block, target: Block) -> None:
    """Write `greatest` to `target` and reset it."""
    for k in range(greatest.shape[0]):
        target[k] = greatest[k]
        greatest[k] = LEAST


@kernel
def shift_line(earlier: Block, later: Block, values: Block) -> None:
    """Keep the last two values: `later` becomes `earlier`, and `values` become `later`."""
    for k in range(later.shape[0]):
        earlier[k] = later[k]
        later[k] = values[k]


@kernel
def extrapolate(earlier: Block, later: Block, share: float, target: Block) -> None:
    """Write the line through the last two values, a `share` of their distance beyond the later, to `target`."""
    for k in range(later.shape[0]):
        target[k] = later[k] + share * (later[k] - earlier[k])


@kernel
def stretch_line(earlier: Block, later: Block, ratio: float) -> None:
    """Keep the slope of the line through the last two values where the steps become `ratio` times as long."""
    for k in range(later.shape[0]):
        earlier[k] = later[k] + ratio * (earlier[k] - later[k])


@kernel
def take_change(before: Block, values: Block) -> float:
    """Return the greatest change of any element, and let `values` be those of before."""
    greatest = 0.0
    for k in range(before.shape[0]):
        greatest = max(greatest, abs(values[k] - before[k]))
        before[k] = values[k]
    return greatest


@kernel
def first_beyond(values: Block, least: float, greatest: float) -> int:
    """Return the place of the first value that is not within the bounds, or is no number; -1 where all are."""
    place = -1
    for k in range(values.shape[0] - 1, -1, -1):
        if not least <= values[k] <= greatest:
            place = k
    return place
