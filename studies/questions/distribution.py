"""The distribution of a quantity as it was found: the empirical distribution function with a band, and violins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike
from scipy import stats

from ..answers import answer, labels, samples, share
from ..pictures import BLUE, VERMILION, curve, styled, titled

LEAST = 8
"""Values of a distribution function that is shown."""

MOST_VIOLINS = 24
"""Batches that are drawn; of more, the first."""


def distribution(
    values: ArrayLike, confidence: float = 0.95, unit: str = "1", name: str = "value", blocks: int | None = None
) -> xr.Dataset:
    """Return the empirical distribution function with a band that holds the whole true one.

    The band is that of Kolmogorov, at its exact quantile for independent values: with the stated confidence the true
    function is within it everywhere at once.

    Parameters
    ----------
    values : (n,) array
        At least 8 [unit].
    confidence : float
        Of the band.
    unit, name : str
        Of the values.
    blocks : int, optional
        Values that are independent, such as packs where the values are of their cells; else all n.

    Returns
    -------
    xarray.Dataset
        Over `rank`: `value` in order, and `below`, the share up to it, with its band.
    """
    taken = np.sort(samples(values, name, LEAST))
    share(confidence, "confidence")
    independent = len(taken) if blocks is None else blocks
    half = float(stats.kstwo.ppf(confidence, independent))
    below = np.arange(1, len(taken) + 1) / len(taken)
    ends = np.clip(below - half, 0.0, 1.0), np.clip(below + half, 0.0, 1.0)
    quartiles = np.quantile(taken, [0.05, 0.5, 0.95])
    return answer(
        {
            "value": ("rank", taken, unit, name),
            "below": ("rank", (below, *ends), "1", "share of values up to it"),
        },
        {"rank": np.arange(1, len(taken) + 1)},
        confidence=confidence, method=f"empirical distribution function, band of Kolmogorov for n = {independent}",
        verdict=f"{name}: median {quartiles[1]:.5g}, 5 to 95 % {quartiles[0]:.5g} to {quartiles[2]:.5g} {unit}",
    )  # fmt: skip


def plot_distribution(found: xr.Dataset) -> go.Figure:
    """Return the empirical distribution function with its band."""
    value = found["value"].values
    low, high = (curve(value, found[f"below{ending}"].values, "band", VERMILION, "dot") for ending in ("_low", "_high"))
    low.showlegend = False
    middle = curve(value, found["below"].values, "measured", BLUE)
    for line in (low, high, middle):
        line.line.shape = "hv"
    return styled(
        go.Figure([low, high, middle]), titled(found["value"]), "share of values below", found.attrs["verdict"]
    )


def plot_violins(values: ArrayLike, batch: Sequence[Any], unit: str = "1", name: str = "value") -> go.Figure:
    """Return a violin for each batch, with its values beside it; of many batches the first.

    Parameters
    ----------
    values : (n,) array
        [unit].
    batch : (n,) sequence
        Label of each value's batch.
    unit, name : str
        Of the values.
    """
    taken = samples(values, name)
    given = np.asarray(batch).ravel()
    distinct, _ = labels(given, "batch", len(taken))
    order = list(dict.fromkeys(given.tolist()))[:MOST_VIOLINS]
    figure = go.Figure([
        go.Violin(
            y=taken[given == label], name=str(label), points="all", pointpos=0.0, jitter=0.3, meanline_visible=True,
            line_color=BLUE, marker={"size": 3}, spanmode="hard", showlegend=False,
        )
        for label in order
    ])  # fmt: skip
    told = f"the first {len(order)} of {len(distinct)} batches" if len(distinct) > len(order) else ""
    axis = f"{name} [{unit}]" if unit not in {"", "1"} else name
    return styled(figure, "batch", axis, told)
