"""Bayesian updating: the conjugate case exactly, and the sampler against it."""

import numpy as np
import pytest
import xarray as xr

from packfmu.core.errors import InputError
from packfmu.studies.dispersion.update import plot_update, scale_ratio, update, update_normal

VALUES = 3.0 + 0.01 * np.random.default_rng(1).standard_normal(20)
PRIOR, DEVIATION = (2.9, 0.05), 0.01


def test_the_conjugate_posterior():
    """Precisions add, and the mean is weighed by them."""
    found = update_normal(VALUES, PRIOR, DEVIATION, name="capacity", unit="A.h")
    precision = 1.0 / 0.05**2 + 20.0 / 0.01**2
    told = found["posterior"].attrs
    assert told["exact_deviation"] == pytest.approx(precision**-0.5)
    assert told["exact_mean"] == pytest.approx((2.9 / 0.05**2 + VALUES.sum() / 0.01**2) / precision)
    drawn = found["posterior"]["capacity"]
    assert float(drawn.mean()) == pytest.approx(told["exact_mean"], abs=4.0 * told["exact_deviation"] / 4000**0.5)
    assert float(drawn.std()) == pytest.approx(told["exact_deviation"], rel=0.05)


def test_the_groups_are_those_of_arviz():
    found = update_normal(VALUES, PRIOR, DEVIATION, draws=50, chains=3)
    assert isinstance(found, xr.DataTree)
    assert set(found.children) == {"posterior", "prior", "observed_data"}
    assert found["posterior"]["mean"].dims == ("chain", "draw")
    assert found["prior"]["mean"].shape == (3, 50)
    assert found["observed_data"]["value"].values == pytest.approx(VALUES)
    assert len(plot_update(found, "mean").data) == 2


def test_updating_twice_is_updating_once_with_both():
    first = update_normal(VALUES[:7], PRIOR, DEVIATION)["posterior"].attrs
    second = update_normal(VALUES[7:], (first["exact_mean"], first["exact_deviation"]), DEVIATION)["posterior"].attrs
    once = update_normal(VALUES, PRIOR, DEVIATION)["posterior"].attrs
    for name in ("exact_mean", "exact_deviation"):
        assert second[name] == pytest.approx(once[name], rel=1e-12)


def test_the_sampler_finds_the_conjugate_posterior():
    ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")
    exact = update_normal(VALUES, PRIOR, DEVIATION)["posterior"].attrs
    ot.RandomGenerator.SetSeed(5)
    expected = ot.Normal(1).getSample(3)
    ot.RandomGenerator.SetSeed(5)
    found = update(
        lambda at: -0.5 * float(np.sum((VALUES - at[0]) ** 2)) / DEVIATION**2, ot.Normal(*PRIOR), VALUES, draws=500,
        names=("capacity",),
    )  # fmt: skip
    assert ot.Normal(1).getSample(3) == expected  # its generator is left alone
    drawn = found["posterior"]["capacity"]
    assert drawn.shape == (4, 500)
    assert float(drawn.mean()) == pytest.approx(exact["exact_mean"], abs=0.2 * exact["exact_deviation"])
    assert float(drawn.std()) == pytest.approx(exact["exact_deviation"], rel=0.15)
    assert 0.15 < float(found["sample_stats"]["acceptance_rate"].mean()) < 0.7
    assert float(found["sample_stats"]["scale_ratio"][0]) < 1.05


def test_chains_that_do_not_agree_are_told():
    generator = np.random.default_rng(2)
    agree = generator.standard_normal((4, 500))
    assert scale_ratio(agree) == pytest.approx(1.0, abs=0.01)
    assert scale_ratio(agree + np.arange(4.0)[:, None]) > 1.5
    assert scale_ratio(np.zeros((2, 10))) == np.inf


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"must be above 0"):
        update_normal(VALUES, (2.9, 0.0), DEVIATION)
    ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")
    with pytest.raises(InputError, match="names has 2 names for 1 parameters"):
        update(lambda at: 0.0, ot.Normal(0.0, 1.0), VALUES, names=("a", "b"))
