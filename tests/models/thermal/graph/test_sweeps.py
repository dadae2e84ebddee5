"""Sweeps end where nothing changes any more, however little inertia the nodes have."""

import numpy as np
import pytest

from packfmu.core.model import DONE
from packfmu.models.thermal.graph import network
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Path, ThermalGraph
from tests.interpreted import InterpretedInstance


@pytest.mark.parametrize("step", [1.0, 60.0, 3600.0, 1e6])
@pytest.mark.parametrize("conductance", [1.0, 1e3, 1e5])
@pytest.mark.parametrize("capacity", [1e-3, 1e-1])
def test_a_light_body_between_heavy_ones_is_solved(capacity, conductance, step):
    """A busbar takes nearly all of its rise from what it joins; its temperature is then the mean of both."""
    nodes = tuple(Node(name, each) for name, each in (("a", 1e9), ("b", 1e9), ("bar", capacity)))
    paths = Path("a", "bar", conductance), Path("bar", "b", conductance), Path("a", AMBIENT, 1.0)
    graph = ThermalGraph(nodes, ("a", "b"), ("a", "b"), "b", ("bar",), paths)
    given = {"heat_rate": [3.0, 7.0], "conductor_heat_rate": 1.0, "ambient_temperature": 290.0}
    instance = InterpretedInstance(network.declare(graph).with_start(given))
    instance.initialize()
    for n in range(3):
        assert instance.advance(n * step, step) == DONE
    a, b, bar = instance.y["node_temperature"]
    assert np.isfinite([a, b, bar]).all()
    if capacity / conductance < 1e-3 * step:
        rounding = 2.0**-52 * step * conductance / capacity * 0.01  # of fluxes that a rise of 10 mK makes
        assert bar == pytest.approx(0.5 * (a + b) + 0.5 / conductance, abs=1e-6 + rounding)
