"""benchmarks/kill_and_resume.py: lives that are killed and resumed, on toys, and a hundred times on a pack."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from packfmu.cosim.long.long_run import run_long
from tests.cosim.long.wear import life, planned, prepared

ROOT = Path(__file__).parents[3]
BENCHMARK = ROOT / "benchmarks" / "kill_and_resume.py"

TOYS = """
import sys, time
from pathlib import Path
import kill_and_resume
from packfmu.cosim.long.calendar import Stretch
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.long_run import run_long
from tests.cosim.long.wear import DAY, duty, life, planned, prepared, wrapped

def slowed(slave):
    step = slave.step
    slave.step = lambda t, h: (time.sleep(0.001), step(t, h))

DUTIES = {"run": duty("run"), "rest": duty("rest", 0.4)}
CALENDAR = (Stretch("run", 40 * DAY), Stretch("rest", 20 * DAY))
VALUES = {"Runner.gain": 2e-3, "Runner.drift": [1e-4, 0.0, -1e-4, 2e-4], "Ager.exponent": 0.7}
system = wrapped(prepared(duties=DUTIES), "Runner", slowed)

def live(output, resume):
    run = life(output, 300, Jump(first=1, longest=1), CALENDAR, DUTIES, values=VALUES)
    return run_long(system, planned(system), run, resume)

kills, lives = kill_and_resume.campaign(live, Path(sys.argv[1]), int(sys.argv[2]), seed=2)
print(kill_and_resume.report(kills, lives))
"""


def test_toys_that_are_killed_end_as_if_undisturbed(tmp_path):
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(BENCHMARK.parent)])}
    command = [sys.executable, "-c", TOYS, str(tmp_path), "6"]
    done = subprocess.run(command, env=paths, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert re.split(r"  +", lines[0]) == ["kill", "life", "moment", "resumed at", "killed at", "cycles", "lost"]
    assert [line.split()[0] for line in lines[1:7]] == list("123456")
    assert re.fullmatch(
        r"6 kills \(\d running, \d saving, \d making the results; \d left a [a-z ]+\) in \d+ lives: .*", lines[-1]
    )


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARK.parent))
    return importlib.import_module("kill_and_resume")


def test_a_life_that_differs_is_noticed(tmp_path, benchmark):
    def live(name, gain):
        system, run = prepared(), life(tmp_path / name / "life.nc", 5, values={"Runner.gain": gain})
        return benchmark.told(run_long(system, planned(system), run))

    whole, like, unlike = (tmp_path / name / "life.nc" for name in ("whole", "like", "unlike"))
    expected, again, _ = live("whole", 0.1), live("like", 0.1), live("unlike", 0.1 + 1e-15)
    benchmark.check_same(whole, like, expected, again)
    with pytest.raises(benchmark.MismatchError, match="loss differs"):
        benchmark.check_same(whole, unlike, expected, None)
    with pytest.raises(benchmark.MismatchError, match="the summary differs"):
        benchmark.check_same(whole, like, expected, again.replace("5.0", "5.000000000000001"))
    (tmp_path / "like" / ".life.nc.part").touch()
    with pytest.raises(benchmark.MismatchError, match=r"left behind: \.life\.nc\.part, life\.nc"):
        benchmark.check_same(whole, like, expected, again)


@pytest.mark.campaign
def test_a_pack_that_is_killed_a_hundred_times_ends_as_if_undisturbed():
    done = subprocess.run([sys.executable, BENCHMARK], capture_output=True, text=True, timeout=1800, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("100 kills (")
