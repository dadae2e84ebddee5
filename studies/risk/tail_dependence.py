"""Tail dependence: whether two quantities are extreme together.

The coefficient of the upper tail is the limit, for q towards 1, of the probability that V is above its q-quantile
where U is above its own; the lower one likewise. It is 0 for a Gaussian copula at any correlation below 1: such a model
has no joint extremes, whatever its correlation. From a sample it is estimated at a finite q. Copulas of the same
Kendall tau are shown beside it, for what they would give at this q and in the limit.

References
----------
H. Joe, Dependence Modeling with Copulas, CRC 2014, doi:10.1201/b17116, chapter 4. S. Demarta, A. J. McNeil, Int.
Statist. Rev. 73 (2005) 111, doi:10.1111/j.1751-5823.2005.tb00254.x (Student).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, stats

from ...core.errors import InputError
from ..answers import Values, answer, bootstrap, samples, share
from ..pictures import BLACK, BLUE, GREEN, ORANGE, VERMILION, curve, styled

LEAST = 50
"""Values that are expected at least beyond the quantile: with fewer an estimate is refused."""


def clayton_tail(theta: float) -> float:
    """Return the coefficient of the lower tail of Clayton's copula, theta > 0; that of its upper tail is 0."""
    return float(2.0 ** (-1.0 / _above(theta, 0.0)))


def gumbel_tail(theta: float) -> float:
    """Return the coefficient of the upper tail of Gumbel's copula, theta >= 1; that of its lower tail is 0."""
    if theta < 1.0:
        raise InputError(f"theta = {theta:g} must be at least 1")
    return float(2.0 - 2.0 ** (1.0 / theta))


def student_tail(correlation: float, freedom: float) -> float:
    """Return the coefficient of either tail of Student's copula."""
    share(correlation, "correlation", -1.0, 1.0)
    at = -np.sqrt((_above(freedom, 0.0) + 1.0) * (1.0 - correlation) / (1.0 + correlation))
    return float(2.0 * stats.t.cdf(at, freedom + 1.0))


def _above(value: float, least: float) -> float:
    if not value > least:
        raise InputError(f"{value:g} must be above {least:g}")
    return value


def tail_dependence(
    first: ArrayLike, second: ArrayLike, quantile: float = 0.95, confidence: float = 0.95, seed: int = 1,
    draws: int = 400,
) -> xr.Dataset:  # fmt: skip
    """Estimate how often two quantities are extreme together.

    Parameters
    ----------
    first, second : (n,) array
        Of the same cells.
    quantile : float
        q that is called extreme, 0.5 to 1.
    confidence : float
        Of the intervals, which come from `draws` resampled sets.
    seed, draws : int
        Of the generator; how often.

    Returns
    -------
    xarray.Dataset
        `upper` and `lower` at this q with intervals, Kendall's `tau`, and over `copula` the `model_upper` and
        `model_lower` of copulas of this tau in the limit, and `model_upper_at` at this q.

    Raises
    ------
    InputError
        When too few values lie beyond the quantile.
    """
    u, v = samples(first, "first"), samples(second, "second")
    share(quantile, "quantile", 0.5), share(confidence, "confidence")
    if len(u) != len(v):
        raise InputError(f"first has {len(u)} values, second {len(v)}: they must be of the same cells")
    beyond = (1.0 - quantile) * len(u)
    if beyond < LEAST:
        least = int(np.ceil(LEAST / (1.0 - quantile)))
        raise InputError(f"{beyond:.3g} of {len(u)} values lie beyond the quantile {quantile:g}: take {least} or more")

    def both(rows: NDArray[np.int64]) -> list[float]:
        ranks = [stats.rankdata(one[rows]) / (len(rows) + 1.0) for one in (u, v)]
        high, low = (ranks[0] > quantile) & (ranks[1] > quantile), (ranks[0] < 1 - quantile) & (ranks[1] < 1 - quantile)
        return [float(one.mean() / (1.0 - quantile)) for one in (high, low)]

    upper, lower = both(np.arange(len(u)))
    lows, highs = bootstrap(both, len(u), confidence, seed, draws)
    tau = float(stats.kendalltau(u, v).statistic)
    models = copulas_of(tau) if 0.0 < tau < 1.0 else {}
    at = {name: model[2](quantile) for name, model in models.items()}
    return answer(
        {
            "upper": ((upper, lows[0], highs[0]), "1", "upper tail dependence at the quantile"),
            "lower": ((lower, lows[1], highs[1]), "1", "lower tail dependence at the quantile"),
            "tau": (tau, "1", "Kendall's tau"),
            "model_upper": ("copula", [one[0] for one in models.values()], "1", "upper coefficient in the limit"),
            "model_lower": ("copula", [one[1] for one in models.values()], "1", "lower coefficient in the limit"),
            "model_upper_at": ("copula", list(at.values()), "1", "upper tail dependence at the quantile"),
        },
        {"copula": list(models)},
        confidence=confidence, method=f"ranks beyond the quantile {quantile:g}, bootstrap", quantile=quantile,
        seed=seed, verdict=_verdict(at, upper, lows[0], highs[0]),
    )  # fmt: skip


