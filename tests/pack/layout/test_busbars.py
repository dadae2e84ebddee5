"""Where the losses of conductors go: nearest cells, or bodies that join what the conductors join."""

import pytest

from packfmu.models.network.wired.system import wire
from packfmu.models.thermal.geometry.conductors import thermal_conductance
from tests.pack.layout.graphs import between, graph_of, pack_of

R = 1e-4


def test_without_the_key_losses_leave_no_heat():
    assert graph_of(layout={}).conductors == ()
    assert pack_of().wiring is None


def test_losses_go_to_the_nearest_cells():
    pack = pack_of(
        busbar={"losses": "cells", "segment_resistance": R}, cable={"resistance": 1e-3, "string_resistance": 1e-3}
    )
    names = wire(pack.wiring).names
    to = dict(zip(names, pack.thermal_graph.conductors, strict=True))
    assert to["busbar 2.2+"] in ("cell 4", "cell 5")
    assert to["busbar 4.3-"] in ("cell 11", "cell 12")
    assert to["string cable 1"] == "cell 10"
    assert to["pack cable"] == "cell 10"  # by way of the string's cable
    assert all(node.name.startswith(("cell", "board")) for node in pack.thermal_graph.nodes)


def test_bodies_join_the_cells_at_their_ends():
    pack = pack_of(busbar={"losses": "bodies", "segment_resistance": R, "heat_capacity": 3.0, "convection": 0.1})
    graph = pack.thermal_graph
    assert graph.conductors == wire(pack.wiring).names
    assert {node.name for node in graph.nodes if node.heat_capacity == 3.0} == set(graph.conductors)
    half = 2.0 * thermal_conductance(R, 298.15)
    for k in (4, 5):
        assert between(graph, "busbar 2.2+", f"cell {k}") == pytest.approx(1.0 / (1.0 / half + 1.0 / 0.5))
    assert between(graph, "busbar 2.2+", "cell 6") == 0.0
    assert between(graph, "busbar 2.2+", "busbar 2.3+") == pytest.approx(thermal_conductance(2.0 * R, 298.15) * 2.0)
    assert between(graph, "busbar 2.2+", "ambient") == 0.1


def test_a_body_may_be_joined_by_its_name():
    paths = [{"between": ["busbar 1.2+", "board"], "conductance": 0.7}]
    graph = graph_of(busbar={"losses": "bodies"}, layout={"paths": paths})
    assert between(graph, "busbar 1.2+", "board") == 0.7


def test_cells_that_nothing_separates_are_heated_by_what_joins_their_group():
    """Busbars without resistance: the pole of a whole group is one node of the network."""
    graph = graph_of(busbar={"losses": "bodies", "segment_resistance": 0.0}, cable={"resistance": 1e-3})
    assert graph.conductors == ("pack cable",)
    assert [between(graph, "pack cable", f"cell {k}") > 0.0 for k in (9, 10, 11, 12)] == [False, True, True, True]
