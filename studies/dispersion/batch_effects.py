"""Whether batches of cells differ: a mixed model, and three tests that need not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ...core.errors import InputError
from ..answers import Values, answer, labels, samples, share
from ..pictures import BLUE, points, styled, titled
from .components import mixed_model

STRONG = 0.001
CLEAR, WEAK = 0.01, 0.05
"""p of the tests: below the first the evidence is strong, then clear, then weak; above there is none."""


def batch_effects(
    values: ArrayLike, batch: Sequence[Any], covariates: Mapping[str, ArrayLike] | None = None,
    confidence: float = 0.95, unit: str = "1",
) -> xr.Dataset:  # fmt: skip
    """Part the spread of cells into that between batches and that within them, and test whether batches differ.

    Parameters
    ----------
    values : (n,) array
        A value a cell [unit].
    batch : (n,) sequence
        Label of each cell's batch.
    covariates : mapping of (n,) arrays, optional
        Such as the temperature, by name.
    confidence : float
        Of the intervals.
    unit : str
        Of the values.

    Returns
    -------
    xarray.Dataset
        `between` and `within`, standard deviations with intervals, `intraclass_correlation` with its interval, the p of
        three tests (`p_f`, `p_f_given_covariates`, `p_kruskal`), and over `covariate` the `slope` with its interval.

    Raises
    ------
    InputError
        When there is one batch, or every batch has one cell.
    """
    taken = samples(values, "values", 4)
    share(confidence, "confidence")
    names, place = labels(batch, "batch", len(taken))
    if not 1 < len(names) < len(taken):
        raise InputError(
            f"{len(taken)} cells of {len(names)} batches: at least 2 batches, and one of 2 cells, are needed"
        )
    columns = {name: samples(column, name, len(taken)) for name, column in (covariates or {}).items()}
    found = mixed_model(taken, place, columns, confidence)
    ratio, freedoms = _f_ratio(taken, place, columns)
    plain, plain_freedoms = _f_ratio(taken, place, {})
    tests = {
        "p_f": float(stats.f.sf(plain, *plain_freedoms)),
        "p_f_given_covariates": float(stats.f.sf(ratio, *freedoms)),
        "p_kruskal": float(stats.kruskal(*(taken[place == k] for k in range(len(names)))).pvalue),
    }
    size = len(names) / float(np.sum(1.0 / np.bincount(place)))
    slopes = np.array([found.slopes[name] for name in columns]).reshape(-1, 3).T
    return answer(
        {
            "between": (found.between, unit, "deviation between batches"),
            "within": (found.within, unit, "deviation within batches"),
            "intraclass_correlation": (_correlation(ratio, freedoms, size, confidence), "1", "share between batches"),
            **{name: (p, "1", f"p of {name[2:].replace('_', ' ')}") for name, p in tests.items()},
            "slope": ("covariate", tuple(slopes), "", "change with the covariate"),
            "value": ("cell", taken, unit, "value"),
            "batch": ("cell", np.asarray(batch).astype(str), "", "batch"),
        },
        {"covariate": list(columns)},
        confidence=confidence, method="mixed model, restricted likelihood", verdict=_verdict(list(tests.values())),
    )  # fmt: skip


def _f_ratio(values: Values, batch: NDArray[np.int64], columns: Mapping[str, Values]) -> tuple[float, tuple[int, int]]:
    """Return F of the batches given the covariates, and its degrees of freedom."""
    own = [column - column.mean() for column in columns.values()]
    left = []
    for groups in ([np.ones(len(values))], list(np.eye(batch.max() + 1)[batch].T)):
        design = np.column_stack([*groups, *own])
        rest = values - values.mean()
        rest = rest - design @ np.linalg.lstsq(design, rest, rcond=None)[0]
        left.append(float(rest @ rest))
    first, second = int(batch.max()), len(values) - int(batch.max()) - 1 - len(columns)
    return (left[0] - left[1]) / first / (left[1] / second), (first, second)


def _correlation(ratio: float, freedoms: tuple[int, int], size: float, confidence: float) -> tuple[float, float, float]:
    """Return the intraclass correlation with its interval, exact for equal batches without covariates."""
    tail = 0.5 * (1.0 - confidence)
    quantiles = 1.0, stats.f.ppf(1.0 - tail, *freedoms), stats.f.ppf(tail, *freedoms)
    value, low, high = (max((ratio / q - 1.0) / (ratio / q - 1.0 + size), 0.0) for q in quantiles)
    return float(value), float(low), float(high)


def _verdict(ps: list[float]) -> str:
    worst = max(ps)
    words = "strong" if worst < STRONG else "clear" if worst < CLEAR else "weak" if min(ps) < WEAK else "no"
    told = ", ".join(f"{p:.3f}" for p in ps)
    return f"{words} evidence that batches differ: p {told} of F, F given the covariates, and Kruskal and Wallis"


def plot_batch_effects(found: xr.Dataset) -> go.Figure:
    """Return the values of each batch."""
    figure = go.Figure(points(found["batch"].values, found["value"].values, "cells", BLUE))
    return styled(figure, "batch", titled(found["value"]), found.attrs["verdict"])
