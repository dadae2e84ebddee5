"""Functions as tables: error as asked, exact integrals, straight continuation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.numerics.curves import (
    MOST_NODES,
    Curve,
    constant,
    cubic,
    cubic_area,
    evaluate,
    evaluate_held,
    tabulate,
)


def steep(x):
    return 2.0 * np.exp(-40.0 * x) + 0.3 * np.tanh(20.0 * (x - 0.4))


def steep_slope(x):
    return -80.0 * np.exp(-40.0 * x) + 6.0 / np.cosh(20.0 * (x - 0.4)) ** 2


def of(curve):
    return curve.values, curve.slopes, curve.low, curve.high


CURVE = tabulate(steep, 0.0, 1.0, 1e-7)


def test_error_is_as_small_as_was_asked_for_everywhere():
    x = np.random.default_rng(1).uniform(0.0, 1.0, 2000)
    assert CURVE.error <= 1e-7
    assert np.abs(CURVE(x) - steep(x)).max() < 1.5e-7
    assert np.abs(CURVE.slope(x) - steep_slope(x)).max() < 1e-3


def test_a_kink_ends_at_the_most_nodes_and_tells_its_error():
    curve = tabulate(lambda x: np.abs(x - 1.0 / 3.0), 0.0, 1.0, 1e-9)
    assert len(curve.values) == MOST_NODES
    assert 1e-9 < curve.error < 1.0 / MOST_NODES


@given(st.integers(-50, 150))
def test_kernel_equals_the_curve_and_goes_on_straight(percent):
    x = percent / 100.0
    value, slope = evaluate(*of(CURVE), x)
    assert value == pytest.approx(float(CURVE(x)), abs=1e-13)
    assert slope == pytest.approx(float(CURVE.slope(x)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("x", "end"), [(-0.3, 0), (1.4, -1)])
def test_a_held_curve_stays_at_its_end(x, end):
    assert evaluate_held(*of(CURVE), x) == (CURVE.values[end], 0.0)


@pytest.mark.parametrize("x", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_inside_the_table(x):
    evaluate(*of(CURVE), x)
    evaluate_held(*of(CURVE), x)


@given(st.lists(st.integers(-9, 9), min_size=4, max_size=4), st.integers(0, 10))
def test_area_of_a_cubic_is_its_integral(ends, tenths):
    t = tenths / 10.0
    nodes, weights = np.polynomial.legendre.leggauss(2)
    exact = sum(
        0.5 * t * w * cubic(*map(float, ends), 0.5 * t * (1.0 + x))[0] for x, w in zip(nodes, weights, strict=True)
    )
    assert cubic_area(*map(float, ends), t) == pytest.approx(exact, abs=1e-13)


def test_resampled_on_halved_intervals_stays_the_same():
    finer, x = CURVE.resampled(2 * len(CURVE.values) - 1), np.linspace(0.0, 1.0, 977)
    assert np.abs(finer(x) - CURVE(x)).max() < 1e-13


def test_constant_knows_that_it_is():
    assert constant(3.0, 0.0, 2.0).constant
    assert not CURVE.constant


@pytest.mark.parametrize(
    ("low", "values", "slopes", "told"),
    [
        (1.0, np.zeros(3), np.zeros(3), "no range"),
        (0.0, np.zeros(3), np.zeros(2), "2 at least"),
        (0.0, np.zeros(1), np.zeros(1), "2 at least"),
        (0.0, np.array([0.0, np.nan]), np.zeros(2), "not finite"),
    ],
)
def test_a_curve_that_is_none_is_refused(low, values, slopes, told):
    with pytest.raises(ValueError, match=told):
        Curve(low, 1.0, values, slopes)
