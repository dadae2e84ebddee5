"""Lognormal against normal: closed forms, draws, and the 48 measured cells."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.fit_dispersion import (
    fit_dispersion,
    likelihood_count,
    lognormal_skewness,
    plot_fit_dispersion,
    skewness_count,
)

from ..measured_cells import check_ups, needs_cells, new_cells


def test_skewness_of_a_lognormal_quantity():
    sigma = np.sqrt(np.log(1.0 + 0.3**2))
    assert lognormal_skewness(0.3) == pytest.approx(float(stats.lognorm.stats(sigma, moments="s")), rel=1e-12)


def test_cells_that_it_takes_to_tell_at_the_variations_of_production():
    assert skewness_count(0.01) == pytest.approx(52_300, abs=50)
    assert likelihood_count(0.01) == pytest.approx(72_000, rel=3e-3)
    assert skewness_count(0.003) > 500_000
    assert skewness_count(0.18) == pytest.approx(158, abs=1)


def test_the_greater_likelihood_is_right_as_often_as_the_formula_says():
    """At a variation of 10 % and the count for 80 of 100; 1000 draws have a standard error of 0.013."""
    count, sigma = likelihood_count(0.1, 0.8), np.sqrt(np.log(1.01))
    logs = sigma * np.random.default_rng(8).standard_normal((1000, count))
    values = np.exp(logs)
    lognormal_better = -np.log(logs.std(axis=1)) - logs.mean(axis=1) > -np.log(values.std(axis=1))
    assert lognormal_better.mean() == pytest.approx(0.8, abs=0.04)


def test_likelihoods_are_those_of_scipy():
    values = np.exp(0.5 * np.random.default_rng(9).standard_normal(200))
    found = fit_dispersion(values)
    own = [
        stats.norm.logpdf(values, *stats.norm.fit(values)).sum(),
        stats.lognorm.logpdf(values, *stats.lognorm.fit(values, floc=0.0)).sum(),
    ]
    assert found.log_likelihood.values == pytest.approx(own, rel=1e-9)
    assert found.attrs["verdict"].startswith("lognormal: AICc is less by")
    assert float(found.aicc[1]) == pytest.approx(4.0 - 2.0 * own[1] + 12.0 / 197.0)
    assert len(plot_fit_dispersion(found).data) == 4


def test_intervals_cover():
    values = 3.0 + 0.03 * np.random.default_rng(10).standard_normal((150, 20))
    found = [fit_dispersion(row) for row in values]
    held = [[float(one[f"{q}_low"]) <= true <= float(one[f"{q}_high"]) for one in found]
            for q, true in (("mean", 3.0), ("variation", 0.01))]  # fmt: skip
    assert np.mean(held, axis=1) == pytest.approx([0.95, 0.95], abs=0.054)  # 3 standard errors


def test_too_few_values_or_one_not_above_0_are_refused():
    with pytest.raises(InputError, match="value has 7 values: at least 8"):
        fit_dispersion(np.ones(7))
    with pytest.raises(InputError, match="capacity = -1 must be above 0"):
        fit_dispersion([-1.0, *range(1, 9)], name="capacity")


@needs_cells
def test_the_law_of_the_capacity_of_48_cells_cannot_be_told():
    found = fit_dispersion(new_cells().CapDCH1, unit="A.h")
    assert float(found.variation) == pytest.approx(0.00274, abs=5e-6)
    assert found.shapiro.values == pytest.approx([0.304, 0.313], abs=1e-3)
    assert found.attrs["verdict"].startswith("cannot be told: AICc differs by 0.06")
    assert float(found.count_likelihood) > 900_000


@needs_cells
def test_the_cells_spread_as_they_age_and_become_fewer():
    """Cells that have failed are not measured any more: late figures are of the survivors."""
    table = check_ups().sort_values(["cell", "day"])
    table["number"] = table.groupby("cell").cumcount()
    spread = table.groupby("number").CapDCH1.agg(["mean", "std", "count"])
    variation = (100.0 * spread["std"] / spread["mean"]).to_numpy()
    assert variation[:2] == pytest.approx([0.27, 0.41], abs=5e-3)
    assert variation[10] == pytest.approx(17.8, abs=0.05)
    assert (spread["count"].to_numpy()[:2] == 48).all()
    assert spread["count"].to_numpy()[10] <= 48
