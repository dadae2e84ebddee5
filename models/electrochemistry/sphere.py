"""Diffusion in a sphere by its mean and a few modes, chosen by balanced truncation.

Equations
---------
The mean stoichiometry of a particle of radius R and constant diffusivity D changes at the rate r, by the flux through
its surface. Its surface departs from the mean by::

    x_surface - x_mean = (R^2/D) G(s R^2/D) r,   G(s) = tanh(q) / (3 (q - tanh(q))) - 1/s,  q = sqrt(s),  G(0) = 1/15

A few modes replace G::

    dz_m/dt = -(D/R^2) lambda_m z_m + r,   x_surface - x_mean = sum_m g_m z_m + (R^2/D) d r

with ``sum_m g_m/lambda_m + d = 1/15``, so that a constant flux leads to the exact gradient. Under constant r the modes
are exact over any time.

References
----------
B. C. Moore, IEEE Trans. Autom. Control 26 (1981) 17, doi:10.1109/TAC.1981.1102568 (balanced truncation).
J. Crank, The Mathematics of Diffusion, 2nd ed., Oxford 1975, equation 6.45 (a sphere under constant flux).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

SETTLED = 1.0 / 15.0
"""G(0): how far the surface of a sphere departs from its mean under a constant flux."""

SERIES = 400
"""Terms of the series of a sphere that the truncation starts from."""


class Modes(NamedTuple):
    """The modes of a sphere: rates lambda and gains g [1], and the direct part d [1]."""

    rates: NDArray[np.float64]
    gains: NDArray[np.float64]
    direct: float


def eigenvalues(terms: int) -> NDArray[np.float64]:
    """Return the first positive solutions of ``tan(a) = a``."""
    return np.array(
        [
            scipy.optimize.brentq(lambda a: np.sin(a) - a * np.cos(a), n * np.pi, (n + 0.5) * np.pi, xtol=1e-15)
            for n in range(1, terms + 1)
        ]
    )


@cache
def modes(count: int) -> Modes:
    """Return the modes that represent a sphere best.

    Parameters
    ----------
    count : int
        1 to 32 modes.

    Returns
    -------
    Modes
        By balanced truncation of the series with `SERIES` terms, whose gains are 2/3 each; rates rise.
    """
    rates = eigenvalues(SERIES) ** 2
    # the system is symmetric, so both Gramians are one Cauchy matrix, and its eigenvectors balance it
    inputs = np.full(SERIES, np.sqrt(2.0 / 3.0))
    gramian = np.outer(inputs, inputs) / np.add.outer(rates, rates)
    _, vectors = np.linalg.eigh(gramian)
    kept = vectors[:, ::-1][:, :count]
    reduced_rates, turn = np.linalg.eigh(kept.T @ (rates[:, np.newaxis] * kept))
    gains = (turn.T @ (kept.T @ inputs)) ** 2
    return Modes(reduced_rates, gains, float(SETTLED - np.sum(gains / reduced_rates)))
