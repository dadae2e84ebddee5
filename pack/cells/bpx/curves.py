"""Functions of a BPX file, be they numbers, formulas or tables, as curves of stated error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from ....models.numerics.curves import LEAST_NODES, MOST_NODES, Curve, constant, tabulate
from .formula import Formula

Values = NDArray[np.float64]
Given = float | Formula | tuple[Values, Values]
"""A number, a formula of x, or x and y of a table with straight lines between."""

FINE = 2001
"""Places where a function is looked at before it is tabulated."""

ACCURACY = 2e-5
"""Error of a table that is asked for, as a share of the greatest value."""

LEAST_SHARE = 1e-4
"""A diffusivity or a conductivity does not fall below this share of its least value in the range of use."""


def along_stoichiometry(given: Given, window: tuple[float, float], tolerance: float) -> Curve:
    """Return a function of the stoichiometry, of any sign.

    Parameters
    ----------
    given : float, Formula or table
        Of the stoichiometry; beyond the ends of a table it goes on straight.
    window : (float, float)
        Stoichiometries where it must have finite values.
    tolerance : float
        Error that is asked for [unit of the function].

    Raises
    ------
    ValueError
        When it has no finite value in the window.
    """
    low, high = finite_range(given, window)
    if isinstance(given, tuple):
        return _straight(_extended(*given), low, high, tolerance)
    return constant(given, low, high) if isinstance(given, (int, float)) else tabulate(given, low, high, tolerance)


def positive(given: Given, low: float, high: float, window: tuple[float, float]) -> Curve:
    """Return a function that is positive: a diffusivity or a conductivity.

    Parameters
    ----------
    given : float, Formula or table
        Beyond the ends of a table it stays as it is.
    low, high : float
        Range of the curve.
    window : (float, float)
        Range of use, in which it must be positive; elsewhere it does not fall below `LEAST_SHARE` of its least value
        there.

    Raises
    ------
    ValueError
        When it is not positive in the window.
    """
    function = _function(given)
    within = function(np.linspace(*window, FINE))
    if not (np.isfinite(within).all() and within.min() > 0.0):
        raise ValueError(f"it must be positive and finite from {window[0]:.4g} to {window[1]:.4g}")
    if isinstance(given, (int, float)):
        return constant(float(given), low, high)
    floor, most = LEAST_SHARE * float(within.min()), float(within.max())

    def bounded(x: Values) -> Values:
        found = function(x)
        return np.where(np.isfinite(found), np.maximum(found, floor), floor)

    tolerance = ACCURACY * most
    return (
        _straight(bounded, low, high, tolerance)
        if isinstance(given, tuple)
        else tabulate(bounded, low, high, tolerance)
    )


def finite_range(given: Given, window: tuple[float, float]) -> tuple[float, float]:
    """Return the range of stoichiometries around a window in which a function is finite.

    Raises
    ------
    ValueError
        When it is not finite throughout the window.
    """
    if isinstance(given, (tuple, int, float)):
        return 0.0, 1.0
    grid = np.unique(np.concatenate([np.linspace(0.0, 1.0, FINE), window]))
    bad = grid[~np.isfinite(given(grid))]
    if np.any((bad >= window[0]) & (bad <= window[1])):
        raise ValueError(f"it must be finite from {window[0]:.4g} to {window[1]:.4g}")
    below, above = bad[bad < window[0]], bad[bad > window[1]]
    step = 1.0 / (FINE - 1)
    low = min(float(below.max()) + step, window[0]) if below.size else 0.0
    return low, max(float(above.min()) - step, window[1]) if above.size else 1.0


def _function(given: Given) -> Callable[[Values], Values]:
    if isinstance(given, tuple):
        x, y = given
        return lambda at: np.interp(at, x, y)
    return given if isinstance(given, Formula) else lambda at: np.full(np.shape(at), float(given))


def _extended(x: Values, y: Values) -> Callable[[Values], Values]:
    """Return a table as a function that goes on straight beyond its ends."""
    first, last = (y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])

    def function(at: Values) -> Values:
        return np.asarray(np.interp(at, x, y) + first * np.minimum(at - x[0], 0.0) + last * np.maximum(at - x[-1], 0.0))

    return function


def _straight(function: Callable[[Values], Values], low: float, high: float, tolerance: float) -> Curve:
    """Tabulate a function with kinks, without the waves of a spline beside them."""
    nodes = LEAST_NODES
    while True:
        grid, between = np.linspace(low, high, nodes), np.linspace(low, high, 16 * (nodes - 1) + 1)
        values = function(grid)
        spline = PchipInterpolator(grid, values)
        error = float(np.abs(spline(between) - function(between)).max())
        if error <= tolerance or nodes >= MOST_NODES:
            return Curve(low, high, values, np.asarray(spline(grid, 1)), error)
        nodes = 2 * nodes - 1


def given_function(formulas: Mapping[tuple[str, ...], Formula], place: tuple[str, ...], value: Any) -> Given:
    """Return what a file has at a place: its formula, or the number or table that the library read."""
    if place in formulas:
        return formulas[place]
    return float(value) if isinstance(value, (int, float)) else (np.asarray(value.x), np.asarray(value.y))
