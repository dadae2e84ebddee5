"""Sobol indices: the share of an output's variance that each input, or group of inputs, brings.

The first index is the share that an input brings alone, the total one that with all its interactions. They are shares
only of independent inputs: dependent ones are refused, or analysed by the covariance (ANCOVA), which gives the share of
each input with what comes by correlation, and without.

References
----------
A. Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, doi:10.1016/j.cpc.2009.09.018. Y. Caniou, B. Sudret,
Reliability Engineering and Risk Management (2010) 1 (ANCOVA).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray
from scipy import special, stats

from ...core.errors import InputError
from ..answers import Values, answer, bootstrap, share, whole
from ..extra import library
from ..pictures import BLUE, VERMILION, bars, curve, styled
from .chaos import chaos_indices, chaos_intervals, fit_chaos

DRAWS = 200
"""Resampled designs that the intervals come from."""

Function = Callable[[Values], NDArray[np.float64]]
"""Outputs (n,) or (n, s) of inputs (n, d)."""


class IndexMethod(Enum):
    """How the indices are found."""

    SALTELLI = "Saltelli's design, low discrepancy, bootstrap"
    CHAOS = "polynomial chaos"
    ANCOVA = "analysis of covariance on polynomial chaos"


def sobol(
    function: Function, inputs: Any, method: IndexMethod = IndexMethod.SALTELLI, runs: int = 1024,
    names: Sequence[str] | None = None, groups: Mapping[str, Sequence[str]] | None = None, confidence: float = 0.95,
    seed: int = 1,
) -> xr.Dataset:  # fmt: skip
    """Return first and total Sobol indices with intervals.

    Parameters
    ----------
    function : callable
        Outputs (n,) or (n, s) of inputs (n, d).
    inputs : openturns.Distribution
        Of dimension d, with independent components but for ANCOVA.
    method : IndexMethod
        Saltelli's design takes ``runs (g + 2)`` runs for g groups, polynomial chaos `runs`.
    runs : int
        Of Saltelli's design a power of 2.
    names : sequence of str, optional
        Of the inputs, else those of the distribution.
    groups : mapping, optional
        Names of the inputs of each group, else each input is one.
    confidence : float
        Of the intervals.
    seed : int
        Of the design's scrambling, and of the bootstrap.

    Returns
    -------
    xarray.Dataset
        Over `group`, and `output` where there are several: `first` and `total` with intervals; of ANCOVA `share` and
        `uncorrelated`.

    Raises
    ------
    InputError
        When inputs depend on each other, a run failed, or a group does not fit.
    """
    share(confidence, "confidence"), whole(runs, "runs", 16)
    titles = list(names or inputs.getDescription())
    if len(titles) != inputs.getDimension():
        raise InputError(f"names has {len(titles)} names for {inputs.getDimension()} inputs")
    dependent = not inputs.hasIndependentCopula()
    if method is IndexMethod.ANCOVA:
        return _ancova(function, inputs, runs, titles, groups, seed)
    if dependent:
        raise InputError("the inputs depend on each other, and Sobol indices are of independent ones: take ANCOVA")
    labels, members = _members(titles, groups)
    evaluate = _Checked(function, inputs, method)
    find = _saltelli if method is IndexMethod.SALTELLI else _chaos
    first, total, own = find(evaluate, members, runs, confidence, seed)
    dims = ("group", "output") if evaluate.several else ("group",)
    if not evaluate.several:
        first, total = (tuple(part[:, 0] for part in each) for each in (first, total))
    return answer(
        {
            "first": (dims, first, "1", "first index"),
            "total": (dims, total, "1", "total index"),
            "runs": (evaluate.runs, "1", "runs of the function"),
        },
        {"group": labels},
        confidence=confidence, method=method.value, seed=seed, **own,
    )  # fmt: skip


class _Checked:
    """A function of standard normal numbers that counts its runs and refuses failed ones."""

    def __init__(self, function: Function, inputs: Any, method: IndexMethod) -> None:
        self.function, self.dimension, self.method = function, int(inputs.getDimension()), method
        self.transform = inputs.getInverseIsoProbabilisticTransformation()
        self.runs, self.several = 0, False

    def __call__(self, scores: Values) -> Values:
        found = np.asarray(self.function(np.array(self.transform(scores))), np.float64)
        if found.shape[:1] != scores.shape[:1] or found.ndim > 2:
            raise InputError(f"the function gave the shape {found.shape} for {len(scores)} runs")
        self.several = found.ndim == 2
        found = found.reshape(len(scores), -1)
        failed = ~np.isfinite(found).all(axis=1)
        if failed.any():
            raise InputError(
                f"{int(failed.sum())} of {len(scores)} runs failed, the first in row {int(failed.argmax())}: a design "
                "with failed rows has no indices, and none may be left out: mend the runs or narrow the inputs"
            )
        self.runs += len(scores)
        return found


def _members(names: Sequence[str], groups: Mapping[str, Sequence[str]] | None) -> tuple[list[str], NDArray[np.bool_]]:
    """Return the groups, and which inputs are theirs."""
    taken = groups or {name: [name] for name in names}
    strange = [name for group in taken.values() for name in group if name not in names]
    if strange:
        raise InputError(f"no input is called {strange[0]}: there are {', '.join(names)}")
    members = np.array([[name in group for name in names] for group in taken.values()])
    if not (members.sum(axis=0) == 1).all():
        wrong = names[int((members.sum(axis=0) != 1).argmax())]
        raise InputError(f"the input {wrong} must be of exactly one group")
    return list(taken), members


Ends = tuple[Values, ...]
"""Indices of shape (groups, outputs), and the ends of their intervals."""


def _scores(dimension: int, runs: int, seed: int) -> Values:
    """Return standard normal numbers of low discrepancy."""
    drawn = stats.qmc.Sobol(dimension, rng=np.random.default_rng(seed)).random(runs)
    return np.asarray(special.ndtri(np.clip(drawn, 1e-12, 1.0 - 1e-12)))


def _saltelli(
    evaluate: _Checked, members: NDArray[np.bool_], runs: int, confidence: float, seed: int
) -> tuple[Ends, Ends, dict[str, Any]]:
    if runs & (runs - 1):
        raise InputError(f"runs = {runs} must be a power of 2, such as {2 ** int(np.log2(runs))}")
    both = _scores(2 * evaluate.dimension, runs, seed)
    a, b = both[:, : evaluate.dimension], both[:, evaluate.dimension :]
    mixed = [np.where(row, b, a) for row in members]
    values = evaluate(np.concatenate([a, b, *mixed])).reshape(2 + len(mixed), runs, -1).transpose(0, 2, 1)
    spread = values[:2].std(axis=(0, 2))
    scaled = (values - values[:2].mean(axis=(0, 2))[:, None]) / np.where(spread > 0.0, spread, np.nan)[:, None]
    first, total = _shares(scaled)
    lows, highs = bootstrap(lambda rows: _shares(scaled[:, :, rows]), runs, confidence, seed, DRAWS)
    return (first, lows[0], highs[0]), (total, lows[1], highs[1]), {}


def _shares(values: Values) -> tuple[Values, Values]:
    """Return first and total indices, shape (groups, outputs), of runs of A, of B, and of A with a group of B's.

    The first index by Saltelli et al. 2010, the total one by Jansen; of values less their mean.
    """
    a, b, mixed = values[0], values[1], values[2:]
    variance = 0.5 * (a.var(axis=-1) + b.var(axis=-1)) + 0.25 * (a.mean(axis=-1) - b.mean(axis=-1)) ** 2
    return np.mean(b * (mixed - a), axis=-1) / variance, 0.5 * np.mean((mixed - a) ** 2, axis=-1) / variance


def _chaos(
    evaluate: _Checked, members: NDArray[np.bool_], runs: int, confidence: float, seed: int
) -> tuple[Ends, Ends, dict[str, Any]]:
    scores = _scores(evaluate.dimension, runs, seed)
    outputs = evaluate(scores)
    fitted = fit_chaos(scores, outputs)
    first, total = chaos_indices(fitted.orders, fitted.coefficients.copy(), members)
    ends = chaos_intervals(fitted, members, outputs.var(axis=0), confidence, seed)
    told = {"error": float(fitted.error.max()), "family": fitted.family, "degree": int(fitted.orders.sum(axis=1).max())}
    return (first, *ends[0]), (total, *ends[1]), told


def _ancova(function: Function, inputs: Any, runs: int, names: Sequence[str], groups: Any, seed: int) -> xr.Dataset:
    """Return the shares with and without what comes by correlation; one output, and no groups."""
    if groups:
        raise InputError("the analysis of covariance has no groups: ask for each input")
    ot = library("openturns")
    alone = ot.JointDistribution([inputs.getMarginal(i) for i in range(inputs.getDimension())])
    evaluate = _Checked(function, alone, IndexMethod.ANCOVA)
    scores = _scores(evaluate.dimension, runs, seed)
    outputs = evaluate(scores)
    if outputs.shape[1] != 1:
        raise InputError(f"the analysis of covariance takes one output: the function gave {outputs.shape[1]}")
    search = ot.FunctionalChaosAlgorithm(alone.getInverseIsoProbabilisticTransformation()(scores), outputs, alone)
    search.run()
    drawn = np.random.default_rng(seed).standard_normal((max(runs, 10_000), evaluate.dimension))
    analysis = ot.ANCOVA(search.getResult(), inputs.getInverseIsoProbabilisticTransformation()(drawn))
    return answer(
        {
            "share": ("group", np.array(analysis.getIndices()), "1", "share of variance"),
            "uncorrelated": ("group", np.array(analysis.getUncorrelatedIndices()), "1", "share without correlation"),
            "runs": (evaluate.runs, "1", "runs of the function"),
        },
        {"group": list(names)},
        method=IndexMethod.ANCOVA.value, seed=seed,
    )  # fmt: skip


def plot_sobol(found: xr.Dataset) -> go.Figure:
    """Return bars of the indices, or lines over the output where there are several."""
    pair = ("share", "uncorrelated") if "share" in found else ("first", "total")
    groups = found["group"].values
    if "output" in found.dims:
        x = found["output"].values
        lines = [curve(x, found["total"].sel(group=name).values, str(name)) for name in groups]
        for line, dash in zip(lines, ["solid", "dash", "dot", "dashdot"] * len(lines), strict=False):
            line.line.dash = dash
        return styled(go.Figure(lines), "output", "total index", found.attrs["method"])
    colours = (BLUE, VERMILION)
    traces = [
        bars(found, name, groups, c, found[name].attrs["long_name"]) for name, c in zip(pair, colours, strict=True)
    ]
    return styled(go.Figure(traces).update_layout(barmode="group"), "", "share of variance", found.attrs["method"])
