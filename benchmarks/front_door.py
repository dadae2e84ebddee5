"""Time `packfmu run` as a whole command: python benchmarks/front_door.py --against CHECKOUT PYTHON [--years N].

The peer is the example of another checkout that does the same: ``PYTHON CHECKOUT/examples/drive_cycle.py`` for a WLTC
with the pack of the Leaf, or with ``--years`` ``ten_years.py`` for so many years. Both commands run once before, so
that libraries are compiled, and kernels and modules are in the caches; then they take turns. A figure is the time of
the processor that a command and the processes it waits for have used; ratios are taken pair by pair, of which the
median counts. A run in an empty folder, which has to pack the FMUs anew, is told beside.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ROUNDS = 7
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Python may keep what it compiles of modules, as it does for users."""


def cpu_time(command: list[str], folder: Path) -> float:
    """Run a command with an output folder; return the processor's time that it took [s]."""
    log = folder.with_suffix(".txt")
    to_log = [
        (os.POSIX_SPAWN_OPEN, stream, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for stream in (1, 2)
    ]
    process = os.posix_spawnp(command[0], [*command, "--output", str(folder)], ENVIRONMENT, file_actions=to_log)
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text(encoding='utf-8')}")
    return used.ru_utime + used.ru_stime


def commands(checkout: Path, python: str, years: int) -> tuple[list[str], list[str]]:
    """Return the command of this checkout, and that of the other one."""
    run = [sys.executable, "-m", "packfmu", "run"]
    if not years:
        return [*run, str(EXAMPLES / "leaf_pack.toml"), "wltc_class3b"], [python, str(checkout / "drive_cycle.py")]
    ours = [*run, str(EXAMPLES / "leaf_aging.toml"), str(EXAMPLES / "ten_years.toml"), "--years", str(years)]
    return ours, [python, str(checkout / "ten_years.py"), "--years", str(years)]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time packfmu run against the example of another checkout.")
    parser.add_argument("--against", nargs=2, required=True, metavar=("CHECKOUT", "PYTHON"))
    parser.add_argument("--years", type=int, default=0, help="years to run instead of a drive")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    ours, theirs = commands(Path(chosen.against[0]) / "examples", chosen.against[1], chosen.years)
    with tempfile.TemporaryDirectory() as place:
        own, other = Path(place) / "own", Path(place) / "other"
        cpu_time(ours, own)
        cpu_time(theirs, other)
        times = []
        for number in range(chosen.rounds):
            first = cpu_time(ours, Path(place) / f"empty_{number}")
            times.append((cpu_time(theirs, other), cpu_time(ours, own), first))
    print(f"{chosen.rounds} rounds; medians          CPU time [s]    against the other example")
    for title, column in (("the other example", 0), ("packfmu run, again", 1), ("packfmu run, first", 2)):
        ratio = median(row[column] / row[0] for row in times)
        print(f"{title:<32}{median(row[column] for row in times):>8.2f}{ratio:>29.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
