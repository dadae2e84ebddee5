"""One interval of a switching period: an inductor or a capacitor behind a resistance, at a constant voltage.

The functions of ``x = h / tau`` stay finite and exact to the last places from x = 0, where the interval is a straight
line, to infinity, where it has settled.
"""

from __future__ import annotations

import math

from ....core.kernel import kernel

SERIES_BELOW = 0.5
"""x below which the closed forms cancel and their power series are summed instead."""

TERMS = 18
"""Terms of the series at most: 2**18 * 0.5**18 / 20! is below 1e-18."""

LAST_TERM = 1e-18
"""Size of a term, beside a sum above 0.2, from which on the alternating series changes nothing any more."""


@kernel
def decay_mean(x: float) -> float:
    """Return the mean of ``exp(-s)`` for s from 0 to x >= 0: ``(1 - exp(-x)) / x``."""
    return -math.expm1(-x) / x if x > 0.0 else 1.0


@kernel
def rise_mean(x: float) -> float:
    """Return ``(x - 1 + exp(-x)) / x**2`` for x >= 0: the integral of ``1 - exp(-s)`` from 0 to x, by x**2."""
    if x >= SERIES_BELOW:
        return (x + math.expm1(-x)) / (x * x)
    term, total, m = 0.5, 0.5, 1
    while abs(term) > LAST_TERM and m < TERMS:
        term *= -x / (m + 2)
        total += term
        m += 1
    return total


@kernel
def rise_square(x: float) -> float:
    """Return the integral of ``(1 - exp(-s))**2`` for s from 0 to x >= 0, by x**3."""
    if x >= SERIES_BELOW:
        gone = -math.expm1(-x)
        return (x - gone - 0.5 * gone * gone) / (x * x * x)
    term, power, total, m = 0.5, 4.0, 0.0, 0  # term (-x)**m / (m + 2)!, times 2**(m + 2) - 2, over m + 3
    while abs(term) * power > LAST_TERM and m < TERMS:
        total += term * (power - 2.0) / (m + 3)
        term *= -x / (m + 3)
        power *= 2.0
        m += 1
    return total


@kernel
def inductor(
    current: float, drive: float, resistance: float, inductance: float, h: float
) -> tuple[float, float, float]:
    """Solve ``L di/dt = E - R i`` over h.

    Parameters
    ----------
    current : float
        i at the start [A].
    drive : float
        E [V].
    resistance : float
        R [Ohm], >= 0.
    inductance : float
        L [H], > 0.
    h : float
        Length of the interval [s], >= 0.

    Returns
    -------
    end, charge, square : float
        i at the end [A], the integral of i [C], and of i squared [A2.s].
    """
    x = resistance / inductance * h
    climb = drive / inductance * h
    decay = decay_mean(x)
    end = current * math.exp(-x) + climb * decay
    charge = h * (current * decay + climb * rise_mean(x))
    square = current * current * decay_mean(2.0 * x) + current * climb * decay * decay + climb * climb * rise_square(x)
    return end, charge, h * square


@kernel
def time_to_zero(current: float, opposing: float, resistance: float, inductance: float) -> float:
    """Return when the current through a diode ends [s]: ``tau ln(1 + R i / V)``.

    Parameters
    ----------
    current : float
        i at the start [A], >= 0.
    opposing : float
        V that drives it down [V], > 0.
    resistance : float
        R [Ohm], >= 0.
    inductance : float
        L [H], > 0.
    """
    ratio = resistance * current / opposing
    straight = inductance * current / opposing
    return straight * (math.log1p(ratio) / ratio) if ratio > 0.0 else straight


@kernel
def capacitor(difference: float, resistance: float, capacitance: float, h: float) -> tuple[float, float, float]:
    """Charge a capacitor from a constant voltage through a resistance over h.

    Parameters
    ----------
    difference : float
        The source's voltage above the capacitor's at the start [V].
    resistance : float
        R [Ohm], > 0.
    capacitance : float
        C [F], > 0.
    h : float
        Length of the interval [s], >= 0.

    Returns
    -------
    rise, charge, square : float
        How far the capacitor's voltage has risen [V], the integral of the current [C], and of its square [A2.s].
    """
    x = h / (resistance * capacitance)
    rise = -difference * math.expm1(-x)
    square = -0.5 * capacitance * difference * difference * math.expm1(-2.0 * x) / resistance
    return rise, capacitance * rise, square
