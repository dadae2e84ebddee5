"""How far residuals that are correlated in time leave the unknowns of a least-squares fit open."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

WINDOW = 3600.0
"""Lag over which residuals are taken as correlated [s]: a discharge, or a rest."""

BIN = 60.0
"""Scores are added up over this time before they are correlated [s]."""

TWO_SIDED = 1.96
"""Half width of a 95 % interval of a normal distribution, in standard deviations."""


def long_run_covariance(scores: NDArray[np.float64], time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of the sum of scores that are correlated in time.

    W. K. Newey, K. D. West, Econometrica 55 (1987) 703-708, doi:10.2307/1913610, equation (5), with the weights of
    Bartlett; never negative.

    Parameters
    ----------
    scores : (samples, unknowns) array
        Derivative of each sample's squared residual by the unknowns, halved.
    time : (samples,) array
        Of each sample [s], increasing.

    Returns
    -------
    (unknowns, unknowns) array
    """
    bins = ((time - time[0]) / BIN).astype(int)
    sums = np.zeros((bins[-1] + 1, scores.shape[1]))
    np.add.at(sums, bins, scores)
    result = sums.T @ sums
    lags = int(WINDOW / BIN)
    for lag in range(1, min(lags, len(sums))):
        product = sums[lag:].T @ sums[:-lag]
        result += (1.0 - lag / lags) * (product + product.T)
    return result


def covariance(
    normal: NDArray[np.float64], scored: Iterable[tuple[NDArray[np.float64], NDArray[np.float64]]]
) -> NDArray[np.float64]:
    """Covariance of the unknowns (the sandwich) from the matrix of the normal equations, penalties included.

    Parameters
    ----------
    normal : (unknowns, unknowns) array
        Of the normal equations.
    scored : iterable of (scores, time)
        For each record, as `long_run_covariance` takes them.
    """
    bread = np.linalg.inv(normal)
    return bread @ sum(long_run_covariance(scores, time) for scores, time in scored) @ bread


def half_widths(covariances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half widths of the 95 % intervals."""
    return TWO_SIDED * np.sqrt(np.diag(covariances))
