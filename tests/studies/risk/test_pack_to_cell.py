"""From a pack's probability to a cell's: the formula, and what correlation makes of it."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.pack_to_cell import (
    cell_probability,
    conditional,
    failures_at_least,
    independent_probability,
    pack_to_cell,
    plot_pack_to_cell,
)

CELLS, ALPHA = 96, 1e-3


def test_the_formula_for_independent_cells():
    p = independent_probability(ALPHA, CELLS)
    assert p == pytest.approx(1.0422e-5, rel=1e-4)
    assert failures_at_least(1, CELLS, p, 0.0) == pytest.approx(ALPHA, rel=1e-9)
    assert failures_at_least(2, CELLS, p, 0.0) == pytest.approx(stats.binom.sf(1, CELLS, p), rel=1e-9)


def test_under_correlation_it_is_conservative_for_any_failure_and_optimistic_for_two():
    p = independent_probability(ALPHA, CELLS)
    some = [failures_at_least(1, CELLS, p, rho) for rho in (0.0, 0.05, 0.2, 0.5, 0.9)]
    two = [failures_at_least(2, CELLS, p, rho) for rho in (0.0, 0.05, 0.2, 0.5, 0.9)]
    assert some == pytest.approx([1e-3, 9.992e-4, 9.869e-4, 7.905e-4, 1.511e-4], rel=3e-4)
    assert two == pytest.approx([4.95e-7, 1.28e-6, 1.29e-5, 1.15e-4, 8.70e-5], rel=5e-3)


def test_drawn_packs_fail_as_often():
    """At p 0.02 with 12 cells: 200 000 packs, 4 standard errors."""
    generator = np.random.default_rng(3)
    common = generator.standard_normal((200_000, 1))
    failed = np.sqrt(0.3) * common + np.sqrt(0.7) * generator.standard_normal((200_000, 12)) < stats.norm.ppf(0.02)
    for count in (1, 2, 4):
        chance = failures_at_least(count, 12, 0.02, 0.3)
        error = np.sqrt(chance * (1.0 - chance) / 200_000)
        assert np.mean(failed.sum(axis=1) >= count) == pytest.approx(chance, abs=4.0 * error)


@pytest.mark.parametrize(("correlation", "count"), [(0.0, 1), (0.5, 1), (0.5, 2), (0.9, 3)])
def test_what_is_needed_keeps_the_probability(correlation, count):
    p = cell_probability(ALPHA, CELLS, correlation, count)
    assert failures_at_least(count, CELLS, p, correlation) == pytest.approx(ALPHA, rel=1e-8)


def test_the_answer_tells_all_three():
    found = pack_to_cell(CELLS, ALPHA)
    assert float(found["any"].sel(correlation=0.5)) == pytest.approx(7.91e-4, rel=1e-3)
    assert float(found["at_least"].sel(correlation=0.5)) == pytest.approx(1.15e-4, rel=5e-3)
    assert float(found["bad_batch"].sel(correlation=0.5)) > ALPHA
    assert (found["needed_any"] >= found["cell_probability"] * (1.0 - 1e-6)).all()
    assert float(found["needed_at_least"].sel(correlation=0.5)) < float(found["needed_at_least"].sel(correlation=0.0))
    assert found.attrs["verdict"].startswith("the formula of independent cells is conservative for any failure")
    assert len(plot_pack_to_cell(found).data) == 3


def test_the_mean_over_batches_is_the_probability_of_any_failure():
    """The worst of 100 by the one, and 10 000 quantiles of the batch by the other."""
    p = independent_probability(0.1, 12)
    batches = stats.norm.ppf((np.arange(10_000) + 0.5) / 10_000)
    some = 1.0 - (1.0 - conditional(p, 0.3, batches)) ** 12
    assert some.mean() == pytest.approx(failures_at_least(1, 12, p, 0.3), rel=1e-4)
    found = pack_to_cell(12, 0.1, [0.3], bad_batch=0.99)
    assert float(found["bad_batch"][0]) == pytest.approx(np.quantile(some, 0.99), rel=1e-2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: failures_at_least(3, 2, 0.1, 0.0), "count = 3 must lie within 1 and the number of cells, 2"),
        (lambda: failures_at_least(1, 2, 0.1, -0.1), "correlation = -0.1 must be 0 or more"),
        (lambda: independent_probability(0.0, 96), "pack probability = 0 must lie between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
