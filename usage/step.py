"""A step of an experiment, as data; `usage.steps` reads it from a line of plain words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class StepKind(Enum):
    """What a step does."""

    CHARGE = "Charge"
    DISCHARGE = "Discharge"
    HOLD = "Hold"
    REST = "Rest"
    DRIVE = "Drive"


class StepUnit(Enum):
    """Of what a step sets, or an end compares."""

    AMPERE = "A"
    C_RATE = "C"
    WATT = "W"
    CELL_VOLT = "V"
    PACK_VOLT = "V pack"
    BALANCED = "balanced"


@dataclass(frozen=True)
class StepEnd:
    """What ends a step before its time.

    Parameters
    ----------
    value : float
        [`unit`], positive.
    unit : StepUnit
        A current is compared by its size; `BALANCED` is what the balancer says, with a value of 1.
    above : bool or None
        Whether a voltage has to rise to it, or to fall; None of a current, which has to fall in size.
    """

    value: float
    unit: StepUnit
    above: bool | None = None


@dataclass(frozen=True)
class Common:
    """What holds for the steps that tell nothing else, and whose drives have no column of it.

    Parameters
    ----------
    ambient : float or None
        Temperature of the air [K].
    balancing : bool or None
        Whether the groups may be balanced.
    """

    ambient: float | None = None
    balancing: bool | None = None


@dataclass(frozen=True)
class Step:
    """A step of an experiment.

    Parameters
    ----------
    text : str
        As it was written.
    kind : StepKind
        What it does.
    value : float
        What it sets [`unit`], positive; 0 of a rest and a drive.
    unit : StepUnit or None
        None of a rest and a drive.
    limit : float or None
        Voltage that a charge holds in the end [`limit_unit`].
    limit_unit : StepUnit
        Of a cell, or of the pack.
    anode : float or None
        Potential against lithium that no negative electrode falls below in a charge [V].
    duration : int or None
        [ns]; None where only an end, or a file, sets it.
    ends : tuple of StepEnd
        Any of them ends the step.
    clock : int or None
        Time of the day at which a rest ends [ns after midnight].
    ambient : float or None
        Temperature of the air [K] that the step tells itself; where it is None, a drive's column holds, then `common`,
        then the pack file.
    file : str
        Of a drive.
    balancing : bool or None
        Whether the groups may be balanced, likewise.
    pace : int or None
        Factor on the plan's periods within years; None leaves it to `usage.years`.
    common : Common
        What its file, or the season, tells of all steps.
    place : str
        Where it is written, for messages: ``"day.toml: steps[2]"``.
    """

    text: str
    kind: StepKind
    value: float = 0.0
    unit: StepUnit | None = None
    limit: float | None = None
    limit_unit: StepUnit = StepUnit.CELL_VOLT
    anode: float | None = None
    duration: int | None = None
    ends: tuple[StepEnd, ...] = ()
    clock: int | None = None
    ambient: float | None = None
    file: str = ""
    balancing: bool | None = None
    pace: int | None = None
    common: Common = Common()
    place: str = "step"

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.place} {self.text!r}"
