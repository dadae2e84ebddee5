"""Capacity and resistance as they are learnt from simulated cells that have aged."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.bms import filter_states, rest
from packfmu.models.bms.capacity import drift, invert, lost_variance, measure_capacity
from packfmu.models.bms.resistance import learn_resistance
from packfmu.models.cell import circuit as cell_circuit
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF

from ..cells import invented_cell, plain_cell, started
from .estimations import cycles, estimated, follow


def aged(kind, capacity, scale, count, bias, **changes):
    """Cycle an aged cell between 15 and 90 % SOC; return estimation, health after each cycle, and the report."""
    cells = started(kind, initial_soc=0.9, capacity=capacity * kind.capacity, resistance_scale=scale)
    instance = estimated(kind, initial_soc=0.85, **changes)
    cycle = cycles(replace(kind, capacity=capacity * kind.capacity), 1, 0.15, 0.9, 3600.0, 5.0)
    health, reported = [], []
    for n in range(count):
        reported.append(follow(cells, instance, cycle, 5.0, bias=bias, voltage_noise=2e-3, seed=n))
        health.append([instance.x["capacity"][0] / kind.capacity, instance.x["resistance_scale"][0]])
    return instance, np.array(health), np.concatenate(reported)


@pytest.mark.parametrize("prior", [0.01, 0.05])
@pytest.mark.parametrize("kind", [LEAF, invented_cell()], ids=["Leaf", "with hysteresis"])
def test_ten_cycles_find_capacity_and_resistance(kind, prior):
    """10 % less, 50 % more; noise of 2 mV and 20 mA, a bias of 50 mA; whatever the first guess is trusted."""
    _, health, reported = aged(kind, 0.9, 1.5, 10, 0.05, initial_capacity_sigma=prior)
    assert health[-1, 0] == pytest.approx(0.9, abs=0.005)
    assert np.abs(health[1:, 1] - 1.5).max() < 0.06
    assert np.abs(reported[-8000:, 0]).max() < 0.005
    assert reported[-1, 2] == pytest.approx(0.05, abs=0.01)


def test_soc_stays_inside_two_sigma_while_the_capacity_is_learnt():
    """Where the first guess of the capacity is as uncertain as it is wrong: 10 % at 5 %."""
    _, _, reported = aged(LEAF, 0.9, 1.5, 3, 0.05, initial_capacity_sigma=0.05)
    assert np.all(np.abs(reported[:, 0]) < 2.0 * reported[:, 1])


def test_healthy_cells_stay_healthy():
    instance, health, _ = aged(LEAF, 1.0, 1.0, 5, -0.1)
    assert np.abs(health[:, 0] - 1.0).max() < 0.003
    assert np.abs(health[:, 1] - 1.0).max() < 0.04
    assert instance.x["capacity_sigma"][0] / LEAF.capacity == pytest.approx(0.01, abs=0.002)


def test_variance_falls_to_the_error_of_the_tables_and_no_further():
    instance, _, _ = aged(LEAF, 1.0, 1.0, 3, 0.0, initial_capacity_sigma=0.1)
    third = instance.x["capacity_sigma"][0]
    cells = started(LEAF, initial_soc=0.9)
    follow(cells, instance, cycles(LEAF, 6, 0.15, 0.9, 3600.0, 5.0), 5.0)
    assert 0.005 < third / LEAF.capacity < 0.03
    assert instance.x["capacity_sigma"][0] == pytest.approx(third, rel=0.2)


def test_flat_voltage_is_no_point():
    kind = plain_cell(open_circuit_voltage=np.full(21, 3.3))
    instance, health, _ = aged(kind, 0.9, 1.0, 2, 0.0)
    assert health[-1, 0] == 1.0
    assert instance.x["point_variance"][0] == 0.0


def test_without_steps_of_current_the_resistance_stays():
    instance = estimated(LEAF, initial_soc=0.5)
    follow(started(LEAF, initial_soc=0.5, resistance_scale=1.3), instance, np.linspace(0.0, -20.0, 2000), 1.0)
    assert instance.x["resistance_scale"][0] == 1.0


def test_charge_between_points_is_that_stored_bias_and_leakage_taken_off():
    """By hand: up by 0.5 at 10 A, down by 0.25, with an efficiency of 0.9 and self-discharge; no innovation is left."""
    kind = plain_cell(coulombic_efficiency=0.9, self_discharge_current=0.02)
    instance = estimated(kind, initial_soc=0.2, initial_capacity_sigma=0.1)
    x, p = instance.x, instance.p
    bias, leakage = 0.2, 0.05
    x["estimate"][0, [filter_states.bias_place(p), filter_states.leakage_place(p)]] = bias, leakage
    x["point_soc"][0], x["point_variance"][0] = 0.2, 1e-6
    capacity = float(p["capacity"][0])
    for current, change in ((10.0, 0.5), (-10.0, -0.25)):
        x["current"][0] = current
        rate = (0.9 if current > 0.0 else 1.0) * (current + bias) - bias - leakage - x["self_discharge"][0]
        rest.count(x, p, 0, current + bias, change * capacity / rate)
    measure_capacity(x, p, 0, 0.45, 1e-6, x["point_time"][0] ** 2 * lost_variance(x, p, 0))
    assert x["capacity"][0] == pytest.approx(capacity, rel=1e-12)
    assert x["capacity_sigma"][0] < 0.05 * capacity  # it was measured


def test_what_the_pairs_hold_is_taken_off_the_voltage_at_rest():
    instance = estimated(LEAF, initial_soc=0.5)
    x, p = instance.x, instance.p
    x["current"][0] = 0.5
    x["estimate"][0, 1 : filter_states.error_place(p)] = 0.003
    held = 0.003 * (filter_states.error_place(p) - 1) + 0.5 * cell_circuit.ohmic(x, p, 0, cell_circuit.locate(p, 0.5))
    for voltage in (3.701, 3.703):
        rest.average(x, p, 0, voltage + held)
    assert x["rest_voltage"][0] == pytest.approx(3.702, rel=1e-14)


def test_what_was_left_before_a_step_of_current_is_not_resistance():
    instance = estimated(LEAF, initial_soc=0.5)
    x, p = instance.x, instance.p
    x["residual"][0], x["gain"], x["by_bias"] = 0.01, 0.0, 0.0
    learn_resistance(x, p, instance.y, 0, -50.0, 0.01, 1e-6)
    assert x["resistance_scale"][0] == 1.0
    learn_resistance(x, p, instance.y, 0, 0.0, 0.012, 1e-6)  # now by 2 mV more than before
    assert x["resistance_scale"][0] > 1.01


def test_capacity_drifts_until_it_is_measured():
    instance = estimated(LEAF, initial_capacity_sigma=0.01, capacity_drift=0.002)
    drift(instance.x, instance.p, 0, 4.0 * 86400.0)
    assert instance.x["capacity_sigma"][0] / LEAF.capacity == pytest.approx(np.hypot(0.01, 2.0 * 0.002), rel=1e-12)


def test_voltage_is_inverted():
    instance = estimated(LEAF)
    instance.x["temperature"][0] = LEAF.reference_temperature
    for place in (3, 50, 120, 199):
        assert invert(instance.x, instance.p, 0, LEAF.open_circuit_voltage[place]) == pytest.approx(place / 200.0)
    assert invert(instance.x, instance.p, 0, 5.0) == pytest.approx(1.0)
    assert invert(instance.x, instance.p, 0, 1.0) == pytest.approx(0.0, abs=1e-12)
