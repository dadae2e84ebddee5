"""A load that follows the currents that the battery management allows: kernels, separate FMUs and one block alike."""

import numpy as np
import pytest

from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL
from tests.pack.planned import MANAGED as PACK

SECOND = 10**9
STEPS = 400
CONTROL = 2
"""Electrical steps in a control period."""

SHOWN = {
    "pack_current_actual": "PackNetwork",
    "charge_current_limit": "Bms",
    "discharge_current_limit": "Bms",
    "charge_current": "Bms",
    "discharge_current": "Bms",
    "measured_voltage": "Bms",
    "voltage_maximum": "Cell",
    "voltage_minimum": "Cell",
}
WANTED = {"charge": 120.0, "discharge": -400.0}


def trace(system, owner, wanted, output):
    record = {name: f"{owner or component}.{name}" for name, component in SHOWN.items()}
    load_of = owner or "PackNetwork"
    values = {f"{load_of}.load_mode": LoadMode.ALLOWED_CURRENT, f"{load_of}.pack_current": wanted}
    run(
        system,
        make_plan(system, periods(PACK.schedule)),
        Experiment(STEPS * SECOND, values=values, record=record, output=output),
    )
    return load(output)


@pytest.fixture(scope="module")
def fmus(tmp_path_factory):
    return build_parts(
        all_parts(PACK), tmp_path_factory.mktemp("dist"), PACK.outputs.detail, platforms=[host_platform()]
    )


@pytest.fixture(scope="module", params=WANTED)
def kernels(request, tmp_path_factory):
    output = tmp_path_factory.mktemp("kernels") / "it.nc"
    return request.param, trace(kernel_pack(parts(PACK)), "", WANTED[request.param], output)


def test_it_follows_what_is_allowed_for_the_time_that_it_is_held(kernels):
    """The current of 2 s, the control period; 30 s before the first decision."""
    way, told = kernels
    sign = 1.0 if way == "charge" else -1.0
    allowed = told[f"{way}_current_limit"].values
    assert allowed[0] == told[f"{way}_current"].values[0, 2]
    np.testing.assert_array_equal(allowed[CONTROL:], told[f"{way}_current"].values[CONTROL:, 0])
    current = sign * told.pack_current_actual.values
    np.testing.assert_array_equal(current[1:], np.minimum(allowed[:-1], abs(WANTED[way])))
    assert current[-1] < abs(WANTED[way])


def test_no_voltage_passes_its_limit_by_more_than_the_sensors_are_off(kernels):
    _, told = kernels
    assert told.voltage_maximum.max() < 4.2 + 0.005
    assert told.voltage_minimum.min() > 3.0 - 0.005


def test_separate_fmus_and_the_block_give_the_kernels_bits(kernels, fmus, tmp_path):
    way, told = kernels
    block = System((fmu_component("Pack", ELECTRICAL, fmus["Pack"]),), ())
    for system, owner in ((fmu_pack(fmus["Cell"].parent, management=True), ""), (block, "Pack")):
        found = trace(system, owner, WANTED[way], tmp_path / f"{owner}it.nc")
        for name in SHOWN:
            np.testing.assert_array_equal(found[name].values, told[name].values, name)
