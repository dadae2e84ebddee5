"""The libraries of native FMUs: made once for each structure, checked before use, found where a wheel ships them."""

import threading
from pathlib import Path

import pytest

from packfmu.core.cache import FIGURES
from packfmu.fmi.native import libraries as module
from packfmu.fmi.native.libraries import Wanted, are_at_hand, libraries, native_sources, ship, stamp_of
from packfmu.fmi.native.platforms import Platform
from packfmu.fmi.registry import load_definition
from packfmu.models import parameters
from tests.fmi.native.native_models import kept

LINUX = (Platform.LINUX64,)


def wanted(cells=3, platforms=LINUX):
    arguments = {"cells": cells}
    return Wanted("thermal", arguments, load_definition("thermal", arguments, {}).model, platforms)


@pytest.fixture
def compiled(monkeypatch):
    """Count how often kernels are compiled."""
    runs, real = [], module.component_code

    def component_code(name, arguments):
        runs.append(name)
        return real(name, arguments)

    monkeypatch.setattr(module, "component_code", component_code)
    return runs


def test_other_sizes_compile_nothing(empty_cache, compiled):
    first = libraries(wanted(3))
    assert [libraries(wanted(cells)) for cells in (1, 7104)] == [first, first]
    assert compiled == ["thermal"]
    assert first.stamp == stamp_of(wanted().model, native_sources())
    assert len(kept(empty_cache)) == 1


@pytest.fixture(scope="module")
def whole():
    """The libraries of a thermal network as this machine has made them before."""
    return libraries(wanted())


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:99] + b"!" + b[100:], lambda b: b + b"\0"])
def test_a_damaged_one_is_made_again(empty_cache, compiled, whole, damage):
    libraries(wanted())
    (path,) = kept(empty_cache)
    path.write_bytes(damage(path.read_bytes()))
    assert not are_at_hand(wanted())
    assert libraries(wanted()) == whole
    assert compiled == ["thermal"]
    assert are_at_hand(wanted())


def test_damaged_code_is_compiled_again(empty_cache, compiled, whole):
    libraries(wanted())
    for path in empty_cache.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    assert libraries(wanted()) == whole
    assert compiled == ["thermal"] * 2


def test_of_several_who_want_it_one_makes_it(empty_cache, compiled, whole):
    found = []
    threads = [threading.Thread(target=lambda: found.append(libraries(wanted()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [whole] * 4
    assert compiled == ["thermal"]


@pytest.fixture
def shipped(tmp_path, monkeypatch, whole):
    """The library lies in the package; nothing is kept elsewhere."""
    ship(tmp_path / "shipped", wanted())
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "shipped")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(module, "code_folder", lambda name: tmp_path / "empty")
    (folder,) = (tmp_path / "shipped").iterdir()
    return folder


@pytest.mark.usefixtures("shipped")
def test_what_is_shipped_needs_no_compiler_and_no_cache(compiled, whole, monkeypatch):
    monkeypatch.setattr(module, "TOOLS", ("no tool at all",))  # its version is asked for where one is needed
    monkeypatch.setattr(module, "code_folder", None)
    assert libraries(wanted(96)) == whole
    assert compiled == []


def test_what_is_shipped_for_other_sources_is_not_used(shipped, monkeypatch, whole, compiled):
    real = native_sources()
    monkeypatch.setattr(module, "native_sources", lambda: real | {"core/kernel.py": real["core/kernel.py"] + b"\n"})
    assert libraries(wanted()).stamp != whole.stamp
    assert compiled == ["thermal"]


def test_what_is_shipped_and_damaged_is_not_used(shipped, compiled, whole):
    path = shipped / Platform.LINUX64.value
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert not are_at_hand(wanted())
    assert libraries(wanted()) == whole
    assert compiled == ["thermal"]


def test_figures_of_cells_are_no_sources_and_hold_no_kernels():
    figures = Path(parameters.__file__).parent
    assert figures.as_posix().endswith(FIGURES.rstrip("/"))
    assert {path for path in native_sources() if path.startswith(FIGURES)} == set()
    assert [path.name for path in figures.glob("*.py") if "kernel" in path.read_text(encoding="utf-8")] == []


@pytest.mark.usefixtures("shipped")
def test_what_is_shipped_for_some_platforms_serves_those(whole):
    assert are_at_hand(wanted())
    assert not are_at_hand(wanted(platforms=tuple(Platform)))
