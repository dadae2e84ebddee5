"""Uniform numbers of a population: functions of seed, sample, batch, cell and quantity, not of an order.

`models.numerics.noise` hashes the keys, one after the other. A number is the same whatever else is drawn, by whichever
process, and in whichever order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.interpreted import interpreted
from ...models.numerics import noise

Values = NDArray[np.float64]
Keys = NDArray[np.int64]

SHARED = 0
"""Key in place of a batch or a cell for what all of them share; batches and cells are counted from 1."""

_word, _uniform = interpreted(noise.word), interpreted(noise.uniform)


def chained(seed: int, *numbers: ArrayLike) -> Keys:
    """Return the key of a chain of numbers, each hashed with the key before it.

    Parameters
    ----------
    seed : int
        >= 0.
    *numbers : array_like of int
        Each >= 0; they broadcast together. At least one has a dimension: a scalar would not wrap around silently.
    """
    spread = np.broadcast_arrays(*(np.asarray(number, np.int64) for number in numbers))
    key = np.full(spread[0].shape, seed, np.int64)
    for number in spread:
        key = _word(key, number)
    return np.asarray(key)


def uniforms(keys: Keys) -> Values:
    """Return a uniform number above 0 and below 1 for each key: the middles of 2**53 equal intervals."""
    return np.minimum(np.asarray(_uniform(keys)) - 2.0**-54, 1.0 - 2.0**-53)
