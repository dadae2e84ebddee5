"""What connections gather between two steps, and sums that lose nothing to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..models.model import Block, kernel
from ..models.operations import Rule
from ..models.transfers import LEAST, accumulate, extend, note, raise_to, take_maximum, take_mean, take_sum
from .slave import fill, packed, unpacked


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


class Gathered:
    """What one connection gathers between two steps of a slower target: mean, sum or maximum.

    Parameters
    ----------
    rule : Rule
        MEAN, INTEGRAL or MAX.
    count : int
        Number of values.
    """

    def __init__(self, rule: Rule, count: int) -> None:
        self._rule = rule
        self._total: NDArray[np.float64] = np.full(count, LEAST if rule is Rule.MAX else 0.0)
        self._weight = 0.0

    def add(self, values: NDArray[np.float64], weight: float) -> None:
        """Take `values` in; of a mean with a weight, 1 for a whole step, its fraction for a shortened one."""
        if self._rule is Rule.MAX:
            raise_to(self._total, values)
            return
        share = weight if self._rule is Rule.MEAN else 1.0
        accumulate(self._total, values, share)
        self._weight += share

    def take(self, target: NDArray[np.float64]) -> None:
        """Write what was gathered to `target` and start anew."""
        if self._rule is Rule.MEAN:
            take_mean(self._total, self._weight, target)
        elif self._rule is Rule.MAX:
            take_maximum(self._total, target)
        else:
            take_sum(self._total, target)
        self._weight = 0.0

    def save(self) -> bytes:
        """Return what was gathered so far."""
        return np.append(self._total, self._weight).tobytes()

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned."""
        both = np.zeros(len(self._total) + 1)
        fill(both, saved)
        self._total[:] = both[:-1]
        self._weight = float(both[-1])


class Line:
    """The line through the last two values of a slower source.

    Parameters
    ----------
    values : array, shape (count,)
        The value at the start, which is held until there are two.
    time : int
        The start [ns].
    """

    def __init__(self, values: NDArray[np.float64], time: int) -> None:
        self._earlier = values.copy()
        self._later = values.copy()
        self._times: NDArray[np.int64] = np.array([time - 1, time])  # of which the first counts for nothing yet

    def add(self, values: NDArray[np.float64], time: int) -> None:
        """Note the value at a time [ns]."""
        note(self._earlier, self._later, values)
        self._times[0] = self._times[1]
        self._times[1] = time

    def take(self, begin: int, length: int, target: NDArray[np.float64]) -> None:
        """Write the value in the middle of the interval of a `length` [ns] that starts at `begin` [ns] to `target`."""
        earlier, later = self._times.tolist()
        extend(self._earlier, self._later, (begin - later + 0.5 * length) / (later - earlier), target)

    def save(self) -> bytes:
        """Return both values and their times."""
        return packed([array.tobytes() for array in self._arrays()])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned."""
        for array, part in zip(self._arrays(), unpacked(saved, 3), strict=True):
            fill(array, part)

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return self._earlier, self._later, self._times
