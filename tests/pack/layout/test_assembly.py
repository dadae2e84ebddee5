"""Whole thermal graphs: that of a chain, and drawn layouts, whose steady states are sane."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, seed, settings

from packfmu.models.thermal.graph.nodes import AMBIENT, ThermalGraph
from packfmu.pack.parts import parts
from tests.pack.layout.graphs import CYLINDER, PRISM, graph_of, pack_of, steady

POUCH = {"shape": "pouch", "thickness": 0.008, "width": 0.2, "height": 0.3}


def part(pack, name):
    return next(part for part in parts(pack) if part.name == name)


def test_a_pack_without_tables_of_layout_is_a_chain():
    pack = pack_of(bms={})
    assert pack.thermal_graph is None
    assert part(pack, "Thermal").arguments == {"cells": 12}
    assert list(part(pack, "Thermal").start)[:3] == ["heat_capacity", "convection", "conduction"]


def test_parts_of_packs_without_the_tables_are_given_nothing_new():
    """Wired, managed and aged packs too: their hashes are those of before."""
    told = {"graph", "runaway", "dendrites", "heats", "sensors"}
    aged = {"aging": {"parameters": "chen_2020_aging"}, "cell": {"parameters": "chen_2020"}}
    for tables in ({}, {"bms": {"detection": True}}, {"cable": {"resistance": 1e-3}}, {"faults": {}}, aged):
        assert all(not told & set(each.arguments) for each in parts(pack_of(**tables)))


def test_an_empty_layout_is_the_graph_of_the_chain():
    graph = graph_of(layout={}, thermal={"heat_capacity": 700.0, "conduction": 2.0, "convection": 0.4})
    assert [node.heat_capacity for node in graph.nodes] == [700.0] * 12 + [200.0]
    joined = {(path.first, path.second): path.conductance for path in graph.paths}
    assert joined == {
        **{(f"cell {k}", f"cell {k + 1}"): 2.0 for k in range(1, 12)},
        **{(f"cell {k}", AMBIENT): 0.4 for k in range(1, 13)},
        ("board", AMBIENT): 1.0,
    }


def test_the_board_warms_the_cells_that_it_lies_at():
    heat = {"board": 10.0}
    apart, beside = (
        steady(graph_of(thermal={"board_conductance": 2.0}, layout=layout), heat)[0]
        for layout in ({"board_cells": [1]}, {"board_cells": [12]})
    )
    assert apart["cell 1"] > apart["cell 12"] > 300.0
    assert beside["cell 12"] == pytest.approx(apart["cell 1"])


def test_two_nodes_share_the_heat_capacity_of_a_cell():
    graph = graph_of(layout={"core_conductance": 2.5, "surface_share": 0.2}, thermal={"heat_capacity": 500.0})
    held = {node.name: node.heat_capacity for node in graph.nodes}
    assert (held["core 3"], held["cell 3"]) == pytest.approx((400.0, 100.0))
    assert (graph.cells[2], graph.surfaces[2]) == ("core 3", "cell 3")
    temperature = steady(graph, {"core 3": 5.0})[0]
    assert temperature["core 3"] - temperature["cell 3"] == pytest.approx(5.0 / 2.5)


def test_cells_of_several_kinds_have_their_own_heat_capacities():
    pack = pack_of(
        layout={}, replaced=[{"cells": [2], "parameters": "chen_2020"}], cell={"parameters": "nissan_leaf_2013"}
    )
    first, second = (node.heat_capacity for node in pack.thermal_graph.nodes[:2])
    assert first != second


SHAPES = st.sampled_from([{}, CYLINDER, PRISM, POUCH])
NUMBERS = st.sampled_from([1, 2, 3])


@st.composite
def tables(draw):
    """Tables of a layout that fits."""
    shape = draw(SHAPES)
    arrangements = ["row", "grid"] + (["hexagonal"] if shape in ({}, CYLINDER) else [])
    layout = {**shape, "arrangement": draw(st.sampled_from(arrangements)), "layers": draw(NUMBERS)}
    if layout["arrangement"] != "row" and draw(st.booleans()):
        layout["columns"] = draw(st.integers(1, 12))
    if shape:
        layout["gap"] = draw(st.floats(1e-4, 0.1))
        layout["gap_conductivity"] = draw(st.floats(0.01, 50.0))
        layout["emissivity"] = draw(st.sampled_from([0.0, 0.3, 1.0]))
        layout["cell_nodes"] = draw(st.sampled_from([1, 2]))
    elif draw(st.booleans()):
        layout["core_conductance"] = draw(st.floats(0.01, 100.0))
    told = {"layout": layout, "thermal": {"board_conductance": draw(st.sampled_from([0.0, 0.1, 50.0]))}}
    told["busbar"] = {"losses": draw(st.sampled_from(["none", "cells", "bodies"])), "segment_resistance": 1e-5}
    if draw(st.booleans()):
        measured = {"conductance": 0.3, "heat_capacity": 2e3, "convection": 3.0}
        told["casing"] = {} if shape else measured
    sides = st.sampled_from(["bottom", "top", "left", "right", "front", "back", "rows"])
    told["plate"] = [
        {"side": side, "channels": draw(st.sampled_from(["series", "parallel"])), "heat_capacity_rate": 30.0}
        | ({"thickness": 0.003} if shape and draw(st.booleans()) else {} if shape else {"conductance": 1.0})
        for side in draw(st.lists(sides, max_size=2))
    ]
    return told


@seed(19)
@settings(max_examples=60, deadline=None, database=None)
@given(tables(), st.sampled_from([1, 2]), st.integers(1, 12))
def test_drawn_layouts_make_sane_graphs(told, modules, hot):
    """All heat ends in air and coolant; the hot cell is the warmest, and nothing is below the air and the inlet."""
    graph = graph_of(modules=modules, **told)
    assert ThermalGraph.of_figures(graph.figures()) == graph
    names = {node.name for node in graph.nodes} | {AMBIENT}
    assert all({path.first, path.second} <= names and path.first != path.second for path in graph.paths)
    assert all(np.isfinite(path.conductance) and path.conductance >= 0.0 for path in graph.paths)
    assert all(0.0 < radiation.area < 1e2 for radiation in graph.radiations)
    assert all(node.heat_capacity > 0.0 for node in graph.nodes)
    for circuit in graph.circuits:
        assert sum(channel.share for channel in circuit.channels) == pytest.approx(1.0)
    source = graph.cells[hot - 1]
    temperature, aired, cooled = steady(graph, {source: 7.0}, 0.0, [0.0] * len(graph.circuits))  # rises
    assert aired + cooled == pytest.approx(7.0, rel=1e-8)
    assert max(temperature, key=temperature.get) == source
    assert min(temperature.values()) > -1e-9
