"""The slowest time constant of a thermal graph against eigenvalues, whatever its nodes give their heat to."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.duration import NANOSECONDS
from packfmu.core.model import DONE
from packfmu.core.timescale import NONE
from packfmu.coupling.enforcement import Timescale, check_window
from packfmu.models.thermal.graph import network
from packfmu.models.thermal.graph.nodes import AMBIENT, Channel, Circuit, Contact, Node, Path, Radiation, ThermalGraph
from tests.interpreted import InterpretedInstance
from tests.models.thermal.graph.drawn_graphs import graphs
from tests.models.thermal.graph.graphs import CIRCUITS, NAMES, RADIATIONS, graph, slopes

AIR = 298.15

CASED = (
    Path("cell 1", "cell 2", 0.1), Path("cell 2", "cell 3", 0.1), Path("cell 3", "case", 0.02),
    Path("cell 1", "busbar", 0.5), Path("busbar", "cell 2", 0.5), Path("case", AMBIENT, 1.0),
)  # fmt: skip
"""Two cells in a row that only the third one leads to the case, a busbar, and a board without any path."""


def started(declared, **values):
    """Return an interpreted instance at its start, where air, coolant and all nodes are as warm."""
    instance = InterpretedInstance(network.declare(declared).with_start({"ambient_temperature": AIR, **values}))
    instance.initialize()
    return instance


def slowest(declared, at=AIR):
    """Return the longest time constant of a graph with all at one temperature [s]: of its matrix, less integrators."""
    values = {"heat_rate": np.zeros(len(declared.cells)), "contact_heat_rate": np.zeros(len(declared.cells)),
              "conductor_heat_rate": np.zeros(len(declared.conductors)), "board_heat_rate": 0.0,
              "ambient_temperature": at, "coolant_temperature": at}  # fmt: skip
    flowing = tuple(circuit for circuit in declared.circuits if circuit.heat_capacity_rate > 0.0)
    of, unit = slopes(replace(declared, circuits=flowing), values), np.eye(len(declared.nodes))
    matrix = np.column_stack([of(0.0, at + 0.5 * each) - of(0.0, at - 0.5 * each) for each in unit])
    rates = -np.linalg.eigvals(matrix).real
    return max((1.0 / rate for rate in rates if rate > 1e-10), default=0.0)


def told(instance):
    return float(instance.y["timescale_slowest"])


@pytest.mark.parametrize(
    "declared",
    [graph(CASED), graph(CASED, RADIATIONS), graph(CASED, RADIATIONS, CIRCUITS), graph(CASED, circuits=CIRCUITS),
     graph((), RADIATIONS), graph((*CASED, Path("board", "busbar", 1e-3))), graph()],
    ids=["cased", "radiating", "all", "cooled", "radiation alone", "board behind a busbar", "plain"],
)  # fmt: skip
def test_the_bound_is_little_above_the_slowest_eigenvalue(declared):
    exact = slowest(declared)
    assert exact <= told(started(declared)) <= 1.7 * exact


def test_one_node_has_its_own_constant():
    one = ThermalGraph((Node("a", 500.0),), ("a",), ("a",), "a", (), (Path("a", AMBIENT, 2.0),))
    assert told(started(one)) == pytest.approx(250.0, rel=1e-14)


def test_a_rod_cooled_at_one_end_has_the_known_ratio():
    """Uniform heat: w = L^2 / (2 a) at the far end; the slowest mode has 4 L^2 / (pi^2 a)."""
    count = 100
    names = tuple(f"n{i}" for i in range(count))
    paths = tuple(Path(names[i], names[i + 1], float(count)) for i in range(count - 1))
    nodes = tuple(Node(name, 1.0 / count) for name in names)
    rod = ThermalGraph(nodes, names[:1], names[:1], names[0], (), (*paths, Path(names[-1], AMBIENT, 2.0 * count)))
    assert told(started(rod)) == pytest.approx(0.5, rel=1e-4)
    assert told(started(rod)) / slowest(rod) == pytest.approx(np.pi**2 / 8.0, rel=1e-3)


def test_cells_in_a_case_pass_a_window_of_a_day():
    timescale = Timescale(float(started(graph(CASED)).y["timescale_fastest"]), told(started(graph(CASED))))
    day = NANOSECONDS["d"]
    (violation,) = check_window(("Thermal",), {"Thermal": timescale}, day)  # 2400 J/K behind 0.02 W/K
    assert "1.42e+05 s" in violation.text
    assert check_window(("Thermal",), {"Thermal": timescale}, 9 * day) == []


def test_what_has_no_way_outwards_is_left_out():
    """A pack in a vacuum: its mean rests, and what levels out within it tells."""
    closed = graph(CASED[:-1])
    exact = slowest(closed)
    assert exact <= told(started(closed)) <= 3.0 * exact
    apart = graph(())
    assert told(started(apart)) == 0.0
    assert float(started(apart).y["timescale_fastest"]) == NONE


def test_coolant_that_stands_is_no_way_and_is_one_when_it_flows():
    wet = (Circuit("plate", 6.0, (Channel(1.0, (Contact("cell 3", 2.0), Contact("case", 1.0))),)),)
    inside = graph(CASED[:-1], circuits=wet)
    instance = started(inside, coolant_flow=0.0)
    still = told(instance)
    assert slowest(graph(CASED[:-1])) <= still <= 3.0 * slowest(graph(CASED[:-1]))
    instance.u["coolant_flow"] = 6.0
    assert instance.advance(0.0, 10.0) == DONE
    assert slowest(inside) <= told(instance) <= 1.5 * slowest(inside)
    instance.u["coolant_flow"] = 0.0
    assert instance.advance(10.0, 10.0) == DONE
    assert told(instance) == pytest.approx(still, rel=1e-12)


def test_the_bound_follows_radiation():
    """At 400 K slopes are 2.4 times those at 298 K; the bound follows to a tenth."""
    declared = graph(CASED[:5], (Radiation("case", AMBIENT, 0.02),))
    instance = started(declared)
    assert told(instance) == pytest.approx(told(started(declared, initial_temperature=AIR)), rel=1e-12)
    instance.x["temperature"] = 400.0
    instance.u["ambient_temperature"] = 400.0
    assert instance.advance(0.0, 1.0) == DONE
    assert 0.9 * slowest(declared, 400.0) <= told(instance) <= 1.5 * slowest(declared, 400.0)


def test_a_stage_solves_as_before_after_the_times_are_found_anew():
    """They use the factor of the stages, which is made again."""
    declared, given_values = graph(CASED, RADIATIONS, CIRCUITS), {"heat_rate": [9.0, 5.0, 1.0]}
    once, often = started(declared, **given_values), started(declared, **given_values)
    for n in range(3):
        often.x["settled_slope"] = 0.0
        for instance in (once, often):
            assert instance.advance(n * 600.0, 600.0) == DONE
    assert often.y["node_temperature"] == pytest.approx(once.y["node_temperature"], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.floats(250.0, 350.0))
def test_no_drawn_graph_is_slower_than_its_bound(declared, at):
    instance = started(declared, ambient_temperature=at, initial_temperature=at)
    exact = slowest(declared, at)
    assert told(instance) < NONE
    assert exact * (1.0 - 1e-4) <= told(instance)
    tied = exact > 0.0 or told(instance) == 0.0
    assert tied


def test_a_core_against_its_own_surface_is_within_the_cell():
    """A cell of two nodes counts as one body; its core, which is handed on, has a constant of its own."""
    nodes = tuple(Node(name, each) for name, each in zip(NAMES, (30.0, 60.0, 30.0, 60.0, 5.0, 50.0), strict=True))
    two = ThermalGraph(nodes, ("cell 1", "cell 3"), ("cell 2", "case"), "board", (), (
        Path("cell 1", "cell 2", 2.0), Path("cell 3", "case", 2.0), Path("cell 2", "case", 0.1),
        Path("case", AMBIENT, 0.2), Path("cell 2", AMBIENT, 0.2), Path("board", AMBIENT, 0.2),
    ))  # fmt: skip
    y = started(two).y
    assert y["timescale_fastest"] == pytest.approx(min(90.0 / (2.0 * 0.1 + 0.2), 50.0 / 0.2), rel=1e-12)
    assert y["timescale_temperature"] == pytest.approx(15.0, rel=1e-12)
