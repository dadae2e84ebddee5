"""Coolant of a thermal graph: closed forms of a steady plate, channels in series and in parallel, standing coolant."""

from itertools import pairwise

import numpy as np
import pytest

from packfmu.models.thermal.graph.nodes import AMBIENT, Channel, Circuit, Contact, Node, Path, ThermalGraph
from tests.models.thermal.graph.graphs import run, started

COUNT = 20
INLET = 290.0


def plate(channels, rate, conduction=0.0):
    """Return cells in a row on a plate, and a board far away; `channels` are shares and the cells that each passes."""
    names = [f"cell {k}" for k in range(COUNT)]
    nodes = (*(Node(name, 50.0) for name in names), Node("board", 50.0))
    paths = [Path(a, b, conduction) for a, b in pairwise(names)]
    circuit = Circuit("plate", rate, tuple(
        Channel(share, tuple(Contact(names[k], conductance) for k in cells)) for share, cells, conductance in channels
    ))  # fmt: skip
    return ThermalGraph(nodes, tuple(names), tuple(names), "board", ("board",), (*paths, Path("board", AMBIENT, 1.0)),
                        (), (circuit,))  # fmt: skip


def steady(declared, **values):
    instance = started(declared, coolant_temperature=INLET, initial_temperature=300.0, solve_tolerance=1e-13, **values)
    run(instance, 1e7, 6)
    return instance


def test_a_plate_at_one_temperature_warms_its_coolant_exponentially():
    """A wall that is held (great heat capacity): W (T - S) falls by exp(-G / W) at each contact."""
    declared = plate([(1.0, range(COUNT), 2.0)], 8.0)
    held = started(declared, coolant_temperature=INLET, initial_temperature=320.0, heat_capacity=1e9)
    outlet = 320.0 - 30.0 * np.exp(-COUNT * 2.0 / 8.0)
    assert held.y["coolant_outlet_temperature"][0] == pytest.approx(outlet, abs=1e-12)
    run(held, 1.0, 1)
    assert held.y["coolant_heat"] == pytest.approx(8.0 * (outlet - INLET), rel=1e-7)


def test_steady_cells_of_one_heat_warm_along_the_channel():
    """q = W s (T_k - S_k), and S rises by q / W at each cell: T_k = S_0 + k q / W + q / (W s)."""
    rate, conductance, heat = 8.0, 2.0, 5.0
    row = steady(plate([(1.0, range(COUNT), conductance)], rate), heat_rate=heat)
    exchanged = rate * -np.expm1(-conductance / rate)
    expected = INLET + np.arange(COUNT) * heat / rate + heat / exchanged
    assert row.y["temperature"] == pytest.approx(expected, abs=1e-8)
    assert row.y["coolant_outlet_temperature"][0] == pytest.approx(INLET + COUNT * heat / rate, abs=1e-8)


def test_many_short_contacts_are_the_exponential_of_a_plate():
    """Air heats a plate whose wall follows it: (T_air - S) falls by exp(-x U / W), U of wall and coolant in series."""
    names = [f"cell {k}" for k in range(COUNT)]
    nodes = (*(Node(name, 50.0) for name in names), Node("board", 50.0))
    wall, coolant, rate = 0.3, 1e5, 4.0
    paths = tuple(Path(name, AMBIENT, wall / COUNT) for name in (*names, "board"))
    channel = Channel(1.0, tuple(Contact(name, coolant) for name in names))
    declared = ThermalGraph(nodes, tuple(names), tuple(names), "board", ("board",), paths, (),
                            (Circuit("plate", rate, (channel,)),))  # fmt: skip
    row = steady(declared, ambient_temperature=310.0)
    # each cell is a well-mixed element here, (1 + NTU / n)^-n: 1.4e-4 of it from the exponential of many
    ntu = wall / rate
    outlet = 310.0 - 20.0 / (1.0 + ntu / COUNT) ** COUNT
    assert row.y["coolant_outlet_temperature"][0] == pytest.approx(outlet, abs=1e-8)
    assert outlet == pytest.approx(310.0 - 20.0 * np.exp(-ntu), abs=20.0 * ntu**2 / COUNT)


def test_channels_in_parallel_are_each_of_its_share():
    """Two halves side by side, 3/4 of the flow in one: each is a channel in series of its own flow."""
    rate, conductance, heat, half = 8.0, 2.0, 5.0, COUNT // 2
    channels = [(0.75, range(half), conductance), (0.25, range(half, COUNT), conductance)]
    row = steady(plate(channels, rate), heat_rate=heat)
    for share, begin in ((0.75, 0), (0.25, half)):
        own = rate * share
        expected = INLET + np.arange(half) * heat / own + heat / (own * -np.expm1(-conductance / own))
        assert row.y["temperature"][begin : begin + half] == pytest.approx(expected, abs=1e-8)
    assert row.y["coolant_outlet_temperature"][0] == pytest.approx(INLET + COUNT * heat / rate, abs=1e-8)


def test_a_channel_that_comes_back_keeps_cells_more_alike():
    """Series there and back, over half a conductance each way, against one way."""
    once = steady(plate([(1.0, range(COUNT), 2.0)], 8.0), heat_rate=5.0)
    there_and_back = [*range(COUNT), *reversed(range(COUNT))]
    twice = steady(plate([(1.0, there_and_back, 1.0)], 8.0), heat_rate=5.0)
    assert np.ptp(twice.y["temperature"]) < 0.7 * np.ptp(once.y["temperature"])
    assert twice.y["coolant_heat"] == pytest.approx(float(once.y["coolant_heat"]), rel=1e-9)


def test_strong_conduction_along_a_strong_channel_is_solved():
    """Cells joined by 1 kW/K on coolant that leaves as warm as each: one node of 20 contacts, T = S_0 + q / W."""
    row = steady(plate([(1.0, range(COUNT), 1e3)], 2.0, conduction=1e4), heat_rate=0.5)
    assert row.y["coolant_outlet_temperature"][0] == pytest.approx(INLET + COUNT * 0.5 / 2.0, abs=1e-7)
    assert row.y["temperature"] == pytest.approx(np.full(COUNT, INLET + COUNT * 0.5 / 2.0), abs=0.01)


def test_coolant_that_stands_takes_nothing_and_flows_when_told():
    declared = plate([(1.0, range(COUNT), 2.0)], 8.0)
    row = started(declared, initial_temperature=320.0, coolant_temperature=INLET, coolant_flow=0.0)
    run(row, 10.0, 3)
    assert row.y["coolant_heat"] == 0.0
    assert row.y["coolant_outlet_temperature"][0] == INLET
    assert np.all(row.y["temperature"] == 320.0)
    row.u["coolant_flow"] = 8.0
    run(row, 10.0, 1)
    assert row.y["coolant_heat"] > 0.0
    assert row.y["temperature"][0] < row.y["temperature"][-1] < 320.0
