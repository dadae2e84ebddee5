"""FMUs of the Python flavour as files, and beside each other in one process."""

import json
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fmpy import simulate_fmu
from fmpy.model_description import read_model_description
from fmpy.validation import validate_fmu

from packfmu.core.errors import InputError
from packfmu.fmi.python.fmu import build_python_fmu
from tests.fmi.python.host import Host
from tests.fmi.trees import plant

COMPONENTS = {
    "cell": {"cells": 3, "parameters": "nissan_leaf_2013"},
    "pack_network": {"series": 2, "parallel": 2, "opposite_terminals": True, "nodes": 5},
    "thermal": {"cells": 3},
    "balancer": {"groups": 2, "parallel": 1, "converter": "flyback", "links": [[0, 1], [1, -1]]},
    "bms": {"groups": 2, "parallel": 1, "parameters": "nissan_leaf_2013"},
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_each_component_is_valid_and_simulates_alone_from_its_defaults(name, tmp_path):
    path = tmp_path / "it.fmu"
    build_python_fmu(path, name, COMPONENTS[name])
    assert validate_fmu(str(path)) == []
    told = []
    result = simulate_fmu(
        str(path), stop_time=3.0, step_size=1.0, output_interval=1.0, debug_logging=True,
        logger=lambda *arguments: told.append(arguments),
    )  # fmt: skip
    assert told == []
    assert result["time"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert all(np.isfinite(result[column]).all() for column in result.dtype.names)


def test_the_toy_is_valid_in_every_detail(tree, tmp_path):
    for detail in tree.Detail:
        tree.build_python_fmu(tmp_path / "Toy.fmu", "toy", {"tanks": 3}, detail=detail)
        assert validate_fmu(str(tmp_path / "Toy.fmu")) == []


def test_files_are_where_the_standard_wants_them(toy_fmu):
    with zipfile.ZipFile(toy_fmu) as archive:
        names = archive.namelist()
        script = archive.read("resources/slavemodule.txt").decode()
        specification = json.loads(archive.read("resources/component.json"))
    assert names[0] == "modelDescription.xml"
    assert set(names) >= {
        "model.png", "terminalsAndIcons/terminalsAndIcons.xml", "documentation/index.html",
        "documentation/externalDependencies.html", "documentation/licenses/license.txt",
        "binaries/linux64/Toy.so", "binaries/win64/Toy.dll", f"resources/{script}.py",
    }  # fmt: skip
    assert (specification["component"], specification["arguments"]) == ("toy", {"tanks": 3})
    assert not any(name.startswith(("resources/pythonfmu/", "resources/packfmu/")) for name in names)


def test_the_same_build_gives_the_same_bytes(tree, toy_fmu, tmp_path):
    again = tmp_path / "again.fmu"
    tree.build_python_fmu(again, "toy", {"tanks": 3})
    assert again.read_bytes() == toy_fmu.read_bytes()


def test_start_values_are_told_used_and_bound_by_the_identity(tree, toy_fmu, tmp_path):
    path = tmp_path / "Toy.fmu"
    levels = [0.1, 1 / 3, 1e-7]
    tree.build_python_fmu(path, "toy", {"tanks": 3}, {"initial_level": levels, "rate": 2.0})
    description = read_model_description(str(path))
    starts = {v.name: v.start for v in description.modelVariables}
    assert [float(starts[f"initial_level[{k}]"]) for k in (1, 2, 3)] == levels
    assert description.guid != read_model_description(str(toy_fmu)).guid
    with Host(path) as host:
        host.initialize()
        assert [host[f"level[{k}]"] for k in (1, 2, 3)] == levels
        assert host["rate[3]"] == 2.0


def test_left_out_variables_keep_their_start_values(tree, tmp_path):
    path = tmp_path / "Toy.fmu"
    tree.build_python_fmu(path, "toy", {"tanks": 3}, {"table": 7.0}, detail=tree.Detail.PACK)
    with Host(path) as host:
        assert "echo[1]" not in host.variables
        host.initialize().step()
        assert host["table[2,2]"] == 7.0


@pytest.mark.parametrize(
    ("name", "start", "words"),
    [
        ("nothing", {}, "no component 'nothing'; there are aging, balancer"),
        ("toy", {"speed": 1.0}, "Toy: Toy has no variable 'speed'; it has gain"),
        ("toy", {"gain": 11.0}, r"gain = 11( 1)? is not within \[0, 10\]"),
        ("toy", {"gain": float("nan")}, "gain = nan"),
        ("toy", {"initial_level": [1.0, 2.0]}, "start of shape"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line_and_nothing_is_written(tree, tmp_path, name, start, words):
    with pytest.raises(ValueError, match=words) as caught:
        tree.build_python_fmu(tmp_path / "Toy.fmu", name, {"tanks": 3}, start)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("thermal", {"cells": 0}, r"thermal cannot be made with {'cells': 0}: .*cells = 0 must be at least 1"),
        ("thermal", {"groups": 2}, "unexpected keyword argument 'groups'"),
        ("cell", {"cells": 1, "parameters": "no_such_cell"}, "no_such_cell"),
    ],
)
def test_arguments_that_do_not_fit_are_told_in_one_line(tmp_path, name, arguments, words):
    with pytest.raises(InputError, match=words) as caught:
        build_python_fmu(tmp_path / "it.fmu", name, arguments)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_written_is_named_and_left_alone(tmp_path):
    (tmp_path / "x.fmu").mkdir()
    with pytest.raises(InputError, match=r"x\.fmu cannot be written"):
        build_python_fmu(tmp_path / "x.fmu", "thermal", {"cells": 1})
    assert os.listdir(tmp_path) == ["x.fmu"]


def test_two_source_trees_in_one_process_compute_with_their_own_code(toy_fmu, tmp_path):
    other_tree = plant(tmp_path, "other_tree", ("FACTOR = 1.0", "FACTOR = 2.0"))
    other_fmu = tmp_path / "Toy.fmu"
    other_tree.build_python_fmu(other_fmu, "toy", {"tanks": 3})
    with Host(toy_fmu) as one, Host(other_fmu) as two:
        assert one.description.guid != two.description.guid
        for host in (one, two):
            host.initialize()
            host["rate[1]"] = 10.0
            host.step()
        assert one["level[1]"] == pytest.approx(15.0, abs=1e-2)  # up to the hidden state's 1e-3 a step, twice
        assert two["level[1]"] == pytest.approx(25.0, abs=1e-2)
        state = one.fmu.getFMUstate()
        data = one.fmu.serializeFMUstate(state)
        one.fmu.freeFMUstate(state)
        foreign = two.fmu.deSerializeFMUstate(data)
        two.fmu.setFMUstate(foreign)
        two.fmu.freeFMUstate(foreign)
        assert "belongs to the FMU " in two.log[-1][2]


def test_an_fmu_runs_after_the_copy_that_was_loaded_first_is_deleted(tree, tmp_path):
    """Modules not loaded by the first copy must come from the second."""
    folder = Path(tree.__file__).parents[2] / "models" / "parameters"
    (folder / "other_cell.py").write_text((folder / "nissan_leaf_2013.py").read_text())
    for parameters in ("nissan_leaf_2013", "other_cell"):
        path = tmp_path / f"{parameters}.fmu"
        tree.build_python_fmu(path, "cell", {"cells": 1, "parameters": parameters})
        with Host(path) as host:
            assert host["capacity[1]"] > 0.0


def test_a_host_with_another_pythonfmu_does_not_disturb(toy_fmu, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pythonfmu", None)  # any import of it fails
    with Host(toy_fmu) as host:
        host.initialize().step()
        assert host["steps"] == 1


def test_a_broken_fmu_says_what_is_broken(toy_fmu, tmp_path):
    path = tmp_path / "broken.fmu"
    with zipfile.ZipFile(toy_fmu) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(
                name, re.sub(rb'"tanks": 3', b'"tanks": 0', content) if "component.json" in name else content
            )
    told = []
    monitored = Host._logged
    try:
        Host._logged = lambda self, *entry: told.append(entry[-1].decode())
        with pytest.raises(Exception, match="Failed to instantiate model"):
            Host(path)
    finally:
        Host._logged = monitored
    assert "size 0 must be at least 1" in told[-1]
