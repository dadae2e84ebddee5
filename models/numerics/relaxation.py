"""First-order relaxation towards a settled value, solved exactly: RC pairs and hysteresis both follow it."""

from __future__ import annotations

import math

from ...core.kernel import kernel

GONE = 1e-150
"""A value of smaller size counts as 0 [any unit]: its square is a denormal number, which processors are slow with."""


@kernel
def fade(rate: float, h: float) -> tuple[float, float]:
    """Return the decayed share of a deviation of 1 after h [s], and the deviation's integral until then [s].

    These are ``1 - exp(-rate * h)``, and the integral of ``exp(-rate * s)`` for s from 0 to h.
    """
    gone = -math.expm1(-rate * h)
    return gone, gone / rate if rate > 0.0 else h


@kernel
def relax(value: float, settled: float, rate: float, h: float) -> tuple[float, float, float]:
    """Solve ``dv/dt = rate * (settled - v)`` over h [s] from `value`.

    Parameters
    ----------
    value, settled : float
        v at the start of the step, and the value that it tends to [any unit].
    rate : float
        Reciprocal time constant [1/s], >= 0; at 0 the value stays.
    h : float
        Step [s], > 0.

    Returns
    -------
    end, integral, square : float
        v after h, and the integrals of v and of v squared over the step.
    """
    distance = value - settled
    gone, area = fade(rate, h)
    integral = h * settled + distance * area
    square = settled * (integral + distance * area) + distance * distance * area * (1.0 - 0.5 * gone)
    end = value - distance * gone
    return end if abs(end) > GONE else 0.0, integral, square
