"""A pack with converters and battery management: as separate FMUs, as kernels and as one block, the same bits."""

import numpy as np
import pytest
from fmpy.ssp.ssd import read_ssd
from fmpy.validation import validate_fmu

from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.cosim.simulation import opened
from packfmu.coupling.block.taps import Summary
from packfmu.coupling.guard import Guard
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmus.pack import BMS_TAPS, CONVERTER_TAPS, TAPS
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import balances, integrals
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import write_system
from packfmu.pack.topology import ELECTRICAL
from tests.pack.planned import MANAGED as PACK

SECOND = 10**9
STEPS = 240
POWER = 100.0 + 400.0 * np.sin(np.arange(STEPS) / 17.0)  # to and fro, charging on the whole
SHOWN = [tap for tap in TAPS + CONVERTER_TAPS + BMS_TAPS if tap.summary is not Summary.RATE]


@pytest.fixture(scope="module")
def fmus(tmp_path_factory):
    return build_parts(
        all_parts(PACK), tmp_path_factory.mktemp("dist"), PACK.outputs.detail, platforms=[host_platform()]
    )


def trace(system, owners, record, output, totals=()):
    driven = with_profiles(system, {f"{owners['pack_power']}.pack_power": POWER})
    values = {f"{owners['load_mode']}.load_mode": LoadMode.POWER}
    plan = make_plan(driven, periods(PACK.schedule))
    ended = run(driven, plan, Experiment(STEPS * SECOND, values=values, record=record, output=output, totals=totals))
    return load(output), ended


@pytest.fixture(scope="module")
def separate(tmp_path_factory):
    """The trace of the kernels, component by component."""
    system, output = kernel_pack(parts(PACK), metered=True), tmp_path_factory.mktemp("kernels") / "it.nc"
    owners = {"pack_power": "PackNetwork", "load_mode": "PackNetwork"}
    return trace(system, owners, {tap.name: tap.source for tap in SHOWN}, output, integrals(system))


def test_its_fmus_are_valid(fmus):
    for name in ("Bms", "Balancer", "Pack"):
        assert validate_fmu(str(fmus[name])) == []


def test_separate_fmus_give_the_kernels_bits(fmus, separate, tmp_path):
    system = fmu_pack(fmus["Cell"].parent, management=True)
    owners = {"pack_power": "PackNetwork", "load_mode": "PackNetwork"}
    told = [tap for tap in SHOWN if not tap.source.startswith("Meter")]  # which is in blocks only
    found, _ = trace(system, owners, {tap.name: tap.source for tap in told}, tmp_path / "it.nc")
    for tap in told:
        np.testing.assert_array_equal(found[tap.name].values, separate[0][tap.name].values, tap.name)


def test_the_block_gives_the_kernels_bits(fmus, separate, tmp_path):
    block = System((fmu_component("Pack", ELECTRICAL, fmus["Pack"]),), ())
    owners = dict.fromkeys(("pack_power", "load_mode"), "Pack")
    found, _ = trace(block, owners, {tap.name: f"Pack.{tap.name}" for tap in SHOWN}, tmp_path / "it.nc")
    for tap in SHOWN:
        every = 2 if tap.summary is Summary.INTEGRAL and tap.source.startswith("Balancer") else 1
        expected = separate[0][tap.name].values[::every]
        np.testing.assert_array_equal(found[tap.name].values[::every], expected, tap.name)


def test_charge_is_moved_by_what_the_bms_estimates_and_the_ledger_closes(separate):
    """The port's mismatch is second order in the step; what the balancer holds for 2 s of a moving voltage is first."""
    recorded, ended = separate
    assert float(recorded.moved_charge.sum()) > 1.0
    moving = recorded.active_groups.values > 0
    assert np.all(recorded.efficiency.values[moving] > 0.8)
    found = {row.name: abs(row.relative) for row in balances(kernel_pack(parts(PACK)), ended.totals)}
    exact = ("cells, charge", "cells, energy", "network, energy", "balancer, energy", "network to cells, charge",
             "cells and board, heat")  # fmt: skip
    assert all(found[name] < 1e-12 for name in exact), found
    assert found["thermal, heat"] < 1e-9
    assert found["network to cells, energy"] < 1e-4
    assert found["balancer to network, energy"] < 0.05


def test_switching_is_a_layer_of_the_plan():
    system = kernel_pack(parts(PACK))
    plan = make_plan(system, periods(PACK.schedule))
    with opened(system, plan, Experiment(SECOND), lambda _: None) as simulation:
        lines = Guard(system, plan, simulation.slaves, 5.0).explain().splitlines()
    assert [line.split()[0] for line in lines[1:7]] == [
        "switching", "electrical", "electrical", "control", "control", "thermal"
    ]  # fmt: skip
    assert "within Balancer" in lines[1]


def test_the_system_for_other_masters_has_the_bms(fmus, tmp_path):
    package, *_ = write_system(PACK, fmus, tmp_path)
    system = read_ssd(package).system
    assert [element.name for element in system.elements] == ["PackNetwork", "Cell", "Bms", "Balancer", "Thermal"]
    wires = {(c.startElement, c.startConnector, c.endElement, c.endConnector) for c in system.connections}
    assert ("Bms", "group_soc[2]", "Balancer", "group_soc[2]") in wires
    assert ("PackNetwork", "group_soc[2]", "Balancer", "group_soc[2]") not in wires
