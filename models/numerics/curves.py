"""Functions of one quantity as tables: piecewise cubic on a uniform grid, continuous with their first derivative.

A kernel evaluates any function by a few operations, whatever its formula, and gets the derivative with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from ...core.kernel import Block, kernel

Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]

LEAST_NODES, MOST_NODES = 33, 4097
"""Nodes of a table: doubled from the least until the error is small enough, up to the most."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A function on a range.

    Parameters
    ----------
    low, high : float
        The range [any unit].
    values, slopes : (nodes,) array
        The function, and its derivative, on a uniform grid from `low` to `high`.
    error : float
        The greatest difference from the function that was tabulated, as it was measured between the nodes.

    Raises
    ------
    ValueError
        When the range is empty, arrays differ in length, or a value is not finite.
    """

    low: float
    high: float
    values: NDArray[np.float64]
    slopes: NDArray[np.float64]
    error: float = 0.0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"a curve from {self.low:g} to {self.high:g} has no range")
        if self.values.shape != self.slopes.shape or self.values.ndim != 1 or len(self.values) < 2:
            raise ValueError(f"a curve of {self.values.shape} values and {self.slopes.shape} slopes; equal, 2 at least")
        if not (np.isfinite(self.values).all() and np.isfinite(self.slopes).all()):
            raise ValueError("a curve has values that are not finite")

    @property
    def constant(self) -> bool:
        """Whether the function has one value."""
        return bool(np.all(self.values == self.values[0]) and not np.any(self.slopes))

    @cached_property
    def _spline(self) -> Callable[..., NDArray[np.float64]]:
        grid = np.linspace(self.low, self.high, len(self.values))
        return scipy.interpolate.CubicHermiteSpline(grid, self.values, self.slopes)

    def __call__(self, x: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the function at x; beyond the range it goes on straight."""
        within = np.clip(x, self.low, self.high)
        return np.asarray(self._spline(within) + self._spline(within, 1) * (np.asarray(x) - within))

    def slope(self, x: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivative at x, that of the nearer end beyond the range."""
        return np.asarray(self._spline(np.clip(x, self.low, self.high), 1))

    def resampled(self, nodes: int) -> Curve:
        """Return the function on another number of nodes; with ``k (n - 1) + 1`` of them it stays the same."""
        grid = np.linspace(self.low, self.high, nodes)
        return Curve(self.low, self.high, np.asarray(self(grid)), self.slope(grid), self.error)


def constant(value: float, low: float, high: float) -> Curve:
    """Return a function of one value."""
    return Curve(low, high, np.full(2, value), np.zeros(2))


def tabulate(function: Function, low: float, high: float, tolerance: float) -> Curve:
    """Tabulate a function.

    Parameters
    ----------
    function : callable
        Takes and gives an array.
    low, high : float
        The range.
    tolerance : float
        Greatest error that is asked for [unit of the function]; where `MOST_NODES` do not reach it, the error tells.

    Returns
    -------
    Curve
        With slopes of the interpolating spline, and the error between its nodes.
    """
    nodes = LEAST_NODES
    while True:
        grid = np.linspace(low, high, nodes)
        spline = scipy.interpolate.CubicSpline(grid, function(grid))
        between = np.linspace(low, high, 4 * (nodes - 1) + 1)
        error = float(np.abs(spline(between) - function(between)).max())
        if error <= tolerance or nodes >= MOST_NODES:
            return Curve(low, high, np.asarray(spline(grid)), np.asarray(spline(grid, 1)), error)
        nodes = 2 * nodes - 1


@kernel
def cubic(start: float, first: float, end: float, last: float, t: float) -> tuple[float, float]:
    """Return a cubic and its derivative at t, from its values and derivatives where t is 0 and 1."""
    rise = end - start
    square, cube = 3.0 * rise - 2.0 * first - last, first + last - 2.0 * rise
    return start + t * (first + t * (square + t * cube)), first + t * (2.0 * square + 3.0 * t * cube)


@kernel
def cubic_area(start: float, first: float, end: float, last: float, t: float) -> float:
    """Return the integral from 0 to t of a cubic of these values and derivatives where t is 0 and 1."""
    rise = end - start
    square, cube = 3.0 * rise - 2.0 * first - last, first + last - 2.0 * rise
    return t * (start + t * (first / 2.0 + t * (square / 3.0 + t * cube / 4.0)))


@kernel
def evaluate(values: Block, slopes: Block, low: float, high: float, x: float) -> tuple[float, float]:
    """Return a function and its derivative at x; beyond the range it goes on straight, with the slope of its end."""
    segments = values.shape[0] - 1
    width = (high - low) / segments
    within = min(max(low, x), high)
    position = (within - low) / width
    segment = int(min(max(0.0, position), segments - 1.0))  # a value that is not finite has no integer
    first, last = width * slopes[segment], width * slopes[segment + 1]
    value, slope = cubic(values[segment], first, values[segment + 1], last, position - segment)
    return value + slope / width * (x - within), slope / width


@kernel
def place(nodes: int, low: float, per_width: float, x: float) -> tuple[int, float]:
    """Return the segment of a grid of so many nodes that holds x, and where in it x is: 0 to 1, held beyond it."""
    last = nodes - 2.0
    position = min(max(0.0, (x - low) * per_width), last + 1.0)
    segment = int(min(position, last))
    return segment, position - segment


@kernel
def interpolate(
    values: Block, slopes: Block, width: float, per_width: float, segment: int, t: float
) -> tuple[float, float]:
    """Return a function and its derivative at a `place` of a grid with segments of a width."""
    first, last = width * slopes[segment], width * slopes[segment + 1]
    value, slope = cubic(values[segment], first, values[segment + 1], last, t)
    return value, slope * per_width


@kernel
def evaluate_held(values: Block, slopes: Block, low: float, high: float, x: float) -> tuple[float, float]:
    """Return a function and its derivative at x; beyond the range it stays as it is at its end."""
    within = min(max(low, x), high)
    value, slope = evaluate(values, slopes, low, high, within)
    return value, slope if within == x else 0.0
