"""The file of years: a day in steps, and the seasons that change its temperature.

::

    begin = 2013-01-01T07:00:00
    end_of_life = 0.7
    balancing = false
    steps = [
        "Drive wltc.csv",
        "Rest until 18:00",
        "Drive wltc.csv",
        "Charge at C/6 up to 4.2 V for 6 h",
        { step = "Rest until 07:00", balancing = true },
    ]

    [seasons.winter]
    days = 90
    ambient = "5 oC"

    [seasons.summer]
    days = 275
    ambient = "20 oC"

The day begins at the time of `begin` and takes 24 hours: what is left is rested, until a time. All days of a season are
alike, so that a long run may jump over them; a step has a fixed length therefore, and a charge that ends itself is
written ``up to``: the charger stays connected until the end of its time.

A year has the days of its seasons, up to 366. Fewer than 365 make a shorter year: `--years` counts such ones, and the
aged packs are those after each of them, while dates and what is told of the life go by the calendar.

Paces
-----
While nobody drives, all periods of the plan but that of aging are longer by a factor, the pace, a power of two: the key
`pace`, of a step or of the file, else the greatest one up to 32 at which the timescales of the pack stay separated.
That of the file is halved for a step until whole steps of the slowest layer fit into its time. A drive has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from ..core.duration import NANOSECONDS, format_duration
from ..core.errors import InputError
from ..pack.reading.checking import checked
from ..pack.reading.toml_file import read_toml
from ..pack.setting import Table
from .experiment_file import MOST_BYTES, Ambient, Pace, expand
from .phases import Driven
from .step import Common, Step, StepKind

DAY = NANOSECONDS["d"]

MOST_DAYS = 366
"""Days of a year's seasons in all."""


class SeasonTable(Table):
    """A season."""

    days: int = Field(ge=1, le=MOST_DAYS, description="how many")
    ambient: Ambient = Field(description="temperature of the air [K]")


class YearsFile(Table):
    """A whole file."""

    begin: datetime = Field(description="date and time at which the first day begins")
    end_of_life: float = Field(default=0.7, ge=0.1, lt=1.0, description="SOH of the weakest cell that ends the run [1]")
    pace: Pace | None = Field(default=None, description="factor on the plan's periods in quiet steps")
    balancing: bool | None = Field(default=None, description="whether the groups may be balanced")
    steps: list[Any] = Field(min_length=1, description="of a day")
    seasons: dict[str, Any] = Field(min_length=1, description="in their order")


@dataclass(frozen=True)
class Years:
    """Years of days.

    Parameters
    ----------
    begin : datetime
        When the first day begins.
    end_of_life : float
        SOH of the weakest cell that ends the run [1].
    pace : int or None
        Of quiet steps; None leaves it to the timescales.
    steps : tuple of Step
        Of a day.
    seasons : mapping of str to (int, float)
        Days, and temperature of the air [K].
    source : str
        The file, for messages.
    """

    begin: datetime
    end_of_life: float
    pace: int | None
    steps: tuple[Step, ...]
    seasons: Mapping[str, tuple[int, float]]
    source: str

    @property
    def days(self) -> int:
        """Days in a year."""
        return sum(days for days, _ in self.seasons.values())


def is_years(path: Path) -> bool:
    """Whether a file holds years, and not the steps of an experiment: it has seasons."""
    return "seasons" in read_toml(path, MOST_BYTES)[1]


def load_years(path: Path) -> Years:
    """Read a file of years.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML, or does not fit: one line that begins with the path, and says what is
        allowed.
    """
    file = checked(YearsFile, read_toml(path, MOST_BYTES)[1], str(path))
    steps = expand(file.steps, f"{path}: steps", Common(balancing=file.balancing))
    for step in steps:
        if step.kind is StepKind.DRIVE and step.pace is not None:
            raise InputError(f"{step.label}: pace = {step.pace} is for quiet steps, not for a drive; leave it out")
        if step.ends:
            raise InputError(
                f"{step.label}: within years a step has a fixed length, so that days are alike; "
                "write 'for TIME', or 'up to 4.1 V for TIME' of a charge"
            )
    tables = {
        name: checked(SeasonTable, given, f"{path}: seasons.{name}")
        if isinstance(given, dict)
        else _refuse(f"{path}: seasons.{name} = {given} must be a table of days, ambient")
        for name, given in file.seasons.items()
    }
    seasons = {name: (table.days, table.ambient) for name, table in tables.items()}
    days = sum(table.days for table in tables.values())
    if days > MOST_DAYS:
        raise InputError(f"{path}: seasons: their days are {days} in all; a year has at most {MOST_DAYS}")
    return Years(file.begin, file.end_of_life, file.pace, steps, seasons, str(path))


def _refuse(text: str) -> SeasonTable:
    raise InputError(text)


def day_steps(years: Years, driven: Driven) -> tuple[Step, ...]:
    """Return the steps of a day, those that rest until a time with their durations.

    Raises
    ------
    InputError
        When they do not make 24 hours.
    """
    begin = years.begin
    midnight = ((begin.hour * 60 + begin.minute) * 60 + begin.second) * NANOSECONDS["s"]
    passed, found = 0, []
    for step in years.steps:
        duration = _length(step, midnight + passed, driven)
        found.append(step if step.kind is StepKind.DRIVE else replace(step, duration=duration))
        passed += duration
    if passed != DAY:
        raise InputError(
            f"{years.source}: the steps of the day take {format_duration(passed)}, not 24 h; "
            f"end it by 'Rest until {begin:%H:%M}'"
        )
    return tuple(found)


def _length(step: Step, now: int, driven: Driven) -> int:
    """Return the duration of a step [ns] that begins at a time [ns after a midnight]."""
    if step.kind is StepKind.DRIVE:
        return driven(step.file)[0]
    if step.clock is not None:
        return (step.clock - now - 1) % DAY + 1
    return step.duration or 0


def paced(steps: Sequence[Step], pace: int, slowest: int) -> tuple[Step, ...]:
    """Return steps with a pace each: 1 of a drive, its own, or one that divides it.

    Parameters
    ----------
    steps : sequence of Step
        Of `day_steps`.
    pace : int
        Of a step that tells none.
    slowest : int
        Period of the slowest layer but aging [ns], all of whose steps at the pace fit.
    """

    def fitting(step: Step) -> int:
        if step.kind is StepKind.DRIVE:
            return 1
        fits = pace
        while fits > 1 and (step.duration or 0) % (fits * slowest):
            fits //= 2
        return fits if step.pace is None else step.pace

    return tuple(replace(step, pace=fitting(step)) for step in steps)
