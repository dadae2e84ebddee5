"""View factors against limits and integration."""

import math

import numpy as np
import pytest

from packfmu.models.thermal.geometry.views import effective_area, of_cylinders, of_rectangles


def seen_by_rays(diameter, gap, rays=400):
    """Return the view factor of two long cylinders by counting: of a point's rays, weighted by the cosine."""
    radius, distance = 0.5 * diameter, diameter + gap
    around, sine = (np.arange(rays) + 0.5) / rays * 2.0 * math.pi, (np.arange(rays) + 0.5) / rays * 2.0 - 1.0
    place, lateral = np.meshgrid(around, sine, indexing="ij")  # equal steps of the sine weight by the cosine
    direction = place + np.arcsin(lateral)
    x, y = distance - radius * np.cos(place), -radius * np.sin(place)
    forward = x * np.cos(direction) + y * np.sin(direction)
    off = np.abs(x * np.sin(direction) - y * np.cos(direction))
    return float(np.mean((forward > 0.0) & (off < radius)))


@pytest.mark.parametrize("gap", [0.0, 0.002, 0.018, 0.1])
def test_two_cylinders_see_what_rays_meet(gap):
    assert of_cylinders(0.018, gap) == pytest.approx(seen_by_rays(0.018, gap), abs=2e-3)


def test_cylinders_that_touch():
    """By strings: (pi/2 - 1) / pi."""
    assert of_cylinders(0.018, 0.0) == pytest.approx((0.5 * math.pi - 1.0) / math.pi, rel=1e-12)


def test_long_rectangles_see_each_other_as_crossed_strings_tell():
    """Of strips of width w at a distance g: sqrt(1 + (g/w)^2) - g/w."""
    w, g = 0.09, 0.03
    strip = math.hypot(1.0, g / w) - g / w
    assert of_rectangles(w, 1e5, g) == pytest.approx(strip, rel=1e-5)
    assert of_rectangles(1e5, w, g) == pytest.approx(strip, rel=1e-5)


def test_square_plates_at_the_distance_of_their_side():
    """The handbook's 0.19982 (Howell, configuration C-11)."""
    assert of_rectangles(1.0, 1.0, 1.0) == pytest.approx(0.19982, abs=1e-5)
    assert of_rectangles(1.0, 1.0, 0.0) == 1.0
    assert of_rectangles(1.0, 1.0, 1e-4) == pytest.approx(1.0, abs=3e-4)


def test_effective_areas():
    assert effective_area(2.0, 0.5, 1.0, 1.0) == 1.0
    assert effective_area(2.0, 1.0, 0.8, 0.8) == pytest.approx(2.0 / 1.5)
    assert effective_area(2.0, 1.0, 0.8) == pytest.approx(1.6)
    assert effective_area(2.0, 1.0, 0.8, 0.0) == 0.0
