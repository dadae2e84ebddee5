"""A duty that is played once: what ends its phases, and which phase ran when."""

from __future__ import annotations

import json
from dataclasses import asdict

from ..core.duration import format_duration, seconds
from ..core.errors import InputError
from ..coupling.operations import endpoint
from .duty import NAME
from .duty_slave import DutySlave
from .experiment import PhaseRun
from .phase import Condition, Duty
from .simulation import Simulation


class PlayedPhases:
    """The phases of a duty in progress, in a simulation of a system of `with_sequence`.

    Parameters
    ----------
    simulation : Simulation
        Opened for an experiment with this duty.
    duty : Duty
        The one that the system plays.

    Raises
    ------
    InputError
        When the system plays something else.
    """

    def __init__(self, simulation: Simulation, duty: Duty) -> None:
        inputs, slaves = simulation.slaves.get(NAME), simulation.slaves
        if not isinstance(inputs, DutySlave) or inputs.duty != duty.name:
            raise InputError(f"duty {duty.name}: the system does not play it; with_sequence adds it")
        self._simulation, self._inputs, self._phases = simulation, inputs, duty.phases
        ends = [[(each, *endpoint(each.output)) for each in phase.until] for phase in duty.phases]
        self._ends = [[(each, slaves[owner].outputs[output]) for each, owner, output in some] for some in ends]
        self._started = simulation.time
        self._before = self._holding(0)
        self.runs: list[PhaseRun] = []
        self.unmet: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether no phase is left, or one has not met the condition that it must."""
        return self._inputs.is_over or bool(self.unmet)

    def look(self) -> int:
        """End the phase of the tick just taken, if it is over; return how many base periods of it are left out."""
        number, time = self._inputs.phase, self._simulation.time
        phase = self._phases[number]
        met = next(iter(self._holding(number)), None)
        is_over = time - self._started == phase.duration
        if met is None and not is_over:
            self._before = ()
            return 0
        ended_by, held = "" if met is None else str(met), met in self._before
        self.runs.append(PhaseRun(phase.name, seconds(self._started), seconds(time), ended_by, held))
        self._started, self._before = time, self._holding(number + 1)
        if met is None and phase.must_meet:
            wanted = " or ".join(map(str, phase.until))
            self.unmet = (f"{phase.name}: not yet {wanted} after {format_duration(phase.duration)}",)
        return self._inputs.skip_phase()

    def _holding(self, number: int) -> tuple[Condition, ...]:
        """Return the conditions that end a phase and hold now; none beyond the last phase."""
        ends = self._ends[number] if number < len(self._ends) else ()
        return tuple(condition for condition, value in ends if condition.holds(float(value[0])))

    def table(self) -> str:
        """Return which phase ran when, as JSON: a list of the values of each `PhaseRun` by name."""
        return json.dumps([asdict(run) for run in self.runs], ensure_ascii=False)
