"""Time constants that the models tell, against eigenvalues and closed forms."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.timescale import NONE
from packfmu.models.balancing import passive as balancer
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network import network
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS
from packfmu.models.thermal import chain as thermal


def started(model, **start):
    instance = Instance(model.with_start(start))
    instance.initialize()
    return instance


def told(instance):
    return float(instance.y["timescale_fastest"]), float(instance.y["timescale_slowest"])


@pytest.mark.parametrize("temperature", [273.15, 298.15, 318.15])
def test_cells_tell_their_pairs_and_follow_the_temperature(temperature):
    cells = started(cell_ecm.declare(2, PARAMETERS), initial_soc=[0.5, 0.5], temperature=temperature)
    table = PARAMETERS.nodes // 2  # a node of the tables is at SOC 0.5
    energies = np.array(PARAMETERS.polarisation_activation_energy)
    factors = np.exp(energies / 8.314462618 * (1.0 / temperature - 1.0 / PARAMETERS.reference_temperature))
    resistance = np.array(PARAMETERS.polarisation_resistance)[:, table] * factors
    expected = resistance * np.array(PARAMETERS.polarisation_capacitance)[:, table]
    # self-discharge moves the place in the tables by a hair
    assert told(cells) == pytest.approx((expected.min(), expected.max()), rel=1e-6)
    assert cells.advance(0.0, 1.0) == 0
    assert told(cells) == pytest.approx((expected.min(), expected.max()), rel=1e-3)


def rates(instance):
    """Return the eigenvalues of the cells [1/s], by what they give off at 1 K above their surroundings, one by one."""
    cells = instance.x["temperature"].size
    instance.u["ambient_temperature"] = instance.u["coolant_temperature"] = 300.0
    instance.p["initial_temperature"] = 300.0
    matrix = np.empty((cells, cells))
    for k in range(cells):
        instance.initialize()
        instance.x["temperature"][k] = 301.0
        thermal.net_heat(instance.x, instance.p, instance.u)
        matrix[:, k] = -instance.x["source"] / instance.p["heat_capacity"]
    return np.linalg.eigvals(matrix)


@pytest.mark.parametrize("plate", [{}, {"plate_conductance": 2.0, "coolant_heat_capacity_rate": 3.0}])
def test_a_thermal_chain_tells_bounds_of_its_time_constants(plate):
    generator = np.random.default_rng(5)
    chain = started(
        thermal.declare(6), heat_capacity=generator.uniform(500.0, 1500.0, 6),
        convection=generator.uniform(0.1, 1.0, 6), conduction=1.5, board_convection=1.0, board_heat_capacity=900.0,
        **plate,
    )  # fmt: skip
    fastest, slowest = told(chain)
    constants = 1.0 / rates(chain).real
    assert fastest <= min(constants.min(), 900.0)
    assert slowest >= max(constants.max(), 900.0)
    assert fastest > 0.3 * constants.min()  # not far off


def test_a_lone_cell_tells_its_time_constant():
    assert told(started(thermal.declare(1), heat_capacity=800.0, convection=0.5, board_convection=0.0)) == (
        1600.0,
        1600.0,
    )


def test_a_chain_that_nothing_cools_never_settles():
    fastest, slowest = told(started(thermal.declare(2), convection=0.0))
    assert fastest < slowest == NONE


def test_what_has_no_memory_tells_none():
    for model in (network.declare(2, 2, False, 3), balancer.declare(2, 1)):
        assert told(started(model)) == (NONE, 0.0)
