"""Kill a long run again and again, and resume it: python benchmarks/kill_and_resume.py [--kills] [--seed].

A small pack whose cells age lives some days, with jumps, in a process of its own that is killed at random moments:
while it runs, while it saves a checkpoint, and while it makes the results of the saved rows. After each kill it is
resumed from what lies there, until a life is complete; then the next one begins, until all kills are done. Every life
must end with the summary and the bytes of every array of one that nobody has disturbed, and leave nothing else behind.

Checkpoints are saved ten times a second here. A timer of the operating system (SIGALRM without a handler) kills like
SIGKILL, and between any two writes of SQLite; a rollback journal that is left shows that a transaction was torn.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from statistics import mean
from typing import Any

from forked import Say, forked

from packfmu.core.duration import parse_duration
from packfmu.core.errors import InputError
from packfmu.cosim.duty import with_duties
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.long import long_run as module
from packfmu.cosim.long.calendar import LongRun, LongSummary, Stretch
from packfmu.cosim.long.checkpoint import CheckpointFile
from packfmu.cosim.long.course import Course
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.jumping import with_jumps
from packfmu.cosim.long.long_run import run_long
from packfmu.cosim.phase import Duty, Phase
from packfmu.cosim.results import load
from packfmu.coupling.schedule import aligned, make_plan
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import claimed
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import continued
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts

Live = Callable[[Path, bool], LongSummary]
"""``live(output, resume)`` runs a life."""

OUTPUT, CHECKPOINT = "life.nc", "life.checkpoint"


class Moment(Enum):
    """When a process is killed."""

    RUNNING = "running"
    SAVING = "saving"
    CONCLUDING = "making the results"


@dataclass(frozen=True)
class Kill:
    """How a process is killed.

    Parameters
    ----------
    life : int
        Number of the life, from 1.
    moment : Moment
        When.
    delay : float
        How long after the moment has begun [s].
    save : int
        Number of the save in which it is killed, from 1.
    cycles : tuple of int
        The times of the calendar [ns] at which cycles were begun.
    is_torn : bool
        Whether a rollback journal was left.
    """

    life: int
    moment: Moment
    delay: float
    save: int
    cycles: tuple[int, ...] = ()
    is_torn: bool = False


class MismatchError(Exception):
    """A resumed life differs from the undisturbed one."""


def campaign(live: Live, folder: Path, kills: int, seed: int) -> tuple[list[Kill], int]:
    """Kill and resume; return the kills, and how many lives they took.

    Raises
    ------
    MismatchError
        When a life fails, or ends otherwise than the undisturbed one.
    """
    module.BETWEEN_CHECKPOINTS = 0.1
    chance, made, life = random.Random(seed), [], 1
    whole = folder / "undisturbed" / OUTPUT
    live(whole, False)  # compiles
    expected, lasting, saving = undisturbed(live, whole)
    while True:
        output = folder / str(life) / OUTPUT
        ended, kill = attempt(live, output, plan_kill(chance, lasting, saving, life) if len(made) < kills else None)
        made += [kill] if kill else []
        if ended is None and (not output.exists() or output.with_name(CHECKPOINT).exists()):
            continue
        with claimed(output, output.with_name(CHECKPOINT)):
            pass  # as the next run would, sweep what a kill at the very end has left
        check_same(whole, output, expected, ended)
        if len(made) == kills:
            return made, life
        life += 1


def undisturbed(live: Live, output: Path) -> tuple[str, float, float]:
    """Return the summary of a life that nobody disturbs, how long it lasts, and how long a save lasts [s]."""
    save, saves = CheckpointFile.save, []

    def timed(self: CheckpointFile, content: Mapping[str, bytes]) -> None:
        begin = time.perf_counter()
        save(self, content)
        saves.append(time.perf_counter() - begin)

    CheckpointFile.save = timed  # type: ignore[method-assign]
    begin = time.perf_counter()
    expected, lasting = told(live(output, False)), time.perf_counter() - begin
    CheckpointFile.save = save  # type: ignore[method-assign]
    return expected, lasting, mean(saves)


def plan_kill(chance: random.Random, lasting: float, saving: float, life: int) -> Kill:
    """Return how the next process is killed."""
    moment = chance.choices(list(Moment), (5, 4, 2))[0]
    longest = {Moment.RUNNING: 0.12 * lasting, Moment.SAVING: saving, Moment.CONCLUDING: 0.02}[moment]
    return Kill(life, moment, chance.uniform(0.0, longest), chance.randint(1, 8))


def attempt(live: Live, output: Path, planned: Kill | None) -> tuple[str | None, Kill | None]:
    """Let a process live; return the summary when it came to its end, and the kill when it did not."""
    status, said = forked(lambda say: _live(live, output, planned, say))
    if os.WIFEXITED(status):
        if os.WEXITSTATUS(status):
            raise MismatchError(f"a life ended by itself: {said[-1] if said else 'without a word'}")
        return said[-1], None
    assert planned is not None
    cycles = tuple(int(line) for line in said if line.isdigit())
    is_torn = any(path.name.endswith("-journal") for path in output.parent.glob("*"))
    return None, replace(planned, cycles=cycles, is_torn=is_torn)


def _live(live: Live, output: Path, planned: Kill | None, say: Say) -> None:
    """Live, and say when cycles begin, and the summary."""
    _announce(say)
    if planned is not None:
        _set_the_timer(planned)
    say(told(live(output, output.with_name(CHECKPOINT).exists())))


def _announce(say: Say) -> None:
    """Say when a cycle begins."""
    cycle = Course.cycle

    def said_cycle(self: Course, *given: Any) -> None:
        say(self.now)
        cycle(self, *given)

    Course.cycle = said_cycle  # type: ignore[method-assign]


def _set_the_timer(planned: Kill) -> None:
    """Let a timer end the process after the planned moment has begun; nothing of Python runs then."""
    save, to_netcdf, left = CheckpointFile.save, module.to_netcdf, [planned.save]

    def start() -> None:
        signal.setitimer(signal.ITIMER_REAL, planned.delay)

    def last_save(self: CheckpointFile, content: Mapping[str, bytes]) -> None:
        left[0] -= 1
        if left[0] == 0:
            start()
        save(self, content)

    def last_results(*given: Any, **named: Any) -> None:
        start()
        to_netcdf(*given, **named)

    if planned.moment is Moment.RUNNING:
        start()
    elif planned.moment is Moment.SAVING:
        CheckpointFile.save = last_save  # type: ignore[method-assign]
    else:
        module.to_netcdf = last_results


def told(summary: LongSummary) -> str:
    """Return a summary without the wall time."""
    return str(replace(summary, wall_time=0.0))


def check_same(whole: Path, output: Path, expected: str, ended: str | None) -> None:
    """Raise MismatchError unless a life has left the results of the undisturbed one, and nothing else."""
    if ended not in (None, expected):
        raise MismatchError(f"the summary differs: {ended} is not {expected}")
    left = sorted(path.name for path in output.parent.iterdir())
    if left != [OUTPUT]:
        raise MismatchError(f"left behind: {', '.join(left)}")
    one, two = load(whole), load(output)
    for name in one.variables:
        if one[name].values.tobytes() != two[name].values.tobytes():
            raise MismatchError(f"{output}: {name} differs")


def report(kills: Sequence[Kill], lives: int) -> str:
    """Return the kills as a table: the moment, the cycles begun, and how many of them had to be run again."""
    rows = [("kill", "life", "moment", "", "resumed at", "killed at", "cycles", "lost")]
    for number, kill in enumerate(kills, 1):
        begun = [instant / parse_duration("1 d") for instant in kill.cycles]
        again = next((after.cycles[0] for after in kills[number:] if after.life == kill.life and after.cycles), None)
        lost = "" if again is None else str(sum(instant >= again for instant in kill.cycles))
        ends = (f"{begun[0]:.1f} d", f"{begun[-1]:.1f} d") if begun else ("", "")
        detail = f"after {kill.delay:.4f} s" + (f" of save {kill.save}" if kill.moment is Moment.SAVING else "")
        rows.append((str(number), str(kill.life), kill.moment.value, detail, *ends, str(len(begun)), lost))
    counts = ", ".join(f"{sum(kill.moment is moment for kill in kills)} {moment.value}" for moment in Moment)
    return (
        f"{aligned(rows)}\n\n{len(kills)} kills ({counts}; {sum(kill.is_torn for kill in kills)} left a rollback "
        f"journal) in {lives} lives: all as if undisturbed, nothing left over"
    )


def pack_life() -> Live:
    """Return the life of a pack of two cells that are discharged and charged every eight hours, for sixty days."""
    tables = {
        "pack": {"series": 2, "parallel": 1},
        "cell": {"parameters": "nissan_leaf_2013", "initial_soc": 0.6},
        "variation": {"seed": 1, "capacity_cv": 0.02, "soc_spread": 0.02},
        "aging": {"parameters": "graphite_film_aging", "rate_cv": 0.1},
        "schedule": {"electrical": "30 s", "control": "30 s", "thermal": "60 s", "aging": "8 h"},
    }
    pack = parse_pack(tables, "benchmark")

    def phase(name: str, length: str, current: float, temperature: float) -> Phase:
        load = {"PackNetwork.load_mode": float(LoadMode.CURRENT), "PackNetwork.pack_current": current}
        return Phase(name, parse_duration(length), {**load, "Thermal.ambient_temperature": temperature})

    def shift(name: str, temperature: float) -> Duty:
        currents = (("discharge", "1 h", -10.0), ("charge", "1 h", 10.0), ("rest", "6 h", 0.0))
        return Duty(name, tuple(phase(*current, temperature) for current in currents))

    duties = {"warm": shift("warm", 298.15), "hot": shift("hot", 313.15)}
    system = with_jumps(with_duties(kernel_pack(parts(pack)), duties, pack.schedule.electrical))
    plan = make_plan(system, periods(pack.schedule))
    record = {"soh": "Aging.soh", "film": "Aging.film_thickness", "soc": "Cell.soc", "voltage": "Cell.voltage"}
    calendar = tuple(Stretch(name, parse_duration("10 d")) for name in duties)
    jump = Jump(first=1, longest=2)

    def live(output: Path, resume: bool) -> LongSummary:
        experiment = Experiment(parse_duration("60 d"), record=record, totals=("Cell.heat",), output=output)
        return run_long(
            system, plan, LongRun(experiment, duties, calendar, datetime(2020, 1, 1), jump, continued=continued), resume
        )

    return live


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line asks; return the exit code."""
    parser = Parser("Kill a long run again and again, and resume it.")
    parser.add_argument("--kills", type=int, default=100, help="how often; default: 100")
    parser.add_argument("--seed", type=int, default=0, help="of the moments; default: 0")

    def run(chosen: Any) -> str:
        with tempfile.TemporaryDirectory() as folder:
            try:
                return report(*campaign(pack_life(), Path(folder), chosen.kills, chosen.seed))
            except MismatchError as error:
                raise InputError(str(error)) from error

    return parser.run(arguments, run)


if __name__ == "__main__":
    sys.exit(main())
