"""Tolerance limits of cells."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.batched import batched_limit, summarise
from packfmu.studies.dispersion.tolerance import Sides, ToleranceLaw, plot_tolerance, tolerance

from ..measured_cells import needs_cells, new_cells


def test_the_limit_is_mean_less_factor_times_deviation():
    values = 3.0 + 0.02 * np.random.default_rng(1).standard_normal(20)
    found = tolerance(values, 0.99, unit="A.h")
    assert float(found.lower_limit) == pytest.approx(values.mean() - 3.2952 * values.std(ddof=1), abs=1e-5)
    assert found.lower_limit.attrs["units"] == "A.h"
    assert (found.attrs["content"], found.attrs["confidence"]) == (0.99, 0.95)
    assert len(plot_tolerance(found).data) == 1


def test_a_lognormal_limit_is_that_of_the_logarithms():
    values = np.exp(0.3 * np.random.default_rng(2).standard_normal(30))
    found = tolerance(values, 0.95, law=ToleranceLaw.LOGNORMAL, sides=Sides.BOTH)
    logs = tolerance(np.log(values), 0.95, sides=Sides.BOTH)
    assert float(found.lower_limit) == pytest.approx(np.exp(float(logs.lower_limit)), rel=1e-12)
    assert float(found.upper_limit) == pytest.approx(np.exp(float(logs.upper_limit)), rel=1e-12)


def test_upper_limits_mirror_lower_ones():
    values = np.random.default_rng(4).standard_normal(48)
    batch = np.repeat(np.arange(12), 4)
    for given in ({}, {"batch": batch}, {"batch": batch, "next_batches": 3}):
        upper = tolerance(values, 0.95, sides=Sides.UPPER, **given)
        assert float(upper.upper_limit) == pytest.approx(-float(tolerance(-values, 0.95, **given).lower_limit))


def test_ordered_values_are_limits_without_a_distribution():
    values = np.random.default_rng(5).permutation(np.arange(93.0))
    assert float(tolerance(values, 0.95, law=ToleranceLaw.FREE).lower_limit) == 1.0
    both = tolerance(values, 0.95, law=ToleranceLaw.FREE, sides=Sides.BOTH)
    assert (float(both.lower_limit), float(both.upper_limit)) == (0.0, 92.0)


@pytest.mark.parametrize("count", [10, 30])
def test_exact_limits_cover(count):
    values = np.random.default_rng(6).standard_normal((20_000, count))
    mean, deviation = values.mean(axis=1), values.std(axis=1, ddof=1)
    factors = [float(tolerance(values[0], 0.95, sides=sides).factor) for sides in (Sides.LOWER, Sides.BOTH)]
    lower = np.mean(mean - factors[0] * deviation <= stats.norm.ppf(0.05))
    ends = stats.norm.cdf(mean + factors[1] * deviation) - stats.norm.cdf(mean - factors[1] * deviation)
    assert (lower, np.mean(ends >= 0.95)) == pytest.approx((0.95, 0.95), abs=0.006)  # 4 standard errors


def test_independent_limits_of_cells_in_batches_come_with_a_warning():
    values, batch = np.random.default_rng(7).standard_normal(48), np.repeat(np.arange(12), 4)
    with pytest.warns(UserWarning, match="less confidence than told where batches differ"):
        found = tolerance(values, 0.95, batch=batch, independent=True)
    assert float(found.lower_limit) == float(tolerance(values, 0.95).lower_limit)
    assert "intraclass correlation" in found.attrs["warning"]
    batched = tolerance(values, 0.95, batch=batch)
    assert float(batched.lower_limit) == batched_limit(summarise(values, batch), 0.95, 0.95)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"values": np.ones(50), "content": 0.95, "law": ToleranceLaw.FREE}, "50 values are too few .* 59 are needed"),
        ({"values": [1.0], "content": 0.95}, "values has 1 values: at least 2"),
        ({"values": [1.0, -1.0], "content": 0.95, "law": ToleranceLaw.LOGNORMAL}, "values = -1 must be above 0"),
        ({"values": [1.0, np.nan], "content": 0.95}, "1 values that are not finite"),
        ({"values": [1.0, 2.0], "content": 0.95, "next_batches": 2}, "needs the batch of each cell"),
        ({"values": [1.0, 2.0], "content": 0.95, "batch": [1]}, "batch has 1 labels for 2 values"),
        ({"values": [1.0, 2.0], "content": 0.95, "batch": [1, 2], "sides": Sides.BOTH}, "confidence 0.975"),
        ({"values": [1.0, 2.0], "content": 0.95, "batch": [1, 2], "law": ToleranceLaw.FREE}, "choose a law"),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        tolerance(**given)


@needs_cells
def test_capacity_of_the_48_cells():
    table = new_cells()
    found = tolerance(table.CapDCH1, 0.99, unit="A.h")
    assert float(found.lower_limit) == pytest.approx(1.8217, abs=5e-5)
    batched = tolerance(table.CapDCH1, 0.99, batch=list(table.date), unit="A.h")
    assert float(batched.lower_limit) < float(found.lower_limit)
