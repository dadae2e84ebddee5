"""The method of a thermal graph: an independent stiff solver, measured order, energy at any tolerance, any slope."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.models.thermal.graph.graphs import CIRCUITS, HEAT, RADIATIONS, graph, imbalance, run, slopes, started

START = np.array([310.0, 290.0, 305.0, 280.0, 300.0, 320.0])

KINDS = {
    "conduction": graph(),
    "radiation": graph(radiations=RADIATIONS),
    "coolant": graph(circuits=CIRCUITS),
    "all": graph(radiations=RADIATIONS, circuits=CIRCUITS),
}


def exact(declared, duration):
    """Return the temperatures of the nodes as Radau finds them."""
    of = slopes(declared, HEAT)
    return solve_ivp(of, (0.0, duration), START, method="Radau", rtol=1e-12, atol=1e-11).y[:, -1]


@pytest.mark.parametrize("kind", KINDS)
def test_order_two_towards_an_independent_stiff_solution(kind):
    expected, errors, found = exact(KINDS[kind], 200.0), [], []
    for count in (200, 400, 800, 1600):
        instance = started(KINDS[kind], START, solve_tolerance=1e-13, **HEAT)
        run(instance, 200.0 / count, count)
        found.append(instance.y["node_temperature"].copy())
        errors.append(np.abs(found[-1] - expected).max())
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert orders == pytest.approx(2.0, abs=0.2)
    for order in (2, 3):  # Richardson's limit of small steps: errors of second and third order cancel
        found = [b + (b - a) / (2.0**order - 1.0) for a, b in pairwise(found)]
    assert found[-1] == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-9])
@pytest.mark.parametrize("step", [0.1, 10.0, 3600.0])
@pytest.mark.parametrize("kind", KINDS)
def test_energy_closes_at_any_tolerance(kind, step, tolerance):
    instance = started(KINDS[kind], START, solve_tolerance=tolerance, **HEAT)
    for n in range(5):
        before = instance.y["node_temperature"].copy() if n else START
        instance.advance(n * step, step)
        assert imbalance(instance) < 1e-12
        warmed = instance.p["heat_capacity"] @ (instance.y["node_temperature"] - before)
        assert warmed == pytest.approx(float(instance.y["stored_heat"]), rel=1e-9, abs=1e-9)
