"""The master: runs a plan over the components of a system."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from ..models.duration import seconds
from ..models.errors import InputError
from ..models.model import Kind
from ..models.operations import endpoint
from .execution import Execution, settle
from .experiment import Experiment, OnViolation, RunSummary
from .guard import Guard, timescale_outputs
from .interface import Causality
from .ledger import check_integrals
from .recorder import Column, Recorder, columns, recording
from .schedule import Plan, Scheme
from .slave import Slave, blamed
from .system import Component, System

LOOKAHEAD = "lookahead"
"""The parameter [s] that the master sets to half the component's period, which is of second order with mean currents;
in the Jacobi scheme, whose currents come one step late, to the whole of it."""

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
        When something given does not fit, the plan mixes timescales (see `cosim.enforcement`), or a component fails or
        refuses a step: the message names component and time, and the last message of an FMU's log.
    KeyboardInterrupt
        On Ctrl-C, once the base period or the loading that it met is complete.

    Whatever is raised, the components have been freed then and no half-written output remains.
    """
    steps = plan.steps(experiment.duration)
    recorded = columns(system, experiment.record)
    flags = _flags(system, experiment.stop_on)
    totals = check_integrals(system, experiment.totals)
    values = _values(system, plan, experiment.values)
    read = [*(column.source for column in recorded), *flags, *totals, *timescale_outputs(system)]
    with ExitStack() as stack:
        check_interruption = stack.enter_context(_interruption_put_off())
        recorder = stack.enter_context(_recording(experiment.output, recorded))
        bar = stack.enter_context(tqdm(total=steps, delay=PATIENCE, unit="step", disable=None, leave=False))

        def proceed(phase: str, steps: int = 0) -> None:
            check_interruption()
            bar.set_description(phase, refresh=False)
            bar.update(steps)

        slaves = {}
        for name, start_values in values.items():
            proceed(f"loading {name}")
            slaves[name] = _open(system, system.component(name), read, stack)
            with blamed(name, "cannot be started"):
                slaves[name].prepare(start_values, seconds(experiment.start))
        settle(system, slaves, proceed)
        guard = Guard(system, plan, slaves, experiment.separation)
        watch = _Watch(slaves, flags, recorded, recorder)
        execution = Execution(plan, slaves, totals, experiment.start)
        return _loop(plan, experiment, execution, watch, guard, lambda: proceed("running", 1))


@contextmanager
def _interruption_put_off() -> Iterator[Callable[[], None]]:
    """Put off Ctrl-C until the function that is yielded is called.

    On its way into or out of an FMU's Python a KeyboardInterrupt ends as fmi2Fatal or is lost, and between the
    opening of a component and the note that it is to be closed it would leave the component open.
    """
    at_home = threading.current_thread() is threading.main_thread()  # others are not interrupted
    if not at_home or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: None
        return
    met: list[int] = []

    def check() -> None:
        if met:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, lambda number, _: met.append(number))
    try:
        yield check
        check()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class _Watch:
    """What is looked at after every base period: the flags that end the run, and what is recorded."""

    def __init__(
        self,
        slaves: Mapping[str, Slave],
        flags: Sequence[tuple[str, str]],
        recorded: Sequence[Column],
        recorder: Recorder | None,
    ) -> None:
        self._flags = [(".".join(flag), slaves[flag[0]].outputs[flag[1]]) for flag in flags]
        self._recorded = [slaves[column.source[0]].outputs[column.source[1]] for column in recorded]
        self._recorder = recorder

    def tripped(self) -> tuple[str, ...]:
        """Names of the flags that are true."""
        return tuple(name for name, value in self._flags if value[0])

    def record(self, time: int) -> None:
        """Record the instant [ns]."""
        if self._recorder is not None:
            self._recorder.append(time, self._recorded)


def _loop(
    plan: Plan,
    experiment: Experiment,
    execution: Execution,
    watch: _Watch,
    guard: Guard,
    proceed: Callable[[], None],
) -> RunSummary:
    start, steps = experiment.start, plan.steps(experiment.duration)
    stopped: tuple[str, ...] = ()
    number, timed_from, clock = 0, 0, time.perf_counter()
    watch.record(start)
    while number < steps and not stopped:
        if number * plan.base == plan.hyperperiod:
            timed_from, clock = number, time.perf_counter()
        number += 1
        execution.tick(number)
        stopped = watch.tripped()
        if stopped or number == steps:
            execution.complete(number)
            stopped = tuple(dict.fromkeys(stopped + watch.tripped()))
        watch.record(start + number * plan.base)
        if number * plan.base % plan.hyperperiod == 0:
            found = guard.watch(start + number * plan.base)
            if found and experiment.on_violation is OnViolation.RAISE:
                raise InputError(f"the timescales are no longer separated: {found[0]}")
        proceed()
    wall = time.perf_counter() - clock
    return RunSummary(
        steps=number,
        start=seconds(start),
        end=seconds(start + number * plan.base),
        stopped_by=stopped,
        totals=execution.sums(),
        wall_time=wall,
        real_time_factor=seconds((number - timed_from) * plan.base) / wall,
        violations=guard.seen,
    )


def _open(system: System, component: Component, read: Sequence[tuple[str, str]], stack: ExitStack) -> Slave:
    """Open a component with what is connected or read; it is closed with the stack."""
    inputs = [c.target[1] for c in system.connections if c.target[0] == component.name]
    outputs = [c.source[1] for c in system.connections if c.source[0] == component.name]
    outputs += [name for owner, name in read if owner == component.name]
    with blamed(component.name, "cannot be opened"):
        slave = component.open(inputs, list(dict.fromkeys(outputs)))
    stack.callback(slave.close)
    return slave


def _values(system: System, plan: Plan, given: Mapping[str, ArrayLike]) -> dict[str, dict[str, NDArray[Any]]]:
    """Check what is to be set, and add the lookahead of the components that have one; flat, by component."""
    values: dict[str, dict[str, NDArray[Any]]] = {component.name: {} for component in system.components}
    for component in system.components:
        port = component.ports.get(LOOKAHEAD)
        if port is not None and port.causality is Causality.PARAMETER:
            ahead = seconds(plan.periods[component.layer]) * (0.5 if plan.scheme is Scheme.SEQUENTIAL else 1.0)
            values[component.name][LOOKAHEAD] = port.values(f"{component.name}.{LOOKAHEAD}", ahead)
    drivers = {connection.target: connection for connection in system.connections}
    for text, value in given.items():
        end = endpoint(text)
        port = system.port(end)
        if port.causality is Causality.OUTPUT:
            raise InputError(f"{text} is an output; parameters and inputs can be set")
        if end in drivers:
            raise InputError(f"{text} is driven by {'.'.join(drivers[end].source)}; it cannot be set")
        values[end[0]][end[1]] = port.values(text, value)
    return values


def _flags(system: System, names: Sequence[str]) -> list[tuple[str, str]]:
    for name in names:
        port = system.port(endpoint(name))
        if port.causality is not Causality.OUTPUT or port.kind is not Kind.BOOLEAN or port.count != 1:
            raise InputError(
                f"{name} is {port.causality.value} of {port.count} {port.kind.value}; "
                "a run can be stopped by a scalar Boolean output"
            )
    return [endpoint(name) for name in names]


def _recording(path: Path | None, recorded: Sequence[Column]) -> AbstractContextManager[Recorder | None]:
    return nullcontext() if path is None else recording(path, recorded)
