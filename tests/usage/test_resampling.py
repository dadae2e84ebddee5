"""Means over periods: what flows is conserved, whatever the samples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.usage.resampling import flow_means, held_means, last_values, periods_of

STEPS = st.lists(st.integers(1, 10**7), min_size=1, max_size=60)
"""Time between samples [us]."""
PERIODS = st.integers(1, 5000).map(lambda milliseconds: milliseconds * 10**6)
"""[ns]."""


def samples(steps, data, low=-1000, high=1000):
    """Return times [s] and a value for each of them."""
    time = np.append(0.0, np.cumsum(steps)) / 1e6
    return time, np.array(data.draw(st.lists(st.integers(low, high), min_size=time.size, max_size=time.size))) / 7.0


@given(STEPS, PERIODS, st.data())
def test_charge_is_conserved_to_1e_12(steps, period, data):
    time, current = samples(steps, data)
    means = flow_means(time, current[:-1], period)
    exact = math.fsum(current[:-1] * np.diff(time))
    throughput = math.fsum(np.abs(current[:-1]) * np.diff(time))
    assert abs(math.fsum(means) * period / 1e9 - exact) <= 1e-12 * throughput


@given(STEPS, PERIODS, st.data())
def test_what_flowed_until_the_end_of_a_period_is_known_there(steps, period, data):
    time, current = samples(steps, data)
    passed = np.cumsum(flow_means(time, current[:-1], period)) * period / 1e9
    for index in {0, passed.size // 2, passed.size - 1}:
        end = (index + 1) * period / 1e9
        overlap = np.clip(np.minimum(time[1:], end) - time[:-1], 0.0, None)
        assert passed[index] == pytest.approx(
            overlap @ current[:-1], abs=1e-11 * (np.abs(current[:-1]) @ np.diff(time) + 1.0)
        )


def test_charge_is_conserved_over_a_hundred_thousand_rows():
    draw = np.random.default_rng(16)
    steps, current = draw.exponential(1.0, 100_000), draw.normal(0.0, 50.0, 100_000)
    means = flow_means(np.append(0.0, np.cumsum(steps)), current, 10**9)
    assert abs(math.fsum(means) - math.fsum(current * steps)) <= 1e-12 * math.fsum(np.abs(current) * steps)


@given(st.integers(1, 200), PERIODS)
def test_samples_at_the_periods_are_taken_as_they_are(count, period):
    time = np.arange(count + 1) * (period / 1e9)
    flow = np.arange(count) % 7 - 3.0
    assert flow_means(time, flow, period) == pytest.approx(flow, abs=1e-9)
    assert held_means(time, time, period) == pytest.approx(time[:-1], abs=1e-9)
    assert last_values(time, time, period).tolist() == time[:-1].tolist()


def test_an_end_within_a_period_is_filled_up_with_no_flow_and_held_values():
    time, values = np.array([0.0, 1.0, 2.5]), np.array([4.0, 8.0, 2.0])
    assert flow_means(time, values[:-1], 2 * 10**9).tolist() == [6.0, 2.0]
    assert held_means(time, values, 2 * 10**9).tolist() == [6.0, (0.5 * 8.0 + 1.5 * 2.0) / 2.0]
    assert last_values(time, values, 2 * 10**9).tolist() == [8.0, 2.0]


@given(STEPS, PERIODS, st.data())
def test_held_means_lie_between_what_is_held(steps, period, data):
    time, kelvin = samples(steps, data, 1800, 2400)
    means = held_means(time, kelvin, period)
    assert means.size == periods_of(time[-1], period)
    assert means.min() >= kelvin.min() - 1e-9
    assert means.max() <= kelvin.max() + 1e-9


@given(st.integers(1, 10**15), st.integers(1, 10**12))
def test_periods_hold_the_duration_and_no_more(duration, period):
    count = periods_of(duration / 1e9, period)
    rounded = round(duration / 1e9 * 1e9)
    assert (count - 1) * period < rounded <= count * period
