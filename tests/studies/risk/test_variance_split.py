"""Where a variance comes from: nested draws of known parts, and a simulated fleet against the exact law of its film."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.core.kernel import kernel
from packfmu.models.aging import sei
from packfmu.models.numerics import noise
from packfmu.studies.risk.variance_split import film_split, plot_variance_split, variance_split

DIMS = ("environment", "cell", "run")
PARTS = (4.0, 1.0, 0.25)


def drawn(seed, shape):
    """Return nested draws with these variances."""
    generator = np.random.default_rng(seed)
    values = np.zeros(shape)
    for level, part in enumerate(PARTS):
        own = generator.standard_normal(shape[: level + 1]) * np.sqrt(part)
        values += own.reshape(own.shape + (1,) * (len(shape) - level - 1))
    return xr.DataArray(values, dims=DIMS)


def test_parts_are_found_without_bias_and_their_intervals_cover():
    found = [variance_split(drawn(seed, (20, 4, 3))) for seed in range(200)]
    variances = np.array([one.variance.values for one in found])
    error = variances.std(axis=0) / np.sqrt(200.0)
    assert (np.abs(variances.mean(axis=0) - PARTS) < 4.0 * error).all()
    held = [(one.variance_low.values <= PARTS) & (one.variance_high.values >= PARTS) for one in found]
    assert np.mean(held, axis=0) == pytest.approx(np.full(3, 0.94), abs=0.05)  # of 1500 sets 0.949, 0.939, 0.948
    assert found[0].attrs["verdict"].startswith("of the variance come: environment")
    assert len(plot_variance_split(found[0]).data) == 1


def test_few_inner_draws_are_not_taken_for_a_part_of_the_outside():
    """Nothing differs outside: the plain variance of means of 2 would be half of that within."""
    values = xr.DataArray(np.random.default_rng(1).standard_normal((2000, 2)), dims=("epistemic", "aleatory"))
    found = variance_split(values)
    assert float(found.variance_low.sel(level="epistemic")) == 0.0
    assert float(found.share.sel(level="epistemic")) < 0.06
    assert float(found.total) == pytest.approx(1.0, abs=0.06)


def test_failed_runs_and_single_draws_are_refused():
    values = drawn(2, (3, 3, 3))
    values[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="1 of 27 runs failed"):
        variance_split(values)
    with pytest.raises(InputError, match="the level run has one draw"):
        variance_split(drawn(2, (3, 3, 1)))


def test_the_exact_split_of_the_film():
    """The trial's figures: y_0 25 +- 2, k 1 +- 0.1, sigma 0.3, t 50: 4, 100 and 337.5."""
    assert film_split(50.0, (25.0, 2.0), 1.0, 0.1, 0.3) == pytest.approx({"start": 4.0, "rate": 100.0, "noise": 337.5})


@kernel
def grow(values, rates, sigma, h, steps, seed):
    """Grow films in place; the noise is that of the aging component."""
    for k in range(values.shape[0]):
        for n in range(steps):
            deviate = noise.increment(noise.stream(seed, k), float(n), n + 1.0, 0)
            values[k] = sei.diffuse(values[k], rates[k], sigma, h, deviate)


def fleet(cells, runs, seed, steps=10, rate_deviation=0.1):
    """Return the squares of the films of cells, each with `runs` paths of its noise, after t = 50."""
    generator = np.random.default_rng(seed)
    start = np.repeat(25.0 + 2.0 * generator.standard_normal(cells), runs)
    rates = np.repeat(1.0 + rate_deviation * generator.standard_normal(cells), runs)
    grow(start, rates, 0.3, 50.0 / steps, steps, seed)
    return start.reshape(cells, runs)


def test_a_simulated_fleet_has_the_split_of_the_exact_law():
    """Four seeds, 1000 cells with 4 paths each: what differs between cells is 104, the noise of one cell 337.5."""
    found = [variance_split(xr.DataArray(fleet(1000, 4, seed), dims=("cell", "noise"))) for seed in range(4)]
    exact = film_split(50.0, (25.0, 2.0), 1.0, 0.1, 0.3)
    mean = np.mean([one.variance.values for one in found], axis=0)
    assert mean[0] == pytest.approx(exact["start"] + exact["rate"], rel=0.17)  # 3 standard errors
    assert mean[1] == pytest.approx(exact["noise"], rel=0.04)
    assert sum(mean) == pytest.approx(441.5, rel=0.05)


@pytest.mark.parametrize("steps", [1, 10])
def test_films_have_the_noncentral_chi_square_law(steps):
    """y is the square of a Bessel process: ``4/(sigma**2 t) y`` has ``8 k / sigma**2`` degrees of freedom.

    In one step the scheme has the exact mean and variance, in ten a distribution that a test of 4000 paths cannot tell.
    """
    values = np.full(4000, 25.0)
    grow(values, np.ones(4000), 0.3, 50.0 / steps, steps, 11)
    scale = 0.3**2 * 50.0 / 4.0
    law = stats.ncx2(8.0 / 0.3**2, 25.0 / scale, scale=scale)
    assert (law.mean(), law.var()) == pytest.approx((125.0, 337.5))
    assert values.mean() == pytest.approx(125.0, abs=4.0 * np.sqrt(337.5 / 4000.0))
    assert values.var() == pytest.approx(337.5, rel=4.0 * np.sqrt(2.0 / 4000.0))
    assert stats.kstest(values, law.cdf).pvalue > 0.01
