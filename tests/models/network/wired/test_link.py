"""Main contactor, pre-charge resistor and capacitor of the link: closed forms, energies, loads, open contactors."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.core.model import DONE
from packfmu.models.network.loads import LoadMode
from packfmu.models.network.wired import contactors, link, network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from tests.models.packs import NODES, started, step

from .netlists import strings_in_parallel

ONE = Netlist("low", "high", (CellPlace("1", "low", "mid"),), (Conductor("cable", "mid", "high", 1e-3),),
              (GroupPlace("1", "low", "mid"),))  # fmt: skip
MAIN, BEFORE, FARAD = 1e-3, 80.0, 1e-3


@pytest.fixture(scope="module")
def pack():
    """Two strings of two cells behind a contactor."""
    return started(network.declare(strings_in_parallel(2, 2), NODES, linked=True))


@pytest.fixture(scope="module")
def battery():
    """One cell of 400 V, as a whole pack may be told."""
    return started(network.declare(ONE, NODES, linked=True))


def rest(pack, **inputs):
    """Start at rest, the contactor closed."""
    usual = {"emf": 3.7, "resistance": 2e-3, "load_mode": 1, "pack_current": 0.0, "pack_power": 0.0, "cell_short": 0.0,
             "cell_open": 0.0, "conductor_parted": 0.0, "balancing_current": 0.0, "balancing_pack_current": 0.0,
             "contactor_open": 0.0, "precharge_closed": 0.0, "external_short": 0.0}  # fmt: skip
    for name, value in (usual | inputs).items():
        pack.u[name] = value
    pack.p["contact_resistance"], pack.p["contactor_resistance"] = 0.0, MAIN
    pack.p["precharge_resistance"], pack.p["link_capacitance"], pack.p["initial_link_voltage"] = BEFORE, FARAD, 0.0
    pack.initialize()
    return pack


def ledgers(y):
    """What is missing in the books of link and pack, and how much went through them."""
    behind = y["pack_energy"] + y["external_short_energy"] + y["contactor_loss"] + y["link_energy"] - y["load_energy"]
    inside = y["cell_energy"] + y["busbar_loss"] + y["short_energy"] - y["pack_energy"] - y["balancing_energy"]
    went = sum(abs(float(y[name])) for name in ("pack_energy", "cell_energy", "load_energy", "link_energy"))
    return np.array([behind, inside]), went + y["contactor_loss"]


@pytest.mark.parametrize("h", [1e-6, 1e-4, 0.05, 0.1, 1.0, 10.0])
def test_precharge_is_the_exponential_whatever_the_step(battery, h):
    """400 V over 50 Ohm into 1 mF: 345.87 V at 0.1 s."""
    rest(battery, emf=400.0, resistance=0.099, contactor_open=1.0, precharge_closed=1.0)
    battery.p["precharge_resistance"] = 50.0 - 0.1
    tau = 50.0 * FARAD
    for n in range(1, 4):
        y = step(battery, h)
        assert y["link_voltage"] == pytest.approx(-400.0 * math.expm1(-n * h / tau), rel=1e-12)
        charge = 400.0 * FARAD * (math.exp(-(n - 1) * h / tau) - math.exp(-n * h / tau))
        assert y["pack_charge"] == pytest.approx(-charge, rel=1e-9, abs=1e-15 * 400.0 * FARAD)
        missing, went = ledgers(y)
        assert np.abs(missing).max() <= 1e-9 * went


def test_half_the_energy_of_a_pre_charge_is_lost_in_resistances(battery):
    rest(battery, emf=400.0, resistance=0.099, contactor_open=1.0, precharge_closed=1.0)
    y = step(battery, 10.0)
    stored = 0.5 * FARAD * 400.0**2
    assert y["link_energy"] == pytest.approx(stored, rel=1e-12)
    assert y["contactor_loss"] == pytest.approx(stored * BEFORE / (BEFORE + 0.1), rel=1e-10)
    assert y["busbar_loss"] == pytest.approx(stored * 1e-3 / (BEFORE + 0.1), rel=1e-10)


def test_an_inrush_is_told(battery):
    rest(battery, emf=400.0, resistance=0.099, contactor_open=1.0)
    y = step(battery, 0.01, contactor_open=0.0)
    assert y["inrush_current"] == pytest.approx(400.0 / (0.1 + MAIN), rel=1e-12)
    assert y["link_voltage"] == pytest.approx(400.0, rel=1e-12)


@pytest.mark.parametrize("h", [1e-6, 1e-3, 1.0])
@pytest.mark.parametrize("power", [-20.0, 20.0])
def test_a_power_is_the_mean_over_the_step(pack, power, h):
    y = step(rest(pack), h, load_mode=2, pack_power=power)
    assert y["load_energy"] == pytest.approx(power * h, rel=1e-12)
    assert y["pack_current_actual"] * power >= 0.0


@pytest.mark.parametrize("h", [1e-5, 1e-3, 1.0])
def test_a_voltage_holds_at_the_link(pack, h):
    rest(pack)
    pack.p["maximum_charge_current"] = 1e6
    assert step(pack, h, load_mode=6, voltage_limit=7.9)["link_voltage"] == pytest.approx(7.9, rel=1e-12)
    assert step(pack, h)["link_voltage"] == pytest.approx(7.9, rel=1e-12)
    y = step(pack, 10.0)
    assert y["pack_current_actual"] == pytest.approx(0.5 / (0.5 * (4e-3 + 1e-4) + MAIN), rel=1e-3)


def test_a_charge_by_cell_voltages_holds_the_first_cell(pack):
    rest(pack)
    pack.p["maximum_cell_voltage"] = 4.0
    for _ in range(3):  # the ports do not move: what is foreseen settles
        y = step(pack, load_mode=4, pack_current=800.0)
    pack.p["maximum_cell_voltage"] = 4.3
    assert y["load_current"] == pytest.approx(2 * (4.0 - 5e-4 - 3.7) / 2e-3, rel=1e-9)
    assert y["pack_current_actual"] == pytest.approx(y["load_current"], rel=1e-9)


def test_behind_open_contactors_the_capacitor_feeds_the_load(pack):
    rest(pack)
    y = step(pack, 1e-3, contactor_open=1.0, pack_current=-3.0)
    assert y["link_voltage"] == pytest.approx(7.4 - 3.0, rel=1e-12)
    assert (y["pack_current_actual"], y["load_current"]) == (0.0, -3.0)
    assert not y["current"].any()
    y = step(pack, 2e-3)
    assert y["load_current"] == pytest.approx(-2.2, rel=1e-12)
    assert (y["link_voltage"], y["link_empty"]) == (0.0, 1.0)
    y = step(pack, 1.0)
    assert (y["link_voltage"], y["load_current"], y["link_empty"]) == (0.0, 0.0, 1.0)
    assert step(pack, 1.0, pack_current=0.0)["link_empty"] == 0.0


def test_behind_open_contactors_a_charge_ends_at_the_greatest_voltage(pack):
    y = step(rest(pack), 1e-3, contactor_open=1.0, pack_current=1.5)
    assert (y["link_voltage"], y["link_full"]) == (pytest.approx(8.9, rel=1e-12), 0.0)
    y = step(pack, 1.0)
    assert (y["link_voltage"], y["link_full"]) == (pytest.approx(10.0, rel=1e-12), 1.0)
    assert y["load_current"] == pytest.approx(1.1e-3, rel=1e-9)
    assert step(pack, 1.0)["load_current"] == pytest.approx(0.0, abs=1e-15)


def test_behind_open_contactors_all_that_the_capacitor_holds_can_be_taken_and_no_more(pack):
    rest(pack)
    held = 0.5 * FARAD * 7.4**2
    pack.u["contactor_open"], pack.u["load_mode"], pack.u["pack_power"] = 1.0, LoadMode.POWER, -1.001 * held
    assert pack.advance(0.0, 1.0) != DONE
    y = step(pack, 1.0, pack_power=-0.999 * held)
    assert y["load_energy"] == pytest.approx(-0.999 * held, rel=1e-12)
    assert y["link_voltage"] == pytest.approx(7.4 * math.sqrt(1e-3), rel=1e-9)


def test_at_long_steps_a_closed_contactor_is_a_resistance(pack):
    """Steps are 10 000 time constants long; a conductor of the same resistance does the same."""
    y = step(rest(pack), 10.0, pack_current=-50.0)
    assert y["pack_current_actual"] == pytest.approx(-50.0, rel=1e-6)
    y = step(pack, 10.0)
    assert y["pack_current_actual"] == pytest.approx(-50.0, rel=1e-13)
    assert y["link_voltage"] == pytest.approx(7.4 - 50.0 * (0.5 * 4.1e-3 + MAIN), rel=1e-12)
    assert y["contactor_loss"] == pytest.approx(10.0 * MAIN * 50.0**2, rel=1e-12)


@pytest.mark.parametrize("a", [1e-9, 1e-3, 0.3, 0.99999, 1.0, 3.0, 50.0])
def test_series_and_closed_forms_meet(a):
    nodes, weights = np.polynomial.legendre.leggauss(80)
    s, w = 0.5 * (nodes + 1.0), 0.5 * weights
    decay = np.exp(-a * s)
    assert link.mean_decay(a) == pytest.approx(w @ decay, rel=1e-13)
    assert link.mean_rise(a) == pytest.approx(w @ (-np.expm1(-a * s)) / a, rel=1e-12)
    assert link.variance_of_decay(a) == pytest.approx(w @ (np.expm1(-a * s) - w @ np.expm1(-a * s)) ** 2, rel=1e-11)


def test_a_pack_without_a_link_knows_of_no_contactor():
    model = network.declare(ONE, NODES)
    names = {v.name for v in (*model.parameters, *model.inputs, *model.outputs, *model.states)}
    for effect in (contactors.fields(), link.fields(1)):
        assert names.isdisjoint(v.name for v in (*effect.parameters, *effect.inputs, *effect.outputs, *effect.states))


def test_a_link_behind_inductances_is_refused():
    inductive = Netlist("low", "high", ONE.cells, (Conductor("cable", "mid", "high", 1e-3, 1e-6),), ONE.taps)
    with pytest.raises(InputError, match="no link with a capacitor"):
        network.declare(inductive, NODES, linked=True)


moves = st.fixed_dictionaries(
    {
        "contactor_open": st.sampled_from([0.0, 1.0]),
        "precharge_closed": st.sampled_from([0.0, 1.0]),
        "cell_open": st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), min_size=4, max_size=4),
        "cell_short": st.lists(st.sampled_from([0.0, 0.0, 10.0]), min_size=4, max_size=4),
        "external_short": st.sampled_from([0.0, 0.0, 100.0]),
        "load_mode": st.sampled_from([1, 2, 3, 4, 5, 6]),
        "pack_current": st.floats(-200.0, 200.0),
        "pack_power": st.floats(-5.0, 5.0),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(moves, st.floats(-6.0, 1.0)), min_size=1, max_size=5))
def test_switching_closes_the_books_and_rolls_back_to_the_bit(pack, steps):
    rest(pack, emf=[3.7, 3.6, 3.8, 3.5])
    for inputs, exponent in steps:
        for name, value in inputs.items():
            pack.u[name] = value
        before, h = pack.memory.copy(), 10.0**exponent
        if pack.advance(0.0, h) != DONE:
            assert inputs["load_mode"] == LoadMode.POWER
            pack.memory[:] = before
            continue
        assert np.isfinite(pack.memory).all()
        missing, went = ledgers(pack.y)
        assert np.abs(missing).max() <= 1e-9 * went + 1e-12 * h  # potentials of 7 V round, at some 500 S
        stored = FARAD * (pack.y["link_voltage"] - before_voltage(pack, before))
        came = h * (pack.y["load_current"] - pack.y["pack_current_actual"] - pack.y["external_short_current"])
        assert stored == pytest.approx(came, abs=1e-9 * (abs(h * pack.y["load_current"]) + FARAD * 8.0))
        after = pack.memory.copy()
        pack.memory[:] = before
        assert pack.advance(0.0, h) == DONE
        assert pack.memory.tobytes() == after.tobytes()


def before_voltage(pack, memory):
    """Return the voltage of the link in a memory."""
    present = pack.memory.copy()
    pack.memory[:] = memory
    voltage = float(pack.y["link_voltage"])
    pack.memory[:] = present
    return voltage
