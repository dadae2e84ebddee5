"""Failure probabilities against closed forms and quadrature: one cell, and packs as series systems."""

import numpy as np
import pytest
from scipy import integrate, stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.failure_probability import (
    FailureMethod,
    failure_probability,
    monte_carlo_runs,
    plot_failure_probability,
    ratio,
)
from packfmu.studies.risk.pack_to_cell import failures_at_least
from packfmu.studies.risk.proportion import proportion

ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")

EXACT = float(stats.norm.cdf(-4.0))
SEEDS = range(20)


def plane(x):
    """A linear limit state with the reliability index 4."""
    return 4.0 - x.sum(axis=1) / np.sqrt(x.shape[1])


def hot(x):
    """Margin of a cell's warming: heat by its resistance over its cooling, against what it bears.

    Inputs along the last axis: resistance [mOhm] and cooling [W/K]. Of a pack the hottest cell counts.
    """
    margin = 60.0 - 0.9 * x[..., 0] ** 1.5 / x[..., 1]
    return margin if margin.ndim == 1 else margin.min(axis=1)


def inputs():
    return ot.JointDistribution([ot.LogNormalMuSigma(20.0, 2.5).getDistribution(), ot.Normal(2.0, 0.12)])


def chance_of_one_cell():
    """By quadrature over the cooling."""
    resistance = inputs().getMarginal(0)

    def given(cooling):
        return resistance.computeComplementaryCDF((60.0 * cooling / 0.9) ** (2.0 / 3.0))

    law = stats.norm(2.0, 0.12)
    return integrate.quad(lambda c: given(c) * law.pdf(c), 1.1, 2.9, epsabs=0.0, epsrel=1e-9)[0]


def test_the_first_order_is_exact_for_a_plane():
    found = failure_probability(plane, ot.Normal(10), FailureMethod.FORM)
    assert float(found.probability) == pytest.approx(3.16712e-5, rel=1e-5)
    assert float(found.reliability_index) == pytest.approx(4.0, rel=1e-6)
    assert bool(found.converged)
    assert found.design_point.values == pytest.approx(np.full(10, 4.0 / np.sqrt(10.0)), rel=1e-4)


def test_importance_sampling_in_5000_runs_over_20_seeds():
    found = [failure_probability(plane, ot.Normal(10), FailureMethod.IMPORTANCE, seed=seed) for seed in SEEDS]
    ratio = np.array([float(one.probability) for one in found]) / EXACT
    variation = [float(one.coefficient_of_variation) for one in found]
    assert np.abs(ratio - 1.0).max() < 3.5 * 0.030
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)
    assert 0.025 < min(variation) <= max(variation) < 0.036
    assert sum(float(one.probability_low) <= EXACT <= float(one.probability_high) for one in found) >= 16
    assert float(found[0].calls) < 5300
    assert all(bool(one.converged) for one in found)


def test_subset_simulation_over_10_seeds():
    """Its coefficient of variation is about 0.2: the mean of 10 has an error of 0.065."""
    found = [failure_probability(plane, ot.Normal(10), FailureMethod.SUBSET, 2000, seed=seed) for seed in range(10)]
    ratio = np.array([float(one.probability) for one in found]) / EXACT
    assert ratio.mean() == pytest.approx(1.0, abs=0.2)
    assert 0.1 < np.mean([float(one.coefficient_of_variation) for one in found]) < 0.4
    assert max(float(one.calls) for one in found) < 20_000


def test_monte_carlo_has_the_interval_of_clopper_and_pearson():
    found = failure_probability(lambda x: 2.0 - x[:, 0], ot.Normal(1), FailureMethod.MONTE_CARLO, 40_000)
    assert float(found.probability_low) <= stats.norm.sf(2.0) <= float(found.probability_high)
    assert float(found.calls) == 40_000
    none = failure_probability(plane, ot.Normal(10), FailureMethod.MONTE_CARLO, 1000)
    assert (float(none.probability), bool(none.converged)) == (0.0, False)
    assert float(none.probability_high) == pytest.approx(proportion(0, 1000)[2])


def test_the_seed_of_openturns_is_left_alone():
    ot.RandomGenerator.SetSeed(5)
    expected = ot.Normal(1).getSample(3)
    ot.RandomGenerator.SetSeed(5)
    failure_probability(plane, ot.Normal(10), FailureMethod.SUBSET, 1000)
    assert ot.Normal(1).getSample(3) == expected


