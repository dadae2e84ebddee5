"""What new measurements make of what was known: Bayesian updating, exact where it can be, by a sampler where not.

A normal prior of a mean, and normal measurements of known deviation, give a normal posterior of precision ``1/t0**2 +
n/s**2``: `update_normal`. Any other likelihood is sampled by a random walk of Metropolis and Hastings, in OpenTURNS:
`update`. Both return the groups that ArviZ reads: `posterior` and `prior` over (chain, draw), and `observed_data`.

References
----------
A. Gelman et al., Bayesian Data Analysis, 3rd edition, CRC 2013, sections 2.5 and 11.4 (the ratio of scales R). G. O.
Roberts, A. Gelman, W. R. Gilks, Ann. Appl. Probab. 7 (1997) 110, doi:10.1214/aoap/1034625254 (length of the steps).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike

from ...core.errors import InputError
from ..answers import Values, samples, whole
from ..extra import library
from ..pictures import BLUE, VERMILION, styled

CONVERGED = 1.01
"""R up to which chains are taken to agree."""

ROUNDS = 4
"""How often the steps of the walk are fitted to the spread of what was drawn."""


def update_normal(
    values: ArrayLike, prior: tuple[float, float], deviation: float, draws: int = 1000, chains: int = 4, seed: int = 1,
    name: str = "mean", unit: str = "1",
) -> xr.DataTree:  # fmt: skip
    """Update a normal prior of a mean by normal measurements, exactly.

    Parameters
    ----------
    values : (n,) array
        Measurements [unit].
    prior : (mean, deviation)
        What was known [unit].
    deviation : float
        Of a measurement, known [unit].
    draws, chains, seed : int
        Of the draws that the groups hold, which are independent.
    name, unit : str
        Of what is updated.

    Returns
    -------
    xarray.DataTree
        Groups `posterior`, whose attributes `exact_mean` and `exact_deviation` are the answer, `prior` and
        `observed_data`.
    """
    taken = samples(values, "values", 1)
    if not (prior[1] > 0.0 and deviation > 0.0):
        raise InputError(
            f"the deviations of the prior and of a measurement, {prior[1]:g} and {deviation:g}, must be above 0"
        )
    precision = 1.0 / prior[1] ** 2 + len(taken) / deviation**2
    mean = (prior[0] / prior[1] ** 2 + taken.sum() / deviation**2) / precision
    spread = precision**-0.5
    generator = np.random.default_rng(seed)
    shape = (whole(chains, "chains"), whole(draws, "draws"), 1)
    before = prior[0] + prior[1] * generator.standard_normal(shape)
    after = mean + spread * generator.standard_normal(shape)
    told = {"method": "conjugate, exact", "exact_mean": float(mean), "exact_deviation": float(spread)}
    return _tree(after, before, taken, [name], unit, told)


def update(
    log_likelihood: Callable[[Values], float], prior: Any, values: ArrayLike, draws: int = 1000, chains: int = 4,
    seed: int = 1, names: Sequence[str] | None = None, unit: str = "1",
) -> xr.DataTree:  # fmt: skip
    """Update a prior by measurements of any likelihood.

    Parameters
    ----------
    log_likelihood : callable
        Of the values, of a parameter (d,); minus infinity where they are impossible.
    prior : openturns.Distribution
        Of dimension d.
    values : (n,) array
        Measurements, kept with the answer [unit].
    draws, chains, seed : int
        Of the walk, after as many that are discarded.
    names : sequence of str, optional
        Of the parameters, else those of the prior.
    unit : str
        Of the values.

    Returns
    -------
    xarray.DataTree
        Groups `posterior`, `prior`, `observed_data`, and `sample_stats` with R of each parameter, the rate of
        acceptance of each chain, and whether the chains agree.
    """
    ot = library("openturns")
    taken = samples(values, "values", 1)
    whole(draws, "draws", 100), whole(chains, "chains", 2)
    count = int(prior.getDimension())
    titles = list(names or prior.getDescription())
    if len(titles) != count:
        raise InputError(f"names has {len(titles)} names for {count} parameters")

    def posterior(point: Any) -> list[float]:
        at = np.array(point)
        known = float(prior.computeLogPDF(at))
        found = known + float(log_likelihood(at)) if np.isfinite(known) else -np.inf
        return [found if found > -1e300 else -1e300]

    function = ot.PythonFunction(count, 1, posterior)
    former = ot.RandomGenerator.GetState()
    ot.RandomGenerator.SetSeed(seed)
    try:
        before = np.array(prior.getSample(chains * draws)).reshape(chains, draws, count)
        best = max(np.array(prior.getSample(200)), key=lambda one: posterior(one)[0])
        walked = [_walk(ot, function, prior, best, draws) for _ in range(chains)]
    finally:
        ot.RandomGenerator.SetState(former)
    after = np.array([one[0] for one in walked])
    stats = _stats(after, [one[1] for one in walked], titles)
    told = {"method": "random walk of Metropolis and Hastings", "seed": seed}
    return _tree(after, before, taken, titles, unit, told, stats)


def _walk(ot: Any, function: Any, prior: Any, start: Values, draws: int) -> tuple[Values, float]:
    """Return the draws of one chain, and its rate of acceptance; the steps follow the spread of short walks before."""
    count = len(start)
    covariance = np.array(prior.getCovariance()) * 0.1
    state = start
    for length in (*(max(draws // 2, 200) for _ in range(ROUNDS)), 2 * draws):
        steps = ot.CovarianceMatrix((covariance * 2.38**2 / count).tolist())
        walk = ot.RandomWalkMetropolisHastings(
            function, prior.getRange(), state.tolist(), ot.Normal(ot.Point(count), steps)
        )
        drawn = np.array(walk.getSample(length))
        state = drawn[-1]
        spread = np.atleast_2d(np.cov(drawn[length // 2 :].T))
        covariance = spread + 1e-12 * np.diag(np.diag(covariance)) if spread.any() else 0.1 * covariance
    return drawn[draws:], float(walk.getAcceptanceRate())


def _stats(draws: Values, rates: Sequence[float], names: Sequence[str]) -> xr.Dataset:
    """Return how well chains (chain, draw, parameter) agree."""
    ratio = np.array([scale_ratio(draws[:, :, k]) for k in range(len(names))])
    return xr.Dataset(
        {
            "scale_ratio": ("parameter", ratio, {"long_name": "R of the chains"}),
            "acceptance_rate": ("chain", list(rates), {"long_name": "rate of acceptance"}),
            "converged": ((), bool((ratio < CONVERGED).all()), {"long_name": "whether the chains agree"}),
        },
        {"parameter": list(names)},
    )


def scale_ratio(draws: Values) -> float:
    """Return R of chains (chains, draws), each cut into halves: 1 where they agree."""
    length = draws.shape[1] // 2
    halves = draws[:, : 2 * length].reshape(-1, length)
    within = float(halves.var(axis=1, ddof=1).mean())
    between = float(halves.mean(axis=1).var(ddof=1))
    return float(np.sqrt((length - 1) / length + between / within)) if within > 0.0 else np.inf


def _tree(
    after: Values, before: Values, values: Values, names: Sequence[str], unit: str, told: dict[str, Any],
    stats: xr.Dataset | None = None,
) -> xr.DataTree:  # fmt: skip
    """Return draws (chain, draw, parameter) in the groups of ArviZ."""

    def group(draws: Values, attrs: dict[str, Any]) -> xr.Dataset:
        coords = {"chain": np.arange(draws.shape[0]), "draw": np.arange(draws.shape[1])}
        return xr.Dataset({name: (("chain", "draw"), draws[:, :, k]) for k, name in enumerate(names)}, coords, attrs)

    observed = xr.Dataset({"value": ("observation", values, {"units": unit})})
    groups = {"posterior": group(after, told), "prior": group(before, {}), "observed_data": observed}
    return xr.DataTree.from_dict(groups if stats is None else {**groups, "sample_stats": stats})


def plot_update(found: xr.DataTree, name: str) -> go.Figure:
    """Return histograms of a parameter before and after."""
    figure = go.Figure([
        go.Histogram(x=found[group].to_dataset()[name].values.ravel(), name=group, marker_color=colour, opacity=0.6,
                     histnorm="probability density")
        for group, colour in (("prior", BLUE), ("posterior", VERMILION))
    ])  # fmt: skip
    return styled(figure.update_layout(barmode="overlay"), name, "density", found["posterior"].attrs["method"])
