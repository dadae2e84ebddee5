"""Currents of packs that are wired in any way, against rational arithmetic, a sparse solver, and laws by hand."""

import numpy as np
import pytest
from hypothesis import given, settings

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network import network
from packfmu.models.network.wired import nodal
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from packfmu.models.network.wired.system import wire

from .netlists import cases, exact, ladder, model


def solve(netlist, emf, resistance, current, balancing=None):
    instance = Instance(model(wire(netlist)))
    instance.initialize()
    instance.u["emf"], instance.u["resistance"], instance.u["pack_current"] = emf, resistance, current
    if balancing is not None:
        instance.u["balancing_current"] = balancing
    assert instance.advance(0.0, 1.0) == DONE
    return instance


@settings(max_examples=40, deadline=None)
@given(cases(6.0, -6.0, most=9))
def test_currents_of_any_netlist_are_those_of_rational_arithmetic(drawn):
    netlist, emf, resistance, current, balancing = drawn
    pack = solve(netlist, emf, resistance, current, balancing)
    cells, conductors, voltage = exact(netlist, emf, resistance, current, balancing)
    rounding = 1e-15 * 5.0 / min(resistance)  # of a voltage, over the least resistance: where hardly a current flows
    largest = max(np.abs(cells).max(), np.abs(conductors).max(initial=0.0), 1e10 * rounding)
    assert pack.y["current"] == pytest.approx(cells, abs=1e-10 * largest)
    assert pack.y["conductor_current"] == pytest.approx(conductors, abs=1e-10 * largest)
    port = pack.y["port_emf"] + pack.y["port_resistance"] * current
    assert port == pytest.approx(voltage, abs=1e-10 * max(abs(voltage), 1.0))


@pytest.mark.parametrize(("series", "parallel"), [(1, 1), (1, 4), (3, 4)])
def test_a_ladder_as_a_netlist_is_the_ladder(series, parallel):
    rng = np.random.default_rng(3)
    emf, resistance = rng.uniform(3.6, 3.8, series * parallel), rng.uniform(1e-3, 3e-3, series * parallel)
    pack, peer = solve(ladder(series, parallel), emf, resistance, 120.0), network.declare(series, parallel, False, 2)
    peer = Instance(peer)
    peer.p["contact_resistance"], peer.p["segment_resistance"] = 0.0, 1e-5
    peer.u["emf"], peer.u["resistance"], peer.u["pack_current"] = emf, resistance, 120.0
    assert peer.advance(0.0, 1.0) == DONE
    assert pack.y["current"] == pytest.approx(peer.y["current"], abs=1e-12 * 120.0)
    voltage = pack.y["port_emf"] + pack.y["port_resistance"] * 120.0
    assert voltage == pytest.approx(peer.y["pack_voltage"], rel=1e-14)


def test_shares_are_what_the_currents_follow():
    emf, resistance = np.array([3.7, 3.71, 3.69]), np.array([1e-3, 2e-3, 3e-3])
    low, high = (solve(ladder(1, 3), emf, resistance, current).y for current in (-50.0, 70.0))
    assert low["share"] == pytest.approx((high["current"] - low["current"]) / 120.0, abs=1e-13)
    assert low["share"].sum() == pytest.approx(1.0, abs=1e-14)


def test_strings_in_parallel_divide_by_their_resistances():
    cells = [CellPlace(f"{s}.{k}", f"{s}.{k}" if k else "low", f"{s}.{k + 1}" if k < 2 else "high")
             for s in range(2) for k in range(3)]  # fmt: skip
    netlist = Netlist("low", "high", tuple(cells), (), (GroupPlace("all", "low", "high"),))
    pack = solve(netlist, np.full(6, 3.7), np.repeat([1e-3, 2e-3], 3), 30.0)
    assert pack.y["current"] == pytest.approx(np.repeat([20.0, 10.0], 3), rel=1e-13)


def test_a_conductor_across_levels_shorts_what_it_spans():
    cells, taps = (CellPlace("a", "0", "1"), CellPlace("b", "1", "2")), (GroupPlace("all", "0", "2"),)
    netlist = Netlist("0", "2", cells, (Conductor("short", "0", "2", 1e-3),), taps)
    pack = solve(netlist, np.array([3.6, 3.8]), np.array([2e-3, 2e-3]), 0.0)
    assert pack.y["current"] == pytest.approx(np.full(2, -7.4 / 5e-3), rel=1e-14)
    assert pack.y["conductor_current"] == pytest.approx([7.4 / 5e-3], rel=1e-14)


def test_a_cell_without_any_resistance_is_refused():
    instance = Instance(model(wire(ladder(1, 4))))
    instance.initialize()
    instance.u["resistance"] = 0.0
    assert instance.advance(0.0, 1.0) == nodal.NO_RESISTANCE
