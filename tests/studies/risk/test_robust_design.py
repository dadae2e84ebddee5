"""Robust design: a parabola whose best design is known, and one that has none."""

import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.robust_design import plot_robust_design, robust_design

COUNT, RISK = 20_000, 1e-3
DEVIATES = stats.norm.ppf((np.arange(COUNT) + 0.5) / COUNT)
"""Evenly spaced quantiles: nothing is drawn."""

Z = float(stats.norm.isf(RISK))
MEAN, SPREAD = 1.0, 0.02


def coating(least):
    """Capacity of mean c t and deviation s t**2 of a coating of thickness t, which must be at least `least`."""

    def design(point, deviates):
        capacity = MEAN * point[0] + SPREAD * point[0] ** 2 * deviates
        return capacity, capacity - least

    return design


def roots(least, z=Z):
    """Return where ``c t - z s t**2`` is `least`."""
    root = np.sqrt(MEAN**2 - 4.0 * z * SPREAD * least)
    return (MEAN - root) / (2.0 * z * SPREAD), (MEAN + root) / (2.0 * z * SPREAD)


def test_the_thickest_coating_that_keeps_the_risk():
    assert roots(3.0) == pytest.approx((3.978, 12.202), abs=5e-4)
    found = robust_design(coating(3.0), {"thickness": (0.5, 20.0)}, DEVIATES, COUNT, RISK)
    assert bool(found.feasible)
    of_cells = -DEVIATES[round(RISK * COUNT)]  # 20 of 20 000 may fail: 3.083, and 3.090 of all cells
    assert float(found.design[0]) == pytest.approx(roots(3.0, of_cells)[1], rel=1e-4)
    assert float(found.design[0]) == pytest.approx(12.202, rel=4e-3)
    assert float(found.probability) <= RISK
    assert float(found.expected) == pytest.approx(MEAN * float(found.design[0]), rel=1e-6)
    assert found.attrs["verdict"].startswith("the best design has thickness 12.")
    assert len(plot_robust_design(found).data) == 2


def test_infeasible_is_an_answer():
    """``c t - z s t**2`` is greatest at c/(2 z s) = 8.09, where it is 4.045."""
    found = robust_design(coating(5.0), {"thickness": (0.5, 20.0)}, DEVIATES, COUNT, RISK)
    assert not bool(found.feasible)
    assert float(found.design[0]) == pytest.approx(MEAN / (2.0 * Z * SPREAD), rel=0.01)
    assert float(found["quantile"]) == pytest.approx(MEAN**2 / (4.0 * Z * SPREAD) - 5.0, abs=0.01)
    assert found.attrs["verdict"].startswith("infeasible: no design has a risk of 0.001; nearest comes thickness 8.")


def test_two_variables():
    """Mean t + p, deviation 0.1 t: the margin t + p - 3.09 * 0.1 t - 1 is met by all; the corner is best."""

    def design(point, deviates):
        value = point[0] + point[1] + 0.1 * point[0] * deviates
        return value, value - 1.0

    found = robust_design(design, {"t": (1.0, 4.0), "p": (0.5, 2.0)}, DEVIATES[::4], COUNT // 4, RISK)
    assert found.design.values == pytest.approx([4.0, 2.0], abs=1e-3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 1000}, "1000 cells are too few for a risk of 0.001: take 5000 or more"),
        ({"bounds": {"t": (2.0, 1.0)}}, "the bounds of t, 2 and 1, must be in rising order"),
        ({"design": lambda point, cells: (cells, cells * np.nan)}, "did not give 20000 finite objectives"),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    whole = {"design": coating(3.0), "bounds": {"t": (0.5, 20.0)}, "cells": DEVIATES, "count": COUNT, "risk": RISK}
    with pytest.raises(InputError, match=message):
        robust_design(**{**whole, **given})
