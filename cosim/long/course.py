"""A long run in progress: cycles, jumps between them, and what is remembered of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from ...core.duration import format_duration, seconds
from ...core.errors import InputError
from ...coupling.enforcement import HELD, Violation, check_window, refuse
from ...coupling.guard import Guard
from ...coupling.operations import endpoint
from ...coupling.schedule import Plan
from ...coupling.slave import Values, blamed
from ..duty import NAME
from ..duty_slave import DutySlave
from ..error_control import scaled
from ..experiment import OnViolation
from ..opening import STEP_SCALE, flags
from ..phase import Duty, Phase
from ..recorder import columns
from ..simulation import Simulation
from .calendar import LongRun, LongSummary
from .checkpoint import CheckpointFile
from .jump import Jumper


@dataclass
class _Progress:
    """What the run has done so far; values that JSON can hold."""

    cycles: int = 0
    jumps: int = 0
    has_looked: bool = False
    totals: dict[str, float] = field(default_factory=dict)
    errors: list[float] = field(default_factory=list)
    stopped_by: list[str] = field(default_factory=list)
    violations: dict[str, str] = field(default_factory=dict)


class Course:
    """A long run in progress.

    Parameters
    ----------
    simulation : Simulation
        Opened for it.
    long_run : LongRun
        What is run.
    """

    def __init__(self, simulation: Simulation, long_run: LongRun) -> None:
        self.simulation = simulation
        self._long_run = long_run
        self._progress = _Progress(totals=dict.fromkeys(long_run.experiment.totals, 0.0))
        self.columns = columns(simulation.system, long_run.experiment.record)
        self._recorded = [self._view(column.source) for column in self.columns]
        self._flags = [
            (".".join(flag), self._view(flag)) for flag in flags(simulation.system, long_run.experiment.stop_on)
        ]
        self._inputs = _duties(simulation)
        self._jumper = Jumper(simulation, long_run.jump) if long_run.jump else None
        self._guard = Guard(
            simulation.system, simulation.plan, simulation.slaves, long_run.experiment.separation, simulation.holdings
        )
        fast = [c for c in simulation.system.components if not c.layer.jumps and c.name != NAME]
        is_block = all(STEP_SCALE in component.ports for component in fast)
        self._is_block = is_block and simulation.hyperperiod == simulation.plan.base
        _check(simulation, long_run)

    @property
    def now(self) -> int:
        """Time since the calendar began [ns]."""
        return self.simulation.time + self.simulation.skipped - self._long_run.experiment.start

    @property
    def has_ended(self) -> bool:
        """Whether the calendar is over, or something has ended the run."""
        return bool(self._progress.stopped_by) or self.now >= self._long_run.experiment.duration

    def save(self) -> dict[str, bytes]:
        """Return everything that is needed to go on."""
        rates = self._jumper.save() if self._jumper else b""
        return {
            "progress": json.dumps(asdict(self._progress)).encode(),
            "simulation": self.simulation.save(),
            "rates": rates,
        }

    def restore(self, saved: Mapping[str, bytes]) -> None:
        """Return to what `save` returned."""
        self._progress = _Progress(**json.loads(saved["progress"]))
        self.simulation.restore(saved["simulation"])
        if self._jumper:
            self._jumper.restore(saved["rates"])

    def record(self, checkpoint: CheckpointFile) -> None:
        """Record the present instant."""
        checkpoint.append(seconds(self.now), self._recorded)

    def cycle(self, checkpoint: CheckpointFile, check: Callable[[], None]) -> None:
        """Run a cycle in full, and jump as far as may be; `check` is called after every step."""
        name, left = self._long_run.at(self.now)
        duty, before = self._long_run.duties[name], self.simulation.sums()
        if self._jumper:
            self._jumper.start_cycle()
        self._play(duty, check)
        self._progress.cycles += not self._progress.stopped_by
        if self.has_ended:
            self.simulation.complete()
        added = {total: value - before[total] for total, value in self.simulation.sums().items()}
        self._add(added, 1.0)
        self.record(checkpoint)
        self._look(duty)
        if self._jumper and not self._progress.stopped_by:
            self._jumper.end_cycle(name)
            leap = self._jumper.leap(name, left - duty.duration, self._has_fallen)
            if leap.length:
                self._progress.jumps += 1
                self._progress.errors.append(leap.error)
                self._add(self._long_run.continued(added), leap.length / duty.duration)
                self.record(checkpoint)
                self._look_at_end()

    def _play(self, duty: Duty, check: Callable[[], None]) -> None:
        """Step through the phases of a duty."""
        with blamed(NAME, "cannot go on"):
            self._inputs.select(duty.name)
        for phase in duty.phases:
            self.simulation.set_pace(phase.pace)
            left = phase.duration // self.simulation.plan.base
            while left:
                stride = self._stride(phase, left)
                left -= stride
                self.simulation.tick(stride)
                tripped = [name for name, value in self._flags if value[0]]
                if tripped:
                    self._progress.stopped_by += tripped
                    return
                check()

    def _stride(self, phase: Phase, left: int) -> int:
        """Return the length of the next tick [base periods]; `left` are those to the end of the phase.

        A block takes a phase without changes at once, but for the jumping layer, which is due by the time.
        """
        if not (self._is_block and phase.is_constant):
            return phase.pace
        due = -(-self.simulation.until_jumping_layer // self.simulation.plan.base)
        return min(left, -(-due // phase.pace) * phase.pace)

    def _look(self, duty: Duty) -> None:
        """Look at what ends the run, and at the timescales: of the steps, and of the cycle that stands for others."""
        self._look_at_end()
        found, beyond = mixed(self._guard, self.simulation.plan, duty), self._guard.beyond()
        if self._jumper:
            timescales, separation = self._guard.timescales(), self._long_run.experiment.separation
            found += check_window(tuple(timescales), timescales, duty.duration, separation)
        strictly = self._long_run.experiment.on_violation is OnViolation.RAISE
        if strictly:
            refuse(found + beyond, "duty")
        elif not self._progress.has_looked:  # what drifts is known in the run only, and fastest in new cells
            refuse([violation for violation in found if violation.rule != HELD], "duty")
        self._progress.has_looked = True
        for violation in found + beyond:
            text = f"after {format_duration(self.now)}: {violation.text}"
            self._progress.violations.setdefault(f"{violation.rule} {' '.join(violation.components)}", text)

    def _look_at_end(self) -> None:
        if self._long_run.end and self._has_fallen():
            self._progress.stopped_by.append(self._long_run.end.output)

    def _has_fallen(self) -> bool:
        """Whether the output that ends the run has fallen to its level."""
        end = self._long_run.end
        return end is not None and bool(self._view(endpoint(end.output))[0] <= end.level)

    def _add(self, added: Mapping[str, float], times: float) -> None:
        for name, value in added.items():
            self._progress.totals[name] += times * value

    def _view(self, end: tuple[str, str]) -> Values:
        return self.simulation.slaves[end[0]].outputs[end[1]]

    def summary(self, wall_time: float) -> LongSummary:
        """Return how the run ended."""
        progress = self._progress
        return LongSummary(
            end=self.now,
            cycles=progress.cycles,
            jumps=progress.jumps,
            jumped=self.simulation.skipped,
            stopped_by=tuple(dict.fromkeys(progress.stopped_by)),
            totals=progress.totals,
            stepped=self.simulation.sums(),
            errors=tuple(progress.errors),
            wall_time=wall_time,
            violations=tuple(progress.violations.values()),
            held=self._guard.held(),
        )


def mixed(guard: Guard, plan: Plan, duty: Duty) -> list[Violation]:
    """Return what of the rules of `coupling.enforcement` the paces of a duty break."""
    paces = sorted({phase.pace for phase in duty.phases})
    return [violation for pace in paces for violation in guard.check(scaled(plan, pace))]


def _duties(simulation: Simulation) -> DutySlave:
    slave = simulation.slaves.get(NAME)
    if not isinstance(slave, DutySlave):
        raise InputError(f"the component {NAME} of this system does not play duties; it is added by with_duties")
    return slave


def _check(simulation: Simulation, long_run: LongRun) -> None:
    """Raise InputError where duties or the end do not suit the system and its plan."""
    plan, phases = simulation.plan, [(duty, phase) for duty in long_run.duties.values() for phase in duty.phases]
    is_paced = len({phase.pace for _, phase in phases}) > 1
    for duty, phase in phases:
        whole = simulation.hyperperiod * phase.pace
        if is_paced and phase.duration % whole:
            raise InputError(
                f"duty {duty.name}, phase {phase.name}: duration {format_duration(phase.duration)} is not a multiple "
                f"of {format_duration(whole)}, after which all layers have stepped; the pace changes only there"
            )
    layer = plan.jumping
    for name, duty in long_run.duties.items():
        if long_run.jump and layer and duty.duration % plan.periods[layer]:
            raise InputError(
                f"duty {name}: its cycle of {format_duration(duty.duration)} is not a multiple of the {layer} period "
                f"{format_duration(plan.periods[layer])}; a cycle that stands for others ends where that layer steps"
            )
    if long_run.end:
        component, output = endpoint(long_run.end.output)
        owner = simulation.system.component(component)
        if not owner.layer.jumps or owner.port(output).count != 1:
            raise InputError(f"{long_run.end.output} cannot end the run; a scalar output of the jumping layer can")
