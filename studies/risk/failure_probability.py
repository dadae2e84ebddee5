"""How often a cell or a pack fails: a small probability, and how well it is known.

A pack is a series system of exchangeable cells. It has as many design points as cells, one for each cell that may fail
first; a search that finds one of them tells the probability of one cell. So a single design point is refused for packs:
importance sampling draws from a mixture over the cells, each with the shift of the design point, and the system's first
order method takes N planes whose correlation is the share of the shared inputs in the design point.

References
----------
R. E. Melchers, Struct. Saf. 6 (1989) 3, doi:10.1016/0167-4730(89)90003-9 (importance sampling at the design point). M.
Hohenbichler, R. Rackwitz, Struct. Saf. 1 (1983) 177, doi:10.1016/0167-4730(82)90024-8 (systems). S.-K. Au, J. L. Beck,
Probab. Eng. Mech. 16 (2001) 263, doi:10.1016/S0266-8920(01)00019-4 (subsets).
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from scipy import special, stats

from ...core.errors import InputError
from ..answers import Quantity, Values, answer, share, whole
from ..extra import library
from ..pictures import BLUE, points, styled, whiskers
from .pack_to_cell import failures_at_least
from .proportion import proportion
from .standard_space import BLOCK, Limit, StandardSpace

NEAR = 1e-3
"""Margin at the design point over that at the medians, below which the search has converged."""

NOISE = 3e-4
"""The same, of the search: what simulations step by their error is not exact."""


class FailureMethod(Enum):
    """How the probability is found."""

    FORM = "first order, one design point"
    SYSTEM_FORM = "first order, a design point for each cell"
    IMPORTANCE = "importance sampling at the design points"
    SUBSET = "subset simulation"
    MONTE_CARLO = "Monte Carlo"


class Chance(NamedTuple):
    """A probability, its coefficient of variation and interval, and whether it can be relied on."""

    probability: float
    variation: float
    low: float
    high: float
    converged: bool


def failure_probability(
    limit: Limit, inputs: Any, method: FailureMethod, calls: int = 5000, cells: int | None = None, shared: int = 0,
    confidence: float = 0.95, variation: float = 0.1, seed: int = 1, one_cell: Limit | None = None,
) -> xr.Dataset:  # fmt: skip
    """Return the probability that a margin is below 0.

    Parameters
    ----------
    limit : callable
        Margins (runs,) of inputs (runs, d); of a pack of inputs (runs, cells, d).
    inputs : openturns.Distribution
        Of one cell, with its copula.
    method : FailureMethod
        Of a pack not `FORM`.
    calls : int
        Runs of the limit state that sampling may take (subset simulation: a step).
    cells, shared : int
        Cells of a pack, and how many of the inputs, the first ones, all its cells share.
    confidence : float
        Of the interval, which first order methods do not have.
    variation : float
        Coefficient of variation of the estimate that counts as converged.
    seed : int
        Of the generator.
    one_cell : callable, optional
        The margin of one cell, in a pack among others at their medians, of inputs (runs, d). The search for the design
        point takes it instead of the pack's, which has an edge where several cells are equally near to a failure. For
        importance sampling it may be that of another event, near to the one that is counted.

    Returns
    -------
    xarray.Dataset
        `probability` with its interval, `coefficient_of_variation`, `calls`, `converged`, and where a design point was
        searched `reliability_index` and `design_point` over `input`, in standard normal numbers.

    Raises
    ------
    InputError
        When a pack is asked for by one design point, or runs failed.
    """
    whole(calls, "calls", 100), share(confidence, "confidence"), share(variation, "variation")
    if cells is not None and cells > 1 and method is FailureMethod.FORM:
        raise InputError(
            f"a pack of {cells} cells has {cells} design points, and one of them tells the probability of one cell: "
            "ask for importance sampling, or for the first order method of systems"
        )
    space = StandardSpace(limit, inputs, cells, shared, one_cell)
    own: dict[str, Quantity] = {}
    point, near = np.zeros(0), False
    if method in {FailureMethod.FORM, FailureMethod.SYSTEM_FORM, FailureMethod.IMPORTANCE}:
        point, near = design_point(space)
        own = {
            "design_point": ("input", point, "1", "design point, standard normal"),
            "reliability_index": (float(np.linalg.norm(point)), "1", "reliability index"),
        }
    if method is FailureMethod.IMPORTANCE:
        found = _importance(space, point, near, calls, confidence, variation, seed)
    elif method is FailureMethod.SUBSET:
        found = _subset(space, calls, confidence, variation, seed)
    elif method is FailureMethod.MONTE_CARLO:
        found = _monte_carlo(space, calls, confidence, variation, seed)
    else:
        found = _first_order(space, point, near)
    return answer(
        {
            "probability": ((found.probability, found.low, found.high), "1", "probability of failure"),
            "coefficient_of_variation": (found.variation, "1", "coefficient of variation of the estimate"),
            "calls": (space.calls, "1", "runs of the limit state"),
            "converged": (found.converged, "1", "whether it can be relied on"),
            **own,
        },
        confidence=confidence, method=method.value, seed=seed, cells=space.cells, verdict=_verdict(found, space.calls),
    )  # fmt: skip


def _verdict(found: Chance, calls: int) -> str:
    how = "converged" if found.converged else "NOT converged"
    interval = "" if np.isnan(found.low) else f" ({found.low:.3g} to {found.high:.3g})"
    return f"probability {found.probability:.4g}{interval} in {calls} runs: {how}"


def design_point(space: StandardSpace) -> tuple[Values, bool]:
    """Return the failing point of one cell nearest to the medians, in standard normal numbers; True where it is found.

    The search is that of Abdo and Rackwitz, in OpenTURNS.
    """
    ot = library("openturns")
    count = space.dimension
    scale = abs(float(space.of_one_cell(np.zeros((1, count)))[0])) or 1.0
    function = ot.PythonFunction(count, 1, func_sample=lambda u: space.of_one_cell(np.array(u))[:, None] / scale)
    step = ot.NonCenteredFiniteDifferenceGradient(1e-5, function.getEvaluation())
    function.setGradient(step)
    vector = ot.CompositeRandomVector(function, ot.RandomVector(ot.Normal(count)))
    solver = ot.AbdoRackwitz()
    solver.setMaximumIterationNumber(100)
    solver.setMaximumConstraintError(NOISE)
    solver.setStartingPoint([0.0] * count)
    solver.setCheckStatus(False)
    search = ot.FORM(solver, ot.ThresholdEvent(vector, ot.Less(), 0.0))
    search.run()
    point = np.array(search.getResult().getStandardSpaceDesignPoint())
    return point, abs(float(space.of_one_cell(point[None])[0])) < NEAR * scale


def _first_order(space: StandardSpace, point: Values, near: bool) -> Chance:
    index = float(np.linalg.norm(point))
    one = float(special.ndtr(-index))
    common = float(np.sum(point[: space.shared] ** 2)) / max(index**2, 1e-300)
    chance = float(failures_at_least(1, space.cells, one, common)) if space.cells > 1 else one
    return Chance(chance, np.nan, np.nan, np.nan, near)


def _importance(
    space: StandardSpace, point: Values, near: bool, calls: int, confidence: float, variation: float, seed: int
) -> Chance:
    """Draw from the mixture over cells of normal densities at the design point."""
    generator = np.random.default_rng(seed)
    together, alone = point[: space.shared], point[space.shared :]
    weights = []
    for runs in _blocks(calls, space.cells):
        shared, own = space.draw(generator, runs)
        shared += together
        own[np.arange(runs), generator.integers(0, space.cells, runs)] += alone
        exponents = own @ alone + (shared @ together)[:, None] - 0.5 * float(point @ point)
        ratio = np.exp(np.log(space.cells) - special.logsumexp(exponents, axis=1))
        weights.append(np.where(space.margins((shared, own)) < 0.0, ratio, 0.0))
    drawn = np.concatenate(weights)
    mean = float(drawn.mean())
    if mean == 0.0:
        return Chance(0.0, np.inf, 0.0, 1.0, False)
    spread = float(drawn.std(ddof=1)) / (mean * np.sqrt(calls))
    return _told(mean, spread, confidence, near and spread <= variation)


def _told(mean: float, spread: float, confidence: float, converged: bool) -> Chance:
    """Return an estimate with a lognormal interval: a probability is above 0."""
    half = _factor(spread, confidence)
    return Chance(mean, spread, mean / half, min(mean * half, 1.0), bool(converged))


def _factor(spread: float, confidence: float) -> float:
    """Return the factor between an estimate of this coefficient of variation and an end of its lognormal interval."""
    return float(np.exp(stats.norm.ppf(0.5 + 0.5 * confidence) * np.sqrt(np.log1p(spread**2))))


def _blocks(calls: int, cells: int) -> list[int]:
    block = max(BLOCK // cells, 1)
    return [min(block, calls - done) for done in range(0, calls, block)]


def _monte_carlo(space: StandardSpace, calls: int, confidence: float, variation: float, seed: int) -> Chance:
    generator = np.random.default_rng(seed)
    failed = sum(int((space.margins(space.draw(generator, runs)) < 0.0).sum()) for runs in _blocks(calls, space.cells))
    mean, low, high = proportion(failed, calls, confidence)
    spread = float(np.sqrt((1.0 - mean) / failed)) if failed else np.inf
    return Chance(mean, spread, low, high, spread <= variation)


def _subset(space: StandardSpace, calls: int, confidence: float, variation: float, seed: int) -> Chance:
    ot = library("openturns")
    own = space.dimension - space.shared
    count = space.shared + space.cells * own

    def margins(u: Any) -> Values:
        numbers = np.array(u)
        rest = numbers[:, space.shared :].reshape(len(numbers), space.cells, own)
        return space.margins((numbers[:, : space.shared], rest))[:, None]

    vector = ot.CompositeRandomVector(
        ot.PythonFunction(count, 1, func_sample=margins), ot.RandomVector(ot.Normal(count))
    )
    former = ot.RandomGenerator.GetState()
    ot.RandomGenerator.SetSeed(seed)
    try:
        search = ot.SubsetSampling(ot.ThresholdEvent(vector, ot.Less(), 0.0))
        search.setMaximumOuterSampling(max(calls // 100, 1))
        search.setBlockSize(100)
        search.run()
    finally:
        ot.RandomGenerator.SetState(former)
    result = search.getResult()
    spread = float(result.getCoefficientOfVariation())
    return _told(float(result.getProbabilityEstimate()), spread, confidence, spread <= variation)


def monte_carlo_runs(found: xr.Dataset) -> float:
    """Return the runs in which Monte Carlo has the coefficient of variation of an answer."""
    chance, spread = float(found["probability"]), float(found["coefficient_of_variation"])
    return (1.0 - chance) / (chance * spread**2) if chance > 0.0 else np.inf


def ratio(found: xr.Dataset, other: xr.Dataset, confidence: float = 0.95) -> xr.Dataset:
    """Return the ratio of two sampled probabilities with its lognormal interval.

    Raises
    ------
    InputError
        When one of them is 0, or has no interval.
    """
    share(confidence, "confidence")
    chances = [float(each["probability"]) for each in (found, other)]
    spread = math.hypot(*(float(each["coefficient_of_variation"]) for each in (found, other)))
    if min(chances) <= 0.0 or not np.isfinite(spread):
        raise InputError(f"the ratio of the probabilities {chances[0]:g} and {chances[1]:g} is not known: draw more")
    mean, half = chances[0] / chances[1], _factor(spread, confidence)
    return answer(
        {"ratio": ((mean, mean / half, mean * half), "1", "ratio of the probabilities")},
        confidence=confidence, method="independent samples, lognormal",
        verdict=f"ratio {mean:.3g} ({mean / half:.3g} to {mean * half:.3g})",
    )  # fmt: skip


def plot_failure_probability(answers: dict[str, xr.Dataset]) -> go.Figure:
    """Return the probabilities of several answers with their intervals, by name."""
    figure = go.Figure()
    for name, found in answers.items():
        trace = points([name], [float(found["probability"])], name, BLUE)
        error = whiskers(found, "probability")
        figure.add_trace(trace.update(error_y=error if np.isfinite(error["array"]).all() else None, showlegend=False))
    figure.update_yaxes(type="log")
    return styled(figure, "", "probability of failure")
