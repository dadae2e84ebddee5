"""The table [cell] of a pack file: which cells it takes, by which model, and what is refused in one line."""

import json
from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.fmi.registry import load_definition
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameter_sets import cell_model
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.usage.phases import nominal_capacity
from tests.pack.cells.bpx import files


def pack_of(folder, **cell):
    return parse_pack({"pack": {"series": 2, "parallel": 1}, "cell": cell}, "pack.toml", folder)


@pytest.fixture
def folder(tmp_path):
    files.written(tmp_path, files.CONTENTS, "cell.json")
    files.written(tmp_path, files.of_single_particles(), "single.json")
    return tmp_path


def test_a_shipped_set_is_taken_by_its_name(folder):
    cell = pack_of(folder, parameters="chen_2020").cell
    assert cell.figures == "chen_2020"
    assert cell.file is None


def test_a_shipped_set_takes_a_model_and_a_mesh(folder):
    cell = pack_of(folder, parameters="chen_2020", model="dfn", mesh={"negative": 5}).cell
    assert (cell.load().physics, cell.load().mesh) == (Physics.DFN, Mesh(negative=5))
    again = cell_model(json.loads(json.dumps(cell.figures)))
    assert (again.physics, again.mesh) == (Physics.DFN, Mesh(negative=5))


def test_a_bpx_file_has_the_model_that_it_tells(folder):
    assert pack_of(folder, parameters="cell.json").cell.load().physics is Physics.DFN
    assert pack_of(folder, parameters="single.json").cell.load().physics is Physics.SPM
    cell = pack_of(folder, parameters="cell.json", model="spm", mesh={"modes": 4}).cell
    assert (cell.load().physics, cell.load().mesh.modes) == (Physics.SPM, 4)
    assert cell_model(json.loads(json.dumps(cell.figures))).mesh.modes == 4
    assert any("starts at SOC 0.8" in note for note in cell.file.notes)


def test_an_equivalent_circuit_may_say_so(folder):
    cell = pack_of(folder, parameters="nissan_leaf_2013", model="ecm").cell
    assert cell.figures == "nissan_leaf_2013"


def test_a_component_of_a_file_starts_where_the_nominal_cell_rests(folder):
    pack = pack_of(folder, parameters="cell.json", model="spm", initial_soc=0.6)
    part = parts(pack)[0]
    cells = Instance(load_definition(part.component, part.arguments, part.start).model)
    cells.initialize()
    assert cells.y.voltage == pytest.approx([float(pack.cell.load().open_circuit(0.6))] * 2, abs=2e-7)


@pytest.mark.parametrize("parameters", ["cell.json", "chen_2020"])
def test_the_pack_file_sets_the_current_limits_of_a_cell_of_physics(folder, parameters):
    plain = pack_of(folder, parameters=parameters).cell.load().limits
    pack = pack_of(folder, parameters=parameters, maximum_charge_current=7.5, model="spm")
    assert pack.cell.load().limits == replace(plain, maximum_charge_current=7.5)
    network = next(part for part in parts(pack) if part.name == "PackNetwork").start
    assert network["maximum_cell_charge_current"] == 7.5
    assert network["maximum_cell_discharge_current"] == plain.maximum_discharge_current


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            {"parameters": "nissan_leaf_2013", "maximum_charge_current": 5.0},
            "maximum_charge_current = 5: nissan_leaf_2013 is an equivalent circuit and has limits of its own",
        ),
        (
            {"parameters": "chen_2020", "maximum_discharge_current": 0.0},
            "[cell] maximum_discharge_current = 0.0: it should be greater than 0",
        ),
        ({"parameters": "cell.json", "model": "ecm"}, '"ecm": cell.json is a cell of physics; its models are "spm" or'),
        ({"parameters": "single.json", "model": "dfn"}, '"dfn": single.json has the parameters of single particles al'),
        ({"parameters": "nissan_leaf_2013", "model": "dfn"}, '"dfn": nissan_leaf_2013 has no parameters of physics; '),
        ({"parameters": "nissan_leaf_2013", "mesh": {}}, "mesh: nissan_leaf_2013 has no parameters of physics"),
        ({"parameters": "chen_2020", "model": "p2d"}, "[cell] model = \"p2d\": it should be 'ecm', 'spm', 'spme' or"),
        (
            {"parameters": "chen_2020", "mesh": {"modes": 0}},
            "[cell] mesh.modes = 0: it should be greater than or equal",
        ),
        ({"parameters": "chen_2020", "mesh": {"mode": 5}}, '[cell] mesh.mode = 5 is not a known key; did you mean "mo'),
        ({"parameters": "chen_2021"}, 'there is no such cell; did you mean "chen_2020"?'),
        ({"parameters": "none.json"}, 'parameters = "none.json": cannot be read'),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(folder, cell, told):
    with pytest.raises(InputError) as error:
        pack_of(folder, **cell)
    assert str(error.value).startswith("pack.toml: [cell]")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_c_rates_are_of_the_nominal_capacity_of_the_file(folder):
    pack = pack_of(folder, parameters="cell.json")
    assert nominal_capacity(pack) == pytest.approx(5.0 * 3600.0, rel=1e-14)
    assert pack.cell.load().capacity == pytest.approx(5.1532 * 3600.0, rel=1e-5)
