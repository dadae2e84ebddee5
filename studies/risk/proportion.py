"""Shares counted in runs, with the exact interval of Clopper and Pearson (Biometrika 26 (1934) 404)."""

from __future__ import annotations

from scipy import special

from ...core.errors import InputError
from ..answers import share, whole


def proportion(count: int, runs: int, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the share of runs that were counted, and its interval.

    Parameters
    ----------
    count, runs : int
        0 to `runs`; at least 1.
    confidence : float
        The interval covers with at least this probability, whatever the share.
    """
    whole(runs, "runs"), whole(count, "count", 0)
    if count > runs:
        raise InputError(f"count = {count} must be at most the number of runs, {runs}")
    tail = 0.5 * (1.0 - share(confidence, "confidence"))
    low = float(special.betaincinv(count, runs - count + 1, tail)) if count else 0.0
    high = float(special.betaincinv(count + 1, runs - count, 1.0 - tail)) if count < runs else 1.0
    return count / runs, low, high
