"""Sums that lose nothing to rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.numerics.summation import add


@given(value=st.floats(0.1, 1e6), rises=st.lists(st.floats(-1e-3, 1e-3), min_size=1, max_size=50))
def test_value_and_remainder_are_the_exact_sum(value, rises):
    total, remainder = value, 0.0
    for rise in rises:
        total, remainder = add(total, remainder, rise)
    exact = sum(map(Fraction, rises), Fraction(value))
    # a term is rounded when it joins the remainder, to half a last place of what is below 2e-3
    assert float(Fraction(total) + Fraction(remainder) - exact) == pytest.approx(0.0, abs=len(rises) * 2.0**-62)
    assert total == total + remainder


def test_a_thousand_terms_below_the_last_place_add_up():
    total, remainder = 1.0, 0.0
    for _ in range(1000):
        total, remainder = add(total, remainder, 1e-17)
    assert total - 1.0 == pytest.approx(1e-14, abs=2.0**-53)
