"""Limits of every balancing current: by voltage, temperature and pack current, and the derating of the board."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.balancing import limits
from tests.models.balancing.bleeders import GROUPS, blocks, started


@pytest.mark.parametrize(
    ("temperature", "share"), [(300.0, 1.0), (340.0, 1.0), (345.0, 0.75), (355.0, 0.25), (360.0, 0.0), (361.0, 0.0)]
)
def test_derating_factor_falls_on_a_line(temperature, share):
    assert limits.derating_factor(temperature, 340.0, 360.0) == share


def test_hottest_cell_of_each_group():
    temperature = np.array([300.0, 301.0, 305.0, 304.0, 299.0, 299.0])
    assert [limits.hottest(temperature, g, GROUPS) for g in range(GROUPS)] == [301.0, 305.0, 299.0]
    assert [limits.hottest(temperature, g, 6) for g in range(6)] == list(temperature)


def test_voltage_bounds_are_what_the_resistance_allows():
    p = blocks(minimum_voltage=3.0, maximum_voltage=4.0).p
    assert limits.voltage_bounds(p, 0.5, 3.75, 0.0) == (-1.5, 0.5)
    assert limits.voltage_bounds(p, 0.5, 3.75, 0.25) == (-1.25, 0.75)
    assert limits.voltage_bounds(p, 0.5, 3.75, -0.75) == (-2.25, 0.0)  # more charge than now would pass the limit
    assert limits.voltage_bounds(p, 0.5, 3.0, -1.0) == (0.0, 1.0)
    assert limits.voltage_bounds(p, 0.5, 4.5, 1.0) == (-2.0, 0.0)


@given(
    voltage=st.floats(2.0, 5.0),
    current=st.floats(-5.0, 5.0),
    between=st.tuples(st.floats(2.0, 5.0), st.floats(2.0, 5.0)),
    resistance=st.floats(1e-4, 1.0),
    pack_current=st.floats(-300.0, 300.0),
    pack_limits=st.tuples(st.floats(0.0, 200.0), st.floats(0.0, 200.0)),
)
def test_bounds_hold_in_both_directions(voltage, current, between, resistance, pack_current, pack_limits):
    instance = blocks(
        minimum_voltage=min(between),
        maximum_voltage=max(between),
        pack_current=pack_current,
        measured_voltage=voltage,
        maximum_charge_current=pack_limits[0],
        maximum_discharge_current=pack_limits[1],
    )
    instance.x["resistance_bound"] = resistance
    low, high = limits.bounds(instance.x, instance.p, instance.u, 1, current)
    assert low <= 0.0 <= high
    ends = (-1.0, low, min(between), pack_limits[1]), (1.0, high, max(between), pack_limits[0])
    for sign, bound, limit, pack_limit in ends:
        if bound != 0.0:  # rounding of voltages of 5 V and currents of 3e4 A
            assert sign * (voltage + resistance * (bound - current) - limit) <= 1e-11
            assert sign * (pack_current + bound) <= pack_limit + 1e-12


def test_a_hot_cell_stops_its_group():
    temperature = [300.0, 300.0, 320.0, 300.0, 300.0, 319.9]
    instance = started(temperature=temperature, maximum_cell_temperature=320.0)
    found = [limits.bounds(instance.x, instance.p, instance.u, g, 0.0) for g in range(GROUPS)]
    assert found[1] == (0.0, 0.0)
    assert found[0] == found[2] != (0.0, 0.0)
