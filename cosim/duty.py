"""Duty cycles: phases of inputs that a long run repeats, as a component of the system.

A duty is a sequence of phases, each with a value or a row of values of every input; between two duties another one can
be selected. A step may be several base periods long, but not longer than what is left of its phase: of flows (A, W) it
takes the mean of its rows, of anything else the last one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.duration import NANOSECONDS, format_duration
from ..core.errors import InputError
from ..core.variable import Causality, DataType
from ..coupling.operations import Connection, endpoint
from ..coupling.port import Port
from ..coupling.slave import SlaveError, Values, fill, packed, unpacked
from ..coupling.system import FLOWS, Component, System
from .profiles import NAME

FASTEST_PACE = 1024
TOLERANCE = 1e-6
"""By how much a step may differ from whole base periods, relative to it: steps come rounded."""


@dataclass(frozen=True, eq=False)
class Phase:
    """A part of a duty.

    Parameters
    ----------
    name : str
        What messages call it.
    duration : int
        [ns], positive.
    values : mapping of str to array_like
        By ``"Component.input"``: a scalar that holds all the time, or one row for each base period.
    pace : int
        The factor on the periods with which it may be stepped; a power of two up to 1024.

    Raises
    ------
    InputError
        When duration or pace are not as said, or there are no values; the message names the phase.
    """

    name: str
    duration: int
    values: Mapping[str, ArrayLike]
    pace: int = 1

    def __post_init__(self) -> None:
        if self.duration < 1:
            raise InputError(f"phase {self.name}: duration {self.duration} ns must be positive")
        if not 1 <= self.pace <= FASTEST_PACE or self.pace & (self.pace - 1):
            raise InputError(f"phase {self.name}: pace {self.pace} is not a power of two from 1 to {FASTEST_PACE}")
        if not self.values:
            raise InputError(f"phase {self.name} has no values; give at least one input")

    @property
    def is_constant(self) -> bool:
        """Whether no input changes during the phase."""
        return all(_is_constant(np.asarray(given)) for given in self.values.values())


@dataclass(frozen=True, eq=False)
class Duty:
    """A duty cycle.

    Parameters
    ----------
    name : str
        What messages call it.
    phases : tuple of Phase
        In the order of time; each gives all inputs.

    Raises
    ------
    InputError
        When there is no phase, or one lacks an input that another one gives; the message names both.
    """

    name: str
    phases: tuple[Phase, ...]

    def __post_init__(self) -> None:
        if not self.phases:
            raise InputError(f"duty {self.name} has no phases; give at least one")
        for phase in self.phases:
            missing = [name for name in self.inputs if name not in phase.values]
            if missing:
                label = f"duty {self.name}, phase {phase.name}"
                raise InputError(f"{label}: {missing[0]} is missing; all phases give {', '.join(self.inputs)}")

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that its phases give, in the order of their first mention."""
        return tuple(dict.fromkeys(name for phase in self.phases for name in phase.values))

    @property
    def duration(self) -> int:
        """Length of all phases [ns]."""
        return sum(phase.duration for phase in self.phases)

    @property
    def ends(self) -> tuple[int, ...]:
        """When each phase ends, from the beginning of the duty [ns]."""
        return tuple(accumulate(phase.duration for phase in self.phases))

    def phase_at(self, position: int) -> tuple[int, int]:
        """Return the number of the phase, from 0, at a position [ns] before the end, and what is left of it [ns]."""
        number = next(number for number, end in enumerate(self.ends) if position < end)
        return number, self.ends[number] - position


