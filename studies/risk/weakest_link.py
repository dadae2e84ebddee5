"""The weakest link: what N cells in series can give.

Of cells with capacity Q and state of charge s the pack discharges ``min s Q`` and charges ``min (1 - s) Q``; both
together are its usable capacity. It is the least capacity only where all cells are full, or all empty, at once: of a
balanced pack. The least of N independent capacities has the distribution ``1 - (1 - F(Q))**N``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike
from scipy import stats

from ...core.errors import InputError
from ..answers import Values, answer, share, whole
from ..pictures import BLACK, BLUE, VERMILION, curve, styled, titled

NODES, FARTHEST = 300, 8.0
"""Of the integral over the probability, written as a normal deviate: 1e-8 of the expected value of usual laws."""


def usable_capacity(capacity: ArrayLike, soc: ArrayLike, axis: int = -1) -> Values:
    """Return the usable capacity of cells in series [unit of `capacity`]: ``min s Q + min (1 - s) Q`` along `axis`."""
    whole_cell, charge = np.asarray(capacity, np.float64), np.asarray(soc, np.float64)
    return np.min(charge * whole_cell, axis=axis) + np.min((1.0 - charge) * whole_cell, axis=axis)


def least_quantile(law: Any, cells: int, probability: ArrayLike) -> Values:
    """Return quantiles of the least of N independent values of a distribution of scipy.stats, exactly."""
    below = -np.expm1(np.log1p(-np.asarray(probability, np.float64)) / whole(cells, "cells"))
    return np.asarray(law.ppf(below))


def expected_least(law: Any, cells: int) -> float:
    """Return the expected value of the least of N independent values of a distribution of scipy.stats."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    z = FARTHEST * nodes
    below = -np.expm1(stats.norm.logsf(z) / whole(cells, "cells"))
    values = law.ppf(np.minimum(below, 1.0 - np.finfo(float).eps))
    return float(np.sum(FARTHEST * weights * stats.norm.pdf(z) * values))


def expected_greatest_normal(count: int) -> float:
    """Return the expected greatest of n standard normal values."""
    return -expected_least(stats.norm, count)


def weakest_link(
    law: Any, cells: Sequence[int] = (1, 12, 96), soc_deviation: float = 0.0, soc: float = 0.5, packs: int = 2000,
    confidence: float = 0.95, seed: int = 1, unit: str = "A.h",
) -> xr.Dataset:  # fmt: skip
    """Return the usable capacity of N cells in series, balanced and not.

    Parameters
    ----------
    law : frozen distribution of scipy.stats
        Of the capacity of a cell [unit], independent from cell to cell.
    cells : sequence of int
        N.
    soc_deviation : float
        Standard deviation of the state of charge from cell to cell [1] of the pack that is not balanced.
    soc : float
        Its mean [1]; draws beyond 0 and 1 are cut off there.
    packs : int
        Draws of the pack that is not balanced.
    confidence : float
        Of the intervals: what this share of packs has, and of the mean what draws leave open.
    seed : int
        Of the generator.
    unit : str
        Of the capacity.

    Returns
    -------
    xarray.Dataset
        Over `cells`: `balanced`, the median of the least capacity with exact quantiles of packs, `expected_balanced`,
        and `unbalanced`, the median of the usable capacity drawn, with its quantiles of packs.
    """
    share(confidence, "confidence"), whole(packs, "packs", 100)
    if soc_deviation < 0.0 or not 0.0 < soc < 1.0:
        raise InputError(f"soc_deviation = {soc_deviation:g} must be at least 0, and soc = {soc:g} between 0 and 1")
    tail = 0.5 * (1.0 - confidence)
    levels = np.array([0.5, tail, 1.0 - tail])
    balanced = np.array([least_quantile(law, n, levels) for n in cells]).T
    generator = np.random.default_rng(seed)
    drawn = []
    for n in cells:
        capacity = law.ppf(generator.random((packs, n)))
        charge = np.clip(soc + soc_deviation * generator.standard_normal((packs, n)), 0.0, 1.0)
        drawn.append(np.quantile(usable_capacity(capacity, charge), levels))
    unbalanced, over = np.array(drawn).T, ("cells",)
    return answer(
        {
            "balanced": (over, tuple(balanced), unit, "usable capacity, balanced: the least capacity"),
            "expected_balanced": (over, [expected_least(law, n) for n in cells], unit, "expected least capacity"),
            "unbalanced": (over, tuple(unbalanced), unit, "usable capacity, not balanced"),
        },
        {"cells": list(cells)},
        confidence=confidence, method="order statistics; draws where not balanced", seed=seed,
        verdict=(
            f"of {cells[-1]} cells the least has {balanced[0, -1]:.4g} {unit} (median), which is usable where they are "
            f"balanced; with a scatter of {soc_deviation:g} in state of charge {unbalanced[0, -1]:.4g} {unit} are"
        ),
    )  # fmt: skip


def plot_weakest_link(found: xr.Dataset) -> go.Figure:
    """Return the usable capacity over the number of cells."""
    cells = found["cells"].values
    figure = go.Figure([
        curve(cells, found[name + ending].values, name + told, colour, dash)
        for name, colour in (("balanced", BLUE), ("unbalanced", VERMILION))
        for ending, told, dash in (("", "", "solid"), ("_low", ", low", "dot"), ("_high", ", high", "dot"))
    ])  # fmt: skip
    figure.add_trace(curve(cells, found["expected_balanced"].values, "expected, balanced", BLACK, "dash"))
    figure.update_xaxes(type="log")
    return styled(figure, "cells in series", titled(found["balanced"], "usable capacity"))
