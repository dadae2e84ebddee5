"""Cells that fail open or short, conductors that part: what flows, what is lost, what is left of the pack."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from tests.models.packs import NODES, started, step

from .netlists import ladder, strings_in_parallel

TABLE = np.linspace(3.0, 4.2, NODES)


@pytest.fixture(scope="module")
def strings():
    """Two strings of three cells, each on a link."""
    return started(network.declare(strings_in_parallel(2, 3), NODES))


@pytest.fixture(scope="module")
def ladders():
    """Three groups of two cells."""
    return started(network.declare(ladder(3, 2), NODES))


def rest(pack):
    """Start without faults, all cells alike and half full."""
    for name, value in {"cell_open": 0.0, "cell_short": 0.0, "conductor_parted": 0.0, "emf": 3.6, "resistance": 2e-3,
                        "soc": 0.5, "capacity_loss": 0.0, "load_mode": 1, "pack_current": 0.0,
                        "balancing_current": 0.0, "balancing_pack_current": 0.0}.items():  # fmt: skip
        pack.u[name] = value
    pack.p["contact_resistance"], pack.p["capacity"], pack.p["open_circuit_voltage"] = 1e-4, 1e4, TABLE
    pack.initialize()
    return pack


def ledger(y):
    came = y["pack_energy"] + y["balancing_energy"]
    return came - y["cell_energy"] - y["busbar_loss"] - y["short_energy"]


def test_the_current_of_an_open_cell_flows_through_its_neighbour(ladders):
    y = step(rest(ladders), pack_current=-30.0, cell_open=[0, 0, 1, 0, 0, 0])
    assert y["current"] == pytest.approx([-15.0, -15.0, 0.0, -30.0, -15.0, -15.0], rel=5e-3)  # of busbars
    assert y["current"][2] == 0.0
    assert y["stranded_charge"] == pytest.approx(0.5e4, rel=1e-12)
    assert y["usable_capacity"] == pytest.approx(1e4, rel=1e-12)
    assert ledger(y) == pytest.approx(0.0, abs=1e-9 * abs(y["cell_energy"]))


def test_an_open_cell_cuts_off_its_whole_string(strings):
    y = step(rest(strings), pack_current=-30.0, cell_open=[0, 1, 0, 0, 0, 0])
    assert y["current"] == pytest.approx([0.0, 0.0, 0.0, -30.0, -30.0, -30.0], rel=1e-13)
    assert y["stranded_charge"] == pytest.approx(3 * 0.5e4, rel=1e-12)
    assert y["usable_capacity"] == pytest.approx(1e4, rel=1e-12)
    assert y["pack_soc"] == pytest.approx(0.5, rel=1e-12)


def test_a_parted_link_is_joined_again(strings):
    whole = step(rest(strings), pack_current=-30.0)["current"].copy()
    parted = step(strings, conductor_parted=[1, 0])
    assert parted["current"] == pytest.approx([0.0, 0.0, 0.0, -30.0, -30.0, -30.0], abs=1e-12)
    assert parted["conductor_current"] == pytest.approx([0.0, -30.0], rel=1e-13)
    assert np.array_equal(step(strings, conductor_parted=0.0)["current"], whole)


def test_no_current_flows_through_an_open_circuit(strings):
    y = step(rest(strings), pack_current=-30.0, conductor_parted=1.0)
    assert (y["open_circuit"], y["pack_current_actual"], y["pack_voltage"]) == (1.0, 0.0, 0.0)
    assert not y["current"].any()
    assert y["group_voltage"] == pytest.approx(3.6, rel=1e-13)
    assert y["stranded_charge"] == pytest.approx(6 * 0.5e4, rel=1e-12)
    assert (y["usable_capacity"], y["pack_soc"]) == (0.0, 0.0)
    y = step(strings, conductor_parted=0.0)
    assert (y["open_circuit"], y["pack_current_actual"]) == (0.0, -30.0)


def test_a_short_draws_what_resistance_and_conductance_allow(strings):
    """v = emf / (1 + R G) at the poles of a cell whose string is cut: its current is -G v, its heat G v^2."""
    y = step(rest(strings), 2.0, cell_short=[50.0, 0, 0, 0, 0, 0], conductor_parted=[1, 0])
    voltage = 3.6 / 1.1
    assert y["current"][0] == pytest.approx(-50.0 * voltage, rel=1e-12)
    assert y["short_heat_rate"] == pytest.approx([50.0 * voltage**2, 0, 0, 0, 0, 0], rel=1e-12)
    assert y["short_energy"] == pytest.approx(2.0 * 50.0 * voltage**2, rel=1e-12)
    assert y["group_voltage"][0] == pytest.approx(voltage, rel=1e-12)
    assert ledger(y) == pytest.approx(0.0, abs=1e-9 * y["short_energy"])


def test_a_short_is_fed_by_the_other_string(strings):
    y = step(rest(strings), cell_short=[50.0, 0, 0, 0, 0, 0])
    healthy = y["current"][3]
    assert healthy < 0.0
    assert y["current"][3:] == pytest.approx(healthy, rel=1e-12)
    assert y["current"][1:3] == pytest.approx(-healthy, rel=1e-12)
    assert y["short_heat_rate"][0] == pytest.approx(50.0 * (3.6 + 2e-3 * y["current"][0]) ** 2, rel=1e-12)


faults = st.fixed_dictionaries(
    {
        "cell_open": st.lists(st.sampled_from([0.0, 0.0, 1.0]), min_size=6, max_size=6),
        "cell_short": st.lists(st.sampled_from([0.0, 0.0, 1e-3, 1e3]), min_size=6, max_size=6),
        "conductor_parted": st.lists(st.sampled_from([0.0, 0.0, 1.0]), min_size=2, max_size=2),
        "pack_current": st.floats(-200.0, 200.0),
        "load_mode": st.sampled_from([1, 3, 4, 6]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(faults, min_size=1, max_size=5))
def test_faults_in_any_order_leave_finite_numbers_and_closed_books(strings, steps):
    rest(strings)
    for inputs in steps:
        for name, value in inputs.items():
            strings.u[name] = value
        assert strings.advance(0.0, 1.0) == DONE
        y = strings.y
        assert np.isfinite(strings.memory).all()
        assert ledger(y) == pytest.approx(0.0, abs=1e-9 * (abs(y["cell_energy"]) + y["busbar_loss"] + 1.0))
        at_poles = y["current"] + np.array(inputs["cell_short"]) * (3.6 + 2e-3 * y["current"])
        assert at_poles[np.array(inputs["cell_open"]) == 1.0] == pytest.approx(0.0, abs=1e-9)
    steps = dict.fromkeys(("cell_open", "cell_short", "conductor_parted"), 0.0)
    y = step(strings, load_mode=1, pack_current=10.0, **steps)
    assert y["current"] == pytest.approx(5.0, rel=1e-12)
    assert y["stranded_charge"] == 0.0


def test_a_fault_of_a_time_is_there_from_the_step_that_begins_then():
    model = network.declare(strings_in_parallel(2, 3), NODES)
    timed, told = started(model), started(model)
    timed.p["cell_short_time"], timed.p["timed_cell_short"] = [3.0, *[1e300] * 5], 5.0
    timed.p["cell_open_time"] = [*[1e300] * 4, 2.0, 1e300]
    timed.p["external_short_time"], timed.p["timed_external_short"] = 4.0, 0.1
    timed.p["conductor_parted_time"] = [1e300, 5.0]
    for instance in (timed, told):
        instance.initialize()
        instance.u["pack_current"] = -4.0
    for t in range(7):
        told.u["cell_open"][4], told.u["cell_short"][0] = t >= 2, 5.0 if t >= 3 else 0.0
        told.u["external_short"], told.u["conductor_parted"][1] = 0.1 if t >= 4 else 0.0, t >= 5
        for instance in (timed, told):
            assert instance.advance(t * (1.0 - 1e-12), 1.0) == DONE
        np.testing.assert_array_equal(timed.y["current"], told.y["current"])
        assert timed.y["external_short_energy"] == told.y["external_short_energy"]
    assert timed.y["external_short_energy"] > 0.0
