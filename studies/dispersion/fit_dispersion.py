"""Lognormal against normal: what a sample of cells says, and how many more it would take to tell.

A lognormal quantity of coefficient of variation c has the skewness ``3 c + c**3``, a normal one none. A test of
skewness at 5 % that finds it in 80 of 100 samples takes ``6 (1.96 + 0.84)**2`` over the square of that many values. The
difference of the two greatest log-likelihoods is, for small skewness g, normal with mean ``n g**2 / 12`` and variance
``n g**2 / 6``: the greater likelihood is the right one with probability ``Phi(sqrt(n g**2 / 24))``.
"""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots
from scipy import stats

from ..answers import Values, answer, samples, share
from ..pictures import BLACK, BLUE, curve, points, styled, titled

LAWS = ("normal", "lognormal")

DECISIVE = 4.0
"""Difference of AICc below which there is no verdict."""

LEAST = 8
"""Values that are needed at least."""


def lognormal_skewness(variation: float) -> float:
    """Return the skewness of a lognormal quantity of a coefficient of variation."""
    return variation * (3.0 + variation * variation)


def skewness_count(variation: float, significance: float = 0.05, power: float = 0.8) -> int:
    """Return how many values a two-sided test of skewness needs to find that of a lognormal quantity."""
    deviates = stats.norm.ppf(1.0 - 0.5 * share(significance, "significance")) + stats.norm.ppf(share(power, "power"))
    return math.ceil(6.0 * deviates**2 / lognormal_skewness(variation) ** 2)


def likelihood_count(variation: float, right: float = 0.95) -> int:
    """Return how many values the greater likelihood needs to be the right one with a probability."""
    deviate = stats.norm.ppf(share(right, "right", 0.5))
    return math.ceil(24.0 * deviate**2 / lognormal_skewness(variation) ** 2)


def fit_dispersion(values: ArrayLike, confidence: float = 0.95, unit: str = "1", name: str = "value") -> xr.Dataset:
    """Fit a normal and a lognormal law, and tell which, if it can be told.

    Parameters
    ----------
    values : (n,) array
        Independent, above 0 [unit]; at least 8.
    confidence : float
        Of the intervals.
    unit, name : str
        Of the values.

    Returns
    -------
    xarray.Dataset
        Over `law`: `location` and `scale` (of logarithms for the lognormal), `log_likelihood`, `aicc`, `shapiro` (p of
        the test of Shapiro and Wilk); over `law` and `cell` the `quantile` of each ordered value; `mean`,
        `variation` and `skewness` with intervals; `count_skewness` and `count_likelihood`, the values it would take.

    Raises
    ------
    InputError
        When there are fewer than 8 values, or one is not above 0.
    """
    taken = samples(values, name, LEAST, positive=True)
    count = len(taken)
    logs = np.log(taken)
    laws = [_law(taken, 0.0), _law(logs, float(logs.sum()))]
    columns = dict(zip(("location", "scale", "log_likelihood", "shapiro"), zip(*laws, strict=True), strict=True))
    aicc = 4.0 - 2.0 * np.array(columns["log_likelihood"]) + 12.0 / (count - 3.0)
    spread = _spread(taken, share(confidence, "confidence"))
    variation = spread["variation"][0]
    place = stats.norm.ppf((np.arange(1, count + 1) - 0.375) / (count + 0.25))  # G. Blom's
    quantiles = np.array([laws[0][0] + laws[0][1] * place, np.exp(laws[1][0] + laws[1][1] * place)])
    needed = likelihood_count(variation)
    return answer(
        {
            **{key: (("law",), list(column), "", key.replace("_", " ")) for key, column in columns.items()},
            "aicc": (("law",), aicc, "1", "AICc, less is better"),
            "quantile": (("law", "cell"), quantiles, unit, "quantile of the law"),
            "value": (("cell",), np.sort(taken), unit, name),
            "mean": (spread["mean"], unit, "mean"),
            "variation": (spread["variation"], "1", "coefficient of variation"),
            "skewness": (spread["skewness"], "1", "skewness"),
            "count_skewness": (skewness_count(variation), "1", "values that a test of skewness needs"),
            "count_likelihood": (needed, "1", "values for a right choice in 95 of 100"),
        },
        {"law": list(LAWS)},
        confidence=confidence, method="maximum likelihood, AICc", verdict=_verdict(aicc, count, needed),
    )  # fmt: skip


def _law(values: Values, jacobian: float) -> tuple[float, float, float, float]:
    """Return location, scale, greatest log-likelihood and p of Shapiro and Wilk's test of a normal law."""
    mean, scale = float(values.mean()), float(values.std())
    likelihood = -0.5 * len(values) * (math.log(2.0 * math.pi * scale**2) + 1.0) - jacobian
    return mean, scale, likelihood, float(stats.shapiro(values).pvalue)


def _spread(values: Values, confidence: float) -> dict[str, tuple[float, float, float]]:
    count, mean, deviation = len(values), float(values.mean()), float(values.std(ddof=1))
    tail = 0.5 * (1.0 - confidence)
    half = stats.t.ppf(1.0 - tail, count - 1) * deviation / math.sqrt(count)
    ends = (deviation * math.sqrt((count - 1) / stats.chi2.ppf(q, count - 1)) for q in (1.0 - tail, tail))
    low, high = ends
    skewness = float(stats.skew(values, bias=False))
    error = math.sqrt(6.0 * count * (count - 1) / ((count - 2) * (count + 1) * (count + 3)))
    width = stats.norm.ppf(1.0 - tail) * error
    return {
        "mean": (mean, mean - half, mean + half),
        "variation": (deviation / mean, low / mean, high / mean),
        "skewness": (skewness, skewness - width, skewness + width),
    }


def _verdict(aicc: Values, count: int, needed: int) -> str:
    difference = abs(float(aicc[1] - aicc[0]))
    if difference < DECISIVE:
        return (
            f"cannot be told: AICc differs by {difference:.2f}, less than {DECISIVE:g}, with n = {count}; n would have "
            f"to be {needed} to choose rightly in 95 of 100. Take the lognormal law where the quantity must be above 0."
        )
    return f"{LAWS[int(aicc.argmin())]}: AICc is less by {difference:.2f}"


def plot_fit_dispersion(found: xr.Dataset) -> go.Figure:
    """Return the quantiles of both laws against the measured values, side by side."""
    aicc = found["aicc"].values
    titles = [f"{law}, AICc {one:.2f}" for law, one in zip(LAWS, aicc, strict=True)]
    figure = make_subplots(1, 2, subplot_titles=titles)
    value = found["value"].values
    ends = [value.min(), value.max()]
    for column, law in enumerate(LAWS, 1):
        figure.add_trace(points(found["quantile"].sel(law=law), value, law, BLUE), 1, column)
        figure.add_trace(curve(ends, ends, "equal", BLACK, "dash"), 1, column)
    axis = titled(found["value"])
    return styled(figure, f"quantile of the law: {axis}", axis, found.attrs["verdict"].partition(":")[0])
