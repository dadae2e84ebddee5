"""Netlists as systems of equations: what is made one node, what levels there are, and what is refused."""

import re

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from packfmu.models.network.wired.system import wire

from .netlists import ladder

CELL = CellPlace("1", "low", "high")
TAPS = (GroupPlace("1", "low", "high"),)


def bus(first, second, resistance):
    return Conductor("b", first, second, resistance)


def test_links_without_resistance_are_one_node():
    wiring = wire(ladder(3, 2, link=0.0))
    assert len(wiring.pattern.place) == 3 * 4 - 2
    assert wiring.names == ("+0.1", "-0.1", "+1.1", "-1.1", "+2.1", "-2.1")
    assert wiring.level == 3
    assert set(wiring.cells.rise) == {1}
    assert set(wiring.conductors.rise) == {0}


def test_the_terminals_are_eliminated_last():
    wiring = wire(ladder(2, 3, link=1e-4))
    nodes = len(wiring.pattern.place)
    assert wiring.cells.first[0] == nodes - 1
    assert wiring.cells.second[3] == nodes - 2


def test_an_ideal_bridge_makes_a_conductor_idle():
    bridged = (Conductor("bus", "high", "end", 1e-3), Conductor("bridge", "end", "high", 0.0))
    wiring = wire(Netlist("low", "end", (CELL,), bridged, TAPS))
    assert wiring.names == ()


def test_elimination_of_a_ladder_joins_one_pair_a_node():
    """Work in proportion to the cells: a busbar node has two later neighbours, whatever the length."""
    pattern = wire(ladder(4, 40)).pattern
    assert np.diff(pattern.start).max() <= 3
    assert len(pattern.row) < 2.1 * len(pattern.place)


@pytest.mark.parametrize(
    ("netlist", "message"),
    [
        (Netlist("low", "high", (), (), ()), "a pack has at least one cell"),
        (Netlist("low", "low", (CELL,), (), TAPS), "the terminals low and low are joined without resistance"),
        (Netlist("low", "top", (CELL,), (), TAPS), "no way leads from top to the terminal low"),
        (Netlist("low", "high", (CELL,), (bus("a", "c", 1.0),), TAPS), "no way leads from a, c to"),
        (Netlist("low", "high", (CELL,), (bus("high", "low", 0.0),), TAPS), "cell 1: both of its ends are at"),
        (Netlist("low", "high", (CELL,), (bus("high", "low", -1.0),), TAPS), "conductor b: resistance = -1 Ohm"),
        (Netlist("low", "high", (CELL,), (bus("high", "low", np.nan),), TAPS), "conductor b: resistance = nan"),
        (Netlist("low", "high", (CELL,), (), (GroupPlace("1", "high", "high"),)), "1: both of its ends are at high"),
        (Netlist("low", "high", (CELL,), (), (GroupPlace("1", "low", "mid"),)), "no way leads from mid"),
        (Netlist("low", "high", (CELL,), (), ()), "cell 1: group 0 is none of the 0 that have taps"),
        (Netlist("low", "high", (CELL,), (), (*TAPS, GroupPlace("2", "low", "high"))), "tap 2: no cell belongs to"),
        (Netlist("low", "high", (CELL,), (), (GroupPlace("1", "low", "high", 1),)), "both are counted from 0"),
    ],
)  # fmt: skip
def test_what_is_no_pack_is_refused_by_name(netlist, message):
    with pytest.raises(InputError, match=re.escape(message)):
        wire(netlist)


def test_of_many_nodes_without_a_way_the_first_are_named():
    lost = tuple(Conductor(f"b{i}", f"n{i}", f"n{i + 1}", 1.0) for i in range(9))
    with pytest.raises(InputError, match=r"from n0, n1, n2, n3, n4 and 5 more to"):
        wire(Netlist("low", "high", (CELL,), lost, TAPS))
