"""The wheel with libraries: what it carries, and that FMUs are built of it without a compiler."""

import importlib.util
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from fmpy import simulate_fmu

from packfmu.fmi.native.libraries import Wanted, structure_digest
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import component_names, load_definition
from packfmu.models.balancing.options import Converter
from packfmu.models.cell.ecm import EquivalentCircuitCell
from packfmu.models.cell.physics.cell import ElectrochemicalCell
from packfmu.models.parameter_sets import parameter_sets
from packfmu.pack.balancing_tables import RESISTOR
from packfmu.pack.file import parse_pack
from packfmu.pack.structures import BALANCERS, LEFT_OUT, common_packs, structures

ROOT = Path(__file__).parents[1]

INSTALLED = """
import sys
from pathlib import Path
from packfmu.fmi.native import libraries
assert Path(libraries.__file__).is_relative_to(sys.argv[1]), libraries.__file__
def refuse(*_):
    raise AssertionError("a compiler is asked for")
libraries.compile_component = libraries.link = refuse
"""
"""Before what runs in an installed package: it is that one, and it has no compiler."""

BUILD_THERMAL = """
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
build_native_fmu(Path(sys.argv[2]), "thermal", {"cells": 5}, platforms=(host_platform(),))
"""

BUILD_PACKS = """
from packfmu.fmi.build import build_parts
from packfmu.pack.block import all_parts
from packfmu.pack.file import parse_pack
from packfmu.pack.structures import common_packs
for pack in common_packs():
    contents = pack.model_copy(update={"pack": pack.pack.model_copy(update={"series": 5, "parallel": 3})})
    build_parts(all_parts(contents), Path(sys.argv[2]), pack.outputs.detail)
"""


def load_script():
    spec = importlib.util.spec_from_file_location("build_wheel", ROOT / "build_wheel.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


build_wheel = load_script()


def thermal():
    """Return the cheapest component, for this machine."""
    arguments = {"cells": 3}
    return Wanted("thermal", arguments, load_definition("thermal", arguments, {}).model, (host_platform(),))


@pytest.fixture(scope="module")
def carried():
    return build_wheel.wanted()


def digests(wanted):
    return [structure_digest(component.model) for component in wanted]


def test_every_balancer_is_common_or_left_out():
    assert sorted((*BALANCERS, *LEFT_OUT)) == sorted((RESISTOR, *(choice.word for choice in Converter)))


def test_every_circuit_with_every_common_balancer_is_a_common_pack_and_every_cell_of_physics_with_resistors():
    found = {(p.cell.parameters, p.balancer.converter, p.bms is None, p.aging is None) for p in common_packs()}
    circuits, physics = parameter_sets(EquivalentCircuitCell), parameter_sets(ElectrochemicalCell)
    assert {(name, RESISTOR, True, True) for name in physics} <= found
    assert len(found) == len(circuits) * len(BALANCERS) * 2 * 2 + len(physics)


def test_every_component_is_carried_and_no_structure_twice(carried):
    assert {component.name for component in carried} == set(component_names())
    assert max(Counter(digests(carried)).values()) == 1


def test_all_shipped_kinds_of_aging_are_one_structure(carried):
    assert [component.name for component in carried].count("aging") == 1


@pytest.mark.parametrize("tables", [
    {"pack": {"series": 37, "parallel": 3}, "busbar": {"terminals": "opposite"}, "balancer": {"law": "charge_history"}},
    {"pack": {"series": 4, "parallel": 1}, "balancer": {"converter": "flyback", "links": "ring", "law": "pairwise"},
     "bms": {}, "aging": {"parameters": "nissan_leaf_aging"}, "outputs": {"detail": "pack"}},
])  # fmt: skip
def test_other_sizes_and_values_are_carried_too(carried, tables):
    pack = parse_pack({"cell": {"parameters": "nissan_leaf_2013"}} | tables, "test")
    assert set(digests(structures([pack]))) <= set(digests(carried))


@pytest.fixture(scope="module")
def install(tmp_path_factory):
    """Return what installs the wheel of a command line into a folder."""

    def install(output):
        (wheel,) = output.glob("*.whl")
        folder = tmp_path_factory.mktemp("installed")
        options = ("--no-deps", "--no-index", "--no-compile", "--quiet", "--target", folder)
        subprocess.run([sys.executable, "-m", "pip", "install", *options, wheel], check=True)
        return folder

    return install


def run_in(folder, script, *arguments, cache):
    """Run a script with a package that is installed in a folder, and a cache of its own."""
    own = {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", INSTALLED + script, folder, *arguments]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def compiled(cache):
    """Return what a cache holds beside the lists of initial unknowns."""
    return [path for path in cache.rglob("code/**/*") if path.is_file() and path.parent.name != "dependencies"]


def test_an_installed_wheel_builds_another_size_without_a_compiler(tmp_path, monkeypatch, capsys, install):
    monkeypatch.setattr(build_wheel, "wanted", lambda: [thermal()])
    monkeypatch.setattr(build_wheel, "PIP_WHEEL", (*build_wheel.PIP_WHEEL, "--no-build-isolation"))
    assert build_wheel.main(["--output", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.endswith(" MB, 1 structures\n")
    assert not (ROOT / build_wheel.SHIPPED).exists()
    folder, fmu, cache = install(tmp_path / "out"), tmp_path / "Thermal.fmu", tmp_path / "cache"
    assert (folder / "packfmu" / build_wheel.SHIPPED / "licenses" / "zig.txt").read_text(encoding="utf-8")
    another_cell = folder / "packfmu" / "models" / "parameters" / "another_cell.py"
    another_cell.write_text('"""Figures of another cell."""\n', encoding="utf-8")
    run_in(folder, BUILD_THERMAL, fmu, cache=cache)
    assert compiled(cache) == []
    assert simulate_fmu(fmu, stop_time=20.0, step_size=10.0)["time"][-1] == 20.0


def line_of_refusal(capsys, output):
    assert build_wheel.main(["--output", str(output)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert not output.exists()
    return line


def test_a_wheel_that_is_too_large_is_refused(tmp_path, monkeypatch, capsys):
    def pack_wheel(source, target):
        target.mkdir()
        (target / "packfmu.whl").write_bytes(bytes(40_000_001))
        return target / "packfmu.whl"

    monkeypatch.setattr(build_wheel, "wanted", list)
    monkeypatch.setattr(build_wheel, "pack_wheel", pack_wheel)
    line = line_of_refusal(capsys, tmp_path / "out")
    assert line == "error: packfmu.whl has 40.00 MB, more than 40 MB; ship fewer structures"


def test_what_pip_cannot_build_gets_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_wheel, "wanted", list)
    monkeypatch.setattr(build_wheel, "copy_package", lambda target: target.mkdir())
    assert "pip cannot build the wheel: ERROR: Directory" in line_of_refusal(capsys, tmp_path / "out")


@pytest.mark.campaign
def test_the_whole_wheel_builds_all_common_packs_without_a_compiler(tmp_path, install):
    assert build_wheel.main(["--output", str(tmp_path / "out")]) == 0
    run_in(install(tmp_path / "out"), BUILD_PACKS, tmp_path / "fmus", cache=tmp_path / "cache")
    assert compiled(tmp_path / "cache") == []
