"""Functions of a BPX file as curves: errors as they are stated, ranges, what is not positive."""

import numpy as np
import pytest

from packfmu.pack.cells.bpx.curves import ACCURACY, along_stoichiometry, finite_range, positive
from packfmu.pack.cells.bpx.formula import Formula

X = np.linspace(0.0, 1.0, 5003)
WINDOW = (0.1, 0.9)


def test_a_number_is_a_constant_curve():
    assert along_stoichiometry(-1e-4, WINDOW, 1e-9).constant
    assert positive(3e-14, 0.0, 1.0, WINDOW).constant


@pytest.mark.parametrize("text", ["exp(-40 * x)", "tanh(30 * (x - 0.5))", "3.7 - 0.4 * x"])
def test_a_formula_is_off_by_the_error_that_is_asked_for(text):
    curve = along_stoichiometry(Formula(text), WINDOW, 1e-6)
    off = np.abs(curve(X) - Formula(text)(X)).max()
    assert off <= 1.5 * max(curve.error, 1e-15)
    assert curve.error <= 1e-6


def test_a_table_has_no_waves_beside_its_kinks():
    """Between two kinks the values stay between those of their ends."""
    table = np.array([0.0, 0.3, 0.35, 1.0]), np.array([1.0, 1.0, 0.2, 0.2])
    curve = along_stoichiometry(table, WINDOW, 1e-6)
    assert curve(X).max() <= 1.0 + 1e-12
    assert curve(X).min() >= 0.2 - 1e-12
    assert np.abs(curve(X) - np.interp(X, *table)).max() <= 1.05 * curve.error


def test_the_range_ends_where_a_formula_is_not_finite():
    low, high = finite_range(Formula("log(x) + log(0.95 - x)"), WINDOW)
    assert 0.0 < low <= 1e-3
    assert 0.949 <= high < 0.95
    assert np.isfinite(along_stoichiometry(Formula("log(x)"), WINDOW, 1e-3).values).all()
    with pytest.raises(ValueError, match=r"it must be finite from 0\.1 to 0\.9"):
        finite_range(Formula("log(x - 0.2)"), WINDOW)


def test_a_diffusivity_is_positive_beyond_the_range_of_use():
    curve = positive(Formula("1e-14 * (x - 0.05)"), 0.0, 1.0, WINDOW)
    assert curve.values.min() > 0.0
    within = np.linspace(*WINDOW, 101)
    np.testing.assert_allclose(curve(within), 1e-14 * (within - 0.05), atol=2.0 * ACCURACY * 1e-14)
    with pytest.raises(ValueError, match=r"it must be positive and finite from 0\.1 to 0\.9"):
        positive(Formula("0.5 - x"), 0.0, 1.0, WINDOW)


def test_a_table_of_the_electrolyte_stays_as_it_is_beyond_its_ends():
    curve = positive((np.array([500.0, 1500.0]), np.array([0.8, 1.2])), 0.0, 4000.0, (500.0, 1500.0))
    assert curve(np.array([0.0, 1000.0, 4000.0])) == pytest.approx([0.8, 1.0, 1.2], abs=1e-4)
