"""Timescales of a pack: plans that mix them are neither run nor built; what is held too long is told in the run."""

from pathlib import Path

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.cosim.simulation import opened
from packfmu.coupling.guard import Guard
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
IMPORTING = (ROOT / "docs" / "importing" / "index.md").read_text(encoding="utf-8")
SECOND = 10**9
FILE = {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013", "initial_soc": 0.6}}


def pack(**schedule):
    return Pack.model_validate(FILE | {"schedule": schedule})


def outcome(kind, duration, current, tmp_path, **more):
    """Run the kernels of a pack at a constant current [A]."""
    system, output = kernel_pack(parts(kind)), tmp_path / "it.nc"
    experiment = Experiment(
        duration * SECOND,
        values={"PackNetwork.pack_current": current},
        record={"voltage": "Cell.voltage"},
        output=output,
        **more,
    )
    return run(system, make_plan(system, periods(kind.schedule)), experiment), load(output)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ({"thermal": "900 s"}, "Cell sees Thermal.temperature held for 15 min, but its time constant is"),
        ({"control": "1 h", "thermal": "1 h"}, "Cell sees Thermal.temperature held for 1 h"),
        ({"electrical": "1 h", "control": "1 h", "thermal": "1 h"}, "Cell steps every 1 h and sees Thermal held"),
        ({"electrical": "1 min", "control": "1 min", "thermal": "1 min"}, "less than 5 times that; a period of Cell"),
    ],
)
def test_a_plan_that_the_master_refuses_is_not_built(schedule, words, tmp_path):
    kind = pack(**schedule)
    with pytest.raises(InputError) as refused:
        outcome(kind, 3600, -10.0, tmp_path)
    with pytest.raises(InputError) as unbuilt:
        all_parts(kind)
    assert words in str(refused.value)
    assert str(unbuilt.value) == str(refused.value)


@pytest.mark.parametrize(
    "schedule", [{}, {"thermal": "200 s"}, {"electrical": "40 s", "control": "40 s", "thermal": "40 s"}]
)
def test_a_plan_that_the_master_takes_is_built(schedule, tmp_path):
    kind = pack(**schedule)
    assert all_parts(kind)[-1].name == "Pack"
    assert outcome(kind, 400, -1.0, tmp_path)[0].violations == ()


def test_what_is_told_of_a_held_temperature_bounds_the_voltage_that_it_costs(tmp_path):
    """120 A through cells, their temperature held for 10 s or for 100 s: some kelvins, and millivolts."""
    fine, reference = outcome(pack(), 400, -120.0, tmp_path)
    coarse, held = outcome(pack(thermal="100 s"), 400, -120.0, tmp_path)
    told = {change.name: change for change in coarse.held}["Thermal.temperature"]
    assert told.change > told.tolerance == 1.0
    assert coarse.violations[0].startswith("at t = 1")
    assert "Thermal.temperature changed by" in coarse.violations[0]
    error = float(np.abs(held.voltage - reference.voltage).max())
    assert 0.3 * told.effect < error < 1.1 * told.effect  # held for a whole period, it is off by less than its change
    within = {change.name: change for change in fine.held}["Thermal.temperature"]
    assert within.change < 1.0
    assert fine.violations == ()


def test_a_charge_to_full_and_a_discharge_to_empty_keep_timescales_apart(tmp_path):
    kind = pack()
    capacity = kind.cell.load().capacity / 3600.0
    for current, flag in ((0.5 * capacity, "PackNetwork.overvoltage"), (-capacity, "PackNetwork.undervoltage")):
        ended, _ = outcome(kind, 4000, current, tmp_path, stop_on=(flag,))
        assert ended.stopped_by == (flag,)
        assert ended.violations == ()
        assert all(change.change < change.tolerance for change in ended.held)


def test_held_values_of_a_pack_and_their_effects_are_told(tmp_path):
    ended, _ = outcome(pack(), 60, -65.0, tmp_path)
    assert {change.name for change in ended.held} == {"Cell.soc", "Thermal.temperature", "Thermal.board_temperature"}
    soc = next(change for change in ended.held if change.name == "Cell.soc")
    capacity = float(np.min(parts(pack())[0].start["capacity"]))
    assert soc.change == pytest.approx(65.0 / capacity, rel=1e-3)  # self-discharge adds a little
    assert 0.0 < soc.effect < 1e-2


def separated(component, tmp_path):
    """Run a block under currents of which only the second warms a cell by more than 1 K within 10 s."""
    told = []
    for current in (-65.0, -330.0):
        output = tmp_path / f"{-current}.nc"
        record = {"separation": "Pack.separation", "fastest": "Pack.timescale.fastest"}
        record |= {"board": "Pack.timescale.Thermal.board_temperature", "pairs": "Pack.timescale.Cell.fastest"}
        experiment = Experiment(30 * SECOND, {"Pack.pack_current": current}, record=record, output=output)
        system = System((component,), ())
        run(system, make_plan(system, {ELECTRICAL: SECOND}), experiment)
        told.append(load(output))
    return told


