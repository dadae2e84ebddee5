"""Which inputs an output hangs on, told by runs that have been made already: a tornado, and Sobol indices.

Each input becomes a standard normal number by its rank. The output is fitted by polynomial chaos (`risk.chaos`); the
part of its variance that the fit does not predict, by leaving one run out, is told as unexplained, and not shared out:
noise, or the differences of the single cells of a pack behind the mean of its cells. Intervals come from resampled
packs, so that cells of one pack may be alike.

The indices are shares only of independent inputs. Inputs that are correlated, by their ranks, are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots
from scipy import special, stats

from ...core.errors import InputError
from ..answers import Values, answer, samples, share
from ..pictures import BLUE, VERMILION, curve, styled, titled
from ..risk.chaos import Chaos, chaos_indices, fit_chaos, hermite, legendre

RUNS_PER_TERM = 10
"""Runs that a term of the polynomial is fitted to, at least: the runs were not chosen for it."""

DEPENDENT = 1e-3
"""p of the test of Spearman, over the number of pairs, below which two inputs depend on each other."""

DRAWS = 200
"""Resampled sets that the intervals come from."""


def influence(
    inputs: Mapping[str, ArrayLike], output: ArrayLike, packs: ArrayLike | None = None, confidence: float = 0.95,
    seed: int = 1, unit: str = "1", name: str = "output",
) -> xr.Dataset:  # fmt: skip
    """Tell what an output hangs on.

    Parameters
    ----------
    inputs : mapping of (n,) arrays
        What was drawn, by name.
    output : (n,) or (n, s) array
        Of each run; s values, such as a voltage at s instants [unit].
    packs : (n,) array, optional
        Number of the pack of each row, where rows are cells: packs, not cells, are independent.
    confidence : float
        Of the intervals.
    seed : int
        Of the resampling.
    unit, name : str
        Of the output.

    Returns
    -------
    xarray.Dataset
        Over `input`, and `output` where there are several: the `effect` of one standard deviation of an input [unit],
        `first` and `total` index as shares of the whole variance, all with intervals; and `unexplained`.

    Raises
    ------
    InputError
        When a value is not finite, an input does not vary, inputs depend on each other, or there are too few runs.
    """
    share(confidence, "confidence")
    outputs = np.asarray(output, np.float64)
    several, outputs = outputs.ndim == 2, outputs.reshape(len(outputs), -1)
    samples(outputs, name)
    given = {key: samples(column, key, len(outputs)) for key, column in inputs.items()}
    blocks = np.unique(np.arange(len(outputs)) if packs is None else np.asarray(packs), return_inverse=True)[1]
    _check(given, blocks)
    fitted = _fit(np.array([_scores(column) for column in given.values()]).T, outputs, blocks)
    generator, count = np.random.default_rng(seed), len(fitted.normal)
    weights = [np.bincount(generator.integers(0, count, count), minlength=count) for _ in range(DRAWS)]
    whole, *resampled = fitted.told(np.array([np.ones(count), *weights]))
    drawn = np.array(resampled)
    tail = 0.5 * (1.0 - confidence)
    low, high = np.quantile(drawn, (tail, 1.0 - tail), axis=0)
    dims = ("input", "output") if several else ("input",)
    parts = [tuple(each if several else each[:, 0] for each in part) for part in zip(whole, low, high, strict=True)]
    unexplained = fitted.chaos.error
    top = list(given)[int(whole[2].mean(axis=1).argmax())]
    return answer(
        {
            "effect": (dims, parts[0], unit, f"change of {name} by one standard deviation"),
            "first": (dims, parts[1], "1", "first index"),
            "total": (dims, parts[2], "1", "total index"),
            "unexplained": (dims[1:], unexplained if several else unexplained[0], "1", "share that is not explained"),
        },
        {"input": list(given)},
        confidence=confidence, seed=seed, name=name,
        method=f"polynomial chaos of runs as they were drawn, {len(fitted.chaos.orders)} terms, resampled packs",
        verdict=f"{name} hangs most on {top}; {100.0 * float(unexplained.mean()):.1f} % of its variance are not "
        "explained by these inputs",
    )  # fmt: skip


def _scores(column: Values) -> Values:
    return np.asarray(special.ndtri((stats.rankdata(column) - 0.5) / len(column)))


def _check(given: Mapping[str, Values], blocks: NDArray[np.int64]) -> None:
    """Refuse inputs that do not vary or that depend on each other, by the means of independent packs."""
    for name, column in given.items():
        if np.ptp(column) <= 0.0:
            raise InputError(f"{name} does not vary: leave it out")
    size = np.bincount(blocks)
    means = {name: np.bincount(blocks, column) / size for name, column in given.items()}
    names = list(given)
    pairs = [(one, other) for i, one in enumerate(names) for other in names[:i]]
    for one, other in pairs:
        found = stats.spearmanr(means[one], means[other])
        if found.pvalue * len(pairs) < DEPENDENT:
            raise InputError(
                f"{one} and {other} depend on each other (rank correlation {found.statistic:.2f}), and Sobol indices "
                "are of independent inputs: leave one out, or ask sobol with ANCOVA"
            )


class _Fitted(NamedTuple):
    """A chaos, and of each pack its part of the normal matrix and of the right side."""

    chaos: Chaos
    normal: Values
    right: Values
    spread: Values

    def told(self, weights: Values) -> list[Values]:
        """Return effect, first and total index, shape (3, inputs, outputs), for each row of weights of the packs."""
        terms, orders = self.normal.shape[1], self.chaos.orders
        matrices = (weights @ self.normal.reshape(len(self.normal), -1)).reshape(-1, terms, terms)
        right = (weights @ self.right.reshape(len(self.right), -1)).reshape(len(weights), terms, -1)
        single = np.eye(orders.shape[1], dtype=np.bool_)
        linear = [int(np.flatnonzero((orders == row).all(axis=1))[0]) for row in single]
        kept, found = np.clip(1.0 - self.chaos.error, 0.0, 1.0), []
        for matrix, side in zip(matrices, right, strict=True):
            coefficients = np.asarray(np.linalg.lstsq(matrix, side, rcond=None)[0], np.float64)
            first, total = chaos_indices(orders, coefficients.copy(), single)
            found.append(np.stack([coefficients[linear] * self.spread, first * kept, total * kept]))
        return found


def _fit(scores: Values, outputs: Values, blocks: NDArray[np.int64]) -> _Fitted:
    """Fit the outputs, over their deviations, and part the normal equations by pack."""
    spread = np.maximum(outputs.std(axis=0), np.finfo(float).tiny)
    scaled = (outputs - outputs.mean(axis=0)) / spread
    chaos = fit_chaos(scores, scaled, RUNS_PER_TERM)
    degree, inputs = int(chaos.orders.max()), scores.shape[1]
    polynomials = hermite if chaos.family == "Hermite" else legendre
    matrix = np.prod(polynomials(scores, degree)[:, np.arange(inputs), chaos.orders], axis=2)
    count = int(blocks.max()) + 1
    normal = np.zeros((count, matrix.shape[1], matrix.shape[1]))
    right = np.zeros((count, matrix.shape[1], scaled.shape[1]))
    for block in range(count):
        rows = matrix[blocks == block]
        normal[block], right[block] = rows.T @ rows, rows.T @ scaled[blocks == block]
    return _Fitted(chaos, normal, right, spread)


def plot_influence(found: xr.Dataset) -> go.Figure:
    """Return a tornado of effects beside bars of the indices, with whiskers; of several outputs lines of the total."""
    if "output" in found["total"].dims:
        place = np.arange(found.sizes["output"]) if "output" not in found.coords else found["output"].values
        lines = [curve(place, row.values, str(row["input"].values)) for row in found["total"]]
        for line, dash in zip(lines, ["solid", "dash", "dot", "dashdot"] * len(lines), strict=False):
            line.line.dash = dash
        return styled(go.Figure(lines), "instant", "total index", found.attrs["verdict"])
    order = np.argsort(np.abs(found["effect"].values))
    ordered = found.isel(input=order)
    names = [str(each).removeprefix("drawn_") for each in ordered["input"].values]
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.04)
    for name, words, colour, column in (
        ("effect", "effect of one deviation", BLUE, 1), ("first", "first index", BLUE, 2),
        ("total", "total index", VERMILION, 2),
    ):  # fmt: skip
        value = ordered[name].values
        whiskers = {
            "type": "data", "symmetric": False, "array": ordered[f"{name}_high"].values - value,
            "arrayminus": value - ordered[f"{name}_low"].values,
        }  # fmt: skip
        bar = go.Bar(y=names, x=value, error_x=whiskers, orientation="h", marker_color=colour, name=words)
        figure.add_trace(bar, 1, column)
    made = styled(figure, "share of variance", "", found.attrs["verdict"]).update_layout(barmode="group")
    return made.update_xaxes(title=titled(found["effect"], "effect"), col=1)
