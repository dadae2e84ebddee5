"""Kernels on disk: compiled once a machine, and never used where anything that they reach has changed."""

import importlib
import os
import subprocess
import sys

import pytest

from packfmu.core.compilation import kept
from packfmu.core.errors import InputError

LOWER = """
from packfmu.core.kernel import kernel

@kernel
def lowest(x):
    return {lowest}
"""

MIDDLE = """
from lower import lowest
from packfmu.core.kernel import kernel

@kernel
def middle(x):
    return lowest(x) + 1.0
"""

TOP = """
from middle import middle
from packfmu.core.kernel import kernel

@kernel
def top(x):
    return 10.0 * middle(x)

if __name__ == "__main__":
    print(top(2.0), sum(top.stats.cache_hits.values()))
"""

LOADED, COMPILED = 1, 0


def write(folder, lowest="2.0 * x"):
    """Write three modules whose kernels call one another."""
    for name, source in (("lower", LOWER.format(lowest=lowest)), ("middle", MIDDLE), ("top", TOP)):
        (folder / f"{name}.py").write_text(source)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that imports the modules anew, and calls the top one: its value, and whether it was loaded."""
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(kept, "code_folder", lambda name: tmp_path / "cache")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(lowest="2.0 * x"):
        write(tmp_path, lowest)
        for name in ("lower", "middle", "top"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        top = importlib.import_module("top").top
        return top(2.0), sum(top.stats.cache_hits.values())

    yield run
    for name in ("lower", "middle", "top"):
        sys.modules.pop(name, None)


def files(folder):
    return list((folder / "cache").iterdir())


def test_what_is_kept_is_used_again(run, tmp_path):
    assert run() == (50.0, COMPILED)
    assert run() == (50.0, LOADED)
    assert len(files(tmp_path)) == 1  # those that it calls are in it


def test_a_second_process_compiles_nothing(tmp_path):
    write(tmp_path)
    settings = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    runs = [subprocess.check_output([sys.executable, str(tmp_path / "top.py")], env=settings) for _ in range(2)]
    assert runs == [b"50.0 0\n", b"50.0 1\n"]


def test_a_change_two_calls_below_is_seen(run):
    assert run() == (50.0, COMPILED)
    assert run("3.0 * x") == (70.0, COMPILED)
    assert run() == (50.0, LOADED)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"", lambda b: b + b"\0", lambda b: b[:40] + b[39:-1]])
def test_what_is_damaged_is_compiled_again(run, tmp_path, damage):
    run()
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert run() == (50.0, COMPILED)
    assert run() == (50.0, LOADED)


def test_other_types_have_code_of_their_own(run, tmp_path):
    run()
    assert importlib.import_module("top").top(3) == 70.0
    assert len(files(tmp_path)) == 2


def test_without_a_cache_kernels_compile_all_the_same(run, monkeypatch):
    def refuse(name):
        raise InputError("cache cannot be made")

    monkeypatch.setattr(kept, "code_folder", refuse)
    assert run() == (50.0, COMPILED)
    assert run() == (50.0, COMPILED)


def test_generated_source_is_kept_for_people_to_read(tmp_path, monkeypatch):
    (tmp_path / "generated").mkdir()
    (tmp_path / "kernels").mkdir()
    monkeypatch.setattr(kept, "code_folder", lambda name: tmp_path / name)
    from packfmu.core.kernel import generated

    assert generated("doubled", "x", "return 2.0 * x", {}, __name__)(4.0) == 8.0
    (path,) = (tmp_path / "generated").iterdir()
    assert path.name.startswith("doubled_")
    assert path.read_text() == "def doubled(x):\n    return 2.0 * x\n"


TWINS = """
import sys
import numpy as np
from numba import types
from packfmu.core.compilation.kept import compile_once
from packfmu.core.kernel import kernel

def scaled(factor):
    @kernel
    def inner(x):
        return factor * x[0] + sum_of(x)

    @kernel
    def sum_of(x):
        return factor

    def outer(x):
        return inner(x)

    return compile_once(kernel(outer), (types.Array(types.float64, 1, "C"),))

for kept in [scaled(float(factor)) for factor in sys.argv[1:]]:
    (compiled,) = kept.overloads.values()
    print(compiled.fndesc.llvm_func_name, kept(np.ones(1)))
"""


def test_kernels_of_one_name_that_two_processes_have_kept_are_not_taken_for_each_other(tmp_path):
    """numba numbers what a process compiles: the first kernels of two processes have the same name and number."""
    (tmp_path / "twins.py").write_text(TWINS)

    def told(*factors):
        own = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        command = [sys.executable, str(tmp_path / "twins.py"), *map(str, factors)]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=own).stdout.split()

    (first, four), (second, six) = told(2), told(3)
    assert (four, six) == ("4.0", "6.0")
    assert first != second
    assert told(2, 3) == [first, "4.0", second, "6.0"]
