"""What a duty is made of: phases, and what ends them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import InputError

FASTEST_PACE = 1024


@dataclass(frozen=True)
class Condition:
    """An output within a range, which ends a phase.

    Parameters
    ----------
    output : str
        A scalar, ``"Component.output"``.
    lowest, highest : float
        The range [unit of the output], both included; one of them may be infinite.

    Raises
    ------
    InputError
        When there is no such range, or it holds every number.
    """

    output: str
    lowest: float = -math.inf
    highest: float = math.inf

    def __post_init__(self) -> None:
        if not self.lowest <= self.highest or (self.lowest, self.highest) == (-math.inf, math.inf):
            raise InputError(
                f"condition on {self.output}: the range from {self.lowest} to {self.highest} ends nothing; "
                "give a finite bound, the lowest not above the highest"
            )

    def __str__(self) -> str:
        if self.lowest == -math.inf:
            return f"{self.output} <= {self.highest:g}"
        if self.highest == math.inf:
            return f"{self.output} >= {self.lowest:g}"
        return f"{self.lowest:g} <= {self.output} <= {self.highest:g}"

    def holds(self, value: float) -> bool:
        """Return whether a value of the output lies within the range."""
        return self.lowest <= value <= self.highest


@dataclass(frozen=True, eq=False)
class Phase:
    """A part of a duty.

    Parameters
    ----------
    name : str
        What messages call it.
    duration : int
        [ns], positive; the greatest one of a phase that conditions end.
    values : mapping of str to array_like
        By ``"Component.input"``: a scalar that holds all the time, or one row for each base period.
    pace : int
        The factor on the periods with which it may be stepped; a power of two up to 1024.
    until : tuple of Condition
        Any of them ends the phase, with the first base period after which it holds. Nothing is searched for within a
        base period: by so much a level is overshot.
    must_meet : bool
        Whether the run ends with the phase where none of `until` has come to hold within its duration.

    Raises
    ------
    InputError
        When duration or pace are not as said, or there are no values; the message names the phase.
    """

    name: str
    duration: int
    values: Mapping[str, ArrayLike]
    pace: int = 1
    until: tuple[Condition, ...] = ()
    must_meet: bool = False

    def __post_init__(self) -> None:
        if self.duration < 1:
            raise InputError(f"phase {self.name}: duration {self.duration} ns must be positive")
        if not 1 <= self.pace <= FASTEST_PACE or self.pace & (self.pace - 1):
            raise InputError(f"phase {self.name}: pace {self.pace} is not a power of two from 1 to {FASTEST_PACE}")
        if not self.values:
            raise InputError(f"phase {self.name} has no values; give at least one input")
        if self.must_meet and not self.until:
            raise InputError(f"phase {self.name} must meet a condition but has none; give at least one in until")

    @cached_property
    def is_constant(self) -> bool:
        """Whether no input changes during the phase."""
        return all(is_constant(given) for given in self.values.values())


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

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that its phases give, in the order of their first mention."""
        return tuple(dict.fromkeys(name for phase in self.phases for name in phase.values))

    @property
    def duration(self) -> int:
        """Length of all phases [ns]; the greatest one where conditions end some."""
        return sum(phase.duration for phase in self.phases)


def is_constant(rows: ArrayLike) -> bool:
    """Return whether a value holds all the time: a scalar, or rows that are alike."""
    given = np.asarray(rows)
    return not given.ndim or bool((given == given[:1]).all())
