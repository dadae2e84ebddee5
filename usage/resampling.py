"""Irregular samples as means over the periods of a plan, what flows conserved.

The integral over all samples, of a current the charge, of a power the energy, is that over all periods. It is summed up
once and read off at the edges of the periods, so that each period has what flowed in it and nothing is counted twice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.duration import NANOSECONDS, seconds


def periods_of(duration: float, period: int) -> int:
    """Return how many periods [ns] hold a duration [s], rounded to nanoseconds; the last one may be begun only."""
    return max(1, math.ceil(round(duration * NANOSECONDS["s"]) / period))


def flow_means(time: NDArray[np.float64], flow: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Return the mean of a flow over each period, its integral conserved.

    Parameters
    ----------
    time : (samples,) array
        From 0, rising [s].
    flow : (samples - 1,) array
        Of each interval between samples, such as a current [A] or a mean power [W].
    period : int
        [ns].

    Returns
    -------
    (periods,) array
        The last period, where the samples end within it, is filled up with no flow.
    """
    amount = np.append(0.0, np.cumsum(flow * np.diff(time)))
    return np.diff(np.interp(_edges(time, period), time, amount)) / seconds(period)


def held_means(time: NDArray[np.float64], values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Return the mean over each period of what holds from each sample until the next; the last one holds on.

    Parameters
    ----------
    time, values : (samples,) array
        From 0, rising [s]; such as a temperature [K].
    period : int
        [ns].
    """
    edges = _edges(time, period)
    base = float(values[0])  # of what varies little, differences are exact where sums are not
    ends = np.append(time[1:], max(edges[-1], time[-1]))
    amount = np.append(0.0, np.cumsum((values - base) * (ends - time)))
    means: NDArray[np.float64] = np.diff(np.interp(edges, np.append(time, ends[-1]), amount)) / seconds(period)
    return means + base


def last_values(time: NDArray[np.float64], values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Return the value that holds at the end of each period, of what holds from each sample until the next."""
    ends = _edges(time, period)[1:]
    return values[np.searchsorted(time, ends, side="left") - 1]


def _edges(time: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Return begin and end of each period [s]; the last one is not before the last sample."""
    edges = np.arange(periods_of(float(time[-1]), period) + 1, dtype=np.float64) * seconds(period)
    edges[-1] = max(edges[-1], time[-1])
    return edges
