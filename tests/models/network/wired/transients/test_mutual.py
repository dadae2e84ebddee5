"""Mutual inductances: closed forms, an independent integration, order, energy, refusals."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, Coupling, GroupPlace, Netlist

from .fused import CABLE, begin, run, unbalanced

INDUCTANCES = 1e-6, 3e-6, 2e-6
COUPLINGS = (
    Coupling("a", "b", coefficient=0.6),
    Coupling("a", "pack", inductance=-0.8e-6),
    Coupling("b", "pack", 0.5e-6),
)
MATRIX = np.diag(INDUCTANCES)
MATRIX[0, 1] = MATRIX[1, 0] = 0.6 * np.sqrt(3e-12)
MATRIX[0, 2] = MATRIX[2, 0] = -0.8e-6
MATRIX[1, 2] = MATRIX[2, 1] = 0.5e-6
EMFS, RESISTANCES = np.array([3.7, 3.6]), np.array([2e-3, 1e-3])
PACK, SHORT = 1e-3, 1e3
CURRENTS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
"""Of the conductors, by those of both cells."""


def netlist(couplings, inductances=INDUCTANCES):
    """Two cells in parallel, each behind a cable, and the cable of the pack."""
    cells = CellPlace("a", "low", "a"), CellPlace("b", "low", "b")
    cables = (
        Conductor("a", "a", "bus", CABLE, inductances[0]),
        Conductor("b", "b", "bus", CABLE, inductances[1]),
        Conductor("pack", "bus", "high", PACK, inductances[2]),
    )
    return Netlist("low", "high", cells, cables, (GroupPlace("both", "low", "bus"),), couplings=couplings)


@pytest.fixture(scope="module")
def coupled():
    return Instance(network.declare(netlist(COUPLINGS), 2))


def started(pack, tolerance=1e-5, longest=1e9, **inputs):
    pack.p["transient_tolerance"], pack.p["longest_substep"] = tolerance, longest
    return begin(pack, emf=EMFS, resistance=RESISTANCES, **inputs)


def peer(times):
    """Currents of both cells under a short between the terminals."""
    inductance = CURRENTS.T @ MATRIX @ CURRENTS
    drop = np.diag(RESISTANCES + CABLE) + (PACK + 1.0 / SHORT)
    found = solve_ivp(
        lambda t, i: np.linalg.solve(inductance, -EMFS - drop @ i), (0.0, times[-1]), np.zeros(2), method="Radau",
        rtol=1e-10, atol=1e-10, t_eval=times,
    )  # fmt: skip
    return found.y.T


def test_currents_are_those_of_an_independent_integration(coupled):
    times, before = np.geomspace(1e-6, 3e-3, 10), 0.0
    expected = peer(times)
    started(coupled, external_short=SHORT)
    for time, currents in zip(times, expected, strict=True):
        assert coupled.advance(before, time - before) == DONE
        before = time
        assert coupled.y["conductor_current"][:2] == pytest.approx(currents, abs=1e-3)


def test_sub_steps_of_one_length_are_of_second_order(coupled):
    expected, errors = peer(np.array([3e-4]))[0, 0], []
    for count in (8, 16, 32, 64):
        started(coupled, 1e9, 3e-4 / count, external_short=SHORT)
        run(coupled, 3e-4, 3e-4)
        errors.append(abs(coupled.y["conductor_current"][0] - expected))
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2.0, abs=0.2)


def test_a_current_divides_by_inductances_less_the_mutual_one_at_first():
    mutual = 0.6 * np.sqrt(3e-12)
    pack = started(Instance(network.declare(netlist(COUPLINGS[:1]), 2)), pack_current=100.0)
    assert pack.advance(0.0, 1e-9) == DONE
    share = (INDUCTANCES[1] - mutual) / (INDUCTANCES[0] + INDUCTANCES[1] - 2.0 * mutual)
    assert pack.y["conductor_current"][0] == pytest.approx(100.0 * share, rel=1e-4)


@pytest.mark.parametrize("h", [1e-6, 1e-4, 1.0])
def test_energy_is_that_of_all_inductances_and_the_books_are_closed(coupled, h):
    started(coupled, 0.01, external_short=SHORT, pack_current=50.0)
    stored, before = 0.0, 0.0
    for n in range(4):
        if n == 2:
            coupled.u["external_short"], coupled.u["conductor_parted"] = 0.0, [0.0, 1.0, 0.0]
        assert coupled.advance(n * h, h) == DONE
        assert unbalanced(coupled.y) < 1e-9
        currents = np.array(coupled.y["conductor_current"])
        stored, before = 0.5 * currents @ MATRIX @ currents, stored
        assert coupled.y["inductive_energy"] == pytest.approx(stored - before, abs=1e-9 * max(stored, before))


def test_a_current_that_breaks_is_taken_over_by_what_is_coupled():
    """The field stays with the other's loop, a ring of its own here: i_b jumps by M/L_b i_a. The rest is lost."""
    cells = CellPlace("a", "low", "mid"), CellPlace("b", "low", "far", 1)
    cables = (
        Conductor("a", "mid", "high", 0.01, 1e-6),
        Conductor("b", "far", "low", 0.01, 2e-6),
    )
    taps = GroupPlace("a", "low", "mid"), GroupPlace("b", "low", "far")
    wired = Netlist("low", "high", cells, cables, taps, couplings=(Coupling("a", "b", coefficient=0.5),))
    pack = begin(Instance(network.declare(wired, 2)), emf=[3.7, 0.0], resistance=0.0, pack_current=100.0)
    pack.p["contact_resistance"] = 1e-3
    run(pack, 1.0, 1.0)
    before = float(pack.y["conductor_current"][1])
    pack.u["conductor_parted"], pack.u["pack_current"] = [1.0, 0.0], 0.0
    assert pack.advance(1.0, 1e-9) == DONE
    jumped = pack.y["conductor_current"][1] - before
    assert jumped == pytest.approx(0.5 * np.sqrt(2e-12) / 2e-6 * 100.0, rel=1e-4)
    assert pack.y["method_loss"] == pytest.approx(0.5 * 1e-6 * (1.0 - 0.25) * 100.0**2, rel=1e-4)


def test_a_state_that_is_put_back_goes_on_to_the_same_bits(coupled):
    run(started(coupled, external_short=SHORT), 1e-4, 1e-4)
    kept, told = coupled.memory.copy(), []
    for _ in range(2):
        coupled.memory[:] = kept
        run(coupled, 1e-3, 1e-4, 1e-4)
        told.append(coupled.memory.copy())
    assert np.array_equal(*told)


@pytest.mark.parametrize(
    ("couplings", "message"),
    [
        ((Coupling("a", "b", coefficient=1.0),), "couplings of a, b: .* not positive definite"),
        ((Coupling("a", "b", coefficient=0.9), Coupling("b", "pack", coefficient=0.9),
          Coupling("a", "pack", coefficient=-0.9)), "couplings of a, b, pack"),
        ((Coupling("a", "bus", coefficient=0.5),), "no conductor bus"),
        ((Coupling("a", "a", coefficient=0.5),), "with itself"),
        ((Coupling("a", "b"),), "either a mutual inductance"),
        ((Coupling("a", "b", 1e-7, 0.1),), "either a mutual inductance"),
        ((Coupling("a", "b", 1e-7), Coupling("b", "a", 1e-7)), "stands twice"),
    ],
)  # fmt: skip
def test_couplings_that_cannot_be_are_refused_by_name(couplings, message):
    with pytest.raises(InputError, match=message):
        network.declare(netlist(couplings), 2)
