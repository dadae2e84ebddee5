"""Hosts that lack something: no home, no cache, no tool, no room for what is printed. One line names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from packfmu.core import cache
from packfmu.core.cache import cache_folder
from packfmu.core.errors import InputError
from packfmu.core.variable import Detail
from packfmu.fmi import supplements
from packfmu.fmi.build import build_parts
from packfmu.fmi.definition import Part
from packfmu.fmi.native import libraries, runtime
from packfmu.fmi.native.platforms import Platform
from tests.processes import ROOT, program

THERMAL = [Part("Thermal", "thermal", {"cells": 3}, {})]


@pytest.mark.parametrize("home", [None, Path("~/.cache/packfmu")])
def test_a_user_without_a_home_is_told_so(monkeypatch, tmp_path, home):
    def user_cache_path(*_, **__):
        if home is None:
            raise RuntimeError("could not determine the home directory")  # as platformdirs says it
        return home

    monkeypatch.setattr(cache, "user_cache_path", user_cache_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="this user has no home folder for a cache; XDG_CACHE_HOME can name a folder"):
        cache_folder("code")
    assert list(tmp_path.iterdir()) == []


HOMELESS = """
import os
from packfmu.core.errors import InputError
from packfmu.core.kernel import kernel
from packfmu.core.cache import cache_folder

@kernel
def doubled(x):
    return 2.0 * x

doubled(1)  # imports what another user may not read
for name in ("HOME", "XDG_CACHE_HOME"):
    os.environ.pop(name, None)
os.setuid(54321)
try:
    cache_folder("code")
except InputError as error:
    print(error, doubled(2.5), sep="\\n")
"""


@pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root becomes another user")
def test_kernels_run_where_there_is_no_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # an empty one: what is kept would be read without the imports
    with program(HOMELESS, cwd=tmp_path) as running:
        told = "this user has no home folder for a cache; XDG_CACHE_HOME can name a folder for it"
        assert running.communicate() == (f"{told}\n5.0\n", "")


RUN = """
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from tests.cosim.runs import SECOND, fast_and_slow, plan_of

system = fast_and_slow()
print(run(system, plan_of(system), Experiment(5 * SECOND)).steps)
"""


def test_a_run_of_kernels_needs_no_cache(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with program(RUN) as running:
        assert running.communicate() == ("5\n", "")


def refusal(output):
    """What a build is refused with; it leaves nothing."""
    with pytest.raises(InputError) as told:
        build_parts(THERMAL, output, Detail.CELL, platforms=[Platform.LINUX64])
    assert [path for path in output.rglob("*") if path.is_file()] == []
    return str(told.value)


@pytest.fixture
def unlinked(monkeypatch, tmp_path):
    monkeypatch.setattr(libraries, "object_code", lambda wanted, targets: dict.fromkeys(targets, b""))
    monkeypatch.setattr(libraries, "code_folder", lambda name: tmp_path)


@pytest.mark.usefixtures("unlinked")
def test_ziglang_that_is_not_installed_is_named(tmp_path, monkeypatch):
    find = supplements.find_spec
    monkeypatch.setattr(supplements, "find_spec", lambda name: None if name == "ziglang" else find(name))
    assert refusal(tmp_path / "dist") == "ziglang is not installed; pip install packfmu brings it"


@pytest.mark.usefixtures("unlinked")
def test_a_compiler_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "package_folder", lambda name: tmp_path)
    monkeypatch.setattr(runtime, "tool_folder", lambda *_: tmp_path)
    assert refusal(tmp_path / "dist") == f"{tmp_path}/zig cannot be started: No such file or directory"


def test_a_build_without_a_cache_names_it(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(libraries, "code_folder", cache.code_folder.__wrapped__)
    line = refusal(tmp_path / "dist")
    assert line.startswith(f"cache {tmp_path}/file/packfmu/code/")
    assert line.endswith("cannot be made: Not a directory; XDG_CACHE_HOME can name another")


SAYING = """
import sys
from packfmu.core.errors import InputError
from packfmu.fmi.command_line import Parser

def work(_):
    if sys.argv[1] == "refuse":
        raise InputError("no")
    return "summary"

sys.exit(Parser("").run([], work))
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    ("end", "stream", "told"),
    [
        ("work", "stdout", "error: all is done, but the summary cannot be printed: No space left on device\n"),
        ("refuse", "stderr", ""),
    ],
)
def test_what_cannot_be_printed_has_an_exit_code(end, stream, told):
    with open("/dev/full", "w") as full:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: full}
        done = subprocess.run([sys.executable, "-c", SAYING, end], **pipes, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr or "") == (2, told)
