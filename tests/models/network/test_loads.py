"""Loads on the pack's affine port: power, and constant current then constant voltage."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.network import network
from packfmu.models.network.loads import LoadMode
from tests.models.packs import emfs, lone_cell, resistances, scatter, small_pack, step


@pytest.fixture
def pack():
    return small_pack()


@pytest.fixture
def one_cell():
    return lone_cell()


@pytest.mark.parametrize("power", [-15e3, -6e3, -1e-6, 0.0, 1.0, 40e3])
def test_a_power_load_takes_its_power(pack, power):
    y = step(scatter(pack), load_mode=LoadMode.POWER, pack_power=power, balancing_current=[-0.1, 0.0, 2.0])
    assert y["pack_voltage"] * y["pack_current_actual"] == pytest.approx(power, rel=1e-12, abs=0.0)


def test_a_power_load_and_its_current_give_the_same_energy(pack):
    y = step(scatter(pack), h=2.0, load_mode=LoadMode.POWER, pack_power=-3e3)
    energy, currents = float(y["pack_energy"]), y["current"].copy()
    y = step(pack, h=2.0, load_mode=LoadMode.CURRENT, pack_current=y["pack_current_actual"])
    assert y["pack_energy"] == energy == pytest.approx(-6e3, rel=1e-12)
    assert (y["current"] == currents).all()


def test_more_power_than_there_is_is_refused(pack):
    y = step(scatter(pack), load_mode=LoadMode.POWER, pack_power=-1e3)
    currents, most = y["current"].copy(), float(y["maximum_discharge_power"])
    y = step(pack, pack_power=-most)
    emf = y["group_voltage"].sum() - pack.x["group_resistance"].sum() * y["pack_current_actual"]
    assert y["pack_voltage"] == pytest.approx(emf / 2, rel=1e-12)
    before = pack.memory.copy()
    begin = pack.model.offsets()[pack.model.outputs[0].path]
    end = begin + sum(variable.count for variable in pack.model.outputs)
    pack.u["pack_power"] = -1.001 * most
    status = pack.advance(1.0, 1.0)
    assert status == network.INFEASIBLE_POWER
    assert f"pack_power = {-1.001 * most:.9g} W" in pack.refusal(status)
    assert f"maximum_discharge_power = {most:.9g} W" in pack.refusal(status)
    pack.u["pack_power"] = -most
    assert (np.delete(pack.memory, slice(begin, end)) == np.delete(before, slice(begin, end))).all()
    assert (step(pack, pack_power=-1e3)["current"] == currents).all()


def test_a_refused_power_leaves_a_finished_charge_finished(one_cell):
    charge = {"load_mode": LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, "pack_current": 10.0, "voltage_limit": 3.6}
    assert step(one_cell, **charge)["charge_complete"] == 1.0
    one_cell.u["load_mode"], one_cell.u["pack_power"] = LoadMode.POWER, -1e9
    assert one_cell.advance(0.0, 1.0) == network.INFEASIBLE_POWER
    assert step(one_cell, **charge | {"voltage_limit": 4.2})["charge_complete"] == 1.0


def test_power_without_resistance_and_without_voltage(one_cell):
    one_cell.p["contact_resistance"] = 0.0
    y = step(one_cell, load_mode=LoadMode.POWER, pack_power=-370.0, resistance=0.0, emf=3.7)
    assert y["pack_current_actual"] == pytest.approx(-100.0, rel=1e-12)
    assert math.isfinite(y["maximum_discharge_power"])
    one_cell.u["emf"], one_cell.u["pack_power"] = -0.1, 5.0
    assert one_cell.advance(0.0, 1.0) == network.INFEASIBLE_POWER
    assert one_cell.y["maximum_discharge_power"] == 0.0
    assert step(one_cell, pack_power=0.0)["pack_current_actual"] == 0.0


def cycle(cell, current, limit, soc, steps, h=10.0):
    """Run constant current then constant voltage on a cell of 1 A.h, U = 3 + 1.2 soc and 50 mOhm."""
    cell.p["contact_resistance"], cell.p["taper_current"] = 0.0, 0.05
    currents, voltages, complete = [], [], []
    for _ in range(steps):
        y = step(
            cell, h, load_mode=LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, pack_current=current,
            voltage_limit=limit, emf=3.0 + 1.2 * soc, resistance=0.05,
        )  # fmt: skip
        currents.append(float(y["pack_current_actual"]))
        voltages.append(float(y["pack_voltage"]))
        complete.append(float(y["charge_complete"]))
        soc += h * currents[-1] / 3600.0
    return np.array(currents), np.array(voltages), np.array(complete), soc


@pytest.mark.parametrize(("current", "limit", "soc"), [(2.0, 4.1, 0.5), (-2.0, 3.1, 0.5)])
def test_constant_current_then_constant_voltage_ends_at_the_taper_current(one_cell, current, limit, soc):
    """At constant voltage the current falls by the factor 1 - U' h / (Q R) = 14/15 a step, to the taper."""
    currents, voltages, complete, soc = cycle(one_cell, current, limit, soc, 200)
    held = (currents != current) & (currents != 0.0)
    first, last = np.flatnonzero(held)[[0, -1]]
    assert (currents[:first] == current).all()
    assert voltages[held] == pytest.approx(limit, rel=1e-12)
    assert currents[first + 1 : last + 1] == pytest.approx(currents[first:last] * 14.0 / 15.0, rel=1e-9)
    steps = math.ceil(math.log(abs(currents[first]) / 0.05) / math.log(15.0 / 14.0))
    assert last + 1 - first == steps
    assert (complete == (np.arange(200) > last)).all()
    assert not currents[last + 1 :].any()
    assert abs(limit - (3.0 + 1.2 * soc)) / 0.05 <= 0.05


