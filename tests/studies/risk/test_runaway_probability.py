"""How often a cell of a pack comes within minutes of a runaway, or runs away.

Against quadrature over one cell, brute force, and by 20 seeds: that one comes within five minutes.

Brute force was run once, in eleven minutes: packs of 96 independent cells at 366.15 K, the factors of all cells of one
after the other from `numpy.random.default_rng(20)`:
``exp(s z - s^2 / 2)`` of its standard normal z of shape (96, 4).
"""

import numpy as np
import pytest

from packfmu.studies.risk.failure_probability import (
    FailureMethod,
    failure_probability,
    monte_carlo_runs,
    ratio,
)
from packfmu.studies.risk.line_quadrature import line_quadrature
from packfmu.studies.risk.proportion import proportion
from tests.studies.risk.runaway_packs import inputs_of, limit_of

ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")

SEEDS = range(20)

HOT = 366.15
"""Temperature at which one cell in 100 000 fails [K]."""

BRUTE_PACKS, BRUTE_PACKS_FAILED, BRUTE_CELLS_FAILED = 27_226, 31, 31
"""Packs of 96 cells that were run, and how many of them and of their cells failed."""

CORRELATION = np.sin(0.25 * np.pi)
"""Of the Gaussian copula whose Kendall's tau is 0.5."""


AIR, WARNING = 359.15, 180.0
"""Of the example: mean temperature of the air [K], and a warning near to the runaway [s]."""


def runaways(copula=None, seed=1):
    """Return how often a module of 12 cells in air of one temperature runs away."""
    limit = limit_of(12, ambient=True, temperature=AIR, warning=WARNING)
    return asked(limit, inputs_of(ot, AIR, copula=copula), seed=seed, shared=1, margins=limit.runaway)


def asked(limit, inputs, runs=1000, seed=1, shared=0, margins=None):
    return failure_probability(
        margins or limit,
        inputs,
        FailureMethod.IMPORTANCE,
        runs,
        limit.cells,
        shared,
        seed=seed,
        one_cell=limit.one_cell,
    )


def interval_holds(found, exact):
    return float(found.probability_low) <= exact <= float(found.probability_high)


@pytest.fixture(scope="module")
def one():
    return limit_of(1)


def test_importance_sampling_finds_a_rare_runaway_in_few_runs(one):
    """A rule of 3 nodes is within 3 % of the probability."""
    exact = float(line_quadrature(one, inputs_of(ot), 3).probability)
    found = asked(one, inputs_of(ot), 300)
    spread = float(found.coefficient_of_variation)
    assert 1e-7 < exact < 1e-6
    assert float(found.probability) == pytest.approx(exact, rel=3.0 * spread + 0.03)
    assert monte_carlo_runs(found) > 1000.0 * float(found.calls)


@pytest.mark.campaign
@pytest.mark.parametrize("cells", [1, 12, 96])
def test_packs_of_independent_cells_are_series_systems(one, cells):
    """Within 3 standard errors of ``1 - (1 - p_1)^n``, p_1 by quadrature of the same limit state."""
    quadrature = line_quadrature(one, inputs_of(ot), 7)
    assert float(quadrature.error) < 0.005
    exact = -np.expm1(cells * np.log1p(-float(quadrature.probability)))
    found = asked(limit_of(cells), inputs_of(ot))
    assert float(found.coefficient_of_variation) < 0.1
    assert abs(float(found.probability) - exact) < 3.0 * float(found.coefficient_of_variation) * exact


@pytest.mark.campaign
def test_a_pack_near_one_in_a_million_takes_a_thousandth_of_the_runs():
    found = runaways()
    assert 3e-7 < float(found.probability) < 3e-6
    assert float(found.coefficient_of_variation) < 0.1
    assert monte_carlo_runs(found) > 1000.0 * float(found.calls)


@pytest.mark.campaign
def test_intervals_cover_in_16_of_20_seeds(one):
    exact = float(line_quadrature(one, inputs_of(ot), 7).probability)
    found = [asked(one, inputs_of(ot), seed=seed) for seed in SEEDS]
    assert sum(interval_holds(each, exact) for each in found) >= 16
    assert np.mean([float(each.probability) for each in found]) == pytest.approx(exact, rel=0.06)


@pytest.mark.campaign
def test_brute_force_agrees_at_a_cell_and_at_a_pack():
    """Of 96 cells in a pack and of the packs, both with the exact interval of what was counted."""
    exact = float(line_quadrature(limit_of(1, temperature=HOT), inputs_of(ot), 7).probability)
    _, low, high = proportion(BRUTE_CELLS_FAILED, 96 * BRUTE_PACKS)
    assert low < exact < high
    found = asked(limit_of(96, temperature=HOT), inputs_of(ot))
    _, low, high = proportion(BRUTE_PACKS_FAILED, BRUTE_PACKS)
    assert low < float(found.probability) < high


@pytest.mark.campaign
def test_a_gumbel_copula_fails_more_often_than_a_gaussian_one():
    gaussian = ot.NormalCopula(ot.CorrelationMatrix(2, [1.0, CORRELATION, CORRELATION, 1.0]))
    chances = [runaways(copula, seed) for seed, copula in enumerate((ot.GumbelCopula(2.0), gaussian))]
    assert float(ratio(*chances).ratio_low) > 1.0
