"""The pack as one block: the plan, jitted, against the master that runs the same plan over separate components."""

import re

import numpy as np
import pytest
from fmpy.validation import validate_fmu

from packfmu.core.duration import seconds
from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.block.taps import Summary
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.fmus.pack import TAPS
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import kernel_pack, pack_block, periods
from packfmu.pack.file import Schedule
from packfmu.pack.parts import parts
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL
from tests.interpreted import InterpretedInstance

SECOND = 10**9
PERIODS = {ELECTRICAL: SECOND, CONTROL: 10 * SECOND, THERMAL: 10 * SECOND}
STEPS = 120
POWER = -1500.0 * np.sin(np.arange(STEPS) / 17.0) - 500.0
VALUES = {"load_mode": LoadMode.POWER, "ambient_temperature": 290.0}


def trace(system, owners, record, output):
    """Run a pack under the load; `owners` are the components that take power, load mode and ambient temperature."""
    driven = with_profiles(system, {f"{owners['pack_power']}.pack_power": POWER})
    values = {f"{owners[name]}.{name}": value for name, value in VALUES.items()}
    experiment = Experiment(STEPS * SECOND, values=values, record=record, output=output)
    run(driven, make_plan(driven, PERIODS), experiment)
    return load(output)


def alone(component, output):
    """Run a block, recording all that it tells."""
    owners = dict.fromkeys(("pack_power", *VALUES), "Pack")
    return trace(System((component,), ()), owners, {tap.name: f"Pack.{tap.name}" for tap in TAPS}, output)


@pytest.fixture(scope="module")
def separate(small_pack, tmp_path_factory):
    """Return the trace of the four components under our master."""
    owners = {"pack_power": "PackNetwork", "load_mode": "PackNetwork", "ambient_temperature": "Thermal"}
    system = kernel_pack(parts(small_pack), metered=True)
    return trace(system, owners, {tap.name: tap.source for tap in TAPS}, tmp_path_factory.mktemp("x") / "separate.nc")


def assert_same_bits(together, separate):
    """Integrals of the balancer, which steps every 10 s, are told by the block where it has stepped."""
    for tap in TAPS:
        if tap.summary is not Summary.RATE:
            every = 10 if tap.summary is Summary.INTEGRAL and tap.source.startswith("Balancer") else 1
            found, expected = (traced[tap.name].values[::every] for traced in (together, separate))
            np.testing.assert_array_equal(found, expected, tap.name)
    np.testing.assert_array_equal(together.heat_rate.values[1:], separate.heat.values[1:])  # J over 1 s
    assert np.ptp(separate.pack_voltage.values) > 0.1
    assert np.ptp(separate.temperature.values) > 0.01


def test_the_jitted_plan_gives_the_masters_bits(model, separate, tmp_path):
    assert_same_bits(alone(kernel_component("Pack", ELECTRICAL, model), tmp_path / "block.nc"), separate)


@pytest.mark.parametrize("form", Form)
def test_its_fmus_give_the_masters_bits(form, small_pack, part, separate, tmp_path):
    built = build_parts((part,), tmp_path, small_pack.outputs.detail, form, (host_platform(),))
    assert validate_fmu(built["Pack"]) == []
    component = fmu_component("Pack", ELECTRICAL, built["Pack"])
    assert_same_bits(alone(component, tmp_path / "fmu.nc"), separate)


def drive(block, steps):
    """Step the block by these lengths [s] under a constant power; return outputs, and sums of the integrals."""
    block.u["pack_power"], t = -900.0, 0.0
    sums = dict.fromkeys(("pack_energy", "pack_charge", "heat", "busbar_loss"), 0.0)
    for h in steps:
        assert block.advance(t, h) == 0
        t += h
        for name in sums:
            sums[name] += float(block.y[name])
    return {name: np.copy(block.y[name]) for name in ("pack_voltage", "voltage", "temperature", "soc")}, sums


@pytest.mark.parametrize("step", [2.0, 5.0, 20.0, 60.0])
def test_a_longer_step_holds_its_inputs_and_is_otherwise_the_same(block, model, step):
    states, sums = drive(block, [step] * round(60.0 / step))
    block.initialize()
    reference, expected = drive(block, [1.0] * 60)
    for name, values in reference.items():
        np.testing.assert_array_equal(states[name], values, name)
    assert sums == pytest.approx(expected, rel=1e-13)  # another order of summation


@pytest.mark.parametrize("steps", [[0.7] * 60, [0.3, 1.9] * 20, [1 / 3] * 120, [13.37] * 3 + [1.89]])
def test_other_steps_end_short_and_keep_the_grid(block, steps):
    """The pack arrives where base periods bring it, to the second order of the exchange."""
    states, sums = drive(block, steps)
    total = sum(steps)
    block.initialize()
    reference, expected = drive(block, [1.0] * round(total))
    assert total == pytest.approx(round(total), abs=1e-9)
    # base periods of 1 s themselves were off by 7e-6 of the charge in a minute from rest, against 10 ms
    assert sums["pack_charge"] == pytest.approx(expected["pack_charge"], rel=1e-5)
    assert sums["pack_energy"] == pytest.approx(-900.0 * total, rel=1e-12)
    assert sums["heat"] == pytest.approx(expected["heat"], rel=1e-3)
    # finer steps resolve better how parallel cells share the first load: 2.3e-5 V here
    np.testing.assert_allclose(states["voltage"], reference["voltage"], atol=4e-5, rtol=0.0)
    np.testing.assert_allclose(states["temperature"], reference["temperature"], rtol=1e-6)


