"""A cell file in a pack: in both flavours the bits of the cell itself, and those of a shipped cell that is written."""

import json
from pathlib import Path

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.variable import Causality
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts, set_identity
from packfmu.fmi.native.libraries import structure_digest
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.models.cell import ecm
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.cells.cell_file import load_cell, write_cell
from packfmu.pack.file import load_pack, parse_pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL, PACK_LAYERS, pack_system
from tests.pack.cells import lfp

SECOND, STEPS = 10**9, 60
CURRENT = -60.0 * np.sin(np.arange(STEPS) / 9.0) - 40.0
TABLES = """
[pack]
series = 4
parallel = 2
[cell]
parameters = "cells/lfp.toml"
initial_soc = 0.6
[variation]
seed = 3
capacity_cv = 0.02
resistance_cv = 0.1
hysteresis_cv = 0.1
[busbar]
segment_resistance = 5e-5
[bms]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("own")
    lfp.written(made / "cells")
    (made / "pack.toml").write_text(TABLES)
    return made


@pytest.fixture(scope="module")
def pack(folder):
    return load_pack(folder / "pack.toml")


@pytest.fixture(scope="module")
def built(pack, tmp_path_factory):
    """Return the folder of the FMUs of each flavour."""
    output = tmp_path_factory.mktemp("dist")
    for form in Form:
        build_parts(all_parts(pack), output, pack.outputs.detail, form, (host_platform(),))
    return {form: output / form.value for form in Form}


def trace(pack, system, output):
    """Return all outputs of a pack or its block under the current."""
    owner = "PackNetwork" if system.has(("PackNetwork", "pack_current")) else "Pack"
    driven = with_profiles(system, {f"{owner}.pack_current": CURRENT})
    record = {
        f"{component.name}_{name}".replace(".", "_"): f"{component.name}.{name}"
        for component in system.components
        for name, port in component.ports.items()
        if port.causality is Causality.OUTPUT
    }
    plan = make_plan(driven, periods(pack.schedule))
    run(driven, plan, Experiment(STEPS * SECOND, record=record, output=output))
    return load(output)


@pytest.fixture(scope="module")
def direct(pack, tmp_path_factory):
    """Return the trace of the parts whose cells are declared from the cell itself, without a file."""
    kind = load_cell(pack.cell.file.path)
    models = {part.name: load_definition(part.component, part.arguments, part.start).model for part in parts(pack)}
    cells = next(part for part in parts(pack) if part.name == "Cell")
    models["Cell"] = ecm.declare(pack.pack.cells, kind).with_start(cells.start)
    system = pack_system(kernel_component(name, PACK_LAYERS[name], model) for name, model in models.items())
    return trace(pack, system, tmp_path_factory.mktemp("direct") / "direct.nc")


def assert_same_bits(one, other, names):
    for name in names:
        np.testing.assert_array_equal(one[name], other[name], name)


@pytest.mark.parametrize("form", Form)
def test_components_of_a_cell_file_give_the_bits_of_the_cell_itself(form, pack, built, direct, tmp_path):
    found = trace(pack, fmu_pack(built[form], management=True), tmp_path / "found.nc")
    assert_same_bits(found, direct, list(direct.data_vars))
    assert float(np.abs(np.diff(direct.Cell_voltage, axis=0)).max()) > 1e-3
    assert float(direct.Cell_soc.min()) < 0.599


@pytest.mark.parametrize("form", [Form.NATIVE, pytest.param(Form.PYTHON, marks=pytest.mark.campaign)])
def test_its_block_gives_the_same_bits(form, pack, built, direct, tmp_path):
    block = System((fmu_component("Pack", ELECTRICAL, built[form] / "Pack.fmu"),), ())
    found = trace(pack, block, tmp_path / "block.nc")
    for name in ("soc", "voltage"):
        np.testing.assert_array_equal(found[f"Pack_{name}"], direct[f"Cell_{name}"], name)


def test_the_first_voltage_is_the_cells(direct):
    """At 60 % SOC the cells lie on the plateau of 3.2 V, without a current and in the middle of their hysteresis."""
    np.testing.assert_allclose(direct.Cell_voltage[0], 3.2, rtol=0.0, atol=1e-12)


def test_a_shipped_cell_as_a_file_makes_the_same_components(tmp_path):
    write_cell(LEAF, tmp_path / "leaf.toml")
    tables = {"pack": {"series": 2, "parallel": 1}, "bms": {}, "aging": {"parameters": "nissan_leaf_aging"}}
    name, file = (
        parse_pack(tables | {"cell": {"parameters": given}}, "test", tmp_path)
        for given in ("nissan_leaf_2013", "leaf.toml")
    )
    for shipped, own in zip(all_parts(name), all_parts(file), strict=True):
        one, other = (load_definition(p.component, p.arguments, p.start).model for p in (shipped, own))
        assert structure_digest(one) == structure_digest(other)
        for declared, read in zip(one.interface, other.interface, strict=True):
            assert np.array_equal(declared.start_values(), read.start_values()), declared.path


def test_a_cell_of_as_many_pairs_needs_no_library_of_its_own(pack):
    shipped = parse_pack({"pack": {"series": 1, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}}, "leaf")
    own, leaf = (
        load_definition("cell", part.arguments, part.start).model for part in (parts(pack)[0], parts(shipped)[0])
    )
    assert structure_digest(own) == structure_digest(leaf)


def test_figures_of_a_cell_are_values_that_json_keeps_to_the_last_bit(pack):
    argument = pack.cell.figures
    assert json.loads(json.dumps(argument)) == argument
    assert np.array_equal(argument["open_circuit_voltage"], pack.cell.load().open_circuit_voltage)


def test_the_identity_of_a_set_follows_the_figures_of_the_cell(pack, tmp_path):
    (tmp_path / "pack.toml").write_text(TABLES)
    lfp.written(tmp_path / "cells", lfp.TEXT.replace("bound = 0.015", "bound = 0.016"))
    other = load_pack(tmp_path / "pack.toml")
    assert set_identity(parts(other), pack.outputs.detail) != set_identity(parts(pack), pack.outputs.detail)
    lfp.written(tmp_path / "cells", lfp.TEXT + "# the same cell\n")
    assert set_identity(parts(load_pack(tmp_path / "pack.toml")), pack.outputs.detail) == set_identity(
        parts(pack), pack.outputs.detail
    )


def test_a_pack_keeps_the_text_of_its_cell_file(pack, folder):
    assert pack.cell.file.path == folder / "cells" / "lfp.toml"
    assert pack.cell.file.text == lfp.TEXT
    assert pack == load_pack(folder / "pack.toml")
    copied = pack.model_copy(update={"bms": None})
    assert copied.cell.load() is pack.cell.load()
    assert parse_pack({"pack": {"series": 1, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}},
                      "leaf").cell.file is None  # fmt: skip


def test_what_is_wrong_with_the_cell_file_is_told_with_the_pack_file(tmp_path):
    path = tmp_path / "pack.toml"
    path.write_text(TABLES)
    begin = f'{path}: [cell]: parameters = "cells/lfp.toml": '
    with pytest.raises(InputError, match=r"No such file or directory$") as caught:
        load_pack(path)
    assert str(caught.value).startswith(f"{begin}cannot be read: ")
    lfp.written(tmp_path / "cells", lfp.TEXT.replace("bound = 0.015", "bound = 15"))
    with pytest.raises(InputError) as caught:
        load_pack(path)
    assert str(caught.value) == f"{begin}[hysteresis] bound = 15: it should be less than or equal to 1"


def test_a_path_is_relative_to_the_folder_of_the_pack_file(folder, monkeypatch):
    monkeypatch.chdir(folder / "cells")
    assert load_pack(Path("..") / "pack.toml").cell.load().name == "LFP 50"


@pytest.mark.parametrize("kind", ["graphite_film_aging", "nissan_leaf_aging", "sanyo_ur18650e_aging"])
def test_such_cells_age(kind, folder):
    tables = {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": "lfp.toml"}, "aging": {"parameters": kind}}
    system = kernel_pack(parts(parse_pack(tables, "aging", folder / "cells")))
    assert {component.name for component in system.components} >= {"Cell", "Aging"}
