"""The scalar Kalman filter against the weighted mean, and its floor."""

import numpy as np
import pytest

from packfmu.models.numerics.scalar_filter import learn


def test_scalar_filter_is_the_textbook_one_above_its_floor():
    """Value and variance of n measurements: those of the weighted mean."""
    value, variance = 2.0, 0.5**2
    readings, slope, noise = np.array([3.1, 2.7, 3.3]), 2.0, 0.3**2
    for reading in readings:
        value, variance = learn(value, variance, slope, slope * (reading - value), noise, 0.0)
    weights = np.array([4.0, *[slope**2 / noise] * 3])
    assert variance == pytest.approx(1.0 / weights.sum(), rel=1e-12)
    assert value == pytest.approx(np.append(2.0, readings) @ weights / weights.sum(), rel=1e-12)


def test_scalar_filter_keeps_its_floor():
    assert learn(1.0, 0.04, 1.0, 0.0, 0.01, 0.02)[1] == 0.02
    assert learn(1.0, 0.01, 1.0, 0.0, 0.01, 0.02)[1] == 0.01  # and is not widened to it
    far, _ = learn(0.0, 1.0, 1.0, 1e9, 1.0, 0.0)
    assert far == pytest.approx(0.5 * 5.0 * np.sqrt(2.0))  # five standard deviations act
