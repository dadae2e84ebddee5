"""Tolerance limits: what a stated share of all cells keeps, with a stated confidence, from some that were measured."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike

from ...core.errors import InputError
from ..answers import Quantity, Values, answer, labels, samples, share
from ..pictures import BLUE, VERMILION, points, styled, titled
from .batched import BatchSummary, batched_coverage, batched_limit, summarise
from .factors import one_sided_factor, two_sided_factor, wilks_count, wilks_rank


class ToleranceLaw(Enum):
    """The distribution that the limits rest on."""

    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    FREE = "free of a distribution (Wilks)"


class Sides(Enum):
    """Which limits."""

    LOWER = "lower"
    UPPER = "upper"
    BOTH = "both"


def tolerance(
    values: ArrayLike,
    content: float,
    confidence: float = 0.95,
    law: ToleranceLaw = ToleranceLaw.NORMAL,
    sides: Sides = Sides.LOWER,
    batch: Sequence[Any] | None = None,
    next_batches: int = 0,
    independent: bool = False,
    unit: str = "1",
) -> xr.Dataset:
    """Return tolerance limits: the share `content` of all cells lies beyond them with probability `confidence`.

    Parameters
    ----------
    values : (n,) array
        Of the cells [unit].
    content, confidence : float
        Between 0 and 1.
    law : ToleranceLaw
        Normal and lognormal limits are exact for independent values; those of Wilks are ordered values.
    sides : Sides
        Two-sided limits enclose the content between them.
    batch : (n,) sequence, optional
        Label of each cell's batch: the limits are then those of the one-way random-effects model (`batched`).
    next_batches : int
        With `batch`: 0 for the cells of a random batch, m for the worst of the next m batches.
    independent : bool
        Take cells of batches as independent all the same, with a warning.
    unit : str
        Of the values.

    Returns
    -------
    xarray.Dataset
        `lower_limit`, `upper_limit` or both, `mean` and `deviation` (of logarithms for the lognormal law), `value` over
        `cell`, and `factor` or `rank`; with batches the intraclass correlation.

    Raises
    ------
    InputError
        When there are too few values, or what is asked for does not go together.
    """
    taken = samples(values, "values", positive=law is ToleranceLaw.LOGNORMAL)
    share(content, "content"), share(confidence, "confidence")
    back: Callable[[Any], Any] = np.exp if law is ToleranceLaw.LOGNORMAL else np.asarray
    scale = np.log(taken) if law is ToleranceLaw.LOGNORMAL else taken
    told = {"content": content, "sides": sides.value, "law": law.value}
    if next_batches and batch is None:
        raise InputError(f"next_batches = {next_batches} needs the batch of each cell")
    if batch is not None and not independent:
        return _of_batches(taken, scale, back, batch, next_batches, confidence, law, sides, unit, told)
    if batch is not None:
        told["warning"] = _warn(scale, batch)
    if law is ToleranceLaw.FREE:
        return _ordered(taken, content, confidence, sides, unit, told)
    two = sides is Sides.BOTH
    factor = (two_sided_factor if two else one_sided_factor)(len(scale), content, confidence)
    mean, deviation = float(scale.mean()), float(scale.std(ddof=1))
    ends = {-1: back(mean - factor * deviation), 1: back(mean + factor * deviation)}
    own = {"mean": (mean, "", "mean"), "deviation": (deviation, "", "deviation"), "factor": (factor, "1", "factor")}
    return _answer(taken, ends, sides, unit, own, confidence, f"exact, {law.value}, independent cells", told)


def _warn(scale: Values, batch: Sequence[Any]) -> str:
    correlation = intraclass_correlation(summarise(scale, labels(batch, "batch", len(scale))[1]))
    text = (
        f"limits of independent cells for cells in batches (intraclass correlation {correlation:.2f}) have less "
        "confidence than told where batches differ"
    )
    warnings.warn(text, UserWarning, stacklevel=3)
    return text


def intraclass_correlation(summary: BatchSummary) -> float:
    """Return the share of variance that lies between batches, by the analysis of variance; at least 0."""
    between = max(float((summary.between - summary.within) / summary.size), 0.0)
    return between / (between + float(summary.within)) if between > 0.0 else 0.0


def _of_batches(
    taken: Values, scale: Values, back: Callable[[Any], Any], batch: Sequence[Any], next_batches: int,
    confidence: float, law: ToleranceLaw, sides: Sides, unit: str, told: dict[str, Any],
) -> xr.Dataset:  # fmt: skip
    if law is ToleranceLaw.FREE:
        raise InputError("no limit that is free of a distribution is known for cells in batches: choose a law")
    if sides is Sides.BOTH:
        raise InputError(
            "limits of cells in batches are one-sided: ask for the lower and the upper, "
            f"each with confidence {0.5 + 0.5 * confidence:g}"
        )
    place = labels(batch, "batch", len(taken))[1]
    sign = -1.0 if sides is Sides.UPPER else 1.0
    summary = summarise(sign * scale, place)
    asked = summary, float(told["content"]), confidence, next_batches
    end = back(sign * float(batched_limit(*asked)))
    told["coverage"] = batched_coverage(*asked)  # least and greatest over all intraclass correlations
    whose = f"the worst of the next {next_batches} batches" if next_batches else "a random batch"
    deviation = np.sqrt(summary.between / summary.size + (1.0 - 1.0 / summary.size) * summary.within)
    own = {
        "mean": (sign * summary.mean, "", "mean of batch means"),
        "deviation": (deviation, "", "deviation of a cell of a random batch"),
        "intraclass_correlation": (intraclass_correlation(summary), "1", "share of variance between batches"),
    }
    method = f"one-way random effects, {law.value}, cells of {whose}"
    return _answer(taken, {-1: end, 1: end}, sides, unit, own, confidence, method, told)


def _ordered(
    taken: Values, content: float, confidence: float, sides: Sides, unit: str, told: dict[str, Any]
) -> xr.Dataset:
    count = 2 if sides is Sides.BOTH else 1
    rank = wilks_rank(len(taken), content, confidence, count)
    if rank == 0:
        raise InputError(
            f"{len(taken)} values are too few for a content of {content:g} with confidence {confidence:g} without a "
            f"distribution: at least {wilks_count(content, confidence, count)} are needed"
        )
    ordered = np.sort(taken)
    ends = {-1: ordered[rank - 1], 1: ordered[-rank]}
    return _answer(
        taken, ends, sides, unit, {"rank": (rank, "1", "rank of the limit")}, confidence, "ordered values", told
    )


def _answer(
    taken: Values, ends: dict[int, Any], sides: Sides, unit: str, own: dict[str, Quantity], confidence: float,
    method: str, told: dict[str, Any],
) -> xr.Dataset:  # fmt: skip
    limits: dict[str, Quantity] = {}
    if sides is not Sides.UPPER:
        limits["lower_limit"] = (ends[-1], unit, "lower tolerance limit")
    if sides is not Sides.LOWER:
        limits["upper_limit"] = (ends[1], unit, "upper tolerance limit")
    return answer(
        {**limits, **own, "value": ("cell", taken, unit, "value")},
        confidence=confidence, method=method, **told,
    )  # fmt: skip


def plot_tolerance(found: xr.Dataset) -> go.Figure:
    """Return the ordered values with the limits."""
    ordered = np.sort(found["value"].values)
    rank = (np.arange(len(ordered)) + 0.5) / len(ordered)
    figure = go.Figure(points(ordered, rank, "cells", BLUE))
    for name in ("lower_limit", "upper_limit"):
        if name in found:
            text = f"{found[name].attrs['long_name']} {float(found[name]):.5g}"
            figure.add_vline(float(found[name]), line={"color": VERMILION, "dash": "dash"}, annotation_text=text)
    words = f"content {found.attrs['content']:g}, confidence {found.attrs['confidence']:g}: {found.attrs['method']}"
    return styled(figure, titled(found["value"]), "share of cells below", words)