@pytest.mark.parametrize("form", [Form.PYTHON, pytest.param(Form.NATIVE, marks=pytest.mark.campaign)])
def test_a_block_tells_its_timescales_and_whether_they_are_kept_apart(form, tmp_path):
    kind = pack()
    block = all_parts(kind)[-1]
    built = build_parts((block,), tmp_path, kind.outputs.detail, form, (host_platform(),))["Pack"]
    calm, hot = separated(fmu_component("Pack", ELECTRICAL, built), tmp_path)
    assert calm.separation.values.tolist() == [1] * 31
    # temperatures are handed on every 10 s; the steps between hold what has moved too far
    assert hot.separation.values.tolist() == [1] * 10 + [0] + [1] * 9 + [0] + [1] * 9 + [0]
    assert (calm.fastest.values == calm.pairs.values).all()
    assert (calm.board.values == 200.0).all()


def started(**more):
    """Return the block of a pack under 100 A, discharging."""
    part = all_parts(Pack.model_validate(FILE | more))[-1]
    block = Instance(load_definition(part.component, part.arguments, part.start).model)
    block.u["pack_current"] = -100.0
    block.initialize()
    return block


def test_the_voltages_of_a_block_are_those_of_the_cells_at_the_communication_point():
    """Without contacts the pack's voltage is the sum of its cells'; the network foresees the middle of 32 s."""
    block = started(busbar={"contact_resistance": 0.0})
    block.p["step_scale"] = 32.0
    block.initialize()
    for n in range(10):
        assert block.advance(32.0 * n, 32.0) == DONE
        assert block.y["pack_voltage"] == pytest.approx(float(np.sum(block.y["voltage"])), rel=1e-14)
        np.testing.assert_allclose(block.y["group_voltage"], block.y["voltage"], rtol=1e-14)
    foreseen = float(block.x["PackNetwork_outputs"]["pack_voltage"])
    assert foreseen - float(block.y["pack_voltage"]) > 2e-3


@pytest.mark.parametrize(("scale", "kept"), [(4, 1.0), (8, 0.0)])
def test_the_scale_up_to_which_timescales_are_kept_apart_is_the_documented_one(scale, kept):
    """The board's 200 s are 5 times the 40 s of a balancer at scale 4."""
    block = started()
    block.p["step_scale"], block.u["pack_current"] = float(scale), 0.0
    block.initialize()
    assert block.advance(0.0, 60.0 * scale) == DONE
    assert block.y["separation"] == kept
    assert "Up to 4 keeps the timescales of `leaf_pack.toml` apart" in IMPORTING


def test_flags_of_a_block_are_those_of_the_communication_point():
    """The lower limit set between the voltages of two communication points trips at the second, no earlier."""
    block, voltages = started(), []
    for n in range(20):
        assert block.advance(float(n), 1.0) == DONE
        voltages.append(float(block.y["voltage_minimum"]))
    limit = 0.5 * (voltages[11] + voltages[12])
    block.p["PackNetwork"]["minimum_cell_voltage"] = limit
    block.initialize()
    flags = []
    for n in range(20):
        assert block.advance(float(n), 1.0) == DONE
        flags.append(float(block.y["undervoltage"]))
    assert flags == [0.0] * 12 + [1.0] * 8


PACKS = [file for file in sorted(EXAMPLES.glob("*.toml")) if "[pack]" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.stem)
def test_the_packs_of_the_examples_are_built(file):
    assert all_parts(load_pack(file))[-1].name == "Pack"


def test_the_plan_of_a_pack_is_explained_in_five_layers():
    kind = Pack.model_validate(
        FILE | {"balancer": {"converter": "flyback"}, "bms": {}, "aging": {"parameters": "nissan_leaf_aging"}}
    )
    system = kernel_pack(parts(kind))
    plan = make_plan(system, periods(kind.schedule))
    with opened(system, plan, Experiment(SECOND), lambda _: None) as simulation:
        text = Guard(system, plan, simulation.slaves, 5.0, simulation.holdings).explain()
    layers, values, _ = text.split("\n\n")
    assert [line.split()[0] for line in layers.splitlines()[1:]] == [
        "switching", "electrical", "electrical", "control", "control", "thermal", "aging"
    ]  # fmt: skip
    assert [line.split()[0] for line in values.splitlines()[1:]] == [
        "Cell.soc", "Thermal.temperature", "Thermal.board_temperature", "Aging.capacity_loss", "Aging.resistance_growth"
    ]  # fmt: skip
