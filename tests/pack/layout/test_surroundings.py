"""What free sides give to the air or the case, and what they radiate."""

import math

import pytest

from packfmu.models.thermal.geometry.views import of_cylinders
from packfmu.models.thermal.graph.nodes import AMBIENT
from tests.pack.layout.graphs import CYLINDER, PRISM, between, graph_of

INNER_OPEN = {"conductivity_across": 5000.0, "conductivity_along": 5000.0}
"""Cells whose inside does not resist, nearly."""


def test_a_single_prism_gives_its_whole_surface_to_the_air():
    graph = graph_of(series=1, parallel=1, layout={**PRISM, **INNER_OPEN, "air_coefficient": 10.0})
    area = 2.0 * (0.148 * 0.095 + 0.027 * 0.095 + 0.027 * 0.148)
    assert between(graph, "cell 1", AMBIENT) == pytest.approx(10.0 * area, rel=1e-3)


def test_a_prism_in_a_row_keeps_its_faces_to_its_neighbours():
    graph = graph_of(layout={**PRISM, **INNER_OPEN, "air_coefficient": 10.0})
    inside, end = between(graph, "cell 5", AMBIENT), between(graph, "cell 1", AMBIENT)
    assert end - inside == pytest.approx(10.0 * 0.148 * 0.095, rel=1e-3)


def test_a_plate_takes_the_side_that_it_covers_from_the_air():
    bare, plated = (
        graph_of(layout={**PRISM, **INNER_OPEN}, plate=plates) for plates in ([], [{"side": "bottom"}])
    )  # fmt: skip
    lost = between(bare, "cell 5", AMBIENT) - between(plated, "cell 5", AMBIENT)
    assert lost == pytest.approx(7.0 * 0.027 * 0.148, rel=1e-3)


def test_convection_that_the_file_tells_counts_instead():
    graph = graph_of(layout=CYLINDER, thermal={"convection": 0.05})
    assert all(between(graph, f"cell {k}", AMBIENT) == 0.05 for k in range(1, 13))
    assert between(graph_of(layout={}), "cell 1", AMBIENT) == 0.3  # that of the chain


def test_with_a_case_the_air_takes_heat_from_the_case_alone():
    graph = graph_of(layout={**CYLINDER, "arrangement": "grid", "columns": 4, "gap": 0.002}, casing={"gap": 0.005})
    to_air = [path.first for path in graph.paths if path.second == AMBIENT]
    assert sorted(to_air) == ["board", "casing"]
    box = [extent + 0.01 for extent in (4 * 0.021 + 3 * 0.002, 3 * 0.021 + 2 * 0.002, 0.07)]
    area = 2.0 * (box[0] * box[1] + box[1] * box[2] + box[2] * box[0])
    assert between(graph, "casing", AMBIENT) == pytest.approx(7.0 * area)
    case = next(node for node in graph.nodes if node.name == "casing")
    assert case.heat_capacity == pytest.approx(area * 0.002 * 2.43e6)
    assert between(graph, "cell 1", "casing") > between(graph, "cell 2", "casing") > between(graph, "cell 6", "casing")


def test_every_block_has_a_case_of_its_own():
    graph = graph_of(modules=2, layout=PRISM, casing={"conductance": 0.4, "heat_capacity": 900.0, "convection": 2.0})
    assert [node.name for node in graph.nodes if node.heat_capacity == 900.0] == ["casing 1", "casing 2"]
    assert between(graph, "cell 6", "casing 1") == between(graph, "cell 7", "casing 2") == 0.4
    assert between(graph, "cell 6", "casing 2") == between(graph, "cell 6", "cell 7") == 0.0


def test_a_row_of_cylinders_radiates_to_neighbours_and_around():
    graph = graph_of(layout={**CYLINDER, "gap": 0.003, "emissivity": 0.8})
    side, end = math.pi * 0.021 * 0.07, 0.25 * math.pi * 0.021**2
    view = of_cylinders(0.021, 0.003)
    area = {(r.first, r.second): r.area for r in graph.radiations}
    assert area["cell 3", "cell 4"] == pytest.approx(side * view / (2.0 / 0.8 - 1.0))
    assert area["cell 3", AMBIENT] == pytest.approx(0.8 * (side * (1.0 - 2.0 * view) + 2.0 * end))
    assert area["cell 1", AMBIENT] == pytest.approx(0.8 * (side * (1.0 - view) + 2.0 * end))


def test_cells_radiate_to_their_case_and_the_case_around():
    graph = graph_of(layout={**PRISM, "emissivity": 0.8}, casing={"emissivity": 0.5})
    area = {(r.first, r.second): r.area for r in graph.radiations}
    outward = 2.0 * (0.027 * 0.095 + 0.027 * 0.148)
    assert area["cell 5", "casing"] == pytest.approx(outward / (1 / 0.8 + 1 / 0.5 - 1.0))
    assert ("cell 5", AMBIENT) not in area
    assert area["casing", AMBIENT] > 0.0
    assert graph_of(layout=PRISM, casing={}).radiations == ()
