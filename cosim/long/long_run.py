"""Long runs: duty cycles by a calendar, in full or with jumps between them, resumable at any moment.

Each leg of the calendar repeats one duty cycle. Its first cycle is run in full; where jumps are allowed, one follows
to the end of the leg or as far as its error estimate allows, then the next cycle, and so on. A row is recorded after
every cycle and every jump. The checkpoint beside the output holds the rows and, after a cycle and its jump, the whole
state: a run that was killed goes on from there and ends with the same results to the last bit. The results are made of
the rows at the end, also where the run fails or is interrupted; they say so then, and the checkpoint stays.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ...core.cache import package_version
from ...core.duration import seconds
from ...core.errors import InputError
from ...core.interruption import interruption_put_off
from ...coupling.enforcement import check_window, refuse
from ...coupling.explanation import TextTable
from ...coupling.guard import Guard
from ...coupling.schedule import Plan
from ...coupling.system import System
from ...fmi.files import check_replaceable, claimed
from ..error_control import scaled
from ..experiment import Experiment
from ..recorder import reason_of
from ..simulation import opened
from .calendar import LongRun, LongSummary
from .checkpoint import CheckpointFile, remove_checkpoint, rollback_journal, to_netcdf
from .course import Course, mixed

BETWEEN_CHECKPOINTS = 5.0
"""Wall time between two checkpoints [s]."""

CHECKPOINT = ".checkpoint"
"""Suffix of the file that lies beside the output while it is made."""

DAY = 86400.0

BAR = "{l_bar}{bar}| {n:.0f}/{total:.0f} d [{elapsed}<{remaining}{postfix}]"


def run_long(system: System, plan: Plan, long_run: LongRun, resume: bool = False) -> LongSummary:
    """Run duty cycles by the calendar; at a terminal, a progress bar with the date appears on stderr.

    Parameters
    ----------
    system : System
        Of `with_duties` and, for jumps, `with_jumps`.
    plan : Plan
        Made for this system, with a jumping layer.
    long_run : LongRun
        What is to be run.
    resume : bool
        Go on from the checkpoint beside the output instead of starting anew.

    Raises
    ------
    InputError
        When something given does not fit; another process writes the output or the checkpoint; the checkpoint is
        missing, damaged, or that of another run, and is left in place then; or a component fails.
    KeyboardInterrupt
        On Ctrl-C, once a step is complete, likewise on SIGTERM and SIGHUP in a command line (`fmi.command_line`); the
        run can be resumed then.
    """
    if long_run.experiment.output is None:
        raise InputError("a long run needs an output: its checkpoint lies beside it")
    if long_run.experiment.output.suffix.startswith(CHECKPOINT):
        raise InputError(f"output {long_run.experiment.output}: another file of the run ends in this; name it .nc")
    output = long_run.experiment.output
    with ExitStack() as stack:
        check = stack.enter_context(interruption_put_off())
        stack.enter_context(claimed(output, output.with_suffix(CHECKPOINT)))
        simulation = stack.enter_context(opened(system, plan, long_run.experiment, lambda _: check()))
        return _run(Course(simulation, long_run), long_run, output, resume, check)


def check_paces(system: System, plan: Plan, long_run: LongRun) -> list[TextTable]:
    """Check the paces of the duties against the timescales of a system at its start, and explain its plan.

    `run_long` does so after every cycle. But a block does not report the timescales of the components within; here they
    are checked, once, in the system that the block was made of.

    Returns
    -------
    list of tables
        Layers with their periods and time constants, the fastest first, and the transfers.

    Raises
    ------
    InputError
        When a pace mixes timescales; the message names each rule that it breaks.
    """
    separation = long_run.experiment.separation
    with opened(system, plan, Experiment(plan.base, separation=separation), lambda _: None) as simulation:
        guard = Guard(system, plan, simulation.slaves, separation)
        duties, timescales = long_run.duties.values(), guard.timescales()
        found = [violation for duty in duties for violation in mixed(guard, plan, duty)]
        if long_run.jump:
            for duty in duties:
                found += check_window(tuple(timescales), timescales, duty.duration, separation)
        refuse(found, "duty")
        return guard.tables()


def greatest_pace(system: System, plan: Plan, separation: float, most: int) -> int:
    """Return the greatest pace up to `most` at which the timescales of a system stay separated at its start.

    Parameters
    ----------
    system : System
        The components, not a block of them.
    plan : Plan
        Made for this system.
    separation : float
        As in `Experiment.separation`.
    most : int
        A power of two.
    """
    with opened(system, plan, Experiment(plan.base, separation=separation), lambda _: None) as simulation:
        guard = Guard(system, plan, simulation.slaves, separation)
        while most > 1 and guard.check(scaled(plan, most)):
            most //= 2
    return most


def _run(course: Course, long_run: LongRun, output: Path, resume: bool, check: Callable[[], None]) -> LongSummary:
    path = output.with_suffix(CHECKPOINT)
    checkpoint = CheckpointFile(path, _identity(course, long_run), course.columns)
    clock = time.perf_counter()
    if resume:
        _restore(course, checkpoint)
    else:
        check_replaceable(rollback_journal(path))
        remove_checkpoint(path)
        course.record(checkpoint)
    checkpoint.save(course.save())
    try:
        _live(course, long_run, checkpoint, check)
    except (InputError, KeyboardInterrupt) as error:
        with suppress(InputError):  # the first error is told
            to_netcdf(checkpoint, output, reason_of(error), long_run.experiment.attributes)
        raise
    summary = course.summary(time.perf_counter() - clock)
    added = {} if long_run.described is None else long_run.described(summary)
    to_netcdf(checkpoint, output, attributes={**long_run.experiment.attributes, **added})
    check()  # what was interrupted can be resumed
    remove_checkpoint(path)
    return summary


def _restore(course: Course, checkpoint: CheckpointFile) -> None:
    """Go on from a checkpoint; InputError where it cannot be read, or no run can have come to what it holds."""
    content = checkpoint.load()
    try:
        course.restore(content)
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:  # of parts that JSON or numpy read
        raise InputError(f"checkpoint {checkpoint.path} is damaged: {error!r}; start anew") from error


def _live(course: Course, long_run: LongRun, checkpoint: CheckpointFile, check: Callable[[], None]) -> None:
    """Run all cycles, and save the state every few seconds."""
    saved = time.perf_counter()
    with _bar(course.now, long_run.experiment.duration) as bar:
        while not course.has_ended:
            course.cycle(checkpoint, check)
            date = long_run.begin + timedelta(seconds=seconds(course.now))
            bar.set_postfix_str(f"{date:%Y-%m-%d}", refresh=False)
            bar.update(seconds(course.now) / DAY - bar.n)
            if time.perf_counter() - saved > BETWEEN_CHECKPOINTS or checkpoint.is_full or course.has_ended:
                checkpoint.save(course.save())
                saved = time.perf_counter()


def _bar(now: int, duration: int) -> tqdm:
    total, done = seconds(duration) / DAY, seconds(now) / DAY
    return tqdm(total=total, initial=done, disable=None, leave=False, bar_format=BAR, miniters=0)


def _identity(course: Course, long_run: LongRun) -> str:
    """Return a digest of everything that determines a run: the state at its start holds all parameters."""
    digest = hashlib.sha256(course.simulation.save())
    experiment = long_run.experiment
    settings = (package_version("packfmu"), str(course.simulation.plan), long_run.calendar, long_run.jump, long_run.end)
    given = (experiment.duration, experiment.start, experiment.stop_on, experiment.totals, experiment.separation)
    for text in (*settings, *given, sorted(experiment.record.items())):
        digest.update(f"{text}\n".encode())
    for name, duty in long_run.duties.items():
        for phase in duty.phases:
            digest.update(f"{name} {phase.name} {phase.duration} {phase.pace}\n".encode())
            for variable, values in phase.values.items():
                digest.update(f"{variable}\n".encode() + np.asarray(values, dtype=np.float64).tobytes())
    return digest.hexdigest()
