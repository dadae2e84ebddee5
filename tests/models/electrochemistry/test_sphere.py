"""Diffusion in a sphere by modes: its impedance, and its answer to a constant flux."""

import numpy as np
import pytest

from packfmu.models.electrochemistry.sphere import SETTLED, eigenvalues, modes

FREQUENCIES = np.logspace(-2.0, 4.0, 121)
"""Six decades of angular frequency, in D/R^2."""

ERRORS = {2: 1.2, 4: 0.28, 6: 0.058, 8: 0.011, 12: 3.4e-4, 24: 1.1e-4}
"""Greatest relative error of the impedance within these decades, by the number of modes; 24 have the series' own."""


def closed_form(s):
    root = np.sqrt(s)
    return np.tanh(root) / (3.0 * (root - np.tanh(root))) - 1.0 / s


def of_modes(count, s):
    found = modes(count)
    return (found.gains / (s[:, np.newaxis] + found.rates)).sum(axis=1) + found.direct


@pytest.mark.parametrize("count", ERRORS)
def test_impedance_of_the_modes_over_six_decades(count):
    s = 1j * FREQUENCIES
    error = np.abs(of_modes(count, s) / closed_form(s) - 1.0).max()
    assert ERRORS[count] / 1.2 < error < ERRORS[count]


@pytest.mark.parametrize("count", [1, 6, 24])
def test_gain_at_rest_is_exact(count):
    assert of_modes(count, np.zeros(1))[0] == pytest.approx(1.0 / 15.0, rel=1e-15)


def test_series_sums_to_the_closed_form():
    rates = eigenvalues(400) ** 2
    assert (2.0 / 3.0 / rates).sum() == pytest.approx(SETTLED, abs=2.0 / 3.0 / np.pi**2 / 400.0)
    assert np.tan(eigenvalues(3)) == pytest.approx(eigenvalues(3), rel=1e-12)
