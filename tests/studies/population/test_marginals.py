import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.population.counter import chained, uniforms
from packfmu.studies.population.marginals import Marginal

U = uniforms(chained(11, np.arange(50_000)))
CV = 0.03


def test_a_lognormal_quantity_has_its_mean_and_coefficient_of_variation():
    law = stats.lognorm(np.sqrt(np.log1p(CV**2)), scale=5.0 / np.sqrt(1.0 + CV**2))
    values = Marginal(mean=5.0, cv=CV).quantile(U, 1.0)
    assert law.mean() == pytest.approx(5.0, rel=1e-12)
    assert law.std() == pytest.approx(5.0 * CV, rel=1e-12)
    assert values == pytest.approx(law.ppf(U), rel=1e-12)


def test_a_normal_quantity_has_the_nominal_mean_where_it_tells_none():
    values = Marginal(distribution="normal", cv=CV).quantile(U, 0.3)
    assert values == pytest.approx(stats.norm(0.3, 0.3 * CV).ppf(U), rel=1e-12)


@pytest.mark.parametrize(("low", "high"), [(0.29, None), (None, 0.31), (0.295, 0.33)])
def test_a_truncated_normal_quantity_is_that_of_scipy(low, high):
    deviation = 0.3 * CV
    ends = [-np.inf if low is None else (low - 0.3) / deviation, np.inf if high is None else (high - 0.3) / deviation]
    law = stats.truncnorm(*ends, 0.3, deviation)
    values = Marginal(distribution="normal", mean=0.3, cv=CV, low=low, high=high).quantile(U, 1.0)
    assert values == pytest.approx(law.ppf(U), rel=1e-9)


def test_a_truncated_lognormal_quantity_keeps_the_shape_of_its_distribution():
    whole = stats.lognorm(np.sqrt(np.log1p(CV**2)), scale=1.0 / np.sqrt(1.0 + CV**2))
    values = Marginal(mean=1.0, cv=CV, low=0.98, high=1.05).quantile(U, 1.0)
    share = (whole.cdf(values) - whole.cdf(0.98)) / (whole.cdf(1.05) - whole.cdf(0.98))
    assert share == pytest.approx(U, abs=1e-9)


def test_a_quantity_of_a_sample_has_its_quantiles():
    sample = np.random.default_rng(3).normal(2.0, 0.1, 40).tolist()
    values = Marginal(distribution="sample", sample=sample).quantile(U, 1.0)
    assert (values.min() >= min(sample), values.max() <= max(sample)) == (True, True)
    assert np.median(values) == pytest.approx(np.median(sample), abs=1e-3)


def test_a_quantity_without_a_spread_is_its_mean():
    assert (Marginal(cv=0.0).quantile(U, 0.7) == 0.7).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "cv is missing"),
        ({"distribution": "sample"}, "needs the key sample"),
        ({"cv": 0.1, "sample": [1.0] * 10}, 'sample is for distribution = "sample"'),
        ({"distribution": "sample", "sample": [1.0] * 10, "cv": 0.1}, "cv is for other distributions"),
        ({"cv": 0.1, "low": 1.0, "high": 0.9}, "must be below"),
        ({"cv": 0.1, "low": -1.0}, "at least 0"),
        ({"cv": 0.1, "batch": 0.6, "within": 0.6}, "batch \\+ neighbours \\+ within = 1.2"),
    ],
)
def test_what_does_not_fit_is_told(given, message):
    with pytest.raises(ValidationError, match=message):
        Marginal(**given)


def test_bounds_that_hold_nothing_are_refused():
    with pytest.raises(InputError, match=r"hold .* of a distribution of mean 1"):
        Marginal(cv=0.01, low=2.0).quantile(U, 1.0)
