"""The weakest link: order statistics, and packs that are not balanced."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.weakest_link import (
    expected_greatest_normal,
    expected_least,
    least_quantile,
    plot_weakest_link,
    usable_capacity,
    weakest_link,
)

from ..measured_cells import needs_cells, new_cells

LOGNORMAL = stats.lognorm(0.01, scale=3.0)
"""3 A.h with a deviation of 1 % of the logarithm."""


@pytest.mark.parametrize(("count", "expected"), [(10, 1.53875), (100, 2.50759), (1000, 3.24144)])
def test_expected_greatest_of_normal_values(count, expected):
    assert expected_greatest_normal(count) == pytest.approx(expected, abs=6e-6)


@pytest.mark.parametrize(("cells", "median"), [(96, 2.92747), (1000, 2.90559)])
def test_median_of_the_least_capacity(cells, median):
    assert least_quantile(LOGNORMAL, cells, 0.5) == pytest.approx(median, abs=6e-6)


def test_the_least_of_weibull_values_is_a_weibull_value():
    """Shape 8, scale 2: of 96 the scale is 2 * 96**(-1/8)."""
    law = stats.weibull_min(8.0, scale=2.0)
    least = stats.weibull_min(8.0, scale=2.0 * 96.0 ** (-1.0 / 8.0))
    assert least_quantile(law, 96, [0.1, 0.5, 0.9]) == pytest.approx(least.ppf([0.1, 0.5, 0.9]), rel=1e-12)
    assert expected_least(law, 96) == pytest.approx(least.mean(), rel=1e-8)


@pytest.mark.parametrize("soc", [0.0, 1.0])
def test_a_pack_balanced_at_either_end_gives_its_least_capacity(soc):
    capacity = LOGNORMAL.rvs((50, 96), random_state=np.random.default_rng(1))
    assert usable_capacity(capacity, np.full(96, soc)) == pytest.approx(capacity.min(axis=1))


def test_a_pack_of_equal_cells_loses_what_they_differ_in_charge():
    soc = np.array([0.4, 0.5, 0.7])
    assert usable_capacity(np.full(3, 2.0), soc) == pytest.approx(2.0 * (1.0 - 0.3))


def test_a_pack_that_is_not_balanced_gives_less_than_its_least_cell():
    found = weakest_link(LOGNORMAL, soc_deviation=0.02)
    at = found.sel(cells=96)
    assert float(at.balanced) == pytest.approx(2.92747, abs=1e-5)
    assert float(at.unbalanced) == pytest.approx(2.732, abs=0.05)
    assert (found.unbalanced_low <= found.unbalanced).all()
    assert (found.unbalanced <= found.balanced + 1e-9).isel(cells=slice(1, None)).all()
    assert "2.927 A.h (median)" in found.attrs["verdict"]
    assert len(plot_weakest_link(found).data) == 7


def test_without_scatter_both_agree():
    """The same charge in every cell: 0.02 A.h, four standard errors of the median of 2000 packs, is ample."""
    found = weakest_link(LOGNORMAL, [96], soc_deviation=0.0, packs=2000)
    assert float(found.unbalanced[0]) == pytest.approx(float(found.balanced[0]), abs=1e-3)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"soc_deviation = -0\.1 must be at least 0"):
        weakest_link(LOGNORMAL, soc_deviation=-0.1)
    with pytest.raises(InputError, match="cells = 0 must be a whole number of at least 1"):
        least_quantile(LOGNORMAL, 0, 0.5)


@needs_cells
def test_the_median_least_of_96_measured_cells():
    capacity = new_cells().CapDCH1
    law = stats.norm(capacity.mean(), capacity.std())
    assert least_quantile(law, 96, 0.5) == pytest.approx(1.8239, abs=1e-4)