def _verdict(at: dict[str, float], upper: float, low: float, high: float) -> str:
    fits = [name for name, one in at.items() if low <= one <= high]
    told = ", ".join(fits) or "none"
    return f"upper tail dependence {upper:.3f} ({low:.3f} to {high:.3f}); copulas of the same tau within that: {told}"


Model = tuple[float, float, Callable[[float], float]]
"""Coefficients of the upper and of the lower tail, and the dependence of the upper tail at a quantile."""


def copulas_of(tau: float) -> dict[str, Model]:
    """Return copulas of Kendall's tau, above 0: coefficients of the upper and lower tail, and the upper one at q."""
    share(tau, "tau")
    rho, theta, alpha = np.sin(0.5 * np.pi * tau), 2.0 * tau / (1.0 - tau), 1.0 / (1.0 - tau)
    student = student_tail(rho, 4.0)
    return {
        "Gaussian": (0.0, 0.0, lambda q: _normal_at(rho, q)),
        "Student, 4": (student, student, lambda q: _student_at(rho, 4.0, q)),
        "Clayton": (0.0, clayton_tail(theta), lambda q: _upper_at(q, (2.0 * q**-theta - 1.0) ** (-1.0 / theta))),
        "Gumbel": (gumbel_tail(alpha), 0.0, lambda q: _upper_at(q, q ** (2.0 ** (1.0 / alpha)))),
    }


def _upper_at(q: float, both_below: float) -> float:
    """Return P(V > q | U > q) of a copula with C(q, q)."""
    return float((1.0 - 2.0 * q + both_below) / (1.0 - q))


def _normal_at(rho: float, q: float) -> float:
    at, scale = stats.norm.ppf(q), np.sqrt(1.0 - rho * rho)
    return _beyond(q, lambda u: stats.norm.sf((at - rho * stats.norm.ppf(u)) / scale))


def _student_at(rho: float, freedom: float, q: float) -> float:
    """Given U = t(x) the other one is a Student value of one more degree, shifted by rho x and scaled with x."""
    at = stats.t.ppf(q, freedom)

    def given(u: Values) -> Values:
        x = stats.t.ppf(u, freedom)
        scale = np.sqrt((freedom + x * x) * (1.0 - rho * rho) / (freedom + 1.0))
        return np.asarray(stats.t.sf((at - rho * x) / scale, freedom + 1.0))

    return _beyond(q, given)


def _beyond(q: float, given: Callable[[Values], Values]) -> float:
    """Return the mean of a conditional probability for U from q to 1."""
    found, _ = integrate.fixed_quad(lambda w: given(1.0 - (1.0 - q) * w**3) * 3.0 * w**2, 0.0, 1.0, n=60)
    return float(found)


def plot_tail_dependence(found: xr.Dataset) -> go.Figure:
    """Return what copulas of the same tau have at quantiles up to 1, with the estimate and its interval."""
    q = 1.0 - np.geomspace(0.5, 1e-4, 60)
    models = copulas_of(float(found["tau"])) if found.sizes["copula"] else {}
    figure = go.Figure([
        curve(1.0 - q, [model[2](one) for one in q], name, colour)
        for (name, model), colour in zip(models.items(), (BLUE, VERMILION, GREEN, ORANGE), strict=False)
    ])  # fmt: skip
    low, high, value = (float(found[f"upper{ending}"]) for ending in ("_low", "_high", ""))
    error = {"type": "data", "symmetric": False, "array": [high - value], "arrayminus": [value - low]}
    at = [1.0 - found.attrs["quantile"]]
    figure.add_trace(go.Scatter(x=at, y=[value], error_y=error, name="measured", marker_color=BLACK, mode="markers"))
    figure.update_xaxes(type="log", autorange="reversed")
    return styled(figure, "share beyond the quantile", "upper tail dependence", found.attrs["verdict"])
