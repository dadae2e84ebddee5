"""Covariances kept as factors, so that no rounding can make them anything but positive definite.

A covariance P of n states is held as ``P = U D U'`` with U upper triangular, ones on its diagonal, and D diagonal and
positive. The factors lie in one vector of ``n (n + 1) / 2``: column by column the upper triangle of U, with D in the
place of the ones; `at` tells where.

* A scalar measurement ``H x + noise`` goes in as G. J. Bierman did it (Factorization Methods for Discrete Sequential
  Estimation, Academic Press 1977, section V.3): every D is multiplied by a ratio of two positive numbers.
* A step is that of C. L. Thornton and G. J. Bierman (Int. J. Control 25 (1977) 243): of ``P = W diag(d) W'``, however
  wide W is, modified weighted Gram-Schmidt orthogonalisation of the rows of W gives the factors, each D a weighted sum
  of squares.
"""

from __future__ import annotations

import math

from .model import Block, kernel


@kernel
def at(row: int, column: int) -> int:
    """Place of an element of the upper triangle, ``row <= column``, in the vector of factors."""
    return column * (column + 1) // 2 + row


@kernel
def begin(factors: Block) -> None:
    """Begin a covariance without correlations, whose variances are set at ``at(i, i)``."""
    for place in range(factors.shape[0]):
        factors[place] = 0.0


@kernel
def element(factors: Block, states: int, row: int, column: int) -> float:
    """Return P[row, column], ``row <= column``."""
    diagonal = factors[at(column, column)]
    total = diagonal if row == column else factors[at(row, column)] * diagonal
    for j in range(column + 1, states):
        total += factors[at(row, j)] * factors[at(j, j)] * factors[at(column, j)]
    return total


@kernel
def measure(factors: Block, gain: Block, sensitivity: Block, noise: float) -> float:
    """Take in a scalar measurement: P becomes ``P - P H' H P / s``.

    Parameters
    ----------
    factors : (n (n + 1) / 2,) array
        P, in place.
    gain : (n,) array
        Receives ``P H' / s``, the correction of the states per unit of innovation.
    sensitivity : (n,) array
        H.
    noise : float
        Variance of the measurement's own noise, > 0.

    Returns
    -------
    float
        s, the variance of the innovation: ``H P H' + noise``.
    """
    total = noise
    for j in range(gain.shape[0]):
        seen = sensitivity[j]
        for i in range(j):
            seen += factors[at(i, j)] * sensitivity[i]
        before, own = total, factors[at(j, j)] * seen
        total += seen * own
        factors[at(j, j)] *= before / total
        gain[j] = own
        for i in range(j):
            upper = factors[at(i, j)]
            factors[at(i, j)] = upper - gain[i] * seen / before
            gain[i] += own * upper
    for j in range(gain.shape[0]):
        gain[j] /= total
    return total


@kernel
def carry(factors: Block, transition: Block, rows: Block, weights: Block) -> None:
    """Write ``F U`` to the first n columns of `rows` and D to `weights`; F is the upper triangle of `transition`."""
    states = transition.shape[0]
    for j in range(states):
        weights[j] = factors[at(j, j)]
        for i in range(states):
            total = transition[i, j] if i <= j else 0.0
            for m in range(i, j):
                total += transition[i, m] * factors[at(m, j)]
            rows[i, j] = total


@kernel
def factorise(factors: Block, rows: Block, weights: Block) -> None:
    """Make the factors of ``W diag(d) W'``.

    Parameters
    ----------
    factors : (n (n + 1) / 2,) array
        Receives them.
    rows : (n, m) array
        W, of rank n; overwritten.
    weights : (m,) array
        d, >= 0.
    """
    states, columns = rows.shape
    for back in range(states):
        j = states - 1 - back
        square = 0.0
        for m in range(columns):
            square += weights[m] * rows[j, m] * rows[j, m]
        factors[at(j, j)] = square
        for i in range(j):
            product = 0.0
            for m in range(columns):
                product += weights[m] * rows[i, m] * rows[j, m]
            factors[at(i, j)] = product / square
            for m in range(columns):
                rows[i, m] -= factors[at(i, j)] * rows[j, m]


@kernel
def limit(factors: Block, states: int, i: int, sigma: float) -> None:
    """Bring the standard deviation of state i down to `sigma` if it is above, its correlations unchanged."""
    scale = min(1.0, sigma / math.sqrt(element(factors, states, i, i)))
    for row in range(i):
        factors[at(row, i)] /= scale
    factors[at(i, i)] *= scale * scale
    for column in range(i + 1, states):
        factors[at(i, column)] *= scale
