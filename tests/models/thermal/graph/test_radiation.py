"""Radiation of a thermal graph against closed forms: two nodes, a node that cools, a node in its steady state."""

import numpy as np
import pytest

from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Radiation, ThermalGraph
from tests.models.thermal.graph.graphs import STEFAN_BOLTZMANN, run, started

AREA = 0.5


def pair(radiations, capacity=100.0):
    nodes = tuple(Node(name, capacity) for name in ("a", "b"))
    return ThermalGraph(nodes, ("a", "b"), ("a", "b"), "b", ("b",), (), radiations)


def error_of(instance, start, duration, steps, measure):
    instance.x["temperature"] = start
    run(instance, duration / steps, steps)
    return measure(instance.y["node_temperature"])


def test_two_nodes_of_one_capacity_meet_by_the_closed_form():
    """With mean m and half difference d, d^2 / (d^2 + m^2) falls by exp(-16 sigma A m^3 t / C)."""
    mean, half, duration, capacity = 350.0, 100.0, 40.0, 100.0
    fell = half**2 / (half**2 + mean**2) * np.exp(-16.0 * STEFAN_BOLTZMANN * AREA * mean**3 * duration / capacity)
    expected = mean * np.sqrt(fell / (1.0 - fell))
    errors = []
    for steps in (50, 100, 200, 400):
        instance = started(pair((Radiation("a", "b", AREA),)), solve_tolerance=1e-13)
        instance.x["temperature"] = [mean + half, mean - half]
        run(instance, duration / steps, steps)
        assert np.mean(instance.y["node_temperature"]) == pytest.approx(mean, abs=1e-11)
        errors.append(0.5 * (instance.y["node_temperature"][0] - instance.y["node_temperature"][1]) - expected)
    errors = np.abs(errors)
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(2.0, abs=0.2)
    assert errors[-1] < 1e-3


def time_to(kelvin, air, capacity):
    """Return the time [s] in which a node cools from infinity, of ``C dT/dt = sigma A (T_air^4 - T^4)``."""
    part = np.log((kelvin + air) / (kelvin - air)) - 2.0 * np.arctan(air / kelvin)
    return capacity / (4.0 * STEFAN_BOLTZMANN * AREA * air**3) * part


def test_a_node_cools_by_the_closed_form():
    """The time that the temperatures on the way tell is the time that has passed, to the order of the method."""
    air, capacity, duration = 280.0, 100.0, 60.0
    errors = []
    for steps in (50, 100, 200, 400):
        instance = started(pair((Radiation("a", AMBIENT, AREA),)), ambient_temperature=air, solve_tolerance=1e-13)
        instance.x["temperature"] = [480.0, air]
        run(instance, duration / steps, steps)
        found = time_to(instance.y["node_temperature"][0], air, capacity) - time_to(480.0, air, capacity)
        errors.append(abs(found - duration))
    assert np.log2(np.array(errors[:-1]) / np.array(errors[1:])) == pytest.approx(2.0, abs=0.2)
    assert errors[-1] < 1e-3


@pytest.mark.parametrize("step", [1.0, 1e4, 1e7])
def test_the_steady_state_gives_all_heat_by_the_fourth_power(step):
    instance = started(pair((Radiation(AMBIENT, "a", AREA), Radiation("a", "b", AREA))), heat_rate=[150.0, 10.0])
    run(instance, step, 2000 if step == 1.0 else 40)
    outer = (160.0 / (STEFAN_BOLTZMANN * AREA) + 298.15**4) ** 0.25
    inner = (10.0 / (STEFAN_BOLTZMANN * AREA) + outer**4) ** 0.25
    assert instance.y["node_temperature"] == pytest.approx([outer, inner], abs=1e-6)
    assert instance.y["ambient_heat"] == pytest.approx(160.0 * step, rel=1e-8)


def test_what_is_as_warm_as_the_air_keeps_its_bits():
    instance = started(pair((Radiation("a", AMBIENT, AREA), Radiation("a", "b", AREA))), initial_temperature=298.15)
    run(instance, 60.0, 5)
    assert np.all(instance.y["node_temperature"] == 298.15)
    assert instance.y["ambient_heat"] == 0.0
