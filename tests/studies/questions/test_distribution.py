import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.questions.distribution import distribution, plot_distribution, plot_violins


def test_the_band_holds_the_whole_true_function_as_often_as_told():
    """2000 samples of 30 normal values; 3 standard errors of 95 %."""
    below = distribution(np.arange(30.0))["below"]
    half = float(1.0 - distribution(np.arange(30.0))["below_low"][-1])
    true = stats.norm.cdf(np.sort(np.random.default_rng(3).standard_normal((2000, 30)), axis=1))
    above, under = np.abs(below.values - true) <= half, np.abs(below.values - 1.0 / 30.0 - true) <= half
    held = np.sum((above & under).all(axis=1))  # just below a value the empirical function is one step less
    assert held / 2000 == pytest.approx(0.95, abs=3.0 * np.sqrt(0.95 * 0.05 / 2000))


def test_cells_of_few_packs_have_the_band_of_the_packs():
    values = np.arange(100.0)
    wide, narrow = (distribution(values, blocks=blocks) for blocks in (10, None))
    assert float(wide["below_high"][0]) > float(narrow["below_high"][0])
    assert len(plot_distribution(wide).data) == 3


def test_violins_are_of_the_first_batches():
    figure = plot_violins(np.arange(300.0), np.repeat(np.arange(30), 10), "A.h", "capacity")
    assert len(figure.data) == 24
    assert figure.layout.title.text == "the first 24 of 30 batches"
    assert np.array_equal(figure.data[3].y, np.arange(30.0, 40.0))


def test_too_few_values_are_refused():
    with pytest.raises(InputError, match="at least 8 are needed"):
        distribution([1.0, 2.0])
