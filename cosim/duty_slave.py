"""The slave that plays duties: step by step it writes the rows of their phases to the inputs of a system."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.duration import NANOSECONDS, format_duration
from ..coupling.slave import SlaveError, Values, fill, packed, unpacked
from .opening import BASE_PERIOD

TOLERANCE = 1e-6
"""By how much a step may differ from whole base periods, relative to it: steps come rounded."""


@dataclass(frozen=True, eq=False)
class PhaseRows:
    """The values of a phase.

    Parameters
    ----------
    name : str
        What messages call the phase.
    periods : int
        How many base periods it lasts.
    values : mapping of str to array, shape (rows, count)
        By input: one row that holds all the time, or a row for each base period.
    """

    name: str
    periods: int
    values: Mapping[str, NDArray[np.float64]]


class DutySlave:
    """Plays the first one of several duties until another one is selected.

    Parameters
    ----------
    duties : mapping of str to sequence of PhaseRows
        The duties that can be selected, by name.
    outputs : sequence of str
        Names of the inputs that are used.
    flows : collection of str
        Those that are flows.
    base : int or None
        The base period [ns]; None where the master sets it.
    repeats : bool
        Whether a duty starts again where it ends.
    """

    def __init__(
        self,
        duties: Mapping[str, Sequence[PhaseRows]],
        outputs: Sequence[str],
        flows: frozenset[str],
        base: int | None,
        repeats: bool,
    ) -> None:
        first = next(iter(duties.values()))[0]
        self.inputs: Mapping[str, Values] = {}
        self.outputs: Mapping[str, Values] = {name: first.values[name][0].copy() for name in outputs}
        self._duties, self._flows, self._repeats = duties, flows, repeats
        self._ends = {name: list(accumulate(phase.periods for phase in phases)) for name, phases in duties.items()}
        self._base = base or NANOSECONDS["s"]
        self._state: NDArray[np.int64] = np.zeros(2, np.int64)

    @property
    def duty(self) -> str:
        """Name of the duty that is played."""
        return list(self._duties)[self._state[0]]

    @property
    def position(self) -> int:
        """How many base periods of it have been played; all of them until the next step starts it again."""
        return int(self._state[1])

    @property
    def _periods(self) -> int:
        return self._ends[self.duty][-1]

    def select(self, name: str) -> None:
        """Play this duty from the next step on; SlaveError where there is none, or another one is not yet over."""
        if name not in self._duties:
            raise SlaveError(f"there is no duty {name!r}; there is {', '.join(self._duties)}")
        if 0 < self.position < self._periods:
            raise SlaveError(
                f"duty {name} cannot start {format_duration(self.position * self._base)} after the start of "
                f"{self.duty}, which takes {format_duration(self._periods * self._base)}"
            )
        self._state[:] = list(self._duties).index(name), 0

    @property
    def phase(self) -> int:
        """Number of the phase of the last step, from 0; before the first step that of the first."""
        return self._phase_at(max(self.position - 1, 0))

    @property
    def is_over(self) -> bool:
        """Whether all phases have been played."""
        return self.position == self._periods

    def skip_phase(self) -> int:
        """Leave out what is left of the phase of the last step; return how many base periods that is."""
        left = self._ends[self.duty][self.phase] - self.position
        self._state[1] += left
        return left

    def _phase_at(self, position: int) -> int:
        """Return the number of the phase at a position [base periods] before the end."""
        return bisect_right(self._ends[self.duty], position)

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Take the base period, where the master sets it."""
        if BASE_PERIOD in values:
            self._base = round(float(values[BASE_PERIOD][0]) * NANOSECONDS["s"])

    def initialize(self) -> None:
        """Do nothing: the outputs are the first row of the first duty."""

    def end_initialization(self) -> None:
        """Do nothing: the outputs are the first row of the first duty."""

    def step(self, t: float, h: float) -> None:
        """Write the rows of the step: of flows their mean, of anything else the last one."""
        steps = _whole_periods(h, self._base)
        if not self._repeats and self.position + steps > self._periods:
            raise SlaveError(f"the profiles end after {self._periods} base periods; the run needs more")
        position = self.position % self._periods if self._repeats else self.position
        number = self._phase_at(position)
        phase, left = self._duties[self.duty][number], self._ends[self.duty][number] - position
        passed = phase.periods - left
        if steps > left:
            raise SlaveError(
                f"duty {self.duty}: {format_duration(left * self._base)} are left of the phase {phase.name}; "
                f"a step of {format_duration(steps * self._base)} does not fit"
            )
        for name, values in self.outputs.items():
            rows = phase.values[name]
            if len(rows) > 1:
                rows = rows[passed : passed + steps]
            values[:] = rows.mean(axis=0) if len(rows) > 1 and name in self._flows else rows[-1]
        self._state[1] = position + steps

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Do nothing: there are no tunable parameters."""

    def save(self) -> bytes:
        """Return duty, position and outputs."""
        return packed([array.tobytes() for array in (self._state, *self.outputs.values())])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned; SlaveError where there is no such duty or position."""
        state, *parts = unpacked(saved, 1 + len(self.outputs))
        before = self._state.copy()
        fill(self._state, state)
        number, position = self._state.tolist()
        if not (0 <= number < len(self._duties) and 0 <= position <= self._periods):
            self._state[:] = before
            raise SlaveError(f"the saved state is damaged: it is at position {position} of duty {number}")
        for array, part in zip(self.outputs.values(), parts, strict=True):
            fill(array, part)

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _whole_periods(h: float, base: int) -> int:
    """Return how many base periods [ns] a step [s] has."""
    periods = h * NANOSECONDS["s"] / base
    if not math.isfinite(periods) or abs(periods - round(periods)) > TOLERANCE * periods or round(periods) < 1:
        raise SlaveError(f"a step of {h:.9g} s is not a multiple of the base period {format_duration(base)}")
    return round(periods)
