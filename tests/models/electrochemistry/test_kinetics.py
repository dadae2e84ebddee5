"""Charge transfer: the overpotential solves Butler's and Volmer's equation."""

import numpy as np
import pytest
from scipy.optimize import brentq

from packfmu.models.electrochemistry.kinetics import LEAST_VACANCY, activation, overpotential, site_activity

VOLTAGE = 0.0257


def current(eta, exchange, stoichiometry, transfer):
    """Return the current of an overpotential [V], by the equation itself."""
    vacant, occupied = max(1.0 - stoichiometry, LEAST_VACANCY), max(stoichiometry, LEAST_VACANCY)
    at = exchange * vacant**transfer * occupied ** (1.0 - transfer)
    return at * (np.exp(transfer * eta / VOLTAGE) - np.exp(-(1.0 - transfer) * eta / VOLTAGE))


@pytest.mark.parametrize("transfer", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("given", [-40.0, -1.0, -1e-3, 0.0, 1e-9, 0.3, 5.0, 200.0])
@pytest.mark.parametrize("stoichiometry", [0.02, 0.5, 0.97])
def test_overpotential_solves_the_equation(transfer, given, stoichiometry):
    found, _, _ = activation(given, 2.0, stoichiometry, transfer, VOLTAGE)
    exact = brentq(lambda eta: current(eta, 2.0, stoichiometry, transfer) - given, -1.0, 1.0, xtol=1e-16, rtol=1e-15)
    assert found == pytest.approx(exact, rel=1e-13, abs=1e-16)


@pytest.mark.parametrize("transfer", [0.3, 0.5])
@pytest.mark.parametrize("given", [-3.0, 1e-3, 8.0])
def test_derivatives_are_those_of_differences(transfer, given):
    def eta(by, s):
        return activation(given + by, 2.0, 0.3 + s, transfer, VOLTAGE)[0]

    _, by_current, by_stoichiometry = activation(given, 2.0, 0.3, transfer, VOLTAGE)
    h = 1e-5
    assert by_current == pytest.approx((eta(h, 0.0) - eta(-h, 0.0)) / (2.0 * h), rel=1e-7)
    assert by_stoichiometry == pytest.approx((eta(0.0, h) - eta(0.0, -h)) / (2.0 * h), rel=1e-7)


@pytest.mark.parametrize("transfer", [0.3, 0.5])
def test_particles_that_are_empty_or_full_have_a_finite_overpotential(transfer):
    for stoichiometry in (-1.0, 0.0, 1.0, 2.0):
        assert np.isfinite(activation(5.0, 2.0, stoichiometry, transfer, VOLTAGE)).all()


def test_symmetric_law_is_the_same_in_both_forms():
    activity, _ = site_activity(0.2, 0.5)
    relative, slope = overpotential(3.0 / activity, 0.5)
    found, by_current, _ = activation(3.0, 1.0, 0.2, 0.5, VOLTAGE)
    assert found == pytest.approx(VOLTAGE * relative, rel=1e-14)
    assert by_current == pytest.approx(VOLTAGE * slope / activity, rel=1e-14)
