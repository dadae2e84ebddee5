"""The file of an experiment: steps in TOML, with cycles that repeat.

::

    ambient = "25 oC"
    steps = [
        "Drive commute.csv",
        { repeat = 3, steps = ["Charge at C/6 until 4.1 V", "Hold at 4.1 V until C/20", "Rest for 1 h"] },
        { step = "Rest for 8 h", ambient = "5 oC", balancing = true },
    ]

A list within the list is a cycle too, run once. Files of drives are sought beside the file of the experiment.

`ambient` and `balancing` of the file hold for steps that have none, and for drives without a column of it. A step that
has one drives no file with such a column. What neither tells is as the pack file has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from ..core.duration import LONGEST_COURSE, format_duration
from ..core.errors import InputError, one_line, shortened
from ..cosim.phase import FASTEST_PACE
from ..pack.reading.checking import checked
from ..pack.reading.toml_file import read_toml
from ..pack.setting import Table
from .step import Common, Step
from .steps import parse_step, parse_temperature

MOST_BYTES = 2**18
"""Size of an experiment's file."""

MOST_STEPS = 10_000
"""Steps of an experiment, repeated ones counted as often."""

MOST_NESTED = 8
"""Cycles within cycles."""


def _temperature(value: object) -> object:
    """Return kelvins of a text; a number is one of kelvins."""
    return parse_temperature(value) if isinstance(value, str) else value


Ambient = Annotated[float, BeforeValidator(_temperature), Field(ge=150.0, le=400.0)]
"""Temperature of the air [K], also written ``"5 oC"``."""


def _power_of_two(pace: int) -> int:
    """Return a pace; the plan's periods are doubled."""
    if pace & (pace - 1):
        raise ValueError(f"it must be a power of two from 1 to {FASTEST_PACE}")
    return pace


Pace = Annotated[int, Field(ge=1, le=FASTEST_PACE), AfterValidator(_power_of_two)]
"""Factor on the plan's periods in quiet steps of years."""

Repeat = Annotated[int, Field(ge=1, le=MOST_STEPS)]


class StepTable(Table):
    """A step with settings of its own."""

    step: str = Field(description="what is done, as in `usage.steps`")
    ambient: Ambient | None = Field(default=None, description="temperature of the air [K]")
    balancing: bool | None = Field(default=None, description="whether the groups may be balanced")
    pace: Pace | None = Field(default=None, description="factor on the plan's periods, within years")


class CycleTable(Table):
    """Steps that repeat."""

    repeat: Repeat = Field(default=1, description="how often")
    steps: list[Any] = Field(min_length=1, description="steps, and cycles of them")


class ExperimentFile(CycleTable):
    """A whole file; what it sets holds for the steps that set nothing else."""

    ambient: Ambient | None = Field(default=None, description="temperature of the air [K]")
    balancing: bool | None = Field(default=None, description="whether the groups may be balanced")


def load_steps(path: Path) -> tuple[Step, ...]:
    """Read the steps of an experiment, cycles written out.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML, or does not fit: one line that begins with the path, names the step
        by its place, and says what is allowed. Its steps with a time may take ten years in all.
    """
    file = checked(ExperimentFile, read_toml(path, MOST_BYTES)[1], str(path))
    common = Common(file.ambient, file.balancing)
    steps = _repeated(expand(file.steps, f"{path}: steps", common), file.repeat, str(path))
    for step in steps:
        if step.clock is not None:
            raise InputError(f"{step.label}: only the day of years has times; write 'for TIME'")
        if step.pace is not None:
            raise InputError(f"{step.label}: pace = {step.pace} is for years; leave it out")
    length = sum(step.duration or 0 for step in steps)
    if length > LONGEST_COURSE:
        raise InputError(f"{path}: steps: they take {format_duration(length)} in all; at most ten years are taken")
    return steps


def expand(items: list[Any], label: str, common: Common | None = None, depth: int = 0) -> tuple[Step, ...]:
    """Return steps, cycles written out.

    Parameters
    ----------
    items : list
        Texts, lists, and tables of `StepTable` and `CycleTable`.
    label : str
        What messages call the list.
    common : Common, optional
        What holds for steps that set nothing else.
    depth : int
        How many lists it lies within.
    """
    if depth > MOST_NESTED:
        raise InputError(f"{label}: cycles lie within cycles {depth} times; at most {MOST_NESTED} are taken")
    found: list[Step] = []
    for number, item in enumerate(items, start=1):
        found += _expanded(item, f"{label}[{number}]", common or Common(), depth)
        _check_count(len(found), label)
    return tuple(found)


def _expanded(item: Any, label: str, common: Common, depth: int) -> Iterator[Step]:
    """Yield the steps of one item of a list."""
    if isinstance(item, list):
        yield from expand(item, label, common, depth + 1)
    elif isinstance(item, dict) and "steps" in item:
        cycle = checked(CycleTable, item, label)
        yield from _repeated(expand(cycle.steps, label, common, depth + 1), cycle.repeat, label)
    elif isinstance(item, dict):
        yield _settled(checked(StepTable, item, label), label, common)
    elif isinstance(item, str):
        yield _settled(StepTable(step=item), label, common)
    else:
        raise InputError(f"{label} = {one_line(shortened(str(item)))} is no text, list or table")


def _settled(table: StepTable, label: str, common: Common) -> Step:
    """Return a step with its settings, those of its text or its table, and those of all."""
    try:
        step = parse_step(table.step)
    except InputError as error:
        raise InputError(f"{label}: {error}") from None
    if step.ambient is not None and table.ambient is not None:
        raise InputError(f"{label}: its text and its key ambient both tell the temperature; leave one out")
    return replace(
        step,
        ambient=table.ambient if step.ambient is None else step.ambient,
        balancing=table.balancing,
        pace=table.pace,
        common=common,
        place=label,
    )


def _repeated(steps: tuple[Step, ...], times: int, label: str) -> tuple[Step, ...]:
    _check_count(len(steps) * times, label)
    return steps * times


def _check_count(count: int, label: str) -> None:
    """Raise InputError where there are too many steps."""
    if count > MOST_STEPS:
        raise InputError(f"{label}: {count} steps, repeated ones counted; at most {MOST_STEPS} are taken")
