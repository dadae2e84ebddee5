"""Extremes: the worst cell of a pack, and what it is of more packs than were looked at.

The greatest of many values follows a generalised extreme value law (GEV), the excesses over a high threshold a
generalised Pareto law (GPD). Both have a shape xi: below 0 the quantity has an upper end, at 0 it has an exponential
tail, above 0 a heavy one. Maxima of normal and lognormal cells approach the shape 0 so slowly that the fitted shape of
packs is clearly below it: for maxima of N normal values the penultimate approximation has ``xi = -(h - b)/h`` with b
the quantile of ``1 - 1/N`` and h the hazard there. Maximum likelihood converges to another value still, as it fits the
whole law and not its derivative in one place. The least of many values is fitted as the greatest of their negatives.

The intervals are profile-likelihood ones, of the shape and of each return level: what is exceeded once in m packs.

References
----------
S. Coles, An Introduction to Statistical Modeling of Extreme Values, Springer 2001, doi:10.1007/978-1-4471-3675-0,
chapters 3 and 4. L. de Haan, A. Ferreira, Extreme Value Theory, Springer 2006, doi:10.1007/0-387-34471-3.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike
from scipy import stats

from ...core.errors import InputError
from ..answers import Values, answer, samples, share, whole
from ..extra import library
from ..pictures import BLUE, VERMILION, curve, points, styled, titled

LEAST = 30
"""Maxima, or excesses, that a fit needs at least."""


class ExtremeLaw(Enum):
    """What is fitted."""

    MAXIMA = "generalised extreme value law of maxima"
    EXCESSES = "generalised Pareto law of excesses"


def penultimate_shape(count: int) -> float:
    """Return the shape of the maximum of n normal values by the penultimate approximation."""
    b = float(stats.norm.isf(1.0 / whole(count, "count", 2)))
    hazard = count * float(stats.norm.pdf(b))
    return -(hazard - b) / hazard


def extreme(
    values: ArrayLike, law: ExtremeLaw = ExtremeLaw.MAXIMA, threshold: float | None = None,
    periods: Sequence[float] = (10.0, 100.0, 1000.0), confidence: float = 0.95, least: bool = False, unit: str = "1",
) -> xr.Dataset:  # fmt: skip
    """Fit an extreme value law, with profile intervals of its shape and of return levels.

    Parameters
    ----------
    values : (n,) array
        Maxima, such as of the worst cell of each pack; for excesses all values [unit].
    law : ExtremeLaw
        What is fitted.
    threshold : float, optional
        Of the excesses.
    periods : sequence of float
        m, above 1: what is exceeded once in m values.
    confidence : float
        Of the intervals.
    least : bool
        The values are minima: the least is the extreme.
    unit : str
        Of the values.

    Returns
    -------
    xarray.Dataset
        `shape` with its interval, `location` and `scale`, over `period` the `level` with its interval, and the `value`
        over `rank`.

    Raises
    ------
    InputError
        When there are fewer than 30 maxima or excesses, or the threshold does not go with the law.
    """
    sign = -1.0 if least else 1.0
    taken = sign * samples(values, "values", LEAST)
    share(confidence, "confidence")
    if (law is ExtremeLaw.EXCESSES) != (threshold is not None):
        raise InputError("excesses are over a threshold, and maxima have none: give a threshold with excesses only")
    for period in periods:
        if period <= 1.0:
            raise InputError(f"a period of {period:g} must be above 1")
    bound = None if threshold is None else sign * threshold
    if bound is not None and (taken > bound).sum() < LEAST:
        raise InputError(
            f"{(taken > bound).sum()} values exceed the threshold {threshold:g}: at least {LEAST} are needed"
        )
    shape, levels, fitted = _profile(taken, bound, periods, confidence)
    ends = np.sort(sign * np.array(levels), axis=1).T if levels else np.zeros((3, 0))
    level = sign * np.array([one[0] for one in levels])
    place = {"location": (sign * fitted[0], unit, "location"), "scale": (fitted[1], unit, "scale")}
    return answer(
        {
            "shape": (shape, "1", "shape"),
            **place,
            "level": ("period", (level, ends[0], ends[2]), unit, "return level"),
            "value": ("rank", np.sort(taken)[::-1] * sign, unit, "value"),
        },
        {"period": list(periods), "rank": np.arange(1, len(taken) + 1)},
        confidence=confidence, method=f"{law.value}, maximum likelihood, profile intervals", verdict=_verdict(shape),
    )  # fmt: skip


Interval = tuple[float, float, float]


def _profile(
    values: Values, threshold: float | None, periods: Sequence[float], confidence: float
) -> tuple[Interval, list[Interval], tuple[float, float]]:
    """Return the shape and the levels with their intervals, and location and scale."""
    ot = library("openturns")
    middle, scale = float(np.mean(values)), float(np.std(values))
    sample = ot.Sample(((values - middle) / scale)[:, None])
    if threshold is None:
        factory, given = ot.GeneralizedExtremeValueFactory(), []
    else:
        factory, given = ot.GeneralizedParetoFactory(), [(threshold - middle) / scale]
    found = factory.buildMethodOfXiProfileLikelihoodEstimator(sample, *given)
    shape = _ends(found, confidence)
    first, second, third = found.getDistribution().getParameter()  # mu, sigma, xi; or sigma, xi, u
    place, size = (first, second) if threshold is None else (third, first)
    levels = []
    for period in periods:
        one = _ends(factory.buildReturnLevelProfileLikelihoodEstimator(sample, *given, period), confidence)
        levels.append(tuple(middle + scale * end for end in one))
    return shape, levels, (middle + scale * place, scale * size)  # type: ignore[return-value]


def _ends(found: Any, confidence: float) -> Interval:
    found.setConfidenceLevel(confidence)
    interval = found.getParameterConfidenceInterval()
    return float(found.getParameter()), float(interval.getLowerBound()[0]), float(interval.getUpperBound()[0])


def _verdict(shape: Interval) -> str:
    value, low, high = shape
    if high < 0.0:
        words = "the quantity has an end"
    elif low > 0.0:
        words = "the tail is heavy"
    else:
        words = "whether the tail has an end cannot be told"
    return f"shape {value:.3f} ({low:.3f} to {high:.3f}): {words}"


def plot_extreme(found: xr.Dataset) -> go.Figure:
    """Return the return levels with their intervals, and the values at their empirical periods."""
    value = found["value"].values
    empirical = (len(value) + 1.0) / found["rank"].values
    figure = go.Figure(points(empirical, value, "values", BLUE))
    period = found["period"].values
    for ending, dash in (("", "solid"), ("_low", "dot"), ("_high", "dot")):
        figure.add_trace(curve(period, found[f"level{ending}"].values, f"level{ending}", VERMILION, dash))
    figure.update_xaxes(type="log")
    return styled(figure, "period", titled(found["level"]), found.attrs["verdict"])
