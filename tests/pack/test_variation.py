"""Draws against their distributions, and the independence of the quantities."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, lognorm, truncnorm

from packfmu.pack.variation import QUANTITIES, Spread, draw, draw_aging, lognormal_factors, streams, truncated_normal

MEANS = {"capacity": 117e3, "initial_soc": 0.9, "self_discharge_current": 1e-3, "coulombic_efficiency": 0.999}
SPREAD = Spread(capacity_cv=0.01, resistance_cv=0.03, soc_spread=0.02, self_discharge_cv=0.4, efficiency_sd=0.0005)
NONE = Spread()
SAMPLES = 100_000
RARE = 1e-4
"""Significance of the tests on distributions: the seeds are fixed, so that they pass always or never."""


@pytest.mark.parametrize("cv", [0.01, 0.4, 2.0])
def test_factors_are_lognormal_with_mean_one_and_the_given_cv(cv):
    factors = lognormal_factors(np.random.default_rng(1), cv, SAMPLES)
    sigma = math.sqrt(math.log1p(cv**2))
    exact = lognorm(sigma, scale=math.exp(-0.5 * sigma**2))
    assert exact.mean() == pytest.approx(1.0, rel=1e-12)
    assert exact.std() == pytest.approx(cv, rel=1e-12)
    assert kstest(factors, exact.cdf).pvalue > RARE
    # four standard errors of the mean, of the mean of the logarithms and of their standard deviation
    assert factors.mean() == pytest.approx(1.0, abs=4 * cv / math.sqrt(SAMPLES))
    assert np.log(factors).mean() == pytest.approx(-0.5 * sigma**2, abs=4 * sigma / math.sqrt(SAMPLES))
    assert np.log(factors).std() == pytest.approx(sigma, rel=4 / math.sqrt(2 * SAMPLES))


@pytest.mark.parametrize(("mean", "deviation"), [(0.9995, 0.0005), (1.0, 0.01), (0.5, 2.0)])
def test_truncated_normal_follows_its_distribution(mean, deviation):
    values = truncated_normal(np.random.default_rng(2), mean, deviation, 0.0, 1.0, SAMPLES)
    exact = truncnorm((0.0 - mean) / deviation, (1.0 - mean) / deviation, loc=mean, scale=deviation)
    assert kstest(values, exact.cdf).pvalue > RARE
    assert values.mean() == pytest.approx(exact.mean(), abs=4 * exact.std() / math.sqrt(SAMPLES))


@given(mean=st.floats(0.0, 1.0), deviation=st.floats(0.0, 1e6), seed=st.integers(0, 2**64))
def test_truncated_normal_stays_within_its_interval(mean, deviation, seed):
    values = truncated_normal(np.random.default_rng(seed), mean, deviation, 0.0, 1.0, 50)
    assert ((values >= 0.0) & (values <= 1.0)).all()
    if deviation > 0.0:
        assert (values > 0.0).all()


@given(st.integers(0, 2**64))
def test_without_spread_every_cell_is_the_nominal_one(seed):
    cells = draw(NONE, seed, 3, 2, MEANS)
    assert np.array_equal(cells.pop("resistance_scale"), np.ones(6))
    for name, values in cells.items():
        assert np.array_equal(values, np.full(6, MEANS[name])), name


def test_cells_of_a_group_start_equal_and_groups_differ():
    soc = draw(SPREAD, 5, 96, 2, MEANS)["initial_soc"].reshape(96, 2)
    assert np.array_equal(soc[:, 0], soc[:, 1])
    assert np.unique(soc[:, 0]).size == 96
    # 96 groups: four standard errors of a standard deviation are 4 / sqrt(2 * 96) = 29 %
    assert soc[:, 0].std() == pytest.approx(SPREAD.soc_spread, rel=4 / math.sqrt(2 * 96))


CHANGES = {
    "capacity_cv": "capacity",
    "resistance_cv": "resistance_scale",
    "soc_spread": "initial_soc",
    "self_discharge_cv": "self_discharge_current",
    "efficiency_sd": "coulombic_efficiency",
}


@pytest.mark.parametrize("spread", CHANGES)
@pytest.mark.parametrize("value", [0.0, 0.07])
def test_changing_one_spread_leaves_the_other_draws_alone(spread, value):
    before = draw(SPREAD, 7, 4, 2, MEANS)
    after = draw(replace(SPREAD, **{spread: value}), 7, 4, 2, MEANS)
    for name in before:
        assert np.array_equal(before[name], after[name]) == (name != CHANGES[spread])


def test_a_spread_stretches_the_same_draws():
    small, large = (draw(replace(SPREAD, capacity_cv=cv), 7, 5, 2, MEANS)["capacity"] for cv in (0.01, 0.1))
    assert np.array_equal(np.argsort(small), np.argsort(large))


def test_streams_are_independent():
    draws = np.array([stream.standard_normal(SAMPLES) for stream in streams(3).values()])
    correlation = np.corrcoef(draws) - np.eye(len(QUANTITIES))
    assert np.abs(correlation).max() < 4 / math.sqrt(SAMPLES)  # four standard errors of a correlation of zero


def test_seed_decides():
    first, again, other = (draw(SPREAD, seed, 2, 2, MEANS) for seed in (11, 11, 12))
    for name in first:
        assert np.array_equal(first[name], again[name])
        assert not np.array_equal(first[name], other[name])


def test_values_of_a_seed_are_pinned():
    """A new release must not change packs that exist; NumPy's generators keep their streams too (NEP 19)."""
    cells = draw(SPREAD, 2013, 2, 1, MEANS)
    pinned = {
        "capacity": [119894.68153249913, 115343.07206220985],
        "resistance_scale": [0.99690523418291, 1.014593214385451],
        "initial_soc": [0.8962711508148797, 0.9094111885336237],
        "self_discharge_current": [0.0006270420165172382, 0.0013285350816548403],
        "coulombic_efficiency": [0.9992328862133492, 0.9988654860844538],
    }
    for name, values in pinned.items():
        assert cells[name] == pytest.approx(values, rel=1e-12), name  # exp and ndtri differ by last places


@given(st.integers(0, 2**64))
def test_without_spread_every_cell_ages_alike(seed):
    aging = draw_aging(0.0, 0.0, seed, 6)
    assert np.array_equal(aging["aging_rate"], np.ones(6))
    assert np.array_equal(aging["resistance_rate"], np.ones(6))
    assert aging["noise_seed"] == int(aging["noise_seed"])
    assert 0 <= aging["noise_seed"] < 2**31


def test_rates_of_aging_have_streams_of_their_own():
    before, after = draw_aging(0.1, 0.2, 7, 50), draw_aging(0.3, 0.2, 7, 50)
    assert np.array_equal(np.argsort(before["aging_rate"]), np.argsort(after["aging_rate"]))
    assert not np.array_equal(before["aging_rate"], after["aging_rate"])
    assert np.array_equal(before["resistance_rate"], after["resistance_rate"])
    assert before["noise_seed"] == after["noise_seed"] != draw_aging(0.1, 0.2, 8, 50)["noise_seed"]


def test_rates_of_aging_of_a_seed_are_pinned():
    drawn = draw_aging(0.1, 0.2, 2013, 2)
    assert drawn["aging_rate"] == pytest.approx([0.9008707006516183, 1.1349206250852062], rel=1e-12)
    assert drawn["resistance_rate"] == pytest.approx([0.8953482853100472, 1.0877667932031128], rel=1e-12)
    assert drawn["noise_seed"] == 1149340626
