"""A mixed pack under the master, as one block, and in FMUs: the same bits, and a ledger that closes."""

import numpy as np
import pytest
from fmpy.validation import validate_fmu

from packfmu.core.instance import Instance
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling import kernels
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts, kernel_pack, pack_block, periods
from packfmu.pack.cells.cell_file import write_cell
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL
from tests.interpreted import InterpretedInstance
from tests.models.cells import plain_cell

SECOND = 10**9
STEPS = 20
POWER = -60.0 * np.sin(np.arange(STEPS) / 7.0) - 20.0
TOLD = {
    "Cell": ("voltage", "soc", "heat"),
    "PackNetwork": ("current", "state_of_energy", "usable_capacity"),
    "Thermal": ("temperature",),
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """Return two groups of two cells, of which one is of another kind, and an older group."""
    folder = tmp_path_factory.mktemp("cells")
    write_cell(plain_cell(), folder / "other.toml")
    given = {
        "pack": {"series": 2, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "replaced": [
            {"cells": [2], "parameters": "other.toml"},
            {"groups": [2], "capacity_loss": 0.1, "resistance_growth": 0.3},
        ],
        "variation": {
            "seed": 7,
            "capacity_cv": 0.02,
            "resistance_cv": 0.1,
            "ohmic_cv": 0.1,
            "polarisation_resistance_cv": 0.1,
        },
        "thermal": {"conduction": 0.2},
    }
    return parse_pack(given, "pack.toml", folder)


def trace(system, owner, record, output, pack):
    driven = with_profiles(system, {f"{owner}.pack_power": POWER})
    experiment = Experiment(STEPS * SECOND, {f"{owner}.load_mode": LoadMode.POWER}, record=record, output=output)
    run(driven, make_plan(driven, periods(pack.schedule)), experiment)
    return load(output)


def separately(pack, output):
    names = {name: f"{part}.{name}" for part, told in TOLD.items() for name in told}
    return trace(kernel_pack(parts(pack)), "PackNetwork", names, output, pack)


def together(component, output, pack):
    names = {name: f"Pack.{name}" for told in TOLD.values() for name in told}
    return trace(System((component,), ()), "Pack", names, output, pack)


def assert_same_bits(found, expected):
    for told in TOLD.values():
        for name in told:
            np.testing.assert_array_equal(found[name].values, expected[name].values, name)
    assert np.ptp(expected.voltage.values) > 0.01


@pytest.mark.parametrize("by", [InterpretedInstance, pytest.param(Instance, marks=pytest.mark.campaign)])
def test_the_block_gives_the_bits_of_the_components(by, pack, tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "Instance", by)
    expected, block = separately(pack, tmp_path / "separate.nc"), pack_block(pack, parts(pack))
    model = load_definition(block.component, block.arguments, block.start).model
    assert_same_bits(together(kernel_component("Pack", ELECTRICAL, model), tmp_path / "block.nc", pack), expected)


def test_its_fmus_are_valid_and_list_what_each_kind_has(pack, tmp_path):
    """Cell.fmu and Pack.fmu, of which the Python flavour compiles nothing until it runs."""
    planned = [part for part in all_parts(pack) if part.name in ("Cell", "Pack")]
    build_parts(planned, tmp_path, pack.outputs.detail, Form.PYTHON)
    for part in ("Cell", "Pack"):
        assert validate_fmu(tmp_path / "python" / f"{part}.fmu") == []
    start = planned[0].start
    assert start["ohmic_scale"].shape == (4,)
    assert start["kind_2.polarisation_resistance_scale"].shape == (1, 2)


@pytest.mark.campaign
@pytest.mark.parametrize("form", Form)
def test_the_fmu_of_the_block_gives_the_bits_of_the_components(form, pack, tmp_path):
    expected, block = separately(pack, tmp_path / "separate.nc"), pack_block(pack, parts(pack))
    built = build_parts([block], tmp_path, pack.outputs.detail, form, (host_platform(),))
    assert validate_fmu(built["Pack"]) == []
    assert_same_bits(together(fmu_component("Pack", ELECTRICAL, built["Pack"]), tmp_path / "fmu.nc", pack), expected)
