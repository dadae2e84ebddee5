"""Tables over SOC against numpy and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from packfmu.models.numerics import tables

NODES = np.linspace(0.0, 1.0, 11)
TABLE = np.random.default_rng(1).uniform(3.0, 4.0, 11)


def at(soc):
    return tables.locate(TABLE.size, soc)


@given(soc=st.floats(0.0, 1.0))
def test_value_is_numpys_interpolation_inside(soc):
    assert tables.value(TABLE, at(soc)) == pytest.approx(np.interp(soc, NODES, TABLE), abs=1e-14)


def test_value_extrapolates_and_bounded_holds():
    assert tables.value(TABLE, at(1.1)) == pytest.approx(2.0 * TABLE[10] - TABLE[9], abs=1e-14)
    assert tables.value(TABLE, at(-0.1)) == pytest.approx(2.0 * TABLE[0] - TABLE[1], abs=1e-14)
    assert tables.bounded(TABLE, at(1.1)) == TABLE[10]
    assert tables.bounded(TABLE, at(-0.1)) == TABLE[0]


def test_slope_is_that_of_the_segment():
    assert tables.slope(TABLE, at(0.33)) == pytest.approx((TABLE[4] - TABLE[3]) * 10.0, rel=1e-14)


@given(start=st.floats(0.0, 1.0), end=st.floats(0.0, 1.0))
def test_mean_is_the_integral_over_the_way(start, end):
    if abs(start - end) < 1e-6:  # quad's own rounding, divided by the way, would decide
        return
    low, high = sorted((start, end))
    inner = NODES[(low < NODES) & (high > NODES)]
    expected, _ = quad(np.interp, start, end, args=(NODES, TABLE), points=inner if inner.size else None, limit=50)
    assert tables.mean(TABLE, at(start), at(end)) == pytest.approx(expected / (end - start), rel=1e-8)


@given(start=st.floats(-0.5, 1.5), way=st.floats(-1e-9, 1e-9))
def test_mean_over_a_tiny_way_is_the_value(start, way):
    assert tables.mean(TABLE, at(start), at(start + way)) == pytest.approx(tables.value(TABLE, at(start)), abs=1e-7)


@given(start=st.floats(-0.3, 1.3), end=st.floats(-0.3, 1.3))
def test_areas_differ_by_the_mean_times_the_way(start, end):
    areas = np.empty(TABLE.size)
    tables.integrate(TABLE, areas)
    way = tables.area(TABLE, areas, at(end)) - tables.area(TABLE, areas, at(start))
    if (min(start, end) >= 0.0) and (max(start, end) <= 1.0):
        assert way == pytest.approx((end - start) * tables.mean(TABLE, at(start), at(end)), abs=1e-14)
    assert way == pytest.approx(quad(lambda soc: tables.value(TABLE, at(soc)), start, end, points=NODES)[0], abs=1e-8)


@pytest.mark.parametrize("soc", [math.nan, math.inf, -math.inf, 1e300, -1e300])
def test_what_is_far_or_not_finite_is_looked_up_at_an_end(soc):
    assert at(soc)[0] in (0, TABLE.size - 2)
