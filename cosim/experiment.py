"""What is to be run, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from numpy.typing import ArrayLike

from .enforcement import SEPARATION


class OnViolation(Enum):
    """What is done about timescales that come too close during a run."""

    RECORD = "record"
    """The run goes on, and its summary tells."""
    RAISE = "raise"
    """The run stops."""


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
        Least ratio of timescales that are held apart, see `cosim.enforcement`.
    on_violation : OnViolation
        What happens when timescales that were apart at the start come too close during the run.
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
        The outputs of `Experiment.stop_on` that ended the run or were true at its end; mostly empty.
    totals : mapping of str to float
        Sums over the run of `Experiment.totals` [J or C].
    wall_time : float
        Time spent stepping [s]; loading, initialisation and the first hyperperiod (in which components may still
        compile) are left out, unless there was no second.
    real_time_factor : float
        Simulated time over `wall_time`.
    violations : tuple of str
        Timescales that came too close during the run, each where it was first seen.
    """

    steps: int
    start: float
    end: float
    stopped_by: tuple[str, ...]
    totals: Mapping[str, float]
    wall_time: float
    real_time_factor: float
    violations: tuple[str, ...]
