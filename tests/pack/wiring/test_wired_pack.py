"""Packs of strings, modules and netlists: by the master, as one block, and as the file tells them."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling import kernels
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.registry import load_definition
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import balances, integrals
from packfmu.pack.block import kernel_pack, pack_block, periods
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL
from tests.interpreted import InterpretedInstance

SECOND = 10**9
STEPS = 60
POWER = -600.0 * np.sin(np.arange(STEPS) / 17.0) - 200.0
CONTENTS = {
    "pack": {"series": 4, "parallel": 2, "strings": 2, "modules": 2},
    "cell": {"parameters": "nissan_leaf_2013"},
    "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
    "busbar": {"segment_resistance": 1e-4, "contact_resistance": 5e-4},
    "cable": {"string_resistance": 1e-3, "resistance": 2e-3},
}


def pack_of(**tables):
    return parse_pack({**CONTENTS, **tables}, "pack.toml")


def trace(system, owner, record, output, **inputs):
    """Run a pack under power; `owner` is the component that takes it."""
    driven = with_profiles(system, {f"{owner}.pack_power": POWER})
    totals = integrals(driven) if owner == "PackNetwork" else ()
    values = {f"{owner}.load_mode": LoadMode.POWER, **{f"{owner}.{name}": value for name, value in inputs.items()}}
    summary = run(driven, make_plan(driven, periods(pack_of().schedule)),
                  Experiment(STEPS * SECOND, values, record=record, output=output, totals=totals))  # fmt: skip
    return summary, load(output), driven


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """The components of the pack, stepped by the master."""
    record = {"current": "PackNetwork.current", "soc": "Cell.soc", "usable_capacity": "PackNetwork.usable_capacity"}
    return trace(kernel_pack(parts(pack_of())), "PackNetwork", record, tmp_path_factory.mktemp("apart") / "run.nc")


def test_charge_and_energy_close_over_strings_and_modules(apart):
    summary, _, system = apart
    rows = {row.name: row for row in balances(system, summary.totals)}
    for name in ("network, energy", "network to cells, charge", "cells, charge", "cells, energy", "thermal, heat"):
        assert abs(rows[name].relative) < 1e-12, name
    assert rows["network to cells, charge"].turnover > 1.0


def test_the_heat_of_a_short_across_a_cell_warms_it(tmp_path):
    shorts = np.zeros(16)
    shorts[5] = 20.0
    record = {"temperature": "Thermal.temperature", "short_heat_rate": "PackNetwork.short_heat_rate",
              "voltage": "PackNetwork.foreseen_voltage"}  # fmt: skip
    summary, told, system = trace(
        kernel_pack(parts(pack_of())), "PackNetwork", record, tmp_path / "run.nc", cell_short=shorts
    )
    rows = {row.name: row for row in balances(system, summary.totals)}
    for name in ("network, energy", "network to cells, charge", "cells and board, heat"):
        assert abs(rows[name].relative) < 1e-12, name
    assert told["short_heat_rate"].values[-1][5] == pytest.approx(20.0 * told["voltage"].values[-1][5] ** 2, rel=1e-12)
    warmed = told["temperature"].values[-1] - told["temperature"].values[0]
    lost, capacity = summary.totals["Thermal.ambient_heat"], pack_of().cell.load().heat_capacity
    assert capacity * warmed.sum() + lost == pytest.approx(summary.totals["Thermal.generated_heat"], rel=0.02)
    assert summary.totals["PackNetwork.short_energy"] > 0.9 * summary.totals["Thermal.generated_heat"]
    assert np.delete(warmed, 5).max() < 0.3 * warmed[5]


def test_faults_of_the_file_begin_at_their_time(tmp_path):
    faults = {"cell_short": [{"cell": 6, "resistance": 0.05, "at": "30 s"}], "cell_open": [{"cell": 1, "at": "45 s"}],
              "parted": [{"conductor": "string cable 4"}]}  # fmt: skip
    record = {"heat": "PackNetwork.short_heat_rate", "current": "PackNetwork.current",
              "voltage": "PackNetwork.foreseen_voltage", "string_current": "PackNetwork.string_current"}  # fmt: skip
    _, told, _ = trace(kernel_pack(parts(pack_of(faults=faults))), "PackNetwork", record, tmp_path / "run.nc")
    heat, current = told["heat"].values, told["current"].values
    assert np.all(heat[:31, 5] == 0.0)
    assert heat[31:, 5] == pytest.approx(told["voltage"].values[31:, 5] ** 2 / 0.05, rel=1e-12)
    assert np.all(current[1:46, 0] != 0.0)
    assert np.all(current[46:, 0] == 0.0)
    assert np.abs(told["string_current"].values[:, 3]).max() < 1e-9  # that whose cable has parted; its cells are bled
    assert np.abs(told["string_current"].values[1:, 2]).max() > 10.0


@pytest.mark.parametrize("by", [InterpretedInstance, pytest.param(Instance, marks=pytest.mark.campaign)])
def test_the_block_of_a_wired_pack_does_as_its_components(by, apart, tmp_path, monkeypatch):
    """By the interpreter, too, which runs another life of the kernels."""
    monkeypatch.setattr(kernels, "Instance", by)
    part = pack_block(pack_of(), parts(pack_of()))
    component = kernel_component("Pack", ELECTRICAL, load_definition(part.component, part.arguments, part.start).model)
    names = ("current", "soc", "usable_capacity")
    record = {name: f"Pack.{name}" for name in (*names, "pack_voltage", "group_voltage", "voltage")}
    _, whole, _ = trace(System((component,), ()), "Pack", record, tmp_path / "run.nc")
    for name in names:
        np.testing.assert_array_equal(whole[name].values, apart[1][name].values)
    module = whole["group_voltage"].values[1:].reshape(-1, 2, 2, 2)  # modules, strings, groups
    assert whole["pack_voltage"].values[1:] == pytest.approx(module.sum(axis=3).mean(axis=2).sum(axis=1), abs=0.2)
    cell = whole["voltage"].values[1:].reshape(-1, 8, 2).mean(axis=2)
    assert np.abs(whole["group_voltage"].values[1:] - cell).max() < 0.05


def test_a_pack_of_groups_in_series_is_a_ladder_as_before():
    plain = {name: CONTENTS[name] for name in ("cell", "variation", "busbar")}
    pack = parse_pack({**plain, "pack": {"series": 4, "parallel": 2}}, "pack.toml")
    assert pack.wiring is None
    assert "netlist" not in next(part for part in parts(pack) if part.name == "PackNetwork").arguments
