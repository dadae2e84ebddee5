"""Exact relaxation against scipy."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.models.numerics.relaxation import fade, relax


@settings(max_examples=25)
@given(value=st.floats(-1.0, 1.0), settled=st.floats(-1.0, 1.0), rate=st.floats(0.0, 3.0))
def test_value_and_integrals(value, settled, rate):
    def right(_, s):
        return [rate * (settled - s[0]), s[0], s[0] ** 2]

    reference = solve_ivp(right, (0.0, 2.0), [value, 0.0, 0.0], rtol=1e-11, atol=1e-13).y[:, -1]
    assert relax(value, settled, rate, 2.0) == pytest.approx(tuple(reference), abs=1e-9)


def test_a_long_rest_ends_in_zero_and_not_in_denormal_numbers():
    value, steps = 0.01, 0
    while value != 0.0:
        last, steps = value, steps + 1
        value = relax(value, 0.0, 1.0, 1.0)[0]
    assert 1e-150 < last < 1e-149
    assert steps == pytest.approx(148 * math.log(10.0), abs=2)
    assert relax(last, 0.0, 1.0, 1.0)[2] > 0.0  # the square of what is still there is a normal number


def test_without_a_rate_the_value_stays():
    assert relax(0.5, 9.0, 0.0, 2.0) == (0.5, 1.0, 0.5)
    assert fade(0.0, 3.0) == (0.0, 3.0)


@given(rate=st.floats(1e-9, 1e3))
def test_what_fades_is_the_rate_times_what_remains_integrated(rate):
    gone, area = fade(rate, 2.0)
    assert gone == pytest.approx(rate * area, rel=1e-15)
    assert gone == relax(0.0, 1.0, rate, 2.0)[0]
