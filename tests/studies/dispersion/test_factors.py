"""Factors of tolerance limits against published figures and closed forms."""

import math

import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.factors import one_sided_factor, two_sided_factor, wilks_count, wilks_rank


@pytest.mark.parametrize(
    ("content", "factors"), [(0.95, (2.911, 2.396, 2.220)), (0.99, (3.981, 3.295, 3.064))], ids=["95/95", "99/95"]
)
def test_one_sided_factors(content, factors):
    found = [one_sided_factor(count, content, 0.95) for count in (10, 20, 30)]
    assert found == pytest.approx(factors, abs=6e-4)


def test_two_sided_factors():
    assert [two_sided_factor(n, 0.95, 0.95) for n in (10, 20)] == pytest.approx([3.393, 2.760], abs=5e-4)


def test_the_example_of_the_handbook_of_nist():
    """Section 7.2.6.3 of the NIST/SEMATECH e-Handbook: 43 values, content 0.90, confidence 0.99."""
    assert one_sided_factor(43, 0.90, 0.99) == pytest.approx(1.8740, abs=1e-4)
    assert two_sided_factor(43, 0.90, 0.99) == pytest.approx(2.2228, abs=1e-4)


def test_factors_of_very_many_values_are_quantiles():
    assert one_sided_factor(10**6, 0.99, 0.95) == pytest.approx(stats.norm.ppf(0.99), abs=5e-3)
    assert two_sided_factor(10**6, 0.99, 0.95) == pytest.approx(stats.norm.ppf(0.995), abs=5e-3)


def test_counts_of_wilks():
    assert wilks_count(0.95, 0.95) == 59 == math.ceil(math.log(0.05) / math.log(0.95))
    assert wilks_count(0.99, 0.95) == 299
    assert wilks_count(0.95, 0.95, sides=2) == 93
    assert wilks_count(0.999, 0.99) == math.ceil(math.log(0.01) / math.log(0.999))


def test_rank_two_needs_93_values():
    """As of two sides: the event is that at least two values lie beyond."""
    assert [wilks_rank(n, 0.95, 0.95) for n in (58, 59, 92, 93)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: one_sided_factor(1, 0.95, 0.95), "count = 1 must be a whole number of at least 2"),
        (lambda: two_sided_factor(10, 1.0, 0.95), "content = 1 must lie between 0 and 1"),
        (lambda: wilks_count(0.95, 0.95, sides=3), "sides = 3 must be 1 or 2"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
