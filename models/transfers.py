"""Handing values on: one code for every executor, so that results agree to the last bit."""

from __future__ import annotations

from .model import Block, kernel


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
def first_beyond(values: Block, least: float, greatest: float) -> int:
    """Return the place of the first value that is not within the bounds, or is no number; -1 where all are."""
    place = -1
    for k in range(values.shape[0] - 1, -1, -1):
        if not least <= values[k] <= greatest:
            place = k
    return place
