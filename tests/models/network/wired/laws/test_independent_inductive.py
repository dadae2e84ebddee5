"""Currents in several inductances against an implicit integration of their own equations.

Strings in parallel, each behind a link: with ``E_s`` and ``R_s`` of string and link, and all on one voltage v::

    L_s di_s/dt = v - E_s - R_s i_s,   sum_s i_s = I

A ladder whose segments are inductive, both tabs at the first cell; A_k flows past rung k on both busbars::

    2 L dA_k/dt = w_k - w_(k+1) - 2 r A_k,   w_k = E_k + R_k (A_(k-1) - A_k),   A_0 = I,   A_N = 0

The peer is `solve_ivp` by Radau's method with a relative tolerance of 1e-10.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import Conductor

from ..netlists import ladder, strings_in_parallel

STRINGS, RUNGS, CURRENT = 3, 5, -60.0
INDUCTANCE = np.array([1e-6, 4e-6, 2e-6])
LINK = np.array([1e-3, 2e-3, 0.5e-3])
SEGMENT, SELF = 1e-4, 0.3e-6


def links():
    """Return strings of two cells, each behind its link."""
    netlist = strings_in_parallel(STRINGS, 2)
    given = zip(netlist.conductors, LINK, INDUCTANCE, strict=True)
    return replace(netlist, conductors=tuple(replace(c, resistance=r, inductance=i) for c, r, i in given))


def segments():
    """Return a ladder of inductive segments."""
    netlist = ladder(1, RUNGS)
    made = tuple(Conductor(c.name, c.first, c.second, SEGMENT, SELF) for c in netlist.conductors)
    return replace(netlist, conductors=made)


def in_links(emf, resistance, times):
    """Return the currents in the links at these times."""
    total = resistance.reshape(STRINGS, 2).sum(axis=1) + LINK
    opposing = emf.reshape(STRINGS, 2).sum(axis=1)

    def slope(t, i):
        drop = opposing + total * i
        return ((drop / INDUCTANCE).sum() / (1.0 / INDUCTANCE).sum() - drop) / INDUCTANCE

    start = CURRENT * (1.0 / INDUCTANCE) / (1.0 / INDUCTANCE).sum()
    return integrated(slope, start, times)


def in_segments(emf, resistance, times):
    """Return the currents past the rungs at these times; the terminals' current jumps into the first cell."""

    def slope(t, past):
        cells = -np.diff(np.concatenate([[CURRENT], past, [0.0]]))
        across = emf + resistance * cells
        return (across[:-1] - across[1:] - 2.0 * SEGMENT * past) / (2.0 * SELF)

    return integrated(slope, np.zeros(RUNGS - 1), times)


def integrated(slope, start, times):
    found = solve_ivp(slope, (0.0, times[-1]), start, method="Radau", rtol=1e-10, atol=1e-10, t_eval=times)
    assert found.success
    return found.y.T


CASES = {"links": (links, in_links, STRINGS * 2), "segments": (segments, in_segments, RUNGS)}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """Return a network, its ports, and the peer."""
    netlist, peer, cells = CASES[request.param]
    rng = np.random.default_rng(3)
    emf, resistance = rng.uniform(3.6, 3.8, cells), rng.uniform(1e-3, 3e-3, cells)
    instance = Instance(network.declare(netlist(), 2).with_start({"contact_resistance": 0.0}))
    instance.u["emf"], instance.u["resistance"] = emf, resistance
    instance.u["load_mode"], instance.u["pack_current"] = 1, CURRENT
    return instance, lambda times: peer(emf, resistance, times)


def currents(instance, times, tolerance=1e-6, longest=1e9):
    """Return the currents in the conductors at these times, of a ladder those of the positive busbar."""
    instance.p["transient_tolerance"], instance.p["longest_substep"] = tolerance, longest
    instance.initialize()
    found, before = [], 0.0
    for time in times:
        assert instance.advance(before, time - before) == DONE
        flowing = instance.y["conductor_current"].copy()
        found.append(flowing if flowing.size == STRINGS else -flowing[::2])
        before = time
    return np.array(found)


def test_currents_are_those_of_an_implicit_integration(case):
    instance, peer = case
    times = np.geomspace(1e-6, 5e-3, 25)
    assert currents(instance, times) == pytest.approx(peer(times), abs=1e-4)  # each sub-step may leave 1e-6 A


def test_the_order_is_the_second(case):
    instance, peer = case
    (expected,) = peer([1e-3])
    errors = [np.abs(currents(instance, [1e-3], 1e9, 1e-3 / count) - expected).max()
              for count in (16, 32, 64, 128)]  # fmt: skip
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2.0, abs=0.2)
