"""The damage by cycles as a course in time: continuous, the same each day, and in the end that of the whole history."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from packfmu.models.aging.power_laws import EmpiricalLaws, PowerLaw, cycle_damage, cycle_stress, damage_rate
from packfmu.models.numerics import tables
from packfmu.models.numerics.rainflow import points
from packfmu.models.parameters import schmalstieg_2014, wang_2014
from tests.later import Later
from tests.models.cells import SOC, aging, constant, invented_cell, plain_cell, started
from tests.models.numerics.counts import astm

CAPACITY = 36000.0
KIND = plain_cell(open_circuit_voltage=3.2 + SOC, ohmic_resistance=constant(0.02))
"""A cell whose voltage at rest is 3.2 V + SOC, and under 10 A is 0.2 V away from it."""
CYCLES = ("capacity_cycle_damage", "resistance_cycle_damage")
SPIRAL = [0.5 + 0.5 * (-1.0) ** n * (1.0 - n / 41.0) for n in range(41)]
"""More open turning points than there is room for."""


def law(depth_slope, constant):
    """Damage by charge and depth alone, in proportion to the charge."""
    return PowerLaw(
        calendar=(0.0, 0.0, 0.0), calendar_exponent=1.0, charge=(0.0, 0.0, 1.0, 0.0, 0.0),
        cycle=(0.0, 0.0, depth_slope, constant), cycle_exponent=1.0,
    )  # fmt: skip


BY_DEPTH = EmpiricalLaws(
    name="by depth", source="none", tested_capacity=2.0 * CAPACITY, capacity=law(3e-6, 0.0), resistance=law(1e-6, 2e-7)
)


def told(cell):
    return np.array([cell.y[name][0] for name in CYCLES])


def go(cell, soc, current, steps):
    """Go to a SOC under a current, up or down, in equal steps; return what is told after each."""
    way, course = soc - cell.y["soc"][0], []
    for _ in range(steps):
        cell.u["current"] = np.copysign(current, way)
        cell.advance(0.0, abs(way) * CAPACITY / current / steps)
        course.append(told(cell))
    return course


def steepest(law):
    """Bound on the damage by half a cycle for each C, between 3.2 and 4.2 V: of ``q beta**(1/z)`` by q.

    On a way of depth d to SOC z the mean voltage V changes by (U(z) - V) dq/q, at most 0.5 V, and the depth by d dq/q.
    """
    curvature, voltage, slope, least = law.cycle
    away = max(4.2 - voltage, voltage - 3.2)
    stress = curvature * away**2 + slope + max(least, 0.0)
    change = 2.0 * curvature * away * 0.5 + slope
    power = 1.0 / law.cycle_exponent
    return stress**power + power * stress ** (power - 1.0) * change


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
@example(SPIRAL)
def test_damage_grows_with_the_charge_and_by_no_cycle_at_once(targets):
    """Over turns, cycles that close, and legs that are forgotten; a step holds at most 1/200 of the capacity."""
    laws = schmalstieg_2014.PARAMETERS
    bounds = np.array([steepest(laws.capacity), steepest(laws.resistance)]) * laws.tested_capacity / CAPACITY
    CELL.initialize()
    before = told(CELL)
    for target in targets:
        way = abs(target - CELL.y["soc"][0])
        steps = 1 + int(200.0 * way)
        for after in go(CELL, target, 10.0, steps):
            assert np.all(after >= before)
            assert np.all(after - before <= bounds * way / steps * CAPACITY + 1e-15)
            before = after


CELL = Later(lambda: started(KIND, aging=aging(), initial_soc=0.5))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_is_the_count_of_the_whole_history(seed):
    """By ASTM E1049, of the SOC at the ends of steps; half a cycle of depth d carries the charge d Q."""
    generator = np.random.default_rng(seed)
    cell, history, most = started(KIND, aging=aging(laws=BY_DEPTH), initial_soc=0.5), [0.5], 0
    for step in range(600):
        current = generator.normal(0.0, 15.0) + 20.0 * (0.5 - history[-1])
        cell.u["current"], cell.u["temperature"] = current, generator.uniform(270.0, 310.0)
        cell.advance(0.0, generator.uniform(1.0, 300.0))
        history.append(cell.y["soc"][0])
        most = max(most, points(cell.x, 0))
        if step % 30 == 29:
            for name, which in zip(CYCLES, (BY_DEPTH.capacity, BY_DEPTH.resistance), strict=True):
                expected = sum(
                    cycle_damage(cycle_stress(np.array(which.cycle), 0.0, depth), 4.0 * number * depth * CAPACITY, 1.0)
                    for number, depth, _ in astm(history)
                )
                assert cell.y[name][0] == pytest.approx(expected, rel=1e-9)
    assert 6 < most < cell.x["turns"].shape[1]


@pytest.mark.parametrize("drift", [-2e-5, 0.0, 2e-5])
@pytest.mark.parametrize("laws", [schmalstieg_2014.PARAMETERS, wang_2014.PARAMETERS])
@pytest.mark.parametrize("read", [1, 3, 5])
def test_a_day_like_the_one_before_adds_as_much(laws, read, drift):
    """The highest SOC of a day drifts by 0.08 % in forty; whether it ends a cycle of the day before or not."""
    cell, readings = started(KIND, aging=aging(laws=laws), initial_soc=0.3), []
    for day in range(40):
        legs = ((0.6, 10.0), (0.5, 10.0), (0.8 + day * drift, 5.0), (0.7, 10.0), (0.75, 10.0), (0.3, 20.0))
        for n, (target, current) in enumerate(legs):
            go(cell, target, current, 20)
            if n == read:
                readings.append(cell.y["capacity_cycle_damage"][0])
    days = np.diff(readings)
    # damage by a depth of 0.5 goes with up to its third power: 0.5 % in 0.08 %, and the tenth of that in 2e-5
    np.testing.assert_allclose(days, days.mean(), rtol=0.005)
    assert days.min() > 0.0


def test_the_table_of_calendar_damage_holds_at_its_nodes():
    cell = started(invented_cell(), aging=aging())
    place = tables.locate(SOC.size, SOC[7])
    law = schmalstieg_2014.PARAMETERS.capacity
    stress = law.calendar[0] * invented_cell().open_circuit_voltage[7] + law.calendar[1]
    expected = damage_rate(stress, law.calendar_exponent)
    assert tables.value(cell.x["capacity_calendar"], place) == pytest.approx(expected, rel=1e-13)
