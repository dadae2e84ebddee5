"""benchmarks/kill_writers.py: builds and runs that are killed, of toys, and a hundred times of a pack."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BENCHMARK = ROOT / "benchmarks" / "kill_writers.py"

TOYS = """
import random, sys
from pathlib import Path
import pytest
import kill_writers
from tests import deeds

with pytest.MonkeyPatch.context() as patch:
    deeds.small_builders(patch)
    for name, kills in (("build", 2), ("drive", 1)):
        folder = Path(sys.argv[1]) / name
        chance, deed = random.Random(3), getattr(deeds, name)
        print(kill_writers.campaign(folder, deed, kills, chance, (deeds.OLD, deeds.NEW)).total())
"""


def test_toys_that_are_killed_leave_whole_files(tmp_path):
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(BENCHMARK.parent)])}
    command = [sys.executable, "-c", TOYS, str(tmp_path)]
    done = subprocess.run(command, env=paths, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "2\n1\n")


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARK.parent))
    return importlib.import_module("kill_writers")


def test_what_a_kill_must_not_leave_is_noticed(tmp_path, benchmark):
    former, new = ({"one": text, "two": text} for text in (b"former", b"new"))

    def judged(**files):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        return benchmark.judged(tmp_path, former, new)

    assert judged(one=b"former", two=b"former") == "all former"
    assert judged(two=b"new") == "some of each"
    assert judged(one=b"new") == "all new"
    with pytest.raises(benchmark.BrokenError, match="one is neither the former nor the new one"):
        judged(one=b"ne")
    (tmp_path / "one").unlink()
    with pytest.raises(benchmark.BrokenError, match="there is two"):
        judged()


def test_a_set_that_is_mixed_or_is_not_joined_is_noticed(benchmark, monkeypatch):
    def refused(_):
        raise benchmark.InputError("a.fmu and b.fmu do not belong together")

    monkeypatch.setattr(benchmark, "fmu_pack", lambda _: None)
    benchmark._check_joined(Path(), True)
    with pytest.raises(benchmark.BrokenError, match="FMUs of two builds were joined"):
        benchmark._check_joined(Path(), False)
    monkeypatch.setattr(benchmark, "fmu_pack", refused)
    benchmark._check_joined(Path(), False)
    with pytest.raises(benchmark.BrokenError, match="FMUs of one build were not joined"):
        benchmark._check_joined(Path(), True)


@pytest.mark.campaign
def test_a_pack_that_is_killed_a_hundred_times_leaves_whole_files():
    done = subprocess.run([sys.executable, BENCHMARK], capture_output=True, text=True, timeout=1800, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "all files whole, no mixed set joined, nothing left over by the next one"