@pytest.mark.parametrize("cells", [1, 12, 96])
def test_a_pack_of_independent_cells_is_a_series_system(cells):
    one = chance_of_one_cell()
    exact = -np.expm1(cells * np.log1p(-one))
    found = failure_probability(hot, inputs(), FailureMethod.IMPORTANCE, 4000, cells=cells)
    assert float(found.coefficient_of_variation) < 0.1
    error = exact * float(found.coefficient_of_variation)
    assert float(found.probability) == pytest.approx(exact, abs=3.0 * error)


def test_intervals_of_a_pack_cover_over_20_seeds():
    exact = -np.expm1(12 * np.log1p(-chance_of_one_cell()))
    found = [failure_probability(hot, inputs(), FailureMethod.IMPORTANCE, 2000, cells=12, seed=s) for s in SEEDS]
    assert sum(float(one.probability_low) <= exact <= float(one.probability_high) for one in found) >= 16


@pytest.mark.parametrize("shared", [0, 1])
def test_planes_of_cells_that_share_an_input(shared):
    """Margin ``4 - (u_1 + u_2)/sqrt(2)``; with the first input shared two cells have a correlation of a half."""
    exact = failures_at_least(1, 12, EXACT, 0.5 * shared)

    def limit(x):
        return (4.0 - x.sum(axis=2) / np.sqrt(2.0)).min(axis=1)

    planes = failure_probability(limit, ot.Normal(2), FailureMethod.SYSTEM_FORM, cells=12, shared=shared)
    assert float(planes.probability) == pytest.approx(exact, rel=1e-3)
    drawn = failure_probability(limit, ot.Normal(2), FailureMethod.IMPORTANCE, cells=12, shared=shared)
    spread = float(drawn.coefficient_of_variation)
    assert spread < 0.04
    assert float(drawn.probability) == pytest.approx(exact, rel=3.0 * spread)


def test_one_design_point_of_a_pack_is_refused():
    with pytest.raises(InputError, match="a pack of 12 cells has 12 design points, and one of them tells"):
        failure_probability(hot, inputs(), FailureMethod.FORM, cells=12)


def test_failed_runs_are_refused_and_not_left_out():
    def broken(x):
        return np.where(x[:, 0] > 1.0, np.nan, 1.0)

    with pytest.raises(InputError, match="of 1000 runs failed and have no margin"):
        failure_probability(broken, ot.Normal(1), FailureMethod.MONTE_CARLO, 1000)
    with pytest.raises(InputError, match=r"gave the shape \(1000, 1\) for 1000 runs"):
        failure_probability(lambda x: x, ot.Normal(1), FailureMethod.MONTE_CARLO, 1000)
    with pytest.raises(InputError, match="shared = 1 must be less than the number of inputs, 1"):
        failure_probability(plane, ot.Normal(1), FailureMethod.MONTE_CARLO, shared=1, cells=2)


def test_the_picture_shows_every_answer():
    found = {
        m.name: failure_probability(plane, ot.Normal(10), m) for m in (FailureMethod.FORM, FailureMethod.IMPORTANCE)
    }
    figure = plot_failure_probability(found)
    assert [one.name for one in figure.data] == ["FORM", "IMPORTANCE"]


def test_the_ratio_of_two_probabilities_has_an_interval():
    first, second = (failure_probability(plane, ot.Normal(10), FailureMethod.IMPORTANCE, seed=seed) for seed in (1, 2))
    found = ratio(first, second)
    spread = np.hypot(float(first.coefficient_of_variation), float(second.coefficient_of_variation))
    assert float(found.ratio_low) < 1.0 < float(found.ratio_high)
    assert np.log(float(found.ratio_high / found.ratio_low)) == pytest.approx(2.0 * 1.96 * spread, rel=2e-3)
    assert monte_carlo_runs(first) == pytest.approx(1.0 / (EXACT * 0.03**2), rel=0.3)
    none = failure_probability(plane, ot.Normal(10), FailureMethod.MONTE_CARLO, 100)
    with pytest.raises(InputError, match=r"ratio of the probabilities 0 and .* is not known"):
        ratio(none, second)


def test_shares_that_were_counted():
    assert proportion(2, 50)[1:] == pytest.approx((0.00488, 0.13714), abs=5e-6)
    assert proportion(0, 59, 0.90)[2] == pytest.approx(1.0 - 0.05 ** (1.0 / 59.0))
    assert proportion(3, 3)[2] == 1.0
    with pytest.raises(InputError, match="count = 4 must be at most the number of runs, 3"):
        proportion(4, 3)
