"""Coverage of the tolerance limits of cells in batches, whatever the share of variance between batches."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.batched import BatchSummary, batched_limit, summarise
from packfmu.studies.dispersion.factors import one_sided_factor

CONTENT, CONFIDENCE = 0.95, 0.95
DESIGNS = ((12, 4), (3, 16))
DRAWS = 20_000
WITHIN = 0.015
"""As asked for; 10 standard errors of a share of 20 000 draws."""


def drawn(batches, size, correlation, draws, seed):
    """Return values of shape (draws, batches, size) of mean 0 and variance 1."""
    generator = np.random.default_rng(seed)
    between = generator.standard_normal((draws, batches, 1)) * np.sqrt(correlation)
    return between + generator.standard_normal((draws, batches, size)) * np.sqrt(1.0 - correlation)


def summaries(values):
    _, batches, size = values.shape
    means = values.mean(axis=2)
    freedom = batches * (size - 1)
    within = np.sum((values - means[:, :, None]) ** 2, axis=(1, 2)) / freedom
    return BatchSummary(means.mean(axis=1), size * means.var(axis=1, ddof=1), within, batches, float(size), freedom)


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.5, 0.8])
@pytest.mark.parametrize(("batches", "size"), DESIGNS)
def test_limits_of_a_random_batch_cover(batches, size, correlation):
    limit = batched_limit(summaries(drawn(batches, size, correlation, DRAWS, 20)), CONTENT, CONFIDENCE)
    assert np.mean(limit <= -stats.norm.ppf(CONTENT)) == pytest.approx(CONFIDENCE, abs=WITHIN)


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.5, 0.8])
@pytest.mark.parametrize(("batches", "size"), DESIGNS)
def test_limits_of_the_worst_of_the_next_batches_cover(batches, size, correlation):
    limit = batched_limit(summaries(drawn(batches, size, correlation, DRAWS, 21)), CONTENT, CONFIDENCE, 5)
    worst = np.random.default_rng(22).standard_normal((DRAWS, 5)).min(axis=1)
    quantile = np.sqrt(correlation) * worst - stats.norm.ppf(CONTENT) * np.sqrt(1.0 - correlation)
    assert np.mean(limit <= quantile) == pytest.approx(CONFIDENCE, abs=WITHIN)


@pytest.mark.parametrize(("batches", "size", "coverage"), [(12, 4, 0.86), (3, 16, 0.62)])
def test_independent_limits_do_not(batches, size, coverage):
    values = drawn(batches, size, 0.5, DRAWS, 23).reshape(DRAWS, -1)
    factor = one_sided_factor(batches * size, CONTENT, CONFIDENCE)
    limit = values.mean(axis=1) - factor * values.std(axis=1, ddof=1)
    assert np.mean(limit <= -stats.norm.ppf(CONTENT)) == pytest.approx(coverage, abs=0.02)


def test_a_batch_is_a_single_value_where_nothing_varies_within():
    """Then the limit is the exact one of the batch means."""
    values = np.repeat(np.random.default_rng(3).standard_normal(12), 4)
    found = batched_limit(summarise(values, np.repeat(np.arange(12), 4)), CONTENT, CONFIDENCE)
    means = values[::4]
    exact = means.mean() - one_sided_factor(12, CONTENT, CONFIDENCE) * means.std(ddof=1)
    assert found == pytest.approx(exact, rel=5e-3)


def test_unequal_batches_cover_too():
    """Sizes 2 to 8: the harmonic mean stands for them."""
    sizes = np.array([2, 3, 4, 4, 4, 5, 6, 8, 4, 3, 5, 4])
    batch = np.repeat(np.arange(12), sizes)
    generator = np.random.default_rng(31)
    values = generator.standard_normal((2000, 12))[:, batch] * np.sqrt(0.5)
    values += generator.standard_normal(values.shape) * np.sqrt(0.5)
    limits = [batched_limit(summarise(row, batch), CONTENT, CONFIDENCE) for row in values]
    assert np.mean(limits <= -stats.norm.ppf(CONTENT)) == pytest.approx(CONFIDENCE, abs=0.02)


def test_one_batch_or_one_value_a_batch_is_refused():
    with pytest.raises(InputError, match="at least 2 batches"):
        summarise(np.arange(4.0), np.zeros(4, np.int64))
    with pytest.raises(InputError, match="every batch has one value"):
        summarise(np.arange(4.0), np.arange(4))
