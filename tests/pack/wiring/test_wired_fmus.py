"""FMUs of a wired pack with cables, fuses and a short between its terminals: valid, of the bits of their kernels."""

import numpy as np
import pytest
from fmpy.validation import validate_fmu

from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import all_parts, kernel_pack, pack_block, periods
from packfmu.pack.file import parse_pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL

SECOND = 10**9
PACK = parse_pack(
    {
        "pack": {"series": 2, "parallel": 2, "strings": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
        "cable": {
            "string_resistance": 1e-3,
            "string_inductance": 1e-6,
            "resistance": 1e-3,
            "inductance": 2e-6,
        },
        "fuse": {"melting_integral": 2e4, "minimum_melting_current": 300.0, "arc_voltage": 30.0},
        "faults": {"external_short": {"resistance": 2e-3, "at": "3 s"}, "cell_open": [{"cell": 2, "at": "5 s"}]},
        "schedule": {"control": "2 s", "thermal": "2 s"},
    },
    "pack.toml",
)
TOLD = {
    "current": "PackNetwork.current",
    "voltage": "Cell.voltage",
    "conductor_current": "PackNetwork.conductor_current",
    "melted_share": "PackNetwork.melted_share",
    "fuse_melting_time": "PackNetwork.fuse_melting_time",
    "method_loss": "PackNetwork.method_loss",
}


def trace(system, owner, record, output):
    values = {f"{owner}.load_mode": 1, f"{owner}.pack_current": -20.0}
    run(system, make_plan(system, periods(PACK.schedule)), Experiment(8 * SECOND, values, record=record, output=output))
    return load(output)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What the kernels of the components make of it."""
    return trace(kernel_pack(parts(PACK)), "PackNetwork", TOLD, tmp_path_factory.mktemp("kernels") / "run.nc")


def test_the_short_melts_the_fuse_of_the_pack_in_its_first_step(expected):
    melted = expected["fuse_melting_time"].values[-1]
    assert (melted < 1e300).sum() == 1
    assert 3.0 < melted.min() < 3.1
    cable = int(np.argmin(melted))
    assert expected["conductor_current"].values[2, cable] == pytest.approx(-20.0)
    assert np.all(expected["conductor_current"].values[5:, cable] == 0.0)
    assert expected["melted_share"].values[-1, cable] == pytest.approx(1.0, rel=1e-6)


@pytest.mark.campaign
@pytest.mark.parametrize("form", Form)
def test_the_fmus_give_the_bits_of_their_kernels(form, expected, tmp_path):
    built = build_parts(parts(PACK), tmp_path, PACK.outputs.detail, form, (host_platform(),))
    assert validate_fmu(built["PackNetwork"]) == []
    found = trace(fmu_pack(built["Cell"].parent), "PackNetwork", TOLD, tmp_path / "fmus.nc")
    for name in TOLD:
        np.testing.assert_array_equal(found[name].values, expected[name].values)


@pytest.mark.campaign
def test_a_managed_pack_of_strings_behind_a_contactor_is_built_and_valid(tmp_path):
    tables = {
        "pack": {"series": 2, "parallel": 2, "strings": 2}, "cell": {"parameters": "nissan_leaf_2013"},
        "cable": {"string_resistance": 1e-3}, "contactor": {}, "insulation": {}, "faults": {},
        "balancer": {"converter": "flyback"}, "bms": {"detection": True},
        "replaced": [{"groups": [3], "capacity_loss": 0.1}],
    }  # fmt: skip
    pack = parse_pack(tables, "pack.toml")
    built = build_parts(all_parts(pack), tmp_path, pack.outputs.detail, Form.NATIVE, (host_platform(),))
    for name in ("PackNetwork", "Bms", "Balancer", "Pack"):
        assert validate_fmu(built[name]) == [], name


@pytest.mark.campaign
def test_the_block_is_valid_and_gives_the_currents_of_the_components(expected, tmp_path):
    block = pack_block(PACK, parts(PACK))
    built = build_parts((block,), tmp_path, PACK.outputs.detail, Form.NATIVE, (host_platform(),))
    assert validate_fmu(built["Pack"]) == []
    names = ("current", "voltage", "conductor_current", "melted_share", "fuse_melting_time")
    system = System((fmu_component("Pack", ELECTRICAL, built["Pack"]),), ())
    found = trace(system, "Pack", {name: f"Pack.{name}" for name in names}, tmp_path / "fmu.nc")
    for name in names:
        np.testing.assert_array_equal(found[name].values, expected[name].values)