def test_a_finished_charge_stays_finished_until_the_mode_is_left(one_cell):
    mode = LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE
    y = step(one_cell, load_mode=mode, pack_current=5.0, voltage_limit=3.7005)
    assert y["charge_complete"] == 1.0
    assert y["pack_current_actual"] == 0.0
    y = step(one_cell, voltage_limit=4.2, pack_current=8.0)
    assert (y["charge_complete"], y["pack_current_actual"]) == (1.0, 0.0)
    y = step(one_cell, load_mode=LoadMode.CURRENT)
    assert (y["charge_complete"], y["pack_current_actual"]) == (0.0, 8.0)
    y = step(one_cell, load_mode=mode)
    assert (y["charge_complete"], y["pack_current_actual"]) == (0.0, 8.0)


CHARGES = (LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE)


def full(cell, mode):
    """Complete a charge of a cell in the next step, and return what it tells."""
    cell.p["maximum_cell_voltage"] = 3.7005
    y = step(cell, load_mode=mode, pack_current=5.0, voltage_limit=3.7005)
    return float(y["charge_complete"]), float(y["pack_current_actual"])


@pytest.mark.parametrize("mode", CHARGES)
def test_a_finished_charge_starts_again_when_it_is_told_to(one_cell, mode):
    assert full(one_cell, mode) == (1.0, 0.0)
    one_cell.u["emf"] = 3.6
    told = []
    for restart in (0.0, 1.0, 1.0, 0.0):
        y = step(one_cell, restart_charge=restart)
        told.append((float(y["charge_complete"]), float(y["pack_current_actual"])))
    assert told == [(1.0, 0.0), (0.0, 5.0), (0.0, 5.0), (0.0, 5.0)]


@pytest.mark.parametrize("mode", CHARGES)
def test_to_hold_restart_charge_true_is_no_trap(one_cell, mode):
    """The charge ends as it does otherwise, and stays complete until the input has fallen and risen."""
    one_cell.u["restart_charge"] = 1.0
    for emf in (3.7, 3.6):
        one_cell.u["emf"] = emf
        assert full(one_cell, mode) == (1.0, 0.0)
    told = [float(step(one_cell, restart_charge=restart)["charge_complete"]) for restart in (0.0, 1.0)]
    assert told == [1.0, 0.0]


def test_from_one_charge_to_the_other_begins_a_new_one(one_cell):
    assert full(one_cell, CHARGES[0]) == (1.0, 0.0)
    y = step(one_cell, load_mode=CHARGES[1], emf=3.6)
    assert (y["charge_complete"], y["pack_current_actual"]) == (0.0, 5.0)


