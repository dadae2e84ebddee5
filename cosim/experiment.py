"""What is to be run, and how it ended."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from numpy.typing import ArrayLike

from ..core.duration import format_duration
from ..core.errors import InputError
from ..coupling.enforcement import SEPARATION
from ..coupling.explanation import TextTable
from ..coupling.holding import HeldChange
from ..coupling.system import Layer
from .phase import Duty


class OnViolation(Enum):
    """What is done about timescales that come too close during a run."""

    RECORD = "record"
    """The run goes on, and its summary lists them."""
    RAISE = "raise"
    """The run stops."""


@dataclass(frozen=True)
class ErrorControl:
    """Steps as long as a tolerance allows, see `cosim.error_control`.

    Parameters
    ----------
    tolerance : float
        Of the error of a block of steps, relative to the nominal values of what is compared.
    minimum, maximum : int
        Least and greatest factor on the periods of the plan, powers of two.

    Raises
    ------
    InputError
        When the tolerance is not positive and finite, or the factors are no such range.
    """

    tolerance: float
    minimum: int = 1
    maximum: int = 64

    def __post_init__(self) -> None:
        if not 0.0 < self.tolerance < math.inf:
            raise InputError(f"error control: tolerance = {self.tolerance} must be positive and finite")
        for name in ("minimum", "maximum"):
            pace = getattr(self, name)
            if pace < 1 or pace & (pace - 1):
                raise InputError(f"error control: {name} = {pace} must be a power of two, 1, 2, 4, ...")
        if self.minimum > self.maximum:
            raise InputError(f"error control: minimum = {self.minimum} is above maximum = {self.maximum}")


@dataclass(frozen=True)
class ErrorReport:
    """What error control did.

    Parameters
    ----------
    accepted, rejected : int
        Blocks of steps that were kept and that were rolled back.
    at_minimum : int
        Accepted blocks at the minimum pace whose error was above the tolerance, or not known as a component refused
        the longer steps that it takes.
    unchecked : int
        Pieces of up to a hyperperiod that were run by the plan itself as no block fitted.
    errors : mapping of Layer to float
        Greatest accepted error of each layer, relative to nominal values.
    capped : tuple of str
        Why paces below the maximum were not taken: each rule that they would have broken, where it was first met.
    """

    accepted: int
    rejected: int
    at_minimum: int
    unchecked: int
    errors: Mapping[Layer, float]
    capped: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Experiment:
    """What is to be run.

    Parameters
    ----------
    duration : int
        Simulated time [ns], a multiple of the plan's base period.
    values : mapping of str to array_like
        Parameters, and inputs that nothing drives, by ``"Component.variable"`` [SI unit]; a scalar fills an array.
    stop_on : tuple of str
        Boolean outputs, ``"Component.output"``; the run ends with the first base period after which one is true.
    record : mapping of str to str
        Name in the results, to the output ``"Component.output"`` that is recorded at the start and after every
        base period.
    output : Path or None
        The netCDF file of the results; None records nothing.
    totals : tuple of str
        Outputs ``"Component.output"`` that are integrals over a step (J, C), to be summed over the run.
    start : int
        Time at which the run starts [ns].
    separation : float
        Least ratio of timescales that are held apart, see `coupling.enforcement`.
    on_violation : OnViolation
        What happens when timescales that were apart at the start come too close during the run.
    error_control : ErrorControl or None
        Makes the steps longer than in the plan where the tolerance allows; needs components that save their state.
        What is recorded are the accepted steps.
    attributes : mapping of str to str
        What the output tells of the run, however it ends.
    described : callable or None
        Returns more attributes, or others, of a run that has come to its end.
    duty : Duty or None
        Played once by a system of `with_sequence`, from the start on; `duration` is its own then. The run ends with its
        last phase, or with one that does not meet the condition that it must.

    Raises
    ------
    InputError
        When a duty lasts longer or shorter, or is to be played under error control.
    """

    duration: int
    values: Mapping[str, ArrayLike] = field(default_factory=dict)
    stop_on: tuple[str, ...] = ()
    record: Mapping[str, str] = field(default_factory=dict)
    output: Path | None = None
    totals: tuple[str, ...] = ()
    start: int = 0
    separation: float = SEPARATION
    on_violation: OnViolation = OnViolation.RECORD
    error_control: ErrorControl | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    described: Callable[[RunSummary], Mapping[str, str]] | None = None
    duty: Duty | None = None

    def __post_init__(self) -> None:
        if self.duty is None:
            return
        if self.duration != self.duty.duration:
            raise InputError(
                f"duration {format_duration(self.duration)} is not that of duty {self.duty.name}, "
                f"{format_duration(self.duty.duration)}"
            )
        if self.error_control is not None:
            raise InputError(f"error control: duty {self.duty.name} is played by the steps of the plan; leave it out")


@dataclass(frozen=True)
class PhaseRun:
    """When a phase ran.

    Parameters
    ----------
    name : str
        That of the phase.
    start, end : float
        Simulated time [s].
    ended_by : str
        The condition that ended it; empty where its duration did.
    held_before : bool
        Whether that condition held before the phase began, and at the first look at it.
    """

    name: str
    start: float
    end: float
    ended_by: str
    held_before: bool = False


@dataclass(frozen=True)
class RunSummary:
    """How a run ended.

    Parameters
    ----------
    steps : int
        Base periods that were run.
    start, end : float
        Simulated time at the start and at the end [s].
    stopped_by : tuple of str
        The outputs of `Experiment.stop_on` that ended the run or were true at its end, and what a phase has not met;
        mostly empty.
    totals : mapping of str to float
        Sums over the run of `Experiment.totals` [J or C].
    wall_time : float
        Time spent stepping [s]; loading, initialisation and the first hyperperiod (in which components may still
        compile) are left out, unless there was no second.
    real_time_factor : float
        Simulated time over `wall_time`.
    violations : tuple of str
        Timescales that came too close during the run, and held values that moved too far, each where it was first seen.
    held : tuple of HeldChange
        The greatest change of each held value from one step of its component to the next, and what it means for the
        voltage.
    plan : sequence of tables
        Layers with the time constants at the end, held values and transfers (`coupling.explanation.tables`).
    work : int
        Steps of components, those that were rolled back included.
    error_control : ErrorReport or None
        What error control did.
    phases : tuple of PhaseRun
        Those of `Experiment.duty` that have ended, in the order of time.
    """

    steps: int
    start: float
    end: float
    stopped_by: tuple[str, ...]
    totals: Mapping[str, float]
    wall_time: float
    real_time_factor: float
    violations: tuple[str, ...]
    held: tuple[HeldChange, ...]
    plan: Sequence[TextTable]
    work: int
    error_control: ErrorReport | None = None
    phases: tuple[PhaseRun, ...] = ()
