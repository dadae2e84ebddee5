"""The thermal model of a graph: it is the chain where it is one; board, surfaces, range, restored states, ports."""

import re
from itertools import pairwise

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.thermal import chain
from packfmu.models.thermal.graph import network
from packfmu.models.thermal.graph.nodes import (
    AMBIENT,
    Channel,
    Circuit,
    Contact,
    Node,
    Path,
    ThermalGraph,
)
from packfmu.models.thermal.graph.system import system_of
from packfmu.models.thermal.ports import BOARD_BEYOND, CELL_TOO_COLD, CELL_TOO_HOT
from tests.interpreted import InterpretedInstance
from tests.models.thermal.graph.graphs import CIRCUITS, HEAT, RADIATIONS, graph, run, started

CELLS = 5
GIVEN = {
    "heat_rate": [1.0, 4.0, -0.5, 2.0, 3.0],
    "ambient_temperature": 288.0,
    "coolant_temperature": 283.0,
    "board_heat_rate": 3.0,
    "initial_temperature": 300.0,
}
CAPACITIES, CONVECTIONS = (700.0, 800.0, 900.0, 1000.0, 1100.0), (0.2, 0.5, 0.1, 0.4, 0.3)
START = np.array([310.0, 290.0, 305.0, 280.0, 300.0])


def chained(board_conductance=0.0, plate=2.0, rate=5.0):
    """Return the chain of `GIVEN` as a graph."""
    names = [f"cell {k}" for k in range(CELLS)]
    nodes = (*(Node(*each) for each in zip(names, CAPACITIES, strict=True)), Node("board", 200.0))
    paths = (
        *(Path(a, b, 1.5) for a, b in pairwise(names)),
        *(Path(name, AMBIENT, each) for name, each in zip(names, CONVECTIONS, strict=True)),
        Path("board", AMBIENT, 1.0), Path("board", names[-1], board_conductance),
    )  # fmt: skip
    circuit = Circuit("plate", rate, (Channel(1.0, tuple(Contact(name, plate) for name in names)),))
    return ThermalGraph(nodes, tuple(names), tuple(names), "board", ("board",), paths, (), (circuit,))


@pytest.mark.parametrize("step", [1.0, 60.0, 3600.0])
def test_a_chain_as_a_graph_is_the_chain(step):
    """The slope is exact: then both methods are one, to what the stages are solved to."""
    model = chain.declare(CELLS).with_start(
        {"heat_capacity": CAPACITIES, "convection": CONVECTIONS, "conduction": 1.5, "plate_conductance": 2.0,
         "coolant_heat_capacity_rate": 5.0, **GIVEN}
    )  # fmt: skip
    old, new = Instance(model), started(chained(), solve_tolerance=1e-13, **GIVEN)
    old.initialize()
    old.x["temperature"], new.x["temperature"] = START, [*START, 300.0]
    for n in range(20):
        assert old.advance(n * step, step) == new.advance(n * step, step) == DONE
        assert new.y["temperature"] == pytest.approx(old.y["temperature"], abs=1e-9)
        assert float(new.y["board_temperature"]) == pytest.approx(float(old.y["board_temperature"]), abs=1e-9)
        for heat in ("generated_heat", "stored_heat", "ambient_heat", "coolant_heat"):
            assert float(new.y[heat]) == pytest.approx(float(old.y[heat]), rel=1e-9, abs=1e-6)


def test_the_chain_s_outputs_are_those_of_a_graph():
    old = {variable.listed_name: variable for variable in chain.declare(CELLS).outputs}
    new = {variable.listed_name: variable for variable in network.declare(chained()).outputs}
    assert set(old) - {"coolant_outlet_temperature"} <= set(new)
    for name in set(old) - {"coolant_outlet_temperature"}:
        assert (old[name].shape, old[name].unit, old[name].hold_tolerance) == (
            new[name].shape, new[name].unit, new[name].hold_tolerance,
        )  # fmt: skip


def test_the_board_heats_the_cell_beside_it():
    """In the steady state the path carries what the board's own way to the air leaves."""
    given = GIVEN | {"board_heat_rate": 30.0}
    apart, beside = (started(chained(conductance, plate=0.0), **given) for conductance in (0.0, 2.0))
    for instance in (apart, beside):
        run(instance, 1e6, 10)
    assert apart.y["board_temperature"] == pytest.approx(288.0 + 30.0, abs=1e-7)
    warmer = beside.y["temperature"] - apart.y["temperature"]
    assert np.argmax(warmer) == CELLS - 1
    assert np.all(warmer > 0.0)
    carried = 2.0 * (beside.y["board_temperature"] - beside.y["temperature"][-1])
    assert carried == pytest.approx(30.0 - (float(beside.y["board_temperature"]) - 288.0), abs=1e-9)


def interpreted(declared, shorts=False, **values):
    instance = InterpretedInstance(network.declare(declared, shorts).with_start(values))
    instance.initialize()
    return instance


def two_nodes(core=1.5, outward=0.5):
    """Return one cell of a core and a surface, and a board."""
    nodes = Node("core", 30.0), Node("surface", 10.0), Node("board", 1.0)
    return ThermalGraph(nodes, ("core",), ("surface",), "board", ("board",),
                        (Path("core", "surface", core), Path("surface", AMBIENT, outward)))  # fmt: skip


