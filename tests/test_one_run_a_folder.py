"""Files that one process writes are refused to another, in one line and at once, for as long as it lives."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from packfmu.core.errors import InputError
from tests import deeds
from tests.disk import is_draft

ROOT = Path(__file__).parents[1]

PAUSED = """
import sys
from pathlib import Path
import pytest
from tests import deeds

def pause():
    print("writing", flush=True)
    sys.stdin.readline()

with pytest.MonkeyPatch.context() as patch:
    deeds.small_builders(patch)
    deeds.paused(patch, pause)
    getattr(deeds, sys.argv[1])(Path(sys.argv[2]), deeds.NEW)
"""

DEEDS = {
    "build": ("native/Balancer.fmu", {"native", "Pack.ssp"}),
    "drive": ("run.nc", {"run.nc", "run.csv"}),
    "age": ("life.checkpoint", {"life.nc"}),
}
"""Which file is refused, and what is there at the end."""


@contextmanager
def another(deed, folder):
    """Let another process do the same; it pauses in the midst of it, and is killed at the end of the block."""
    command = [sys.executable, "-c", PAUSED, deed, str(folder)]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "writing\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("deed", DEEDS)
def test_what_another_process_writes_is_refused_until_it_is_killed(deed, tmp_path, monkeypatch):
    deeds.small_builders(monkeypatch)
    do, (refused, left) = getattr(deeds, deed), DEEDS[deed]
    with another(deed, tmp_path / "output") as process:
        output = tmp_path / "output"
        before = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
        clock = time.monotonic()
        told = (
            f"output {output / refused} is being written by another run (process {process.pid}); wait for it, or name"
        )
        with pytest.raises(InputError, match=f"^{re.escape(told)} another folder$"):
            do(output, deeds.NEW)
        assert time.monotonic() - clock < 30.0  # the other one would go on for ever
        assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == before
        do(tmp_path / "elsewhere", deeds.NEW)
    assert {path.name for path in output.rglob("*") if path.is_file() and not is_draft(path)} <= {"life.checkpoint"}
    do(output, deeds.NEW)
    assert {path.name for path in output.iterdir()} == left
    same_as(output, tmp_path / "elsewhere")


def test_a_run_is_not_disturbed_by_those_that_are_refused_nor_by_other_names_in_its_folder(tmp_path):
    with another("drive", tmp_path / "output") as process:
        with pytest.raises(InputError, match="is being written by another run"):
            deeds.drive(tmp_path / "output", deeds.OLD)
        deeds.age(tmp_path / "output", deeds.OLD)
        process.communicate("go on\n")
        assert process.returncode == 0
    deeds.drive(tmp_path / "elsewhere", deeds.NEW)
    assert {path.name for path in (tmp_path / "output").iterdir()} == {"run.nc", "run.csv", "life.nc"}
    same_as(tmp_path / "output", tmp_path / "elsewhere")


def same_as(output, other):
    """Check that two folders hold the same."""
    for path in other.rglob("*.*"):
        found = output / path.relative_to(other)
        if path.suffix == ".nc":
            assert deeds.arrays(found) == deeds.arrays(path)
        else:
            assert found.read_bytes() == path.read_bytes()
