"""First-order relaxation towards a settled value, exactly: RC pairs and hysteresis are both of this kind."""

from __future__ import annotations

import math

from .model import kernel


@kernel
def relax(value: float, settled: float, rate: float, h: float) -> tuple[float, float, float]:
    """Solve ``dv/dt = rate * (settled - v)`` over h [s] from `value`.

    Parameters
    ----------
    value, settled : float
        v at the start of the step, and where it tends to [any unit].
    rate : float
        Reciprocal time constant [1/s], >= 0; at 0 the value stays.
    h : float
        Step [s], > 0.

    Returns
    -------
    end, integral, square : float
        v after h, and the integrals of v and of v squared over the step.
    """
    if rate == 0.0:
        return value, h * value, h * value * value
    decay = math.expm1(-rate * h)
    distance = value - settled
    end = value + distance * decay
    integral = h * settled - distance * decay / rate
    square = settled * (h * settled - 2.0 * distance * decay / rate)
    square -= 0.5 * distance * distance * decay * (decay + 2.0) / rate
    return end, integral, square


@kernel
def response(rate: float, h: float) -> float:
    """Integral of ``exp(-rate * s)`` for s from 0 to h [s]; h where the rate [1/s] is 0."""
    if rate == 0.0:
        return h
    return -math.expm1(-rate * h) / rate
