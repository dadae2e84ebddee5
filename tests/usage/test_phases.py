"""Steps run with a pack: the same bits as its phases in Python, the limits that end them, and what they set."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.variable import Causality
from packfmu.cosim.duty import with_sequence
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.phase import Condition, Duty, Phase
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts, periods
from packfmu.pack.block import kernel_pack as kernel_pack_of
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.recorded import RECORD
from packfmu.pack.topology import ELECTRICAL
from packfmu.usage import phases as phases_module
from packfmu.usage.experiment_file import expand
from packfmu.usage.phases import PackPorts, nominal_capacity, step_phases, steps_experiment
from packfmu.usage.step import Common
from tests.pack.planned import MANAGED

SECOND = 10**9
POWER = -150.0 * np.arange(1.0, 31.0)
STEPS = [
    "Drive hill.csv",
    "Rest for 1 min",
    {"step": "Charge at C/2 until 4.13 V", "ambient": 280.0},
    "Hold at 4.12 V until C/10",
    "Discharge at 500 W for 1 min or until 4.05 V",
    {"step": "Charge at C/6 up to 4.11 V for 2 min", "balancing": True},
]


def hill(name):
    assert name == "hill.csv"
    return 30 * SECOND, {"PackNetwork.pack_power": POWER}


def recorded_of(system, owner):
    everything = {name: source for level in RECORD.values() for name, source in level.items()}
    own = {name: f"{owner}.{source.partition('.')[2]}" if owner else source for name, source in everything.items()}
    ends = {name: tuple(source.split(".", 1)) for name, source in own.items()}
    is_output = {n: system.has(e) and system.port(e).causality is Causality.OUTPUT for n, e in ends.items()}
    return {name: source for name, source in own.items() if is_output[name]}


def by_steps(system, pack, output, owner="", steps=STEPS):
    driven, experiment = steps_experiment(system, pack, expand(steps, "steps"), hill)
    recorded = {**recorded_of(system, owner), **experiment.record}
    ended = run(driven, make_plan(driven, periods(pack.schedule)), replace(experiment, record=recorded, output=output))
    return ended, load(output)


def same_phases(pack):
    """The six steps as phases in Python."""
    current, air = nominal_capacity(pack), pack.thermal.ambient_temperature
    common = {
        "PackNetwork.load_mode": LoadMode.CURRENT,
        "PackNetwork.pack_power": 0.0,
        "PackNetwork.pack_current": 0.0,
        "PackNetwork.voltage_limit": 3 * 4.2,
        "Thermal.ambient_temperature": air,
        "Balancer.enable": 1.0,
    }

    def phase(name, seconds, until=(), **values):
        owners = {"ambient_temperature": "Thermal", "enable": "Balancer"}
        own = {f"{owners.get(key, 'PackNetwork')}.{key}": value for key, value in values.items()}
        return Phase(name, seconds * SECOND, common | own, until=until)

    full, lean = Condition("Cell.voltage_maximum", lowest=4.13), Condition("Cell.voltage_minimum", highest=4.05)
    taper = Condition("PackNetwork.pack_current_actual", -current / 36000.0, current / 36000.0)
    return (
        phase("drive", 30, load_mode=LoadMode.POWER, pack_power=POWER),
        phase("rest", 60),
        phase("charge", 14400, (full,), pack_current=current / 7200.0, ambient_temperature=280.0),
        phase("hold", 86400, (taper,), load_mode=LoadMode.CONSTANT_VOLTAGE, voltage_limit=12.36),
        phase("give", 60, (lean,), load_mode=LoadMode.POWER, pack_power=-500.0),
        phase("charger", 120, load_mode=LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, pack_current=current / 21600.0,
              voltage_limit=12.33, enable=1.0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def stepped(kernel_pack, small_pack, tmp_path_factory):
    return by_steps(kernel_pack, small_pack, tmp_path_factory.mktemp("steps") / "steps.nc")


def test_six_steps_give_the_bits_of_the_same_phases_in_python(stepped, kernel_pack, small_pack, tmp_path):
    duty = Duty("day", same_phases(small_pack))
    system = with_sequence(kernel_pack, duty, SECOND)
    experiment = Experiment(
        duty.duration, duty=duty, record=recorded_of(kernel_pack, ""), output=tmp_path / "phases.nc"
    )
    ended = run(system, make_plan(system, periods(small_pack.schedule)), experiment)
    phases = load(tmp_path / "phases.nc")
    assert len(phases.data_vars) > 15
    for name in phases.data_vars:
        np.testing.assert_array_equal(stepped[1][name].values, phases[name].values, name)
    assert [(each.start, each.end) for each in stepped[0].phases] == [(each.start, each.end) for each in ended.phases]


def test_each_step_ends_where_its_level_is_reached(stepped):
    ended, told = stepped
    charge, hold, give = (told.isel(time=np.flatnonzero(told.step == number)) for number in (3, 4, 5))
    assert charge.voltage_maximum[-1] >= 4.13 > charge.voltage_maximum[-2]
    assert hold.pack_voltage[1:].values == pytest.approx(12.36, abs=1e-9)
    taper = abs(hold.pack_current)
    assert taper[-1] <= float(charge.pack_current[-1]) / 5.0 < taper[-2]
    assert (give.pack_current < 0.0).all()
    names = [row["name"] for row in json.loads(told.attrs["phases"])]
    assert names == [f"step {n}: {s if isinstance(s, str) else s['step']}" for n, s in enumerate(STEPS, start=1)]
    assert ended.phases[2].ended_by == "Cell.voltage_maximum >= 4.13"
    assert ended.phases[5].ended_by == ended.phases[1].ended_by == ""


def test_separate_fmus_and_the_block_give_the_same_bits(stepped, small_pack, tmp_path):
    built = build_parts(all_parts(small_pack), tmp_path, small_pack.outputs.detail, platforms=[host_platform()])
    block = System((fmu_component("Pack", ELECTRICAL, built["Pack"]),), ())
    for system, owner in ((fmu_pack(built["Cell"].parent), ""), (block, "Pack")):
        ended, found = by_steps(system, small_pack, tmp_path / f"{owner}steps.nc", owner)
        metered = {"pack_voltage", "group_voltage"} if owner else set()  # a block tells those at the end of a step
        for name in (found.data_vars.keys() & stepped[1].data_vars.keys()) - metered:
            rows = slice(-1 if owner else None)  # the layers within a block do not step by a part of their period
            np.testing.assert_array_equal(found[name].values[rows], stepped[1][name].values[rows], name)
        assert [each.end for each in ended.phases] == [each.end for each in stepped[0].phases]


def test_a_level_that_never_comes_ends_the_run(kernel_pack, small_pack, tmp_path, monkeypatch):
    monkeypatch.setattr(phases_module, "LONGEST", 60 * SECOND)
    ended, _ = by_steps(kernel_pack, small_pack, tmp_path / "it.nc", steps=["Charge at 1 W until 99 V", "Rest for 1 h"])
    assert ended.stopped_by == ("step 1: Charge at 1 W until 99 V: not yet Cell.voltage_maximum >= 99 after 1 min",)


def test_lengths_of_steps_that_are_to_reach_a_level(small_pack, kernel_pack):
    """Twice the time for the nominal capacity, rounded up; a day of a power or a hold."""
    texts = ["Charge at C/6 until 4 V", "Charge at 7C until 4 V", "Charge at 1 kW until 4 V", "Hold at 4 V until 1 A"]
    phases = step_phases(expand(texts, "steps"), small_pack, PackPorts(kernel_pack, small_pack), hill)
    assert [phase.duration for phase in phases] == [length * SECOND for length in (43200, 1029, 86400, 86400)]
    assert all(phase.must_meet for phase in phases)


def test_a_pack_voltage_is_between_its_terminals(small_pack, kernel_pack):
    texts = ["Charge at 1 A until 12.1 V pack", "Hold at 12.1 V pack for 1 h", "Drive hill.csv until < 3 V or > 4 V"]
    charge, hold, drive = step_phases(expand(texts, "steps"), small_pack, PackPorts(kernel_pack, small_pack), hill)
    assert charge.until == (Condition("PackNetwork.pack_voltage", lowest=12.1),)
    assert hold.values["PackNetwork.voltage_limit"] == 12.1
    assert drive.until == (
        Condition("Cell.voltage_minimum", highest=3.0),
        Condition("Cell.voltage_maximum", lowest=4.0),
    )
    assert not drive.must_meet


def test_a_rest_ends_when_the_balancer_says_that_the_groups_are_balanced(small_pack, kernel_pack):
    texts = ["Rest for 2 h or until balanced", "Rest until balanced"]
    limited, longest = step_phases(expand(texts, "steps"), small_pack, PackPorts(kernel_pack, small_pack), hill)
    assert limited.until == longest.until == (Condition("Balancer.balanced", lowest=1.0),)
    assert (limited.duration, limited.must_meet) == (7200 * SECOND, False)
    assert (longest.duration, longest.must_meet) == (86400 * SECOND, True)


def test_a_drive_without_power_and_current_is_refused(small_pack, kernel_pack):
    with pytest.raises(InputError, match=r"^steps\[1\] 'Drive hill.csv': its file gives neither power nor current"):
        step_phases(
            expand(["Drive hill.csv"], "steps"), small_pack, PackPorts(kernel_pack, small_pack),
            lambda _: (SECOND, {"Thermal.ambient_temperature": np.zeros(1)}),
        )  # fmt: skip


def test_a_managed_pack_is_told_when_it_may_balance():
    steps = expand([{"step": "Rest for 1 h", "balancing": False}, "Rest for 1 h"], "steps")
    phases = step_phases(steps, MANAGED, PackPorts(kernel_pack_of(parts(MANAGED)), MANAGED), hill)
    assert [phase.values["Bms.balancing_allowed"] for phase in phases] == [0.0, 1.0]


SUNNY = {"PackNetwork.pack_power": POWER, "Thermal.ambient_temperature": 300.0 + np.arange(30.0) / 10.0,
         "Balancer.enable": np.ones(30)}  # fmt: skip

NOTHING = Common()


def phases_of(steps, pack, system, common=NOTHING, rows=SUNNY):
    found = expand(steps, "day.toml: steps", common)
    return step_phases(found, pack, PackPorts(system, pack), lambda _: (30 * SECOND, rows))


def test_what_holds_for_all_steps_leaves_the_columns_of_a_drive(small_pack, kernel_pack):
    drive, rest = phases_of(["Drive x", "Rest for 1 min"], small_pack, kernel_pack, Common(280.0, False))
    for name in ("Thermal.ambient_temperature", "Balancer.enable"):
        np.testing.assert_array_equal(drive.values[name], SUNNY[name])
    assert (rest.values["Thermal.ambient_temperature"], rest.values["Balancer.enable"]) == (280.0, 0.0)


@pytest.mark.parametrize(("key", "value"), [("ambient", 280.0), ("balancing", True)])
def test_a_key_of_a_step_beside_a_column_of_its_drive_is_refused(key, value, small_pack, kernel_pack):
    told = rf"^day.toml: steps\[2\] 'Drive x': {key} is a column of its file and told by the step too; leave one out$"
    with pytest.raises(InputError, match=told):
        phases_of(["Rest for 1 h", {"step": "Drive x", key: value}], small_pack, kernel_pack)
    plain = {"PackNetwork.pack_power": POWER}
    (drive,) = phases_of([{"step": "Drive x", key: value}], small_pack, kernel_pack, rows=plain)
    name = {"ambient": "Thermal.ambient_temperature", "balancing": "Balancer.enable"}[key]
    assert drive.values[name] == value


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("Rest for 1.5 s", "1500 ms is no multiple of the electrical period, 1 s"),
        ({"step": "Rest for 6 s", "pace": 4}, "6 s is no multiple of the electrical period at a pace of 4, 4 s"),
        ("Charge at C/1e9 until 4 V", "may take 7.2e+12 s, longer than ten years; add 'for TIME'"),
    ],
)
def test_a_duration_that_does_not_fit_is_told_with_its_step(step, told, small_pack, kernel_pack):
    with pytest.raises(InputError, match=rf"^day.toml: steps\[2\] '.*': {re.escape(told)}$"):
        phases_of(["Rest for 1 h", step], small_pack, kernel_pack)
