"""Kill builds and runs again and again: python benchmarks/kill_writers.py [--kills] [--seed].

A small pack is built, and runs, in processes that are killed at random moments, half of them about where drafts take
their places. After each kill every file must be the former or the new one, whole; FMUs of two builds must not be
joined; and the next build or run must succeed and leave nothing else behind. `kill_and_resume.py` does so with long
runs.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from forked import forked

from packfmu.core.duration import parse_duration
from packfmu.core.errors import InputError
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load, made_of, save_csv
from packfmu.coupling.schedule import aligned, make_plan
from packfmu.fmi import files
from packfmu.fmi.build import Form, draft_parts
from packfmu.fmi.command_line import Parser
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.file import Pack, parse_pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import draft_system

Write = Callable[[Path, Any], None]
"""``write(folder, pack)`` builds a pack, or lets it run."""

TABLES = {"pack": {"series": 2, "parallel": 1}, "schedule": {"electrical": "1 s"}}
PACKS = tuple(
    parse_pack(TABLES | {"cell": {"parameters": "nissan_leaf_2013", "initial_soc": soc}}, "benchmark")
    for soc in (0.5, 0.6)
)


class BrokenError(Exception):
    """A kill has left something that it must not leave."""


def build(folder: Path, pack: Pack) -> None:
    """Build the FMUs of the Python flavour and the system, as one set."""
    with files.replacing_together() as draft_of:
        drafts = draft_parts(all_parts(pack), folder, pack.outputs.detail, draft_of, Form.PYTHON)
        draft_system(pack, drafts, folder, draft_of)


def drive(folder: Path, pack: Pack) -> None:
    """Discharge the cells for ten minutes, and make a table."""
    system = kernel_pack(parts(pack))
    experiment = Experiment(
        parse_duration("600 s"),
        values={"PackNetwork.pack_current": -10.0},
        record={"soc": "Cell.soc", "pack_voltage": "PackNetwork.pack_voltage"},
        output=folder / "run.nc",
    )
    with made_of(folder / "run.nc", lambda recorded: save_csv(recorded, folder / "run.csv")):
        run(system, make_plan(system, periods(pack.schedule)), experiment)


def campaign(
    folder: Path, write: Write, kills: int, chance: random.Random, packs: Sequence[Any] = PACKS
) -> Counter[str]:
    """Kill and write two packs in turn; return how often files were found which way.

    Raises
    ------
    BrokenError
        When a kill leaves a file that is neither former nor new, a mixed set that is joined, or what does not go away.
    """
    whole = []
    for number, pack in enumerate(packs):
        write(folder / f"whole {number}", pack)
        whole.append(contents(folder / f"whole {number}"))
    output, found = folder / "output", Counter[str]()
    shutil.copytree(folder / "whole 0", output)
    begin = time.perf_counter()
    write(folder / "timed", packs[0])
    lasting = time.perf_counter() - begin
    now = 0
    while found.total() < kills:
        following = 1 - now
        if not killed(lambda: write(output, packs[following]), chance, lasting):  # noqa: B023
            now = following
            continue
        found[judged(output, whole[now], whole[following])] += 1
        write(output, packs[following])
        now = following
        if contents(output) != whole[now] or hidden(output):
            raise BrokenError(f"the next one leaves {', '.join(sorted(contents(output)))}, {hidden(output)}")
    return found


def killed(work: Callable[[], None], chance: random.Random, lasting: float) -> bool:
    """Do some work in a process that is killed at a random moment; return whether it was before it had ended."""
    at_the_end, part = chance.random() < 0.5, chance.random()

    def do(_: object) -> None:
        if at_the_end:
            _start_with_the_renames(0.001 * part)
        else:
            signal.setitimer(signal.ITIMER_REAL, 1.1 * lasting * part + 1e-6)
        work()

    status, said = forked(do)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise BrokenError(f"it ended by itself: {said[-1]}")
    return os.WIFSIGNALED(status)


def _start_with_the_renames(delay: float) -> None:
    """Let a timer of the system kill the process some time after drafts begin to take their places."""
    replace = files._replace

    def timed(drafts: dict[Path, Path]) -> None:
        if not any(files.CLAIM in str(path) for path in drafts):  # those within a draft come before
            signal.setitimer(signal.ITIMER_REAL, delay + 1e-6)
        replace(drafts)

    files._replace = timed


def contents(folder: Path) -> dict[str, bytes]:
    """Return what files hold, results of a run by their values: their bytes tell the time."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and files.CLAIM not in str(path.relative_to(folder)):
            content = path.read_bytes() if path.suffix != ".nc" else values(path)
            found[str(path.relative_to(folder))] = content
    return found


def values(path: Path) -> bytes:
    """Return the values of results, and whether they are complete."""
    recorded = load(path)
    return f"{recorded.attrs}".encode() + b"".join(v.values.tobytes() for v in recorded.variables.values())


def hidden(folder: Path) -> list[str]:
    """Return the claims in a folder."""
    return [str(path) for path in folder.rglob(f"*{files.CLAIM}")]


def judged(output: Path, former: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """Return what a kill has left: all former, all new, or some of each; BrokenError where that must not be."""
    found = contents(output)
    for name, content in found.items():
        if content not in (former[name], new[name]):
            raise BrokenError(f"{name} is neither the former nor the new one")
    if found.keys() != former.keys():
        raise BrokenError(f"there is {', '.join(found)}")
    fmus = {f"{Form.PYTHON.value}/{part.name}.fmu" for part in parts(PACKS[0])}  # those that are joined
    if fmus <= found.keys():
        sets = [all(found[name] == each[name] for name in fmus) for each in (former, new)]
        _check_joined(output / Form.PYTHON.value, any(sets))
    if found == former:
        return "all former"
    return "all new" if found == new else "some of each"


def _check_joined(folder: Path, is_one_set: bool) -> None:
    """Raise BrokenError unless FMUs are joined where they are of one set, and only there."""
    try:
        fmu_pack(folder)
        is_joined = True
    except InputError as error:
        is_joined = False
        if "do not belong together" not in str(error):
            raise BrokenError(str(error)) from error
    if is_joined and not is_one_set:
        raise BrokenError("FMUs of two builds were joined")
    if is_one_set and not is_joined:
        raise BrokenError("FMUs of one build were not joined")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line asks; return the exit code."""
    parser = Parser("Kill builds and runs again and again.")
    parser.add_argument("--kills", type=int, default=50, help="how often of each; default: 50")
    parser.add_argument("--seed", type=int, default=0, help="of the moments; default: 0")

    def work(chosen: Any) -> str:
        chance, rows = random.Random(chosen.seed), [("", "kills", "all former", "all new", "some of each")]
        for name, write in (("build", build), ("run", drive)):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    found = campaign(Path(folder), write, chosen.kills, chance)
                except BrokenError as error:
                    raise InputError(f"{name}: {error}") from error
            rows.append((name, str(found.total()), *(str(found[way]) for way in rows[0][2:])))
        return f"{aligned(rows)}\n\nall files whole, no mixed set joined, nothing left over by the next one"

    return parser.run(arguments, work)


if __name__ == "__main__":
    sys.exit(main())
