"""Robust design: the greatest expected value under a chance constraint.

A design maximises the mean of an objective over cells that vary, where the probability that a margin is below 0 must
not exceed a bound. Both are computed on the same cells for every design (common random numbers), so that designs differ
by what they are and not by luck. The constraint is that the bound's quantile of the margin is at least 0. Where no
design meets it, this is the answer, with the design that comes nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray
from scipy import optimize

from ...core.errors import InputError
from ..answers import Values, answer, share
from ..pictures import BLUE, VERMILION, points, styled
from .proportion import proportion

Design = Callable[[Values, Any], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Objective and margin, each (n,), of a design (d,) for cells that are given."""

LEAST_FAILURES = 5
"""Cells that must be expected to fail at the bound, or the quantile is of a few cells only."""


def robust_design(
    design: Design, bounds: Mapping[str, tuple[float, float]], cells: Any, count: int, risk: float,
    confidence: float = 0.95, seed: int = 1, generations: int = 60,
) -> xr.Dataset:  # fmt: skip
    """Return the design with the greatest expected objective whose margin is below 0 with probability `risk` at most.

    Parameters
    ----------
    design : callable
        Takes the values of the design in the order of `bounds` and `cells`, and returns objective and margin of each.
    bounds : mapping
        Name of each variable of the design, with least and greatest value.
    cells : Any
        What varies, drawn once and handed on, such as deviates of shape (n, k).
    count : int
        n.
    risk : float
        Bound of the probability.
    confidence : float
        Of the interval of the probability.
    seed, generations : int
        Of the search, which is differential evolution.

    Returns
    -------
    xarray.Dataset
        `feasible`; over `variable` the `design`; the `expected` objective, the `probability` of a margin below 0 with
        its exact interval, and the `quantile` of the margin. Where nothing is feasible, of the design that comes
        nearest.

    Raises
    ------
    InputError
        When there are too few cells for the risk, or a bound or a run does not fit.
    """
    share(risk, "risk"), share(confidence, "confidence")
    if count * risk < LEAST_FAILURES:
        least = int(np.ceil(LEAST_FAILURES / risk))
        raise InputError(f"{count} cells are too few for a risk of {risk:g}: take {least} or more")
    for name, (low, high) in bounds.items():
        if not low < high:
            raise InputError(f"the bounds of {name}, {low:g} and {high:g}, must be in rising order")
    tried: list[tuple[float, float, Values]] = []

    def look(point: Values) -> tuple[float, float]:
        objective, margin = design(point, cells)
        if np.shape(margin) != (count,) or not (np.isfinite(objective).all() and np.isfinite(margin).all()):
            raise InputError(f"the design {point} did not give {count} finite objectives and margins")
        found = float(np.mean(objective)), _quantile(margin, risk)
        tried.append((*found, np.array(point)))
        return found

    box = list(bounds.values())
    try:
        best = _nearest(look, box, seed, generations)
        feasible = look(best)[1] >= 0.0
        if feasible:
            best = _greatest(look, box, best, seed, generations)
    except RuntimeError as error:  # the search says so of any error in a run
        raise error.__cause__ or error from None
    objective, margin = design(best, cells)
    failed = proportion(int((np.asarray(margin) < 0.0).sum()), count, confidence)
    quantile = _quantile(margin, risk)
    return answer(
        {
            "feasible": (feasible, "1", "whether a design meets the constraint"),
            "design": ("variable", best, "", "design"),
            "expected": (float(np.mean(objective)), "", "expected objective"),
            "probability": (failed, "1", "probability of a margin below 0"),
            "quantile": (quantile, "", "quantile of the margin at the risk"),
            "tried": (("trial", "variable"), np.array([one[2] for one in tried]), "", "designs that were tried"),
            "tried_expected": ("trial", [one[0] for one in tried], "", "expected objective"),
            "tried_quantile": ("trial", [one[1] for one in tried], "", "quantile of the margin"),
        },
        {"variable": list(bounds)},
        confidence=confidence, method="differential evolution on common cells", seed=seed, risk=risk,
        verdict=_verdict(feasible, dict(zip(bounds, best, strict=True)), quantile, risk),
    )  # fmt: skip


def _quantile(margin: NDArray[np.float64], risk: float) -> float:
    """Return the value that at most the share `risk` of cells lies below."""
    return float(np.quantile(margin, risk, method="higher"))


Look = Callable[[Values], tuple[float, float]]


def _nearest(look: Look, box: list[tuple[float, float]], seed: int, generations: int) -> Values:
    """Return the design with the greatest quantile of the margin; the first feasible one is enough."""

    def met(point: Values, convergence: float = 0.0) -> bool:
        del convergence
        return look(point)[1] > 0.0

    found = optimize.differential_evolution(
        lambda point: -look(point)[1], box, maxiter=generations, rng=seed, polish=False, callback=met, tol=1e-8
    )
    return np.asarray(found.x)


def _greatest(look: Look, box: list[tuple[float, float]], start: Values, seed: int, generations: int) -> Values:
    """Return the feasible design with the greatest expected objective, from a feasible one."""
    constraint = optimize.NonlinearConstraint(lambda point: look(point)[1], 0.0, np.inf)
    found = optimize.differential_evolution(
        lambda point: -look(point)[0], box, maxiter=generations, rng=seed, polish=False, x0=start, tol=1e-10,
        constraints=constraint,
    )  # fmt: skip
    return np.asarray(found.x) if found.maxcv <= 0.0 and look(found.x)[1] >= 0.0 else start


def _verdict(feasible: bool, best: Mapping[str, float], quantile: float, risk: float) -> str:
    told = ", ".join(f"{name} {value:.5g}" for name, value in best.items())
    if feasible:
        return f"the best design has {told}"
    return f"infeasible: no design has a risk of {risk:g}; nearest comes {told}, whose margin is {quantile:.4g} there"


def plot_robust_design(found: xr.Dataset) -> go.Figure:
    """Return the designs that were tried: expected objective over the margin's quantile."""
    met = found["tried_quantile"].values >= 0.0
    x, y = found["tried_quantile"].values, found["tried_expected"].values
    figure = go.Figure([points(x[met], y[met], "meets", BLUE), points(x[~met], y[~met], "does not", VERMILION)])
    return styled(figure, "quantile of the margin", "expected objective", found.attrs["verdict"])
