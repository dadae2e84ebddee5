"""Shapes: sizes by hand, and conductances against the means of evenly heated bodies."""

import math

import numpy as np
import pytest

from packfmu.models.thermal.geometry.conductors import LORENZ, thermal_conductance
from packfmu.models.thermal.geometry.shapes import (
    Cylinder,
    Prism,
    end_conductance,
    half_conductance,
    side_faces,
)

K = 0.7


def test_an_18650_cell():
    cell = Cylinder(0.018, 0.065)
    assert cell.volume == pytest.approx(16.54e-6, rel=1e-3)
    assert cell.side_area + 2.0 * cell.end_area == pytest.approx(41.85e-4, rel=1e-3)
    assert cell.pitches == (0.018, 0.018)
    assert sum(side_faces(cell)) * 2.0 == pytest.approx(cell.side_area)


def test_a_prism():
    cell = Prism(0.02, 0.15, 0.1)
    assert cell.volume == pytest.approx(3e-4)
    assert cell.side_area == pytest.approx(2.0 * (0.015 + 0.002))
    assert side_faces(cell) == (cell.face_area, cell.edge_area)
    assert cell.end_area == pytest.approx(0.003)


def test_the_mean_of_an_evenly_heated_cylinder_above_its_side():
    """T - T_s = q (R^2 - r^2) / (4 k), of a heat q per volume."""
    cell, q = Cylinder(0.018, 0.065), 1e5
    r = (np.arange(20000) + 0.5) / 20000 * 0.009
    mean = np.sum(q * (0.009**2 - r**2) / (4.0 * K) * r) / np.sum(r)
    assert q * cell.volume / mean == pytest.approx(cell.core_conductance(K), rel=1e-6)


def test_the_mean_of_an_evenly_heated_slab_above_its_faces():
    """T - T_s = q (d^2/4 - x^2) / (2 k); cooled at one face, of twice the thickness."""
    cell, q = Prism(0.02, 0.15, 0.1), 1e5
    x = (np.arange(20000) + 0.5) / 20000 * 0.01
    mean = np.mean(q * (0.01**2 - x**2) / (2.0 * K))
    assert q * cell.volume / mean == pytest.approx(cell.core_conductance(K), rel=1e-6)
    x = (np.arange(20000) + 0.5) / 20000 * cell.height
    mean = np.mean(q * (cell.height**2 - x**2) / (2.0 * K))
    assert q * cell.volume / mean == pytest.approx(end_conductance(cell, K), rel=1e-6)


def test_two_halves_in_series_are_the_slab():
    assert 0.5 * half_conductance(K, 0.01, 0.02) == pytest.approx(K * 0.01 / 0.02)


def test_copper_conducts_nearly_as_its_resistance_tells():
    """A bar of 1 cm2 and 10 cm at 300 K: 401 W/(m K) and 1.725e-8 Ohm m."""
    assert thermal_conductance(1.725e-8 * 0.1 / 1e-4, 300.0) == pytest.approx(401.0 * 1e-4 / 0.1, rel=0.07)
    assert abs(LORENZ - 2.443e-8) < 2e-11
    assert thermal_conductance(0.0, 300.0) == math.inf
