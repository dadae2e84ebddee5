"""Running means of connections, and sums that lose nothing to rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..models.model import Block, kernel
from ..models.transfers import accumulate, take_mean


@kernel
def add_compensated(total: Block, lost: Block, values: Block) -> None:
    """Add `values` to the sums `total + lost`, `lost` holding what rounding took (Neumaier, ZAMM 54 (1974) 39)."""
    for k in range(total.shape[0]):
        value = values[k]
        old = total[k]
        new = old + value
        if abs(old) >= abs(value):
            lost[k] += (old - new) + value
        else:
            lost[k] += (value - new) + old
        total[k] = new


class Mean:
    """The running mean of one connection.

    Parameters
    ----------
    count : int
        Number of values.
    """

    def __init__(self, count: int) -> None:
        self.total: NDArray[np.float64] = np.zeros(count)
        self.weight = 0.0

    def add(self, values: NDArray[np.float64], weight: float) -> None:
        """Add `values` with a weight: 1 for a whole step, its fraction for a shortened one."""
        accumulate(self.total, values, weight)
        self.weight += weight

    def take(self, target: NDArray[np.float64]) -> None:
        """Write the mean to `target` and start anew."""
        take_mean(self.total, self.weight, target)
        self.weight = 0.0