def test_a_refused_step_takes_no_restart(one_cell):
    assert full(one_cell, CHARGES[0]) == (1.0, 0.0)
    one_cell.u["resistance"] = one_cell.p["contact_resistance"] = 0.0
    one_cell.u["restart_charge"], one_cell.u["load_mode"], one_cell.u["pack_power"] = 1.0, LoadMode.POWER, -1.0
    one_cell.u["emf"] = -1.0
    assert one_cell.advance(0.0, 1.0) == network.INFEASIBLE_POWER
    y = step(one_cell, load_mode=CHARGES[0], emf=3.6)
    assert (y["charge_complete"], y["pack_current_actual"]) == (0.0, 5.0)


def test_mode_0_means_current(pack):
    assert step(pack, load_mode=0.0, pack_current=-20.0)["pack_current_actual"] == -20.0


@pytest.mark.parametrize(
    ("wanted", "current"), [(-100.0, -30.0), (-30.0, -30.0), (-3.0, -3.0), (0.0, 0.0), (7.0, 7.0), (100.0, 20.0)]
)
def test_the_allowed_current_is_within_its_limits(pack, wanted, current):
    mode = LoadMode.ALLOWED_CURRENT
    limits = {"charge_current_limit": 20.0, "discharge_current_limit": 30.0}
    assert step(pack, load_mode=mode, pack_current=wanted, **limits)["pack_current_actual"] == current
    assert pack.y["charge_complete"] == 0.0
    withdrawn = step(pack, charge_current_limit=0.0, discharge_current_limit=0.0)
    assert withdrawn["pack_current_actual"] == 0.0


def test_without_a_management_every_current_is_allowed(pack):
    for current in (-1e6, 1e6):
        y = step(pack, load_mode=LoadMode.ALLOWED_CURRENT, pack_current=current)
        assert y["pack_current_actual"] == current


@pytest.mark.parametrize("voltage", [9.0, 11.05, 11.1, 11.12, 14.0])
def test_a_constant_voltage_takes_either_sign_within_the_limits(pack, voltage):
    scatter(pack)
    pack.p["maximum_charge_current"], pack.p["maximum_discharge_current"] = 60.0, 90.0
    y = step(pack, load_mode=LoadMode.CONSTANT_VOLTAGE, voltage_limit=voltage, pack_current=1e3)
    current, held = float(y["pack_current_actual"]), float(y["pack_voltage"])
    if voltage in (9.0, 14.0):
        assert current == (60.0 if voltage == 14.0 else -90.0)
        assert (voltage - held) * current > 0.0
    else:
        assert held == pytest.approx(voltage, rel=1e-14)  # rounding of E + R (V - E) / R
        assert -90.0 < current < 60.0
    assert y["charge_complete"] == 0.0


def test_a_constant_voltage_without_resistance_is_bounded(one_cell):
    one_cell.p["contact_resistance"] = 0.0
    for voltage, current in ((3.7, 0.0), (3.8, 1e3), (3.6, -1e3)):
        y = step(one_cell, load_mode=LoadMode.CONSTANT_VOLTAGE, voltage_limit=voltage, resistance=0.0, emf=3.7)
        assert y["pack_current_actual"] == current


def test_a_charger_does_not_discharge_and_zero_current_does_not_finish(one_cell):
    mode = LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE
    y = step(one_cell, load_mode=mode, pack_current=0.0, voltage_limit=3.5)
    assert (y["charge_complete"], y["pack_current_actual"]) == (0.0, 0.0)
    one_cell.p["contact_resistance"] = 0.0
    y = step(one_cell, pack_current=5.0, resistance=0.0)
    assert (y["charge_complete"], y["pack_current_actual"]) == (1.0, 0.0)


@settings(max_examples=50)
@given(power=st.floats(-2e4, 2e4), emf=emfs, resistance=resistances)
def test_every_power_is_either_met_or_refused(power, emf, resistance):
    pack = small_pack()
    assume(power == 0.0 or abs(power) > 1e-100)
    pack.u["emf"], pack.u["resistance"], pack.u["pack_power"] = emf, resistance, power
    pack.u["load_mode"] = LoadMode.POWER
    if pack.advance(0.0, 1.0) == DONE:
        # the balance of a power that nearly everything is lost from: V is at least half of E, so no digits go
        assert pack.y["pack_energy"] == pytest.approx(power, rel=1e-12, abs=0.0)
    else:
        assert -power > pack.y["maximum_discharge_power"] > 0.0