def test_two_nodes_a_cell_part_by_the_closed_form():
    """Steady: the surface by q over the way outwards, the core by q over its own; on the way by two exponentials."""
    cell = interpreted(two_nodes(), heat_rate=3.0, initial_temperature=298.15)
    run(cell, 1e5, 10)
    assert cell.y["surface_temperature"][0] == pytest.approx(298.15 + 6.0, abs=1e-9)
    assert cell.y["temperature"][0] == pytest.approx(298.15 + 6.0 + 2.0, abs=1e-9)
    cell = interpreted(two_nodes(), heat_rate=3.0, initial_temperature=298.15)
    run(cell, 0.05, 400)
    matrix = np.array([[-1.5 / 30.0, 1.5 / 30.0], [1.5 / 10.0, -2.0 / 10.0]])
    values, vectors = np.linalg.eig(matrix)
    steady = np.array([8.0, 6.0])
    expected = steady - vectors @ (np.exp(20.0 * values) * np.linalg.solve(vectors, steady))
    found = [cell.y["temperature"][0], cell.y["surface_temperature"][0]]
    assert found - np.full(2, 298.15) == pytest.approx(expected, abs=1e-5)  # 2e-6 of the 8 K


def test_contacts_heat_the_surface_and_conductors_their_node():
    declared = ThermalGraph(
        (Node("core", 1e3), Node("surface", 1e3), Node("busbar", 1e3), Node("board", 1e3)),
        ("core",), ("surface",), "board", ("busbar", "busbar"),
    )  # fmt: skip
    cell = interpreted(declared, shorts=True, heat_rate=1.0, short_heat_rate=2.0, contact_heat_rate=4.0,
                       conductor_heat_rate=[8.0, 16.0], board_heat_rate=32.0, initial_temperature=300.0)  # fmt: skip
    run(cell, 10.0, 1)
    assert cell.y["node_temperature"] - 300.0 == pytest.approx(np.array([3.0, 4.0, 24.0, 32.0]) / 100.0, abs=1e-12)
    assert cell.y["generated_heat"] == pytest.approx(630.0, rel=1e-15)


@pytest.mark.parametrize(
    ("given", "status", "text"),
    [
        ({"heat_rate": [0.0, 1e6, 0.0]}, CELL_TOO_HOT, r"temperature\[2\] would be .* above 500 K"),
        ({"heat_rate": [0.0, 0.0, -1e6]}, CELL_TOO_COLD, r"temperature\[3\] would be .* below 200 K"),
        ({"board_heat_rate": 1e5}, BOARD_BEYOND, "board_temperature would be .* heat the board less"),
        ({"conductor_heat_rate": [1e4]}, network.NODE_BEYOND, "node temperatures .* node 5, not within"),
    ],
)
def test_a_step_out_of_range_is_refused_and_names_what_would_leave_it(given, status, text):
    instance = started(graph(), **HEAT | given)
    assert instance.advance(0.0, 1.0) == status
    assert re.search(text, instance.refusal(status))


@pytest.mark.parametrize("step", [1.0, 3600.0])
def test_a_restored_state_goes_on_to_the_bit(step):
    """Sweeps at short steps, a factor at long ones; the factor is part of the state."""
    declared = graph(radiations=RADIATIONS, circuits=CIRCUITS)
    instance, other = started(declared, **HEAT), started(declared, **HEAT)
    run(instance, step, 5)
    kept = instance.memory.copy()
    run(instance, step, 3)
    first = instance.memory.copy()
    instance.memory[:] = kept
    other.memory[:] = kept
    for again in (instance, other):
        run(again, step, 3)
        assert again.memory.tobytes() == first.tobytes()


def test_many_alike_are_as_one():
    """Cells that touch no other give the bits of one alone: vector equals scalar."""

    def apart(count):
        names = tuple(f"cell {k}" for k in range(count))
        nodes = tuple(Node(name, 880.0) for name in (*names, "board"))
        return ThermalGraph(nodes, names, names, "board", ("board",), tuple(Path(name, AMBIENT, 0.4) for name in names))

    many, one = started(apart(4), heat_rate=3.0), started(apart(1), heat_rate=3.0)
    for instance in (many, one):
        run(instance, 30.0, 20)
    assert np.all(many.y["temperature"] == one.y["temperature"][0])


def test_time_constants_by_hand():
    told = started(graph(circuits=CIRCUITS), **HEAT).y
    plate = 6.0 * 0.6 * -np.expm1(-2.0 / (6.0 * 0.6)) + 6.0 * 0.4 * -np.expm1(-0.5 / (6.0 * 0.4))
    first = 700.0 / (1.5 + 3.0 + 0.25 + plate)
    second = 800.0 / (1.5 + 0.8 + 2.0 + 0.25 + 0.1 + 6.0 * 0.6 * -np.expm1(-1.0 / (6.0 * 0.6)))
    third = 900.0 / (0.8 + 2.5 + 6.0 * 0.6 * -np.expm1(-2.0 / (6.0 * 0.6)))
    assert told["timescale_temperature"] == pytest.approx(min(first, second, third), rel=1e-12)
    board = 150.0 / (0.5 + 1.5 * -np.expm1(-1.0 / 1.5))
    assert told["timescale_board_temperature"] == pytest.approx(board, rel=1e-12)
    assert told["timescale_fastest"] <= min(first, second, third, board)


def test_a_graph_without_surfaces_apart_has_none():
    assert not network.has_surfaces(system_of(graph()))
    assert "surface_temperature" not in [variable.name for variable in network.declare(graph()).outputs]
