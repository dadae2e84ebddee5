"""How far a fit leaves its unknowns open, and how many samples a record of correlated residuals is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TWO_SIDED = 1.96
"""Half width of a 95 % interval of a normal distribution, in standard deviations."""

WINDOW = 5.0
"""Correlation times over which autocorrelations are added up (A. D. Sokal)."""


def correlation_time(residuals: NDArray[np.float64]) -> float:
    """Rows of a record that tell as much as one of independent residuals, >= 1.

    It is ``1 + 2 sum(rho_l)`` over the autocorrelations rho_l up to the smallest lag that is `WINDOW` times it: A. D.
    Sokal, Monte Carlo Methods in Statistical Mechanics, in Functional Integration, Springer 1997, pp. 131-192,
    doi:10.1007/978-1-4899-0319-8_6, section 3.

    Parameters
    ----------
    residuals : (rows,) array
        In the order of time.
    """
    centred = residuals - residuals.mean()
    power = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    covariance = np.fft.irfft(power)[: len(centred)]
    if covariance[0] <= 0.0:
        return 1.0
    times = 2.0 * np.cumsum(covariance / covariance[0]) - 1.0
    enough = np.arange(len(times)) >= WINDOW * times
    return max(1.0, float(times[np.argmax(enough)] if enough.any() else times.max()))


def half_widths(covariances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half widths of the 95 % intervals."""
    return TWO_SIDED * np.sqrt(np.diag(covariances))
