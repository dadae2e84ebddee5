"""Currents in inductances within a step: closed forms, an independent integration, charge and energy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network.wired import network as wired
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from packfmu.models.network.wired.transients import substeps

INDUCTANCE = np.array([1e-6, 3e-6])
LINK = np.array([1e-3, 2e-3])
RESISTANCE = np.array([2e-3, 1e-3])
TOTAL = LINK + RESISTANCE
RATE = TOTAL.sum() / INDUCTANCE.sum()
"""Of what flows around both cells [1/s]."""


@pytest.fixture(scope="module")
def pair():
    """Two cells in parallel, each behind a link with an inductance."""
    cells = CellPlace("a", "low", "a"), CellPlace("b", "low", "b")
    links = tuple(
        Conductor(node, node, "high", r, inductance) for node, r, inductance in zip("ab", LINK, INDUCTANCE, strict=True)
    )
    return Instance(wired.declare(Netlist("low", "high", cells, links, (GroupPlace("both", "low", "high"),)), 2))


def test_negative_electrodes_are_not_held_where_there_is_inductance():
    links = (Conductor("link", "a", "high", 1e-3, 1e-6),)
    netlist = Netlist("low", "high", (CellPlace("a", "low", "a"),), links, (GroupPlace("a", "low", "a"),))
    with pytest.raises(InputError, match="negative electrodes"):
        wired.declare(netlist, 2, anodes=True)


def begin(pair, emf=(3.7, 3.7), current=100.0, tolerance=1e-5, longest=1e9):
    """Start without currents, and set a load."""
    pair.p["contact_resistance"], pair.p["transient_tolerance"], pair.p["longest_substep"] = 0.0, tolerance, longest
    pair.u["emf"], pair.u["resistance"] = emf, RESISTANCE
    pair.u["load_mode"], pair.u["pack_current"] = 1, current
    pair.initialize()


def first_currents(pair, times):
    """Current in the first link at the ends of steps."""
    found, before = [], 0.0
    for time in times:
        assert pair.advance(before, time - before) == DONE
        found.append(pair.y["conductor_current"][0])
        before = time
    return np.array(found)


def closed_form(times, emf=(3.7, 3.7), current=100.0):
    """The same: at once by the inductances, then to what the resistances make of it."""
    start = current * INDUCTANCE[1] / INDUCTANCE.sum()
    end = (emf[1] - emf[0] + TOTAL[1] * current) / TOTAL.sum()
    return end + (start - end) * np.exp(-RATE * np.asarray(times))


def test_a_current_divides_by_inductance_first_and_by_resistance_later(pair):
    begin(pair)
    times = np.array([1e-7, 1e-6, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1.0, 2.0])
    found = first_currents(pair, times)
    assert found == pytest.approx(closed_form(times), abs=1e-4)
    assert found[0] == pytest.approx(75.0, abs=0.01)
    assert found[-1] == pytest.approx(50.0, abs=1e-9)


def test_equal_resistances_take_the_time_of_inductance_over_resistance_to_decide(pair):
    """Half of what the inductances have made unequal is gone after ln 2 L/R."""
    begin(pair)
    (half,) = first_currents(pair, [np.log(2.0) / RATE])
    assert half - 50.0 == pytest.approx(0.5 * 25.0, abs=1e-4)


@pytest.mark.parametrize("emf", [(3.7, 3.6), (3.5, 3.9)])
def test_currents_are_those_of_an_independent_integration(pair, emf):
    begin(pair, emf, current=-40.0, tolerance=1e-6)
    times = np.linspace(2e-4, 4e-3, 12)

    def slope(t, i):
        other = -40.0 - i
        return (emf[1] - emf[0] + TOTAL[1] * other - TOTAL[0] * i) / INDUCTANCE.sum()

    start = [-40.0 * INDUCTANCE[1] / INDUCTANCE.sum()]
    peer = solve_ivp(slope, (0.0, times[-1]), start, method="Radau", rtol=1e-10, atol=1e-10, t_eval=times)
    assert first_currents(pair, times) == pytest.approx(peer.y[0], abs=1e-4)


def test_the_weights_of_the_stages_are_those_of_second_order():
    """They sum to 1, and with the times of the stages, a and 1, to 1/2."""
    weights = substeps.FIRST_WEIGHT, substeps.SECOND_WEIGHT
    assert sum(weights) == pytest.approx(1.0, rel=1e-15)
    assert weights[0] * substeps.A + weights[1] == pytest.approx(0.5, rel=1e-15)


def test_sub_steps_of_one_length_are_of_second_order(pair):
    errors = []
    for count in (8, 16, 32, 64):
        begin(pair, (3.7, 3.6), tolerance=1e9, longest=1e-3 / count)
        errors.append(abs(first_currents(pair, [1e-3])[0] - closed_form([1e-3], (3.7, 3.6))[0]))
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2.0, abs=0.2)


def test_a_current_that_is_forced_loses_what_its_fields_are_short_of(pair):
    """Both inductances in parallel, from rest to 100 A at once: as much is lost as is stored."""
    begin(pair)
    assert pair.advance(0.0, 1e-7) == DONE
    together = INDUCTANCE.prod() / INDUCTANCE.sum()
    assert pair.y["method_loss"] == pytest.approx(0.5 * together * 100.0**2, rel=1e-3)
    assert pair.y["inductive_energy"] == pytest.approx(0.5 * together * 100.0**2, rel=2e-3)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-7.0, 1.0), st.floats(-500.0, 500.0)), min_size=1, max_size=6))
def test_charge_and_energy_of_each_step_add_up(pair, loads):
    begin(pair, (3.8, 3.6), current=0.0, tolerance=0.01)
    time = 0.0
    for power, current in loads:
        pair.u["pack_current"], h = current, 10.0**power
        assert pair.advance(time, h) == DONE
        time += h
        y = pair.y
        came = y["pack_energy"] + y["balancing_energy"]
        went = y["cell_energy"] + y["busbar_loss"] + y["inductive_energy"] + y["method_loss"]
        scale = abs(y["cell_energy"]) + y["busbar_loss"] + abs(y["inductive_energy"]) + 1e-9
        assert came == pytest.approx(went, abs=1e-9 * scale)
        assert y["current"].sum() == pytest.approx(current, abs=1e-9 * max(abs(current), 1.0))
        assert np.isfinite(pair.memory).all()


def test_a_state_that_is_restored_goes_on_to_the_same_bits(pair):
    begin(pair, (3.8, 3.6))
    first_currents(pair, [1e-4, 2e-4])
    kept = pair.memory.copy()
    told = first_currents(pair, [3e-4, 1.0])
    pair.memory[:] = kept
    assert np.array_equal(first_currents(pair, [3e-4, 1.0]), told)
