"""The arithmetic of exchange: one code for every executor, so that results agree to the last bit."""

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
