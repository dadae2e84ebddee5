"""Extreme value laws: shapes of the worst of N cells, return levels, and what is refused."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.extreme import ExtremeLaw, extreme, penultimate_shape, plot_extreme

pytest.importorskip("openturns", reason="openturns is of the extra studies")


def maxima(packs, cells, seed):
    """Draw the greatest of normal cells by its distribution."""
    return stats.norm.ppf(np.random.default_rng(seed).random(packs) ** (1.0 / cells))


def test_the_penultimate_shape():
    assert penultimate_shape(96) == pytest.approx(-0.128, abs=5e-4)
    assert penultimate_shape(1000) == pytest.approx(-0.082, abs=5e-4)


def test_maximum_likelihood_of_maxima_of_normal_cells_has_another_shape():
    """Of evenly spaced quantiles, so that nothing is drawn: -0.1018 at 20 000, -0.1013 at two millions."""
    values = stats.norm.ppf(((np.arange(20_000) + 0.5) / 20_000) ** (1.0 / 96.0))
    found = extreme(values, periods=())
    assert float(found["shape"]) == pytest.approx(-0.1018, abs=2e-4)
    assert float(found["shape"]) > penultimate_shape(96) + 0.02
    assert float(found["shape"]) == pytest.approx(-0.093, abs=0.01)
    assert float(found.shape_low) < float(found["shape"]) < float(found.shape_high) < 0.0
    assert found.attrs["verdict"].endswith("the quantity has an end")


def test_intervals_cover_shape_and_level_of_an_exact_law():
    law = stats.genextreme(0.1, loc=50.0, scale=3.0)  # of scipy the shape has the other sign
    held = []
    for seed in range(12):
        found = extreme(law.rvs(150, random_state=np.random.default_rng(seed)), periods=(100.0,))
        level = law.isf(0.01)
        held.append([float(found.shape_low) <= -0.1 <= float(found.shape_high),
                     float(found.level_low[0]) <= level <= float(found.level_high[0])])  # fmt: skip
    assert np.mean(held, axis=0).min() >= 0.75  # 0.95 less 3 standard errors


def test_the_least_of_weibull_values_has_an_end():
    """Shape 8: the least of 96 has the shape -1/8, and the scale of the minimum's own law."""
    values = stats.weibull_min(8.0, scale=2.0 * 96.0 ** (-1.0 / 8.0)).rvs(4000, random_state=np.random.default_rng(2))
    found = extreme(values, least=True, periods=(20.0,), unit="A.h")
    assert float(found["shape"]) == pytest.approx(-1.0 / 8.0, abs=0.03)
    exact = stats.weibull_min(8.0, scale=2.0 * 96.0 ** (-1.0 / 8.0)).ppf(0.05)
    assert float(found.level_low[0]) <= exact <= float(found.level_high[0])
    assert float(found.level_low[0]) <= float(found.level[0]) <= float(found.level_high[0])
    assert found.level.attrs["units"] == "A.h"
    assert len(plot_extreme(found).data) == 4


def test_excesses_of_exponential_values_have_no_shape():
    values = np.random.default_rng(3).exponential(2.0, 2000)
    found = extreme(values, ExtremeLaw.EXCESSES, 2.0, periods=(1000.0,))
    assert float(found.shape_low) <= 0.0 <= float(found.shape_high)
    assert float(found.scale) == pytest.approx(2.0, rel=0.15)
    assert float(found.level_low[0]) <= 2.0 * np.log(1000.0) <= float(found.level_high[0])


def test_units_do_not_matter():
    values = maxima(100, 12, 4)
    plain, scaled = extreme(values, periods=(50.0,)), extreme(300.0 + 1e-3 * values, periods=(50.0,))
    assert float(scaled["shape"]) == pytest.approx(float(plain["shape"]), abs=1e-6)
    assert float(scaled.level[0]) == pytest.approx(300.0 + 1e-3 * float(plain.level[0]), abs=1e-8)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"values": np.arange(10.0)}, "values has 10 values: at least 30"),
        ({"values": np.arange(100.0), "law": ExtremeLaw.EXCESSES}, "excesses are over a threshold"),
        ({"values": np.arange(100.0), "threshold": 5.0}, "maxima have none"),
        (
            {"values": np.arange(100.0), "law": ExtremeLaw.EXCESSES, "threshold": 95.0},
            "4 values exceed the threshold 95",
        ),
        ({"values": np.arange(100.0), "periods": (1.0,)}, "a period of 1 must be above 1"),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        extreme(**given)
