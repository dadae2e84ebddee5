"""Kernels on disk: compiled once a machine, and never used where anything that they reach has changed."""

import os
import subprocess
import sys
import textwrap

import pytest

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
    value = top(2.0)
    print(value, sum(top.stats.cache_hits.values()), sum(top.stats.cache_misses.values()))
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs three modules in a process of their own, with a cache of their own."""
    cache = tmp_path / "cache"

    def run(lowest="2.0 * x", **environment):
        for name, source in (("lower", LOWER.format(lowest=lowest)), ("middle", MIDDLE), ("top", TOP)):
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        settings = os.environ | {"XDG_CACHE_HOME": str(cache)} | environment
        command = [sys.executable, str(tmp_path / "top.py")]
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
        value, hits, misses = done.stdout.split()
        return float(value), int(hits), int(misses)

    return run


def files(folder):
    return [path for path in (folder / "cache").rglob("kernels/*") if not path.name.endswith(".lock")]


def test_a_second_process_compiles_nothing(run, tmp_path):
    assert run() == (50.0, 0, 1)
    assert run() == (50.0, 1, 0)
    assert len(files(tmp_path)) == 1  # those that it calls are in it


def test_a_change_two_calls_below_is_seen(run):
    assert run() == (50.0, 0, 1)
    assert run("3.0 * x") == (70.0, 0, 1)
    assert run() == (50.0, 1, 0)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"", lambda b: b + b"\0", lambda b: b[:40] + b[39:-1]])
def test_what_is_damaged_is_compiled_again(run, tmp_path, damage):
    run()
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert run() == (50.0, 0, 1)
    assert run() == (50.0, 1, 0)


def test_another_processor_has_code_of_its_own(run, tmp_path):
    run()
    assert run(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="") == (50.0, 0, 1)
    assert len(files(tmp_path)) == 2


def test_without_a_cache_kernels_compile_all_the_same(run, tmp_path):
    (tmp_path / "file").touch()
    assert run(XDG_CACHE_HOME=str(tmp_path / "file")) == (50.0, 0, 1)
    (tmp_path / "cache" / "packfmu").mkdir(parents=True)
    (tmp_path / "cache" / "packfmu").chmod(0o777)
    assert run() == (50.0, 0, 1)
    assert files(tmp_path) == []
