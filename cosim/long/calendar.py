"""What a long run is made of: duty cycles by a calendar, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ...core.duration import format_duration
from ...core.errors import InputError
from ...coupling.holding import HeldChange
from ..experiment import Experiment
from ..phase import Duty
from .jump import Jump


@dataclass(frozen=True)
class Stretch:
    """A stretch of the calendar.

    Parameters
    ----------
    duty : str
        Name of the duty cycle that is repeated.
    duration : int
        [ns], a multiple of the duty cycle.
    """

    duty: str
    duration: int


@dataclass(frozen=True)
class End:
    """What ends a run before its time: an output of the jumping layer that has fallen to a level.

    Parameters
    ----------
    output : str
        A scalar, ``"Component.output"``, one of those that are recorded.
    level : float
        [unit of the output].
    """

    output: str
    level: float


@dataclass(frozen=True, eq=False)
class LongRun:
    """What is to be run.

    Parameters
    ----------
    experiment : Experiment
        Duration (of the calendar), values, totals, what is recorded after each cycle and jump, the output, and the
        flags that end the run; no error control. The output's folder holds the checkpoint.
    duties : mapping of str to Duty
        The duty cycles, those that `with_duties` has given to the system.
    calendar : tuple of Stretch
        Repeated for as long as the run lasts.
    begin : datetime
        Date and time at which the calendar begins, for people.
    jump : Jump or None
        How far is jumped; None runs every cycle in full.
    end : End or None
        What else ends the run.
    continued : callable
        Makes of the totals that a cycle has added those that a jump adds for each cycle; by default the same.
    described : callable or None
        Returns more attributes of the output, or others, of a run that has come to its end.
    """

    experiment: Experiment
    duties: Mapping[str, Duty]
    calendar: tuple[Stretch, ...]
    begin: datetime
    jump: Jump | None = None
    end: End | None = None
    continued: Callable[[Mapping[str, float]], Mapping[str, float]] = lambda added: added
    described: Callable[[LongSummary], Mapping[str, str]] | None = None

    def __post_init__(self) -> None:
        for leg in self.calendar:
            if leg.duty not in self.duties:
                raise InputError(f"calendar: there is no duty {leg.duty!r}; there is {', '.join(self.duties)}")
            cycle = self.duties[leg.duty].duration
            if leg.duration < 1 or leg.duration % cycle:
                raise InputError(
                    f"calendar: {format_duration(leg.duration)} of {leg.duty} is not a positive multiple of its cycle, "
                    f"{format_duration(cycle)}"
                )
        for phase in (phase for duty in self.duties.values() for phase in duty.phases if phase.until):
            raise InputError(
                f"phase {phase.name} ends by {phase.until[0]}; a cycle has a fixed length, for jumps: give it none"
            )
        if self.end and self.end.output not in self.experiment.record.values():
            raise InputError(f"{self.end.output} ends the run but is not recorded; record it")
        if not self.calendar:
            raise InputError("calendar: there is no leg; give at least one")
        duration = self.experiment.duration
        if duration < 1:
            raise InputError(f"duration {duration} ns must be positive")
        name, left = self._leg(duration)
        cycle = self.duties[name].duration
        if left % cycle:
            begun = duration - (cycle - left % cycle)
            would_do = " or ".join(format_duration(end) for end in (begun, begun + cycle) if end)
            raise InputError(
                f"duration {format_duration(duration)} ends within a cycle of {name}, which takes "
                f"{format_duration(cycle)}; {would_do} would do"
            )
        if self.experiment.error_control is not None:
            raise InputError("error control: a long run takes the steps of its duties; their phases have paces")

    def at(self, instant: int) -> tuple[str, int]:
        """Return the duty at an instant of the calendar [ns], and how long its leg or the run still lasts [ns]."""
        name, left = self._leg(instant)
        return name, min(left, self.experiment.duration - instant)

    def _leg(self, instant: int) -> tuple[str, int]:
        """Return the duty of the leg at an instant, and how long that leg still lasts [ns]."""
        passed = instant % sum(leg.duration for leg in self.calendar)
        for leg in self.calendar:
            if passed < leg.duration:
                break
            passed -= leg.duration
        return leg.duty, leg.duration - passed


@dataclass(frozen=True)
class LongSummary:
    """How a long run ended.

    Parameters
    ----------
    end : int
        Time of the calendar [ns].
    cycles, jumps : int
        Cycles run in full, and jumps.
    jumped : int
        Time jumped over [ns].
    stopped_by : tuple of str
        The output that ended the run; mostly empty.
    totals : mapping of str to float
        Integrals over the calendar: over a jump, those of the cycle before it are continued.
    stepped : mapping of str to float
        The same over what was stepped alone, which balances.
    errors : tuple of float
        Error estimate of each jump.
    wall_time : float
        Of this run [s]; of a resumed one since it was resumed.
    violations : tuple of str
        Timescales that were not separated in a cycle, and held values that moved too far.
    held : tuple of HeldChange
        The greatest change of each held value from one step of its component to the next; jumps are no steps.
    """

    end: int
    cycles: int
    jumps: int
    jumped: int
    stopped_by: tuple[str, ...]
    totals: Mapping[str, float]
    stepped: Mapping[str, float]
    errors: tuple[float, ...]
    wall_time: float
    violations: tuple[str, ...]
    held: tuple[HeldChange, ...]
