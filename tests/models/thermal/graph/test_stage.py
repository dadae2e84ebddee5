"""The linear system of a stage: what it holds, how it is solved, and when it is factored."""

import numpy as np
import pytest

from packfmu.core.interpreted import interpreted
from packfmu.models.thermal.graph import conduction, factored, network, scheme, stage
from packfmu.models.thermal.graph.nodes import AMBIENT
from packfmu.models.thermal.method import GAMMA
from tests.interpreted import InterpretedInstance
from tests.models.thermal.graph.graphs import CIRCUITS, HEAT, RADIATIONS, STEFAN_BOLTZMANN, graph

FULL = graph(radiations=RADIATIONS, circuits=CIRCUITS)
PLAIN = graph(radiations=RADIATIONS)


def prepared(declared, h, extra=0.0):
    """Return an instance whose system is set for a step of h [s]."""
    instance = InterpretedInstance(network.declare(declared).with_start(HEAT))
    instance.initialize()
    instance.x["extra_conductance"] = extra
    interpreted(stage.prepare)(instance.x, instance.p, instance.u, instance.c, h)
    return instance


def dense(instance):
    """Return the matrix of the system, column by column."""
    x, c = instance.x, instance.c
    n = len(x["temperature"])
    columns = []
    for i in range(n):
        x["right"], x["image"] = np.eye(n)[i], 0.0
        interpreted(factored.apply)(x, c, x.right, x.image)
        columns.append(x["image"].copy())
    return np.array(columns).T


def solved(instance, right):
    x = instance.x
    x["right"] = right
    assert interpreted(stage.solve)(x, instance.p, instance.c, x.right, x.first_rise)
    return x["first_rise"].copy()


@pytest.mark.parametrize("extra", [0.0, 0.5, -0.2])
@pytest.mark.parametrize("h", [1.0, 3600.0])
@pytest.mark.parametrize("declared", [PLAIN, FULL], ids=["plain", "coolant"])
def test_sweeps_and_factor_solve_the_same_system(declared, h, extra):
    instance = prepared(declared, h, extra)
    assert instance.x["strong"] == (0.0 if h == 1.0 else 1.0)
    instance.p["solve_tolerance"] = 1e-12
    right = np.array([3.0, -1.0, 0.0, 2.0, 0.5, 1.0])
    assert solved(instance, right) == pytest.approx(np.linalg.solve(dense(instance), right), rel=1e-9, abs=1e-12)


def test_the_matrix_by_hand():
    """Of node 1: inertia, paths, radiation to the case, coolant; node 2 hears of it by its paths and by the coolant."""
    found = dense(prepared(FULL, 10.0))
    rate = 6.0 * 0.6
    first, second = -np.expm1(-2.0 / rate), -np.expm1(-1.0 / rate)
    behind = 6.0 * 0.4
    last = -np.expm1(-0.5 / behind)
    radiation = 4.0 * STEFAN_BOLTZMANN * 0.05 * 300.0**3
    own = 700.0 / (GAMMA * 10.0) + 1.5 + 0.25 + 3.0 + radiation + rate * first + behind * last
    assert found[0, 0] == pytest.approx(own, rel=1e-12)
    assert found[0, 1] == pytest.approx(-1.75, rel=1e-12)
    assert found[1, 0] == pytest.approx(-1.75 - rate * second * first, rel=1e-12)
    assert found[0, 4] == found[4, 0] == -3.0


def test_a_factor_is_kept_until_step_or_conductances_change():
    instance = prepared(FULL, 3600.0)
    prepare = interpreted(stage.prepare)
    kept = instance.x["factored_total"].copy()
    instance.x["temperature"] += 1e-3  # radiation changes by 1e-5 of itself
    prepare(instance.x, instance.p, instance.u, instance.c, 3600.0)
    np.testing.assert_array_equal(instance.x["factored_total"], kept)
    prepare(instance.x, instance.p, instance.u, instance.c, 1800.0)
    shorter = instance.x["factored_total"].copy()
    assert np.any(shorter > 1.01 * kept)
    instance.u["coolant_flow"] = [12.0, 1.5]
    prepare(instance.x, instance.p, instance.u, instance.c, 1800.0)
    assert instance.x["factored_total"][0] > 1.01 * shorter[0]


def test_a_stale_factor_still_solves():
    instance = prepared(FULL, 3600.0)
    instance.x["temperature"] += 0.5
    interpreted(stage.prepare)(instance.x, instance.p, instance.u, instance.c, 3605.0)
    right = np.array([3.0, -1.0, 0.0, 2.0, 0.5, 1.0])
    assert solved(instance, right) == pytest.approx(np.linalg.solve(dense(instance), right), rel=1e-7, abs=1e-9)


def test_heat_along_paths_leaves_one_node_and_enters_another_to_the_bit():
    """Paths side by side add up; of conduction alone the flows sum to what goes to the air."""
    instance = prepared(graph(), 10.0)
    x, c = instance.x, instance.c
    x["temperature"] = [310.0, 290.0, 305.0, 280.0, 300.0, 320.0]
    x["heating"] = 0.0
    interpreted(conduction.write)(x, instance.u, c, x.temperature)
    assert x["flow"].sum() + x["ambient_heat_flow"] == pytest.approx(0.0, abs=1e-13)
    outward = sum(path.conductance for path in graph().paths if path.second == AMBIENT and path.first == "case")
    assert x["air_conductance"][3] == outward
    assert x["link_sum"][0] == 1.5 + 0.25 + 3.0


def test_flows_of_a_rise_are_those_of_the_temperatures_it_leads_to():
    instance = prepared(FULL, 10.0)
    x, u, p, c = instance.x, instance.u, instance.p, instance.c
    write = interpreted(scheme.write_flows)
    x["temperature"] = [310.0, 290.0, 305.0, 280.0, 300.0, 320.0]
    interpreted(stage.prepare)(x, p, u, c, 10.0)
    interpreted(scheme.begin_first)(x, p, u, c)
    x["first_rise"], x["second_rise"] = [2.0, -1.0, 0.5, 0.0, 1.0, 3.0], 0.0
    interpreted(scheme.begin_booking)(x, p, u, c)
    booked = x["flow"].copy(), float(x["ambient_heat_flow"]), float(x["coolant_heat_flow"])
    write(x, p, u, c, x.middle)
    assert booked[0] == pytest.approx(x["flow"], abs=1e-11)
    assert booked[1:] == pytest.approx((float(x["ambient_heat_flow"]), float(x["coolant_heat_flow"])), abs=1e-11)
