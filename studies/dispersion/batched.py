"""Tolerance limits of cells that come in batches: the one-way random-effects model.

Of a cells in b batches, ``y = mean + batch + cell`` with variances s_b**2 between batches and s_w**2 within them. The
limit is for the cells of a random batch, whose quantile is ``mean - z sqrt(s_b**2 + s_w**2)``; or for the worst of the
next m batches, each of which shall have the content above it: ``mean + s_b min(e_1, ..., e_m) - z s_w``, where the
confidence is about the next batches, too.

The limit is ``mean of batch means - k(w) S`` with the unbiased estimate ``S**2 = MSB/n + (1 - 1/n) MSW`` of the
variance of a cell, and ``w = MSW/(MSW + MSB)``. As in Vangel's limits k depends on the ratio of mean squares, and is
found such that the coverage is the confidence whatever the intraclass correlation: k is piecewise linear in w, and its
values are the least-squares solution over correlations from 0 to 1, where the coverage is an integral over the two
chi-square distributions of the mean squares (and the least of m normal deviates). Batches of different sizes have the
harmonic mean of the sizes for n, which is an approximation.

References
----------
M. G. Vangel, Technometrics 34 (1992) 176. K. Krishnamoorthy, T. Mathew, Statistical
Tolerance Regions, Wiley 2009, doi:10.1002/9780470473900, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from ...core.errors import InputError
from ..answers import Values, share, whole
from .factors import one_sided_factor

CORRELATIONS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96, 0.99, 1.0])
"""Intraclass correlations that the coverage is fitted at."""

KNOTS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0])
"""Of w that k is linear between."""

NODES = 24
"""Of each integral."""

ROUGHNESS = 0.1
"""Weight of bends of k: what the coverage leaves open is smooth."""


@dataclass(frozen=True)
class BatchSummary:
    """Sufficient figures of values in batches; arrays hold many sets at once.

    Parameters
    ----------
    mean : float or array
        Of the batch means.
    between, within : float or array
        Mean squares: n times the variance of batch means, and the pooled variance within batches.
    batches : int
        a.
    size : float
        n, or the harmonic mean of the sizes.
    freedom : int
        Degrees of freedom of `within`.
    """

    mean: float | Values
    between: float | Values
    within: float | Values
    batches: int
    size: float
    freedom: int


def summarise(values: Values, batch: NDArray[np.int64]) -> BatchSummary:
    """Summarise values by the number of their batch, 0 to a - 1.

    Raises
    ------
    InputError
        When there is one batch, or no batch has two values.
    """
    sizes = np.bincount(batch)
    count = len(sizes)
    if count < 2:
        raise InputError("the values are of one batch: at least 2 batches are needed to tell how batches differ")
    if len(values) == count:
        raise InputError("every batch has one value: at least one batch needs 2")
    means = np.bincount(batch, values) / sizes
    freedom = len(values) - count
    within = float(np.sum((values - means[batch]) ** 2) / freedom)
    size = float(count / np.sum(1.0 / sizes))
    return BatchSummary(float(means.mean()), size * float(means.var(ddof=1)), within, count, size, freedom)


def batched_limit(summary: BatchSummary, content: float, confidence: float, next_batches: int = 0) -> float | Values:
    """Return the lower tolerance limit.

    Parameters
    ----------
    summary : BatchSummary
        Of the values; of their negatives for an upper limit, which is the negative of what is returned.
    content, confidence : float
        Between 0 and 1.
    next_batches : int
        0: of a random batch; m >= 1: of the worst of the next m batches.
    """
    factors = _fitted(summary, content, confidence, next_batches)[: len(KNOTS)]
    between, within = np.asarray(summary.between), np.asarray(summary.within)
    deviation = np.sqrt(between / summary.size + (1.0 - 1.0 / summary.size) * within)
    ratio = within / np.maximum(within + between, np.finfo(float).tiny)
    limit = summary.mean - np.interp(ratio, KNOTS, factors) * deviation
    return limit if np.ndim(limit) else float(limit)


def batched_coverage(
    summary: BatchSummary, content: float, confidence: float, next_batches: int = 0
) -> tuple[float, float]:
    """Return the least and the greatest coverage of that limit over all intraclass correlations."""
    reached = _fitted(summary, content, confidence, next_batches)[len(KNOTS) :]
    return float(reached.min()), float(reached.max())


def _fitted(summary: BatchSummary, content: float, confidence: float, next_batches: int) -> NDArray[np.float64]:
    return _factors(
        summary.batches, summary.size, summary.freedom, share(content, "content", 0.5), share(confidence, "confidence"),
        whole(next_batches, "next_batches", 0),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _factors(
    batches: int, size: float, freedom: int, content: float, confidence: float, next_batches: int
) -> NDArray[np.float64]:
    """Return k at the knots, and the coverage at the correlations."""
    nodes, weights = _unit_rule()
    chi_between = stats.chi2.ppf(nodes, batches - 1) / (batches - 1)
    chi_within = stats.chi2.ppf(nodes, freedom) / freedom
    worst = special.ndtri(nodes ** (1.0 / next_batches)) if next_batches else np.zeros(1)
    worst_weights = weights if next_batches else np.ones(1)
    z = special.ndtri(content)
    tables = []
    for rho in CORRELATIONS:
        within, between = 1.0 - rho, 1.0 - rho + size * rho
        ms_within, ms_between = within * chi_within[:, None], between * chi_between[None, :]
        deviation = np.sqrt(ms_between / size + (1.0 - 1.0 / size) * ms_within)
        below = np.sqrt(rho) * worst + z * np.sqrt(within) if next_batches else np.array([z])
        tables.append((ms_within / (ms_within + ms_between), deviation, below, np.sqrt(between / (size * batches))))

    def coverage(factors: NDArray[np.float64]) -> NDArray[np.float64]:
        reached = []
        for ratio, deviation, below, error in tables:
            margin = np.interp(ratio, KNOTS, factors) * deviation
            held = special.ndtr((margin[..., None] - below) / error) @ worst_weights
            reached.append(float(weights @ held @ weights))
        return np.array(reached)

    def misses(factors: NDArray[np.float64]) -> NDArray[np.float64]:
        bends = 0.1 * np.diff(np.diff(factors) / np.diff(KNOTS)) / factors[0]
        return np.concatenate([coverage(factors) - confidence, ROUGHNESS * bends])

    ends = [one_sided_factor(count, content, confidence) for count in (batches, freedom + batches)]
    start = np.interp(KNOTS, [0.0, 0.5], ends)  # of batch means where these vary alone; of all values where they do not
    found = optimize.least_squares(misses, start, method="lm").x
    return np.concatenate([found, coverage(found)])


def _unit_rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes and weights of an integral from 0 to 1, dense at both ends, where quantiles bend."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    unit = 0.5 * (nodes + 1.0)
    return unit**2 * (3.0 - 2.0 * unit), 3.0 * weights * unit * (1.0 - unit)
