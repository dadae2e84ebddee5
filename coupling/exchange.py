"""What connections gather between two steps, and sums that lose nothing to rounding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.kernel import Block, kernel
from ..core.variable import Causality, DataType
from .operations import Rule, endpoint
from .slave import Values, fill, packed, unpacked
from .system import System
from .transfers import LEAST, accumulate, accumulate_maximum, extrapolate, shift_line, take_maximum, take_mean, take_sum


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
            accumulate_maximum(self._total, values)
            return
        share = weight if self._rule is Rule.MEAN else 1.0
        accumulate(self._total, values, share)
        self._weight += share

    def take(self, target: NDArray[np.float64]) -> None:
        """Write what was gathered to `target` and reset it."""
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
        self._times: NDArray[np.int64] = np.array([time - 1, time])  # with two equal values until the first `add`

    def add(self, values: NDArray[np.float64], time: int) -> None:
        """Keep the value at a time [ns]."""
        shift_line(self._earlier, self._later, values)
        self._times[0] = self._times[1]
        self._times[1] = time

    def take(self, begin: int, length: int, target: NDArray[np.float64]) -> None:
        """Write the value in the middle of the interval of a `length` [ns] that starts at `begin` [ns] to `target`."""
        earlier, later = self._times.tolist()
        extrapolate(self._earlier, self._later, (begin - later + 0.5 * length) / (later - earlier), target)

    def save(self) -> bytes:
        """Return both values and their times."""
        return packed([array.tobytes() for array in self._arrays()])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned."""
        for array, part in zip(self._arrays(), unpacked(saved, 3), strict=True):
            fill(array, part)

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return self._earlier, self._later, self._times


class Totals:
    """Sums of one component's integrals.

    Parameters
    ----------
    names : sequence of str
        What they are called.
    values : sequence of array, shape (1,)
        Views of the outputs.
    """

    def __init__(self, names: Sequence[str], values: Sequence[Values]) -> None:
        self.names = names
        self._values = values
        self._step: NDArray[np.float64] = np.zeros(len(names))
        self._total: NDArray[np.float64] = np.zeros(len(names))
        self._lost: NDArray[np.float64] = np.zeros(len(names))

    def add(self) -> None:
        """Add the integrals of the step just taken."""
        for k, value in enumerate(self._values):
            self._step[k] = value[0]
        add_compensated(self._total, self._lost, self._step)

    def sums(self) -> dict[str, float]:
        """Return the sums so far."""
        return dict(zip(self.names, (self._total + self._lost).tolist(), strict=True))

    def save(self) -> bytes:
        """Return the sums so far, with what rounding has cut off."""
        return np.concatenate([self._total, self._lost]).tobytes()

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned."""
        both = np.zeros(2 * len(self.names))
        fill(both, saved)
        self._total[:], self._lost[:] = np.split(both, 2)


def check_integrals(system: System, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return component and output of each name; InputError unless it is a scalar real output in J or C."""
    for name in names:
        port = system.port(endpoint(name))
        fits = port.causality is Causality.OUTPUT and port.data_type is DataType.REAL and port.count == 1
        if not fits or port.unit not in ("J", "C"):
            raise InputError(
                f"{name} is {port.causality.value} of {port.count} {port.data_type.value} in {port.unit}; "
                "totals are made of scalar real outputs in J or C"
            )
    return [endpoint(name) for name in names]
