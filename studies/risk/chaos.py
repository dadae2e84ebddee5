"""Polynomial chaos: a polynomial of independent inputs, whose coefficients are the parts of the variance.

The output is fitted by least squares with products of polynomials that are orthonormal under the inputs: Hermite's of
their normal scores, or Legendre's of their probabilities. The square of a coefficient is the variance of its term.
Family and degree are those of the least error of leaving one run out, which the diagonal of the projection gives
without fitting again. The intervals are of coefficients that vary with that error.

References
----------
B. Sudret, Reliab. Eng. Syst. Saf. 93 (2008) 964, doi:10.1016/j.ress.2007.04.002. G. Blatman, B. Sudret, J. Comput.
Phys. 230 (2011) 2345, doi:10.1016/j.jcp.2010.12.021 (the error).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ...core.errors import InputError
from ..answers import Values

RUNS_PER_TERM = 3
"""Runs that a term of the polynomial is fitted to, at least."""

MOST_TERMS = 400

ENOUGH = 1e-12
"""Error of leaving one run out, over the variance, below which no higher degree is tried."""


class Chaos(NamedTuple):
    """A fitted polynomial.

    Parameters
    ----------
    orders : (terms, d) int array
        Degree of each term in each input; the first is the constant.
    coefficients : (terms, s) array
        Of s outputs.
    error : (s,) array
        Mean square of leaving one run out, over the variance.
    inverse : (terms, terms) array
        Of the normal matrix.
    family : str
        Of the polynomials.
    """

    orders: NDArray[np.int64]
    coefficients: Values
    error: Values
    inverse: Values
    family: str


def orders_to(degree: int, inputs: int) -> NDArray[np.int64]:
    """Return all degrees of inputs of a total of at most `degree`, shape (terms, inputs), the constant first."""
    rows = [[]]  # type: list[list[int]]
    for _ in range(inputs):
        rows = [[*row, order] for row in rows for order in range(degree + 1 - sum(row))]
    found = np.array(rows, np.int64).reshape(-1, inputs)
    return found[np.lexsort((*found.T, found.sum(axis=1)))]


def hermite(scores: Values, degree: int) -> Values:
    """Return orthonormal polynomials of standard normal numbers, with a last axis of degrees."""
    norm = np.sqrt([math.factorial(order) for order in range(degree + 1)])
    return np.asarray(np.polynomial.hermite_e.hermevander(scores, degree) / norm)


def legendre(scores: Values, degree: int) -> Values:
    """Return orthonormal polynomials of the probabilities of standard normal numbers."""
    uniform = 2.0 * special.ndtr(scores) - 1.0
    return np.asarray(np.polynomial.legendre.legvander(uniform, degree) * np.sqrt(2.0 * np.arange(degree + 1) + 1.0))


def fit_chaos(scores: Values, outputs: Values, runs_per_term: int = RUNS_PER_TERM) -> Chaos:
    """Fit outputs (n, s) of inputs that are given as standard normal numbers (n, d), with so many runs a term at least.

    Raises
    ------
    InputError
        When there are too few runs for a polynomial of the first degree.
    """
    runs, inputs = scores.shape
    spread = np.maximum(outputs.var(axis=0), np.finfo(float).tiny)
    best: Chaos | None = None
    for degree in range(1, runs):
        terms = math.comb(inputs + degree, degree)
        if terms > min(runs // runs_per_term, MOST_TERMS) or (best is not None and best.error.max() < ENOUGH):
            break
        orders = orders_to(degree, inputs)
        for family, polynomials in (("Hermite", hermite), ("Legendre", legendre)):
            values = polynomials(scores, degree)
            matrix = np.prod(values[:, np.arange(inputs), orders], axis=2)
            q, r = np.linalg.qr(matrix)
            coefficients = np.linalg.solve(r, q.T @ outputs)
            left = (outputs - matrix @ coefficients) / (1.0 - np.sum(q * q, axis=1))[:, None]
            error = np.mean(left**2, axis=0) / spread
            if best is None or error.mean() < best.error.mean():
                back = np.linalg.inv(r)
                best = Chaos(orders, coefficients, error, back @ back.T, family)
    if best is None:
        raise InputError(f"{runs} runs are too few for {inputs} inputs: take {runs_per_term * (inputs + 1)} or more")
    return best


def chaos_indices(orders: NDArray[np.int64], coefficients: Values, members: NDArray[np.bool_]) -> tuple[Values, Values]:
    """Return first and total indices of groups, shape (groups, ...), of coefficients (terms, ...).

    Parameters
    ----------
    orders : (terms, d) int array
        Degrees.
    coefficients : (terms, ...) array
        Of the terms.
    members : (groups, d) bool array
        Which inputs are of which group.
    """
    parts = coefficients**2
    parts[0] = 0.0
    whole = np.maximum(parts.sum(axis=0), np.finfo(float).tiny)
    within = np.array([(orders[:, row] > 0).any(axis=1) for row in members])
    outside = np.array([(orders[:, ~row] > 0).any(axis=1) for row in members])
    first, total = (np.tensordot(each, parts, axes=(1, 0)) / whole for each in (within & ~outside, within))
    return first, total


def chaos_intervals(
    fitted: Chaos, members: NDArray[np.bool_], variance: Values, confidence: float, seed: int, draws: int = 400
) -> tuple[tuple[Values, Values], tuple[Values, Values]]:
    """Return low and high ends of first and total indices: of coefficients that vary with the error of the fit."""
    generator = np.random.default_rng(seed)
    root = np.linalg.cholesky(fitted.inverse)
    noise = np.einsum("tu,dus->tds", root, generator.standard_normal((draws, len(root), len(variance))))
    varied = fitted.coefficients[:, None, :] + noise * np.sqrt(fitted.error * variance)
    tail = 0.5 * (1.0 - confidence)
    ends = []
    for found, drawn in zip(
        chaos_indices(fitted.orders, fitted.coefficients.copy(), members),
        chaos_indices(fitted.orders, varied, members),
        strict=True,
    ):
        low, high = np.quantile(drawn, (tail, 1.0 - tail), axis=1)
        low, high = 2.0 * found - high, 2.0 * found - low  # squares of what varies are too large on average
        ends.append((np.clip(np.minimum(low, found), 0.0, 1.0), np.clip(np.maximum(high, found), 0.0, 1.0)))
    return ends[0], ends[1]
