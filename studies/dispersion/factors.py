"""Factors of tolerance limits of normal quantities, exact, and ranks of those without a distribution.

A limit ``mean - k s`` of n independent values has at least the share `content` of the population above it with
probability `confidence` where k is the quantile of the noncentral t distribution over sqrt(n). Of the two-sided
interval ``mean +- k s`` the content depends on how far the mean is off; k is the root of its integral over that.

References
----------
G. J. Hahn, W. Q. Meeker, Statistical Intervals, Wiley 1991, sections 4.6 and 5.3. K. Krishnamoorthy, T. Mathew,
Statistical Tolerance Regions, Wiley 2009, doi:10.1002/9780470473900, equations 2.2.3 and 2.3.3. S. S. Wilks, Ann. Math.
Statist. 12 (1941) 91, doi:10.1214/aoms/1177731788.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats

from ...core.errors import InputError
from ..answers import share, whole

NODES = 80
"""Of Gauss and Legendre's rule: 1e-9 of a two-sided factor from n = 2."""

FARTHEST = 8.5
"""Deviations of the mean that the integral reaches."""


def one_sided_factor(count: int, content: float, confidence: float, centre_count: float | None = None) -> float:
    """Return k of the limit ``mean - k s``, or ``mean + k s``.

    Parameters
    ----------
    count : int
        Values that s is from; it has ``count - 1`` degrees of freedom.
    content, confidence : float
        Between 0 and 1.
    centre_count : float, optional
        Values that the mean is from, where it is from others.
    """
    n = whole(count, "count", 2)
    share(content, "content"), share(confidence, "confidence")
    root = np.sqrt(n if centre_count is None else centre_count)
    return float(stats.nct.ppf(confidence, n - 1, stats.norm.ppf(content) * root) / root)


def two_sided_factor(count: int, content: float, confidence: float) -> float:
    """Return k of the interval ``mean +- k s``; arguments as for `one_sided_factor`."""
    n = whole(count, "count", 2)
    share(content, "content"), share(confidence, "confidence")
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    off = 0.5 * FARTHEST * (nodes + 1.0)  # of the mean, in its own deviations
    density = FARTHEST * weights * stats.norm.pdf(off)  # twice: the mean is off on either side
    square = stats.ncx2.ppf(content, 1, off**2 / n)  # of the half width that has the content

    def covers(factor: float) -> float:
        return float(density @ stats.chi2.sf((n - 1) * square / factor**2, n - 1)) - confidence

    start = stats.norm.ppf(0.5 + 0.5 * content)
    return float(optimize.brentq(covers, 0.5 * start, start * 1e5, xtol=1e-12, rtol=1e-12))


def wilks_count(content: float, confidence: float, sides: int = 1) -> int:
    """Return the least count of values whose extremes are tolerance limits: the least value, or least and greatest."""
    share(content, "content"), share(confidence, "confidence")
    if sides not in {1, 2}:
        raise InputError(f"sides = {sides} must be 1 or 2")
    short, enough = 0, 1
    while not _tells(enough, content, confidence, sides):
        short, enough = enough, 2 * enough
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if _tells(middle, content, confidence, sides) else (middle, enough)
    return enough


def _tells(count: int, content: float, confidence: float, sides: int) -> bool:
    return bool(stats.binom.cdf(count - sides, count, content) >= confidence)


def wilks_rank(count: int, content: float, confidence: float, sides: int = 1) -> int:
    """Return the greatest rank, from 1, of the ordered values that is a tolerance limit; 0: there is none.

    The limits are the values of this rank from below and, of two sides, of the same rank from above.
    """
    ranks = np.arange(1, count // sides + 1)
    reached = stats.binom.cdf(count - sides * ranks, count, content) >= confidence
    return int(reached.sum())
