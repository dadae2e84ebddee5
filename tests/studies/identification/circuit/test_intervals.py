"""How many rows tell as much as an independent one."""

import numpy as np
import pytest

from packfmu.studies.identification.circuit.intervals import correlation_time, half_widths


def test_white_residuals_count_each():
    times = [correlation_time(np.random.default_rng(seed).normal(size=5000)) for seed in range(20)]
    assert np.mean(times) == pytest.approx(1.0, abs=0.05)
    assert min(times) >= 1.0


@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_first_order_autoregression_counts_as_theory_tells(rho):
    generator = np.random.default_rng(1)
    values = np.zeros(100000)
    for n, shock in enumerate(generator.normal(size=len(values) - 1)):
        values[n + 1] = rho * values[n] + shock
    assert correlation_time(values) == pytest.approx((1.0 + rho) / (1.0 - rho), rel=0.1)


def test_residuals_of_nothing_count_each():
    assert correlation_time(np.zeros(10)) == 1.0


def test_half_widths_are_those_of_the_normal_distribution():
    assert half_widths(np.diag([1.0, 4.0])) == pytest.approx([1.96, 3.92])
