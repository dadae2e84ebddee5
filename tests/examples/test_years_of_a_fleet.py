"""A small fleet: its lives, and the parts of the variance of the film against the exact law."""

import numpy as np
import pytest
import xarray as xr
import years_of_a_fleet as example

from packfmu.studies.population.population import load_population
from packfmu.studies.risk.variance_split import variance_split

POPULATION = load_population(example.POPULATION)


@pytest.fixture(scope="module")
def fleet():
    return example.aged(POPULATION, packs=30, years=12)


def test_the_variances_of_cells_and_of_noise_are_told_apart(fleet):
    """720 cells with four paths: 4 standard errors of the law, 5 % of cells and 3 % of noise."""
    parts = variance_split(xr.DataArray(fleet.growth, dims=("climate", "cell", "noise")))
    law = example.exact(POPULATION, fleet.warm)
    for level, error in (("cell", 0.2), ("noise", 0.12)):
        assert float(parts["variance"].sel(level=level)) == pytest.approx(law[level], rel=error)


def test_the_spread_grows_and_packs_end(fleet):
    yearly = fleet.soh[:: example.MONTHS]
    assert np.all(np.diff(yearly.std(axis=2).mean(axis=1)) > 0.0)
    ended = example.lives(fleet.soh)
    known = ~np.isnan(ended)
    assert known.any()
    months = np.ceil(ended[known] * example.MONTHS).astype(int)
    packs = np.flatnonzero(known)
    assert np.all(fleet.soh.min(axis=2)[months, packs] <= example.END_OF_LIFE)
    assert np.all(fleet.soh.min(axis=2)[months - 1, packs] > example.END_OF_LIFE)


def test_one_record_tells_the_rate_of_a_cell_to_half_the_noise(fleet):
    """s/2 = 5 %, within 4 standard errors of 720 cells."""
    error = fleet.growth[:, :, 0] / fleet.rates - 1.0
    assert error.std() == pytest.approx(0.05, rel=4.0 / np.sqrt(2.0 * 720.0))
