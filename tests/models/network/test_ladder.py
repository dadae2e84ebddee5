"""Currents on the busbar ladder: against a dense nodal solve, and where they can be had by hand."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network import network

PLACEMENTS = [False, True]
LONG = 40


@pytest.fixture(scope="module")
def packs():
    return {opposite: Instance(network.declare(3, 4, opposite, 2)) for opposite in PLACEMENTS}


@pytest.fixture(scope="module")
def pair():
    return Instance(network.declare(1, 2, False, 2))


@pytest.fixture(scope="module")
def long_ladder():
    return Instance(network.declare(1, LONG, False, 2))


def solve(instance, current, emf, resistance, contact=0.0, segment=0.0):
    instance.u["emf"], instance.u["resistance"], instance.u["pack_current"] = emf, resistance, current
    instance.p["contact_resistance"], instance.p["segment_resistance"] = contact, segment
    assert instance.advance(0.0, 1.0) == DONE
    return instance.y["current"].copy()


def tableau(emf, resistance, segment, current, opposite):
    """Currents and terminal voltage of one group, every node and branch an unknown of a dense system.

    Potentials are in mV about 3.7 V and resistances in mOhm, so that all rows are of one magnitude.
    """
    n = len(emf)
    return_rung = n - 1 if opposite else 0
    plus, minus, cell = range(n), range(n, 2 * n), range(2 * n, 3 * n)
    forth, back = range(3 * n, 4 * n - 1), range(4 * n - 1, 5 * n - 2)
    matrix, right = np.zeros((5 * n - 2, 5 * n - 2)), np.zeros(5 * n - 2)
    for k in range(n):
        matrix[k, cell[k]], matrix[n + k, cell[k]] = -1.0, 1.0
        matrix[2 * n + k, [plus[k], minus[k], cell[k]]] = 1.0, -1.0, -1e3 * resistance[k]
        right[2 * n + k] = 1e3 * (emf[k] - 3.7)
    for k in range(n - 1):
        for bus, row, branch in ((plus, 0, forth), (minus, n, back)):
            matrix[row + k, branch[k]], matrix[row + k + 1, branch[k]] = -1.0, 1.0
            matrix[branch[k], [bus[k], bus[k + 1], branch[k]]] = 1.0, -1.0, -1e3 * segment
    right[0] = -current
    matrix[n + return_rung] = 0.0  # this node's law follows from the others; its potential is the reference
    matrix[n + return_rung, minus[return_rung]] = 1.0
    solution = np.linalg.solve(matrix, right)
    return solution[list(cell)], 3.7 + 1e-3 * solution[plus[0]]


@pytest.mark.parametrize("opposite", PLACEMENTS)
def test_currents_and_voltages_are_those_of_a_dense_nodal_solve(packs, opposite):
    instance, generator = packs[opposite], np.random.default_rng(4)
    for case in range(100):
        emf = generator.uniform(3.5, 3.9, 12)
        resistance, contact = 10.0 ** generator.uniform(-4.0, -2.0, 12), generator.uniform(0.0, 1e-3, 12)
        segment = 0.0 if case % 4 == 0 else 10.0 ** generator.uniform(-6.0, -3.0)
        if case % 3 == 0:
            contact[:] = 0.0
        if case % 5 == 0:
            resistance[::4] = contact[::4] = 0.0
        current = generator.uniform(-300.0, 300.0)
        currents = solve(instance, current, emf, resistance, contact, segment)
        scale = max(abs(current), np.abs(currents).max())
        for g in range(3):
            cells = slice(4 * g, 4 * g + 4)
            expected, voltage = tableau(emf[cells], (resistance + contact)[cells], segment, current, opposite)
            # the dense solve loses two of its sixteen digits to resistances four decades apart
            assert currents[cells] == pytest.approx(expected, rel=0.0, abs=1e-12 * scale)
            assert instance.y["group_voltage"][g] == pytest.approx(voltage, rel=1e-12)


@pytest.mark.parametrize("opposite", PLACEMENTS)
def test_kirchhoffs_laws_hold(packs, opposite):
    instance, generator = packs[opposite], np.random.default_rng(5)
    for segment in (0.0, 1e-6, 1e-3):
        emf, resistance = generator.uniform(3.5, 3.9, 12), generator.uniform(5e-4, 5e-3, 12)
        currents = solve(instance, -150.0, emf, resistance, 1e-4, segment).reshape(3, 4)
        assert currents.sum(axis=1) == pytest.approx([-150.0] * 3, rel=1e-12)
        rung = (emf + (resistance + 1e-4) * currents.ravel()).reshape(3, 4)
        past = -150.0 - np.cumsum(currents, axis=1)[:, :-1]
        back = -150.0 - past if opposite else -past
        assert rung[:, :-1] - rung[:, 1:] == pytest.approx(segment * (past - back), rel=0.0, abs=1e-12)
        terminals = rung[:, 0] + (segment * back.sum(axis=1) if opposite else 0.0)
        assert instance.y["group_voltage"] == pytest.approx(terminals, rel=1e-12)


def test_two_cells_at_rest_exchange_the_redistribution_current(pair):
    currents = solve(pair, 0.0, [3.75, 3.70], [2e-3, 3e-3])
    expected = (3.75 - 3.70) / (2e-3 + 3e-3)
    assert currents == pytest.approx([-expected, expected], rel=1e-12)
    currents = solve(pair, 0.0, [3.75, 3.70], [2e-3, 3e-3], contact=[1e-4, 2e-4], segment=5e-5)
    expected = (3.75 - 3.70) / (2e-3 + 1e-4 + 3e-3 + 2e-4 + 2 * 5e-5)
    assert currents == pytest.approx([-expected, expected], rel=1e-12)
    assert pair.y["group_voltage"][0] == pytest.approx(3.75 - (2e-3 + 1e-4) * expected, rel=1e-12)


def test_equal_cells_at_rest_exchange_nothing(packs):
    assert not solve(packs[False], 0.0, 3.7, 2e-3, segment=1e-4).any()


def test_an_ideal_ladder_shares_by_conductance(long_ladder):
    generator = np.random.default_rng(6)
    emf, resistance = generator.uniform(3.6, 3.8, LONG), generator.uniform(1e-3, 3e-3, LONG)
    voltage = ((emf / resistance).sum() + 50.0) / (1.0 / resistance).sum()
    currents = solve(long_ladder, 50.0, emf, resistance)
    assert long_ladder.y["group_voltage"][0] == pytest.approx(voltage, rel=1e-12)
    # the difference of two voltages of 3.7 V is known to 1e-15 V: 1e-12 A at 1 mOhm
    assert currents == pytest.approx((voltage - emf) / resistance, rel=1e-12, abs=3e-12)


def test_a_long_ladder_of_equal_cells_decays_geometrically(long_ladder):
    """``S = R || (2 r + S)`` gives S = sqrt(r^2 + 2 r R) - r; each rung passes on R / (R + 2 r + S)."""
    resistance, segment = 2e-3, 1e-3
    seen = np.sqrt(segment**2 + 2.0 * segment * resistance) - segment
    onward = resistance / (resistance + 2.0 * segment + seen)
    assert onward**LONG < 1e-15  # the far end is not felt at the terminals
    currents = solve(long_ladder, 100.0, 3.7, resistance, segment=segment)
    assert long_ladder.y["group_voltage"][0] == pytest.approx(3.7 + 100.0 * seen, rel=1e-12)
    assert currents[:20] == pytest.approx(100.0 * (1.0 - onward) * onward ** np.arange(20), rel=1e-12)


def test_terminals_at_opposite_ends_load_equal_cells_symmetrically(packs):
    near = solve(packs[False], 80.0, 3.7, 2e-3, segment=2e-4)[:4]
    far = solve(packs[True], 80.0, 3.7, 2e-3, segment=2e-4)[:4]
    assert (np.diff(near) < 0.0).all()
    assert far == pytest.approx(far[::-1], rel=1e-12)
    assert np.ptp(far) < np.ptp(near)


def test_a_cell_without_resistance_holds_an_ideal_group(packs):
    resistance = np.tile([2e-3, 0.0, 1e-3, 4e-3], 3)
    emf = np.tile([3.72, 3.70, 3.70, 3.68], 3)
    currents = solve(packs[False], 30.0, emf, resistance)[:4]
    assert currents[[0, 2, 3]] == pytest.approx([-10.0, 0.0, 5.0], rel=1e-12, abs=1e-12)
    assert currents.sum() == pytest.approx(30.0, rel=1e-12)


def test_cells_without_any_resistance_between_them_are_refused(packs):
    instance = packs[False]
    solve(instance, 30.0, 3.7, 2e-3)
    instance.u["resistance"][4:] = 0.0
    state = instance.x.copy()
    status = instance.advance(0.0, 1.0)
    assert status == network.UNDETERMINED_CURRENTS
    assert "segment_resistance = 0 Ohm" in instance.refusal(status)
    assert instance.x["finished"] == state["finished"]
    instance.initialize()
    assert np.isfinite(instance.memory).all()
    instance.p["segment_resistance"] = 1e-9
    assert instance.advance(0.0, 1.0) == DONE
    assert instance.y["current"].reshape(3, 4).sum(axis=1) == pytest.approx([30.0] * 3, rel=1e-12)
