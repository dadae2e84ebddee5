"""Elementary functions of kernels: one place that says what computes them.

Kernels of the physics of cells take them from here alone, so that what computes them can be replaced at one place.
"""

from __future__ import annotations

import math

from ...core.kernel import kernel


@kernel
def exp(x: float) -> float:
    """Return e to the power x."""
    return math.exp(x)


@kernel
def expm1(x: float) -> float:
    """Return ``exp(x) - 1``, without loss near 0."""
    return math.expm1(x)


@kernel
def log(x: float) -> float:
    """Return the natural logarithm of x > 0."""
    return math.log(x)


@kernel
def tanh(x: float) -> float:
    """Return the hyperbolic tangent of x."""
    return math.tanh(x)


@kernel
def sqrt(x: float) -> float:
    """Return the square root of x >= 0."""
    return math.sqrt(x)


SMALL = 1e-3
"""Below it the series of the inverse hyperbolic sine is exact to the last place, and its logarithm is not."""


@kernel
def asinh(x: float) -> float:
    """Return the inverse hyperbolic sine of x."""
    size = abs(x)
    if size < SMALL:
        square = x * x
        return x * (1.0 - square * (1.0 / 6.0 - square * (3.0 / 40.0 - square * 5.0 / 112.0)))
    return math.copysign(math.log(size + math.sqrt(1.0 + size * size)), x)


@kernel
def power(x: float, exponent: float) -> float:
    """Return x > 0 to the power `exponent`."""
    return math.pow(x, exponent)