@pytest.fixture(scope="module")
def finely_resolved(small_pack):
    """Return the charge [C] that 20 s of the drive take in base periods of 20 ms, by the separate components."""
    fine = small_pack.model_copy(update={"schedule": Schedule(electrical="20 ms", control="10 s", thermal="10 s")})
    system, charge = kernel_pack(parts(fine), metered=True), next(t.source for t in TAPS if t.name == "pack_charge")
    held = {"PackNetwork.load_mode": LoadMode.POWER, "PackNetwork.pack_power": -900.0}
    experiment = Experiment(20 * SECOND, values=held | {"Thermal.ambient_temperature": 290.0}, totals=(charge,))
    return run(system, make_plan(system, periods(fine.schedule)), experiment).totals[charge]


@pytest.mark.parametrize("step", [0.5, 0.1, 0.02])
def test_finer_steps_are_no_worse(block, finely_resolved, step):
    """Against base periods of 20 ms: ports that looked half a second ahead in steps of 0.1 s were off by 3e-4."""
    _, sums = drive(block, [step] * round(20.0 / step))
    assert sums["pack_charge"] == pytest.approx(finely_resolved, rel=2e-5)


def test_rounded_steps_are_whole(block):
    """Steps as importers compute them; whole base periods whatever the last digits are."""
    rounded, sums = drive(block, [0.9999999999999998, 1.0000000000000002] * 30)
    block.initialize()
    exact, expected = drive(block, [1.0] * 60)
    for name, values in exact.items():
        np.testing.assert_array_equal(rounded[name], values, name)
    assert sums == expected


def test_steps_below_the_tolerance_add_up(block):
    drive(block, [2e-7] * 50)
    assert block.x["done"] + block.x["debt"] == pytest.approx(1e-5, rel=1e-9)


def test_a_flag_is_told_for_the_whole_step(block):
    """A cell that is low in the first second and recovers has tripped in a step of a minute, but not in the next."""
    block.u["pack_power"] = -9000.0
    assert block.advance(0.0, 10.0) == 0
    block.u["pack_power"] = 0.0
    loaded = block.memory.copy()
    assert block.advance(10.0, 1.0) == 0
    early = float(block.y["voltage_minimum"])
    assert block.advance(11.0, 59.0) == 0
    late = float(block.y["voltage_minimum"])
    assert late > early + 1e-3
    block.memory[:] = loaded
    block.p["PackNetwork"]["minimum_cell_voltage"] = 0.5 * (early + late)
    block.update_outputs()
    told = []
    for h in (60.0, 1.0):
        assert block.advance(10.0, h) == 0
        told.append(float(block.y["undervoltage"]))
    assert told == [1.0, 0.0]


def test_a_refusal_names_the_component_and_its_figures(block):
    block.u["pack_power"] = -1e9
    status = block.advance(0.0, 1.0)
    text = block.refusal(status)
    assert text.startswith("PackNetwork: pack_power = -1e+09 W has no current")
    assert f"{float(block.x['PackNetwork_outputs']['maximum_discharge_power']):.9g} W" in text


def test_cells_that_leave_the_ports_bounds_are_refused_as_they_are_outside(block):
    """The step in which a SOC would leave its range is refused, by the Cell within as by the Cell alone."""
    block.u["load_mode"], block.u["pack_current"] = LoadMode.CURRENT, -60.0
    statuses = [block.advance(3600.0 * hour, 3600.0) for hour in range(3)]
    assert statuses[0] == 0
    text = next(block.refusal(status) for status in statuses if status)
    assert re.match(r"Cell: soc\[\d\] would be -1\.0\d+, below -1; charge the cell, or take less from it", text)


@pytest.mark.parametrize("by", [InterpretedInstance, pytest.param(Instance, marks=pytest.mark.campaign)])
@pytest.mark.parametrize(
    ("schedule", "duration"),
    [(("1 s", "1 s", "1 s"), 40), (("100 ms", "1 s", "5 s"), 10), (("1 s", "5 s", "10 s"), 40)],
)
def test_other_schedules_give_the_masters_bits(schedule, duration, by, small_pack):
    """Each schedule is a block of its own, which compiles for half a minute: the interpreter runs it."""
    pack = small_pack.model_copy(
        update={"schedule": Schedule(**dict(zip(("electrical", "control", "thermal"), schedule, strict=True)))}
    )
    part, system = pack_block(pack, parts(pack)), kernel_pack(parts(pack), metered=True)
    plan = make_plan(system, periods(pack.schedule))
    values = {"PackNetwork.load_mode": LoadMode.POWER, "PackNetwork.pack_power": -900.0}
    totals = run(
        system, plan, Experiment(duration * SECOND, values=values, totals=("Cell.heat", "Thermal.stored_heat"))
    ).totals
    block = by(load_definition(part.component, part.arguments, part.start).model)
    block.u["load_mode"], block.u["pack_power"] = LoadMode.POWER, -900.0
    block.initialize()
    heat = 0.0
    for n in range(duration * SECOND // plan.base):
        assert block.advance(n * seconds(plan.base), seconds(plan.base)) == 0
        heat += float(block.y["heat"])
    assert heat == pytest.approx(totals["Cell.heat"], rel=1e-14)
    assert block.y["temperature_mean"] > 298.15


def test_a_step_without_end_is_refused(block):
    assert "at most a million base periods of 1 s" in block.refusal(block.advance(0.0, 1e300))


def test_the_lookahead_belongs_to_the_plan(part):
    with pytest.raises(InputError, match=r"Cell.lookahead = 0.6 s is not within \[0.5, 0.5\] s"):
        load_definition(part.component, part.arguments, {"Cell.lookahead": 0.6})


def test_the_capacity_of_the_cells_is_that_of_the_network(block):
    before = float(block.y["usable_capacity"])
    block.p["Cell"]["capacity"] *= 0.8
    block.initialize()
    assert block.y["usable_capacity"] == pytest.approx(0.8 * before, rel=1e-12)
