"""Charge transfer at the surface of particles: Butler and Volmer, solved for the overpotential.

Equations
---------
With the anodic transfer coefficient a and the overpotential eta, positive where lithium leaves the particle::

    j = i_0 (exp(a F eta / (R T)) - exp(-(1 - a) F eta / (R T)))
    i_0 = i_ref (c_e/c_e0)^a (1 - x)^a x^(1 - a)

For a = 1/2 the overpotential is ``2 R T/F asinh(j / (2 i_0))``; else Newton's iteration finds it.

References
----------
J. Newman, K. E. Thomas-Alyea, Electrochemical Systems, 3rd ed., Wiley 2004, chapter 8.
"""

from __future__ import annotations

from ...core.kernel import kernel
from ..numerics.elementary import asinh, exp, log, power, sqrt

LEAST_VACANCY = 1e-12
"""Share of sites, occupied or vacant, below which the exchange current falls no further."""

ITERATIONS = 30
"""Most Newton iterations; from the symmetric solution some five are needed."""


@kernel
def overpotential(ratio: float, transfer: float) -> tuple[float, float]:
    """Return ``F eta / (R T)`` where ``j/i_0`` is `ratio`, and its derivative by the ratio."""
    if transfer == 0.5:
        half = 0.5 * ratio
        root = sqrt(1.0 + half * half)
        found = 2.0 * log(abs(half) + root)
        return found if half > 0.0 else -found, 1.0 / root
    guess = asinh(0.5 * ratio)
    found = guess / transfer if ratio > 0.0 else guess / (1.0 - transfer)
    slope = 1.0
    for _ in range(ITERATIONS):
        forward, backward = exp(transfer * found), exp((transfer - 1.0) * found)
        slope = transfer * forward + (1.0 - transfer) * backward
        change = (ratio - (forward - backward)) / slope
        found += change
        if abs(change) < 1e-14 * (1.0 + abs(found)):
            break
    return found, 1.0 / slope


@kernel
def site_activity(stoichiometry: float, transfer: float) -> tuple[float, float]:
    """Return ``(1 - x)^a x^(1 - a)`` at a stoichiometry x, and the derivative of its logarithm."""
    occupied = max(stoichiometry, LEAST_VACANCY)
    vacant = max(1.0 - stoichiometry, LEAST_VACANCY)
    slope = ((1.0 - transfer) * vacant - transfer * occupied) / (occupied * vacant)
    if transfer == 0.5:
        return sqrt(occupied * vacant), slope
    return power(vacant, transfer) * power(occupied, 1.0 - transfer), slope


@kernel
def activation(
    current: float, exchange: float, stoichiometry: float, transfer: float, voltage: float
) -> tuple[float, float, float]:
    """Return the overpotential of a reaction [V], and its derivatives by current and stoichiometry.

    Parameters
    ----------
    current, exchange : float
        I, and i_ref times the surface [A].
    stoichiometry : float
        At the surface.
    transfer : float
        a.
    voltage : float
        R T / F [V].
    """
    if transfer == 0.5:
        return symmetric(current / exchange, exchange, stoichiometry, voltage)
    activity, by_stoichiometry = site_activity(stoichiometry, transfer)
    relative, slope = overpotential(current / (exchange * activity), transfer)
    by_current = voltage * slope / (exchange * activity)
    return voltage * relative, by_current, -by_current * current * by_stoichiometry


@kernel
def symmetric(drive: float, exchange: float, stoichiometry: float, voltage: float) -> tuple[float, float, float]:
    """Do as `activation` for a transfer coefficient of 1/2 and ``drive = I/exchange``."""
    occupied, vacant = max(stoichiometry, LEAST_VACANCY), max(1.0 - stoichiometry, LEAST_VACANCY)
    sites, half = occupied * vacant, 0.5 * drive
    root = sqrt(sites + half * half)
    largest, inverse = abs(half) + root, 1.0 / (root * sites)
    size = voltage * log(largest * largest * root * inverse)
    slope = voltage * sites * inverse
    found = size if half > 0.0 else -size
    return found, slope / exchange, voltage * inverse * half * (occupied - vacant)


@kernel
def loss(drive: float, stoichiometry: float, transfer: float, voltage: float) -> float:
    """Return the overpotential of ``drive = I/exchange`` alone, as `activation` does."""
    if transfer != 0.5:
        relative, _, _ = activation(drive, 1.0, stoichiometry, transfer, voltage)
        return relative
    sites = max(stoichiometry, LEAST_VACANCY) * max(1.0 - stoichiometry, LEAST_VACANCY)
    half = 0.5 * abs(drive)
    largest = half + sqrt(sites + half * half)
    size = voltage * log(largest * largest / sites)
    return size if drive > 0.0 else -size
