"""Cooling plates: which cells their channels pass, with what conductance, and steady states."""

import math

import numpy as np
import pytest

from tests.pack.layout.graphs import CYLINDER, PRISM, between, graph_of, pack_of, steady

GRID = {**CYLINDER, "arrangement": "grid", "columns": 4}


def passed(graph, circuit=0):
    """Return the cells that each channel passes."""
    channels = graph.circuits[circuit].channels
    return [[int(contact.node.split()[-1]) for contact in channel.contacts] for channel in channels]


def test_a_channel_in_series_turns_at_the_end_of_each_row():
    assert passed(graph_of(layout=GRID, plate=[{}])) == [[1, 2, 3, 4, 8, 7, 6, 5, 9, 10, 11, 12]]


def test_channels_in_parallel_share_the_flow():
    graph = graph_of(layout=GRID, plate=[{"channels": "parallel"}])
    assert passed(graph) == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]
    assert [channel.share for channel in graph.circuits[0].channels] == [1 / 3] * 3


def test_blocks_in_series_and_in_parallel():
    plates = [{"blocks": "series", "conductance": 1.0}, {"blocks": "parallel", "conductance": 1.0, "side": "top"}]
    graph = graph_of(modules=2, plate=plates)
    assert passed(graph) == [list(range(1, 13))]
    assert passed(graph, 1) == [list(range(1, 7)), list(range(7, 13))]


def test_an_order_of_the_file_and_its_inlet():
    pack = pack_of(
        plate=[{"conductance": 2.0, "order": [[3, 1], [2]], "temperature": 285.0, "heat_capacity_rate": 50.0}]
    )
    graph = pack.thermal_graph
    assert passed(graph) == [[3, 1], [2]]
    assert graph.circuits[0].heat_capacity_rate == 50.0


def test_the_plate_of_the_chain_is_one_channel_along_the_numbers():
    graph = graph_of(layout={}, thermal={"plate_conductance": 1.5, "coolant_heat_capacity_rate": 80.0})
    assert passed(graph) == [list(range(1, 13))]
    assert {contact.conductance for contact in graph.circuits[0].channels[0].contacts} == {1.5}
    assert graph_of(layout={}, thermal={"plate_conductance": 1.5, "coolant_heat_capacity_rate": 0.0}).circuits == ()


def test_conductance_through_cell_pad_and_film_at_the_bottom():
    graph = graph_of(layout={**PRISM, "conductivity_along": 20.0}, plate=[{"pad_thickness": 0.002}])
    area = 0.027 * 0.148
    resistance = 0.095 / (3.0 * 20.0 * area) + 0.002 / (2.0 * area) + 1.0 / (1000.0 * area)
    assert graph.circuits[0].channels[0].contacts[0].conductance == pytest.approx(1.0 / resistance)


def test_a_ribbon_takes_a_share_of_the_side_of_cylinders():
    graph = graph_of(layout=GRID, plate=[{"side": "rows", "contact_share": 0.25}])
    side = math.pi * 0.021 * 0.07
    inside = 8.0 * math.pi * 0.5 * 0.07
    pad, film = 2.0 / 0.001, 1000.0
    expected = 1.0 / (4.0 / inside + 4.0 / (side * pad) + 4.0 / (side * film))
    assert graph.circuits[0].channels[0].contacts[0].conductance == pytest.approx(expected)


def test_heat_leaves_a_cell_of_two_nodes_through_its_bottom_from_the_core():
    graph = graph_of(layout={**PRISM, "cell_nodes": 2}, plate=[{}, {"side": "left"}])
    assert graph.circuits[0].channels[0].contacts[0].node == "core 1"
    assert graph.circuits[1].channels[0].contacts[0].node == "cell 1"


def test_a_plate_with_a_thickness_spreads_heat():
    """It joins the bodies of neighbours, and its coolant takes heat from bodies."""
    graph = graph_of(layout=PRISM, plate=[{"thickness": 0.004}])
    assert graph.circuits[0].channels[0].contacts[0].node == "plate 1, cell 1"
    pitch, width = 0.028, 0.149
    assert between(graph, "plate 1, cell 1", "plate 1, cell 2") == pytest.approx(200.0 * 0.004 * width / pitch)
    body = next(node for node in graph.nodes if node.name == "plate 1, cell 1")
    assert body.heat_capacity == pytest.approx(2.43e6 * 0.004 * pitch * width)


def test_a_steady_plate_warms_its_coolant_along_the_channel_as_told_in_closed_form():
    """Cells alone at a plate, q each: the coolant warms by q/W a cell, and cell k is above it by q / (W s)."""
    graph = graph_of(
        thermal={"convection": 0.0, "conduction": 0.0}, plate=[{"conductance": 2.0, "heat_capacity_rate": 40.0}]
    )
    heat = {f"cell {k}": 6.0 for k in range(1, 13)}
    temperature, aired, cooled = steady(graph, heat, inlets=[290.0])
    before = 290.0 + 6.0 / 40.0 * np.arange(12)
    expected = before + 6.0 / (40.0 * -math.expm1(-2.0 / 40.0))
    assert [temperature[f"cell {k}"] for k in range(1, 13)] == pytest.approx(expected, rel=1e-12)
    assert (aired, cooled) == pytest.approx((0.0, 72.0), abs=1e-9)
