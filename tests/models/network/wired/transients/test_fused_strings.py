"""Strings with fuses: an independent integration, closed books, faults in any order, states that are put back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.core.bounds import LARGE
from packfmu.core.model import DONE
from packfmu.models.network.wired import network

from .fused import CABLE, EMF, RESISTANCE, begin, fused_cable, fused_strings, run, unbalanced

INDUCTANCE, INTEGRALS, LEAST, ARC = 1e-5, (4e4, 1e4, 2e4), 300.0, 600.0


@pytest.fixture(scope="module")
def strings():
    return fused_strings(INDUCTANCE, INTEGRALS, ARC, (8e4, 0.0, 700.0))


@pytest.fixture(scope="module")
def resistive():
    return fused_strings(0.0, INTEGRALS, ARC, (8e4, 0.0, 700.0))


WEAKEST = 1e4, 4e4, 4e4


def started(pack, integrals=INTEGRALS, **inputs):
    pack.p["fuse_melting_integral"] = (*integrals, 8e4)
    pack.p["fuse_minimum_melting_current"] = LEAST
    return begin(pack, **inputs)


def slopes(state, arcing, emf, resistance):
    """Derivatives of the currents in three strings, all of one inductance and none at the terminals, and of M."""
    current, integral = state[:3], state[3:]
    drop = emf + (resistance + CABLE) * current + arcing * ARC
    voltage = drop.mean()
    return np.concatenate([(voltage - drop) / INDUCTANCE, current**2 - integral * LEAST**2 / np.array(WEAKEST)])


def test_melting_and_end_of_an_arc_are_those_of_an_independent_integration(strings):
    """The first string is shorted inside: the others feed it until its fuse has cleared."""
    emf, resistance = np.array([EMF / 10.0, EMF, EMF]), np.array([RESISTANCE / 10.0, RESISTANCE, RESISTANCE])
    arcing, told = np.zeros(3), []

    def melted(t, state):
        return state[3] - WEAKEST[0]

    def cleared(t, state):
        return state[0]

    melted.terminal = cleared.terminal = True
    state, time = np.zeros(6), 0.0
    for event in (melted, cleared):
        peer = solve_ivp(
            lambda t, s: slopes(s, arcing, emf, resistance), (time, 1.0), state, method="Radau", rtol=1e-10, atol=1e-8,
            events=event,
        )  # fmt: skip
        (time,), (state,) = peer.t_events[0], peer.y_events[0]
        told.append((time, state))
        arcing[0] = 1.0
    started(strings, WEAKEST, cell_short=[100.0, 0.0, 0.0])
    run(strings, 1.0, 0.5)
    y = strings.y
    assert y["fuse_melting_time"][0] == pytest.approx(told[0][0], rel=1e-6)
    assert y["fuse_clearing_time"][0] == pytest.approx(told[1][0], rel=1e-6)
    started(strings, WEAKEST, cell_short=[100.0, 0.0, 0.0])
    run(strings, told[0][0], told[0][0])
    assert y["conductor_current"][:3] == pytest.approx(told[0][1][:3], abs=0.02)
    assert y["melted_share"][0] == pytest.approx(1.0, rel=1e-5)


steps = st.fixed_dictionaries(
    {
        "cell_open": st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), min_size=3, max_size=3),
        "cell_short": st.lists(st.sampled_from([0.0, 0.0, 1.0, 1e3]), min_size=3, max_size=3),
        "conductor_parted": st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), min_size=4, max_size=4),
        "external_short": st.sampled_from([0.0, 0.0, 1.0, 1e3]),
        "pack_current": st.sampled_from([0.0, 500.0, -500.0, -5e3]),
        "pack_power": st.sampled_from([0.0, -1e5, 1e5]),
        "load_mode": st.sampled_from([1, 1, 2, 3, 4, 6]),
        "balancing_current": st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3),
    }
)
lengths = st.floats(-6.0, 1.0)


@pytest.mark.parametrize("name", ["strings", "resistive"])
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(lengths, steps), min_size=1, max_size=6), st.integers(0, 5))
def test_faults_and_fuses_in_any_order_leave_finite_numbers_and_closed_books(request, name, course, kept):
    pack = started(request.getfixturevalue(name), pack_power=0.0)
    time, before = 0.0, np.zeros(4)
    for n, (power, inputs) in enumerate(course):
        for each, value in inputs.items():
            pack.u[each] = value
        if any(inputs["cell_open"]):  # no current is forced through an open cell
            pack.u["balancing_current"] = 0.0
        memory, h = pack.memory.copy(), 10.0**power
        status = pack.advance(time, h)
        if status != DONE:  # of the load's power alone
            assert (status, inputs["load_mode"]) == (network.INFEASIBLE_POWER, 2)
            pack.memory[:] = memory
            continue
        if n == kept:
            told, pack.memory[:] = pack.memory.copy(), memory
            assert pack.advance(time, h) == DONE
            assert np.array_equal(pack.memory, told)
        check(pack.y, before, time, h)
        assert np.isfinite(pack.memory).all()
        before, time = np.array(pack.y["fuse_blown"]), time + h


def check(y, before, time, h):
    """Books are closed, and flags say what is."""
    assert unbalanced(y) < 1e-9
    blown, arcing = y["fuse_blown"] == 1.0, y["fuse_arcing"] == 1.0
    assert not (blown & arcing).any()
    assert blown[before == 1.0].all()
    assert not y["conductor_current"][blown].any()
    assert (y["melted_share"][blown | arcing] > 1.0 - 1e-9).all()
    assert (y["melted_share"][~blown & ~arcing] < 1.0 + 1e-11).all()
    assert (y["fuse_clearing_time"][blown] <= time + h).all()
    assert (y["fuse_melting_time"][blown] <= y["fuse_clearing_time"][blown]).all()
    assert (y["fuse_clearing_time"][~blown] == LARGE).all()
    if y["open_circuit"] == 1.0:
        assert (y["pack_voltage"], y["conductor_current"][3]) == (0.0, pytest.approx(0.0, abs=1e-9))


def test_a_state_within_an_arc_goes_on_to_the_same_bits():
    """Steps of 10 us lie within an arc that burns 0.6 ms."""
    pack = begin(fused_cable(1e-4, 1e3), external_short=1e3)
    time = 0.0
    while not pack.y["fuse_arcing"][0]:
        assert pack.advance(time, 1e-5) == DONE
        time += 1e-5
    kept, told = pack.memory.copy(), []
    for _ in range(2):
        pack.memory[:] = kept
        for n in range(100):
            assert pack.advance(time + n * 1e-5, 1e-5) == DONE
        told.append(pack.memory.copy())
    assert pack.y["fuse_blown"][0] == 1.0
    assert np.array_equal(*told)
