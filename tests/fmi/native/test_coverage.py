"""Lines and branches of the shim that the tests run, counted by gcc and gcov."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fmi.native.native_toy import COUNTING, SHIM

TESTS = ("shim", "foreign_tables", "sequence", "values", "steps", "refused_steps", "rates", "states")


def counts(folder):
    """Return for each line of the shim how often it ran, and for each of its branches how often that was taken."""
    found = {}
    for data in sorted(folder.rglob("*shim.gcda")):
        command = ["gcov", "--branch-probabilities", "--json-format", "--stdout", str(data)]
        printed = subprocess.run(command, cwd=data.parent, capture_output=True, text=True, check=True).stdout
        for file in json.loads(printed)["files"]:
            path = Path(data.parent, file["file"]).resolve()
            for line in file["lines"] if path.parent == SHIM.resolve() else ():
                counted = [line["count"], *(branch["count"] for branch in line["branches"])]
                place = path.name, line["line_number"]
                former = found.setdefault(place, [0] * len(counted))
                found[place] = [a + b for a, b in zip(former, counted, strict=True)]
    return found


@pytest.mark.campaign
def test_all_lines_and_branches_of_the_shim_are_run(tmp_path):
    for tool in ("gcc", "gcov"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    folder = tmp_path / "tests"
    command = [sys.executable, "-m", "pytest", "-q", f"--basetemp={folder}", "-p", "no:cacheprovider"]
    tests = [str(Path(__file__).parent / f"test_{name}.py") for name in TESTS]
    done = subprocess.run([*command, *tests], env=os.environ | {COUNTING: "1"}, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout
    found = counts(folder)
    sources = {path.name: path.read_text(encoding="utf-8").splitlines() for path in SHIM.glob("*.c")}
    assert {file for file, _ in found} == set(sources) - {"shim.c"}
    missed = [place for place, numbers in found.items() if 0 in numbers]
    assert [f"{file}: {sources[file][line - 1].strip()}" for file, line in missed] == []
