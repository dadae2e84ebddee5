"""A scalar Kalman filter: one value, learned from measurements of it."""

from __future__ import annotations

import math

from ...core.kernel import kernel

TRUSTED = 5.0
"""Standard deviations of an innovation that act in full."""


@kernel
def learn(
    value: float, variance: float, slope: float, innovation: float, noise: float, floor: float
) -> tuple[float, float]:
    """Correct a value by a measurement.

    Parameters
    ----------
    value, variance : float
        As known before.
    slope : float
        Derivative of the measurement by the value.
    innovation, noise : float
        Measured less expected, and the variance of the measurement.
    floor : float
        Variance of the value that no number of measurements goes below.

    Returns
    -------
    value, variance : float
        As known now.
    """
    total = slope * slope * variance + noise
    greatest = TRUSTED * math.sqrt(total)
    within = min(max(-greatest, innovation), greatest)
    return value + variance * slope / total * within, min(variance, max(variance * noise / total, floor))
