"""The master: runs a plan over the components of a system."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext

from tqdm import tqdm

from ..core.duration import seconds
from ..core.errors import InputError
from ..core.interruption import interruption_put_off
from ..coupling.guard import Guard
from ..coupling.schedule import Plan
from ..coupling.slave import Values
from ..coupling.system import System
from .error_control import Controller, scaled
from .experiment import Experiment, OnViolation, PhaseRun, RunSummary
from .opening import flags
from .recorder import Column, Recorder, columns, recording
from .sequence import PlayedPhases
from .simulation import Simulation, opened

Row = tuple[int, list[Values]]
"""An instant [ns], and copies of what is recorded."""

PATIENCE = 2.0
"""Seconds after which a progress bar appears."""


def run(system: System, plan: Plan, experiment: Experiment) -> RunSummary:
    """Run a plan; at a terminal, a progress bar appears on stderr when it takes more than two seconds.

    Parameters
    ----------
    system : System
        Components and connections.
    plan : Plan
        Made for this system.
    experiment : Experiment
        What is to be run.

    Returns
    -------
    RunSummary
        How it ended. Components of slower layers have stepped up to the end: their last step is shortened where
        the run ends within their period.

    Raises
    ------
    InputError
        When something given does not fit, the plan mixes timescales (`coupling.enforcement`), or a component fails or
        refuses a step: the message names component and time, and the last message of an FMU's log.
    KeyboardInterrupt
        On Ctrl-C, once the base period or the loading that it met is complete; likewise on SIGTERM and SIGHUP in a
        command line (`fmi.command_line`).

    Whichever is raised, the components have been freed then, and the output holds the rows until then, with the
    attributes ``complete`` = 0 and ``reason``. A run that has no row yet leaves an existing output as it was.
    """
    steps = plan.steps(experiment.duration)
    recorded = columns(system, experiment.record)
    watched = flags(system, experiment.stop_on)
    with ExitStack() as stack:
        check_interruption = stack.enter_context(interruption_put_off())
        recorder = stack.enter_context(_recording(experiment, recorded))
        bar = stack.enter_context(tqdm(total=steps, delay=PATIENCE, unit="step", disable=None, leave=False))

        def proceed(phase: str, steps: int = 0) -> None:
            check_interruption()
            bar.set_description(phase, refresh=False)
            bar.update(steps)

        simulation = stack.enter_context(opened(system, plan, experiment, proceed))
        control = experiment.error_control
        guarded = plan if control is None else scaled(plan, control.minimum)
        guard = Guard(system, guarded, simulation.slaves, experiment.separation, simulation.holdings)
        sequence = None if experiment.duty is None else PlayedPhases(simulation, experiment.duty)
        watch = _Watch(simulation, watched, recorded, recorder, sequence)
        summary = _loop(simulation, experiment, watch, guard, lambda steps: proceed("running", steps))
        if recorder is not None and experiment.described is not None:
            recorder.attributes.update(experiment.described(summary))
        return summary


class _Watch:
    """What is looked at after a tick: what ends the run or a phase of it, and what is recorded."""

    def __init__(
        self,
        simulation: Simulation,
        watched: Sequence[tuple[str, str]],
        recorded: Sequence[Column],
        recorder: Recorder | None,
        sequence: PlayedPhases | None,
    ) -> None:
        slaves = simulation.slaves
        self._simulation = simulation
        self._flags = [(".".join(flag), slaves[flag[0]].outputs[flag[1]]) for flag in watched]
        self._recorded = [slaves[column.source[0]].outputs[column.source[1]] for column in recorded]
        self._recorder, self._sequence = recorder, sequence
        if recorder is not None and sequence is not None:
            recorder.attributes["phases"] = sequence.table

    def tripped(self) -> tuple[str, ...]:
        """Names of the flags that are true, and what a phase has not met."""
        unmet = self._sequence.unmet if self._sequence else ()
        return tuple(name for name, value in self._flags if value[0]) + unmet

    def skipped(self) -> int:
        """End the phase that is over; return how many base periods of it are left out."""
        return self._sequence.look() if self._sequence else 0

    @property
    def is_over(self) -> bool:
        """Whether all phases are over."""
        return self._sequence is not None and self._sequence.is_over

    @property
    def phases(self) -> tuple[PhaseRun, ...]:
        """The phases that have ended."""
        return tuple(self._sequence.runs) if self._sequence else ()

    def stops(self) -> bool:
        """Whether a flag is true."""
        return any(value[0] for _, value in self._flags)

    def record(self) -> None:
        """Record the present instant."""
        if self._recorder is not None:
            self._recorder.append(self._simulation.time, self._recorded)

    def row(self) -> Row:
        """Return a copy of what would be recorded."""
        return self._simulation.time, [] if self._recorder is None else [values.copy() for values in self._recorded]

    def record_rows(self, rows: Sequence[Row]) -> None:
        """Record copies."""
        if self._recorder is not None:
            for time_, values in rows:
                self._recorder.append(time_, values)


def _loop(
    simulation: Simulation, experiment: Experiment, watch: _Watch, guard: Guard, proceed: Callable[[int], None]
) -> RunSummary:
    start, end, base = experiment.start, experiment.start + experiment.duration, simulation.plan.base
    control = experiment.error_control
    controller = None if control is None else Controller(simulation, control, guard, watch.row, watch.stops)
    stopped: tuple[str, ...] = ()
    timed_from, clock = start, time.perf_counter()
    watch.record()
    goes_on = simulation.time < end
    while goes_on:
        begin, rows = simulation.time, _advance(simulation, controller, end)
        skipped, is_whole = watch.skipped(), simulation.is_whole
        stopped = watch.tripped()
        goes_on = simulation.time < end and not stopped and not watch.is_over
        if not goes_on:
            simulation.complete()
            stopped = tuple(dict.fromkeys(stopped + watch.tripped()))
        watch.record_rows(rows[:-1])
        watch.record()
        if is_whole or not goes_on:
            _guard(guard, simulation.time, experiment.on_violation)
        proceed((simulation.time - begin) // base + skipped)
        if timed_from == start and is_whole and goes_on:
            timed_from, clock = simulation.time, time.perf_counter()
    wall = time.perf_counter() - clock
    return RunSummary(
        steps=(simulation.time - start) // base,
        start=seconds(start),
        end=seconds(simulation.time),
        stopped_by=stopped,
        totals=simulation.sums(),
        wall_time=wall,
        real_time_factor=seconds(simulation.time - timed_from) / wall,
        violations=guard.seen,
        held=guard.held(),
        plan=guard.tables(),
        work=simulation.work,
        error_control=None if controller is None else controller.report(),
        phases=watch.phases,
    )


def _advance(simulation: Simulation, controller: Controller[Row] | None, end: int) -> Sequence[Row]:
    """Take a tick or, under error control, a block of ticks; of a block return the rows."""
    if controller is not None:
        return controller.advance(end)
    simulation.tick()
    return ()


def _guard(guard: Guard, time: int, on_violation: OnViolation) -> None:
    found = guard.watch(time)
    if found and on_violation is OnViolation.RAISE:
        raise InputError(f"the timescales are no longer separated: {found[0]}")


def _recording(experiment: Experiment, recorded: Sequence[Column]) -> AbstractContextManager[Recorder | None]:
    path = experiment.output
    return nullcontext() if path is None else recording(path, recorded, attributes=experiment.attributes)
