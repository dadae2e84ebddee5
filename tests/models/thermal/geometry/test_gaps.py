"""Conductances of gaps: against limits solved by hand, and a numerical solution of arrays of cylinders."""

import math

import pytest

from packfmu.models.thermal.geometry.gaps import between_cylinders, between_plates, cylinder_to_plane, in_series
from tests.models.thermal.geometry.laplace import flux_to_neighbour

D = 0.018


def test_conductances_in_series():
    assert in_series(2.0, 2.0) == 1.0
    assert in_series(3.0, math.inf) == 3.0
    assert in_series(3.0, 0.0, math.inf) == 0.0
    assert in_series(math.inf, math.inf) == math.inf


def test_plates_that_touch_have_no_resistance():
    assert between_plates(0.026, 0.01, 0.001) == pytest.approx(0.26)
    assert between_plates(0.026, 0.01, 0.0) == math.inf


def test_two_cylinders_have_the_shape_factor_of_the_handbook():
    """Case 4 of Incropera's table, for an axes' distance w: 2 pi L / arcosh((4 w^2 - 2 D^2) / (2 D^2))."""
    for gap in (1e-4, 0.002, 0.05):
        w = D + gap
        shape_factor = 2.0 * math.pi * 0.065 / math.acosh((4.0 * w**2 - 2.0 * D**2) / (2.0 * D**2))
        assert between_cylinders(0.026, D, 0.065, gap) == pytest.approx(0.026 * shape_factor, rel=1e-9)


def test_a_cylinder_and_a_plane_have_the_shape_factor_of_the_handbook():
    """Case 2: 2 pi L / arcosh(2 z / D)."""
    z = 0.5 * D + 0.003
    expected = 2.0 * math.pi * 0.065 / math.acosh(2.0 * z / D)
    assert cylinder_to_plane(1.0, D, 0.065, 0.003, math.pi) == pytest.approx(expected, rel=1e-12)


def test_sectors_of_a_cylinder_share_its_flux():
    """Two sectors that together are all around carry all of it, and flux grows with the sector."""
    whole, half = (between_cylinders(1.0, D, 1.0, 0.002, sector) for sector in (math.pi, math.pi / 2))
    assert half < whole
    assert half > 0.8 * whole  # the side that faces the other one carries most
    near_whole = between_cylinders(1.0, D, 1.0, 0.002, math.pi * (1.0 - 1e-9))
    assert near_whole == pytest.approx(whole, rel=1e-6)


def test_a_narrow_gap_is_that_of_plates_bent_around():
    """It is the integral of 1 / (g + y^2 / R) over y, R half of D: pi sqrt(R / g)."""
    gap = 1e-6
    assert between_cylinders(1.0, D, 1.0, gap) == pytest.approx(math.pi * math.sqrt(0.5 * D / gap), rel=1e-3)


@pytest.mark.parametrize(("part", "low"), [(18, 0.027), (9, 0.056), (4.5, 0.096), (2, 0.17)])
def test_sectors_in_an_array_come_near_a_numerical_solution(part, low):
    """The documented errors: low by 3, 6, 10, 17 %, for heat passes between the neighbours to those behind them."""
    gap = D / part
    w = D + gap
    arrays = {
        math.pi / 6: [(w, 0.0), (w * math.sqrt(3.0), math.pi / 6)],
        math.pi / 4: [(w, 0.0), (w * math.sqrt(2.0), math.pi / 4)],
    }
    for sector, cold in arrays.items():
        error = between_cylinders(1.0, D, 1.0, gap, sector) / flux_to_neighbour(D, sector, cold) - 1.0
        assert -low - 0.012 < error < -low + 0.012, (sector, error)