class DutySlave:
    """Plays one of several duties, over and over; the first one, until another is selected.

    Parameters
    ----------
    duties : sequence of Duty
        What can be selected.
    rows : mapping of (str, int) to mapping of str to array, shape (1 or rows, count)
        By duty and number of the phase: values of each input.
    base : int
        The base period [ns].
    outputs : sequence of str
        Names of the inputs that are used.
    flows : collection of str
        Those that are flows.
    """

    def __init__(
        self,
        duties: Sequence[Duty],
        rows: Mapping[tuple[str, int], Mapping[str, NDArray[np.float64]]],
        base: int,
        outputs: Sequence[str],
        flows: frozenset[str],
    ) -> None:
        self.inputs: Mapping[str, Values] = {}
        self.outputs: Mapping[str, Values] = {name: rows[duties[0].name, 0][name][0].copy() for name in outputs}
        self._duties, self._rows, self._base, self._flows = duties, rows, base, flows
        self._state: NDArray[np.int64] = np.zeros(2, np.int64)

    @property
    def duty(self) -> Duty:
        """The duty that is played."""
        return self._duties[self._state[0]]

    @property
    def position(self) -> int:
        """How much of it has been played [ns]; all of it until the next step begins the next one."""
        return int(self._state[1])

    def select(self, name: str) -> None:
        """Play this duty from the next step on; SlaveError where there is none, or another one is not yet over."""
        names = [duty.name for duty in self._duties]
        if name not in names:
            raise SlaveError(f"there is no duty {name!r}; there is {', '.join(names)}")
        if 0 < self.position < self.duty.duration:
            raise SlaveError(
                f"duty {name} cannot begin {format_duration(self.position)} after the beginning of {self.duty.name}, "
                f"which takes {format_duration(self.duty.duration)}"
            )
        self._state[:] = names.index(name), 0

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Do nothing: there is nothing to set."""

    def initialize(self) -> None:
        """Do nothing: the first row of the first duty is there already."""

    def begin(self) -> None:
        """Do nothing: it is there already."""

    def step(self, t: float, h: float) -> None:
        """Hand out the rows of the step; the time is that of the duty."""
        position = self.position % self.duty.duration
        length = _whole(h, self._base)
        number, left = self.duty.phase_at(position)
        phase = self.duty.phases[number]
        if length > left:
            raise SlaveError(
                f"duty {self.duty.name}: {format_duration(left)} are left of the phase {phase.name}; "
                f"a step of {format_duration(length)} does not fit"
            )
        first = (position - self.duty.ends[number] + phase.duration) // self._base
        end = first + length // self._base
        for name, values in self.outputs.items():
            rows = self._rows[self.duty.name, number][name]
            if len(rows) > 1:
                rows = rows[first:end]
            values[:] = rows.mean(axis=0) if len(rows) > 1 and name in self._flows else rows[-1]
        self._state[1] = position + length

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Do nothing: there is nothing to set."""

    def save(self) -> bytes:
        """Return duty, position and outputs."""
        return packed([array.tobytes() for array in (self._state, *self.outputs.values())])

    def restore(self, saved: bytes) -> None:
        """Return to what was saved."""
        arrays = (self._state, *self.outputs.values())
        for array, part in zip(arrays, unpacked(saved, len(arrays)), strict=True):
            fill(array, part)

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _whole(h: float, base: int) -> int:
    """Return a step [s] as whole base periods [ns]."""
    periods = h * NANOSECONDS["s"] / base
    if not math.isfinite(periods) or abs(periods - round(periods)) > TOLERANCE * periods or round(periods) < 1:
        raise SlaveError(f"a step of {h:.9g} s is not a multiple of the base period {format_duration(base)}")
    return round(periods) * base


def with_duties(system: System, duties: Mapping[str, Duty], base: int) -> System:
    """Drive inputs by duty cycles, which become outputs of a component called ``Inputs`` in the fastest layer.

    Parameters
    ----------
    system : System
        What is driven.
    duties : mapping of str to Duty
        By their names; at least one. The first one is played until `DutySlave.select` says otherwise.
    base : int
        The base period [ns].

    Returns
    -------
    System
        The same system with the duties, which step first.

    Raises
    ------
    InputError
        When an input does not exist or is missing in a duty, a phase is no multiple of the base period or has another
        number of rows, or a value is out of the input's bounds.
    """
    if not duties:
        raise InputError("there are no duties; give at least one")
    first = next(iter(duties.values()))
    for key, duty in duties.items():
        if key != duty.name:
            raise InputError(f"duty {duty.name!r} is given as {key!r}; the names must agree")
        if set(duty.inputs) != set(first.inputs):
            raise InputError(
                f"duty {duty.name} gives {', '.join(duty.inputs)}, but duty {first.name} gives "
                f"{', '.join(first.inputs)}; all duties give the same inputs"
            )
    targets = {name: system.port(endpoint(name)) for name in first.inputs}
    rows = {
        (duty.name, number): _rows(f"duty {duty.name}, phase {phase.name}", phase, targets, base)
        for duty in duties.values()
        for number, phase in enumerate(duty.phases)
    }
    flows = frozenset(name for name, port in targets.items() if port.unit in FLOWS and port.data_type is DataType.REAL)
    inputs = Component(
        name=NAME,
        layer=min(component.layer for component in system.components),
        ports={name: replace(port, name=name, causality=Causality.OUTPUT) for name, port in targets.items()},
        open=lambda _, outputs: DutySlave(tuple(duties.values()), rows, base, outputs, flows),
    )
    driven = (Connection((NAME, name), endpoint(name)) for name in targets)
    return System((inputs, *system.components), (*driven, *system.connections))


def _rows(label: str, phase: Phase, targets: Mapping[str, Port], base: int) -> dict[str, NDArray[np.float64]]:
    """Return the values of a phase, checked: one row where a value holds all the time."""
    if phase.duration % (base * phase.pace):
        raise InputError(
            f"{label}: duration {format_duration(phase.duration)} is not a multiple of the base period "
            f"{format_duration(base)} at a pace of {phase.pace}, {format_duration(base * phase.pace)}"
        )
    periods = phase.duration // base
    rows = {}
    for name, port in targets.items():
        given = phase.values[name]
        extent = np.shape(given)[:1]
        if extent and extent[0] != periods:
            raise InputError(f"{label}: {name} has {extent[0]} rows; it takes {periods}, or one number")
        values = port.values(f"{label}: {name}", given, extent).reshape(-1, port.count)
        rows[name] = values[:1] if _is_constant(values) else values
    return rows


def _is_constant(rows: NDArray[Any]) -> bool:
    return not rows.ndim or bool((rows == rows[:1]).all())
