"""Sensors: rounding, range, noise and delay."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.bms.channel import delay, fill, quantise, read, white

SAMPLES = 20_000
LIKELY = 4.5
"""Standard deviations that chance does not reach once in 1e5; the noise is fixed by its seed."""


def noise(seed, channel, samples=SAMPLES):
    return np.array([white(seed, channel, n) for n in range(samples)])


def test_noise_is_standard_and_white():
    values = noise(3, 0)
    assert abs(values.mean()) < LIKELY / math.sqrt(SAMPLES)
    assert abs(values.var() - 1.0) < LIKELY * math.sqrt(2.0 / SAMPLES)
    assert abs((values**4).mean() - 3.0) < LIKELY * math.sqrt(96.0 / SAMPLES)
    for lag in (1, 2, 7):
        assert abs((values[lag:] * values[:-lag]).mean()) < LIKELY / math.sqrt(SAMPLES)


def test_channels_and_seeds_are_independent():
    values = [noise(seed, channel, 3000) for seed in (0, 1) for channel in (0, 1, 2)]
    assert np.abs(np.corrcoef(values) - np.eye(6)).max() < LIKELY / math.sqrt(3000)


def test_noise_replays_in_any_order():
    order = np.random.default_rng(0).permutation(200)
    again = {int(n): white(5, 2, int(n)) for n in order}
    assert [again[n] for n in range(200)] == list(noise(5, 2, 200))


@given(value=st.floats(-1e3, 1e3), resolution=st.floats(1e-6, 1.0))
def test_rounds_to_the_nearest_step(value, resolution):
    rounded = quantise(value, resolution)
    ulp = 2.0**-50 * (abs(value) + resolution)  # of the division and the product
    assert abs(rounded - value) <= 0.5 * resolution + ulp
    assert rounded / resolution == pytest.approx(round(rounded / resolution), abs=1e-6)  # up to 1e9 steps


@given(value=st.floats(allow_nan=False))
def test_no_resolution_leaves_every_value(value):
    assert quantise(value, 0.0) == value


@pytest.mark.parametrize("value", [1e300, -1e300, math.inf, -math.inf])
def test_range_holds_any_size(value):
    assert read(value, 1.0, 0.0, 0.0, 1e-3, 0.0, 5.0) == (5.0 if value > 0.0 else 0.0)
    assert quantise(value, 1e-3) == value


def test_not_a_number_stays_so():
    assert math.isnan(read(math.nan, 1.0, 0.0, 0.0, 1e-3, 0.0, 5.0))


def test_gain_and_offset():
    assert read(2.0, 1.01, -0.3, 0.0, 0.0, -10.0, 10.0) == pytest.approx(1.72, rel=1e-15)


def test_rounding_error_is_uniform_and_adds_to_the_noise():
    """With noise of two steps: mean of the error 0, variance a twelfth more, and no correlation with the truth."""
    step, sigma = 1.5e-3, 3e-3
    truths = np.linspace(3.55, 3.65, SAMPLES)
    readings = [read(v, 1.0, 0.0, sigma * white(1, 0, n), step, 0.0, 5.0) for n, v in enumerate(truths)]
    errors = np.array(readings) - truths
    total = sigma**2 + step**2 / 12.0
    assert abs(errors.mean()) < LIKELY * math.sqrt(total / SAMPLES)
    assert abs(errors.var() - total) < LIKELY * total * math.sqrt(2.0 / SAMPLES)
    without = np.array([read(v, 1.0, 0.0, 0.0, step, 0.0, 5.0) for v in truths]) - truths
    assert abs(without.var() / (step**2 / 12.0) - 1.0) < 0.01  # a sweep over 67 steps, not chance
    assert np.abs(without).max() <= 0.5 * step * (1.0 + 1e-9)


@pytest.mark.parametrize("samples", [0, 1, 3])
def test_delay_in_samples(samples):
    history = np.empty(4)
    fill(history, -1.0)
    reported = [delay(history, n, samples, float(n)) for n in range(20)]
    assert reported == [-1.0] * samples + [float(n) for n in range(20 - samples)]
