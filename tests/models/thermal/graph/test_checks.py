"""Thermal graphs that are none of a pack are refused by name, value and bound."""

from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.fmi.registry import load_definition
from packfmu.models.thermal.graph.nodes import AMBIENT, Channel, Circuit, Contact, Node, Path, Radiation, ThermalGraph
from packfmu.models.thermal.graph.system import system_of
from tests.models.thermal.graph.graphs import CIRCUITS, PATHS, RADIATIONS, graph

WHOLE = graph(radiations=RADIATIONS, circuits=CIRCUITS)

BAD = {
    "no cells": ({"cells": (), "surfaces": ()}, "a pack has at least one cell"),
    "surfaces": ({"surfaces": ("cell 1",)}, "1 surfaces for 3 cells"),
    "twice": ({"nodes": (*WHOLE.nodes, Node("case", 1.0))}, "case is the name of several nodes"),
    "air": ({"nodes": (*WHOLE.nodes, Node(AMBIENT, 1.0))}, "this is the air"),
    "cell nowhere": ({"cells": ("cell 1", "cell 9", "cell 3")}, "cell 2: cell 9 is no node"),
    "board nowhere": ({"board": "plank"}, "board: plank is no node"),
    "conductor nowhere": ({"conductors": ("link",)}, "conductor 1: link is no node"),
    "path nowhere": ({"paths": (Path("case", "lid", 1.0),)}, "path case to lid: lid is no node"),
    "radiation nowhere": ({"radiations": (Radiation("lid", "case", 1.0),)}, "radiation lid to case: lid is no node"),
    "capacity": ({"nodes": (Node("cell 1", 0.0), *WHOLE.nodes[1:])}, "node cell 1: heat_capacity = 0 J/K"),
    "conductance": (
        {"paths": (*PATHS, Path("case", "board", -1.0))},
        "path case to board: conductance = -1 W/K",
    ),
    "nan": ({"paths": (Path("case", "board", float("nan")),)}, "conductance = nan W/K is not within"),
    "itself": ({"paths": (Path("case", "case", 1.0),)}, "path case to case: both of its ends are the same"),
    "airs": ({"paths": (Path(AMBIENT, AMBIENT, 1.0),)}, "both of its ends are the same"),
    "area": ({"radiations": (Radiation("case", AMBIENT, -0.1),)}, "area = -0.1 m2 is not within"),
    "share": ({"circuits": (Circuit("a", 1.0, (Channel(0.0, ()), Channel(1.0, ()))),)}, "share = 0 of channel 1"),
    "shares": ({"circuits": (Circuit("a", 1.0, (Channel(0.5, ()), Channel(0.4, ()))),)}, "sum to 0.9; they must"),
    "channels": ({"circuits": (Circuit("a", 1.0, ()),)}, "circuit a: coolant flows in at least one channel"),
    "rate": ({"circuits": (Circuit("a", -1.0, (Channel(1.0, ()),)),)}, "heat_capacity_rate = -1 W/K is not within"),
    "contact": ({"circuits": (Circuit("a", 1.0, (Channel(1.0, (Contact("case", 1e9),)),)),)}, "conductance to case"),
    "contact nowhere": ({"circuits": (Circuit("a", 1.0, (Channel(1.0, (Contact("lid", 1.0),)),)),)}, "lid is no node"),
    "circuits": ({"circuits": (CIRCUITS[0], CIRCUITS[0])}, "plate is the name of several circuits"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_graph_is_refused_by_name(name):
    change, text = BAD[name]
    with pytest.raises(InputError, match=text.replace("(", r"\(")):
        system_of(replace(WHOLE, **change))


def test_figures_make_the_graph_again_and_the_component_takes_them():
    assert ThermalGraph.of_figures(WHOLE.figures()) == WHOLE
    model = load_definition("thermal", {"cells": 3, "graph": WHOLE.figures()}, {}).model
    assert model.variable("coolant_flow").start_values().tolist() == [6.0, 1.5]


def test_a_graph_of_other_cells_is_refused():
    with pytest.raises(InputError, match="it has 3 cells, and the pack 4"):
        load_definition("thermal", {"cells": 4, "graph": WHOLE.figures()}, {})


def test_a_node_that_nothing_joins_is_allowed():
    system_of(replace(WHOLE, nodes=(*WHOLE.nodes, Node("apart", 1.0))))
