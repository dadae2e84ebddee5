"""Where a variance comes from: nested draws, from the outermost cause to the innermost.

The law of total variance, ``Var Y = E Var(Y | X) + Var E(Y | X)``, applied level by level to draws that are nested:
what is not known (epistemic, outside) around what varies (aleatory); or the environment, which all cells share, around
what differs from cell to cell (extrinsic), around what is random in a cell (intrinsic). The parts are found from mean
squares, so that the scatter of few inner draws is not taken for a part of the outer levels; each has an interval.

For the square-root law of the film with noise (`models.aging.sei`) the exact split is known: `film_split`.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from ...core.errors import InputError
from ..answers import Values, answer, share
from ..dispersion.components import Interval, MeanSquare, combination
from ..pictures import BLUE, bars, styled


def variance_split(draws: xr.DataArray, confidence: float = 0.95) -> xr.Dataset:
    """Part the variance of nested draws by level.

    Parameters
    ----------
    draws : xarray.DataArray
        Results of runs, its dimensions from the outermost level to the innermost, such as ``("epistemic", "aleatory")``
        or ``("environment", "cell", "run")``; each has 2 or more draws, which differ with what is outside of them.
    confidence : float
        Of the intervals, which take the parts for about normal.

    Returns
    -------
    xarray.Dataset
        Over `level`: `variance` with its interval, and its `share`; `total`.

    Raises
    ------
    InputError
        When a run failed, or a level has a single draw.
    """
    share(confidence, "confidence")
    values = np.asarray(draws.values, np.float64)
    failed = ~np.isfinite(values)
    if failed.any():
        raise InputError(f"{int(failed.sum())} of {failed.size} runs failed: nested draws with gaps are not parted")
    short = [str(name) for name, size in draws.sizes.items() if size < 2]
    if short or not draws.dims:
        raise InputError(f"the level {short[0] if short else 'draws'} has one draw: each needs 2 or more")
    squares = _mean_squares(values)
    parts: list[Interval] = []
    for level, square in enumerate(squares):
        inner = float(np.prod(values.shape[level + 1 :]))
        terms = [square._replace(coefficient=1.0 / inner)]
        terms += [one._replace(coefficient=-1.0 / inner) for one in squares[level + 1 : level + 2]]
        parts.append(combination(terms, confidence))
    variance = np.array(parts).T
    total = float(variance[0].sum())
    names = [str(name) for name in draws.dims]
    unit = str(draws.attrs.get("units", "1"))
    shares = variance[0] / total if total > 0.0 else np.zeros(len(names))
    told = ", ".join(f"{name} {100.0 * part:.1f} %" for name, part in zip(names, shares, strict=True))
    return answer(
        {
            "variance": ("level", tuple(variance), f"({unit})^2", "variance"),
            "share": ("level", shares, "1", "share of the variance"),
            "total": (total, f"({unit})^2", "variance of all"),
        },
        {"level": names},
        confidence=confidence, method="nested draws, mean squares", verdict=f"of the variance come: {told}",
    )  # fmt: skip


def _mean_squares(values: Values) -> list[MeanSquare]:
    """Return the mean square of each level of nested draws."""
    found = []
    for level in range(values.ndim):
        inner = int(np.prod(values.shape[level + 1 :]))
        means = values.mean(axis=tuple(range(level + 1, values.ndim)))
        outer = means.mean(axis=level, keepdims=True)
        freedom = int(np.prod(values.shape[:level])) * (values.shape[level] - 1)
        found.append(MeanSquare(inner * float(np.sum((means - outer) ** 2)) / freedom, freedom))
    return found


def film_split(
    time: float, start: tuple[float, float], rate: float, rate_deviation: float, noise: float
) -> dict[str, float]:
    """Return the exact parts of the variance of the square y of a film over cells.

    Of ``dy = 2 k dt + sigma sqrt(y) dW`` with y_0 and k that differ from cell to cell, ``Var y = Var y_0 +
    4 t**2 Var k + sigma**2 t (E y_0 + t E k)``.

    Parameters
    ----------
    time : float
        t [s].
    start : (mean, deviation)
        Of y_0 [m2].
    rate, rate_deviation : float
        Mean and deviation of k [m2/s].
    noise : float
        sigma [m/sqrt(s)].
    """
    return {
        "start": start[1] ** 2,
        "rate": 4.0 * time**2 * rate_deviation**2,
        "noise": noise**2 * time * (start[0] + time * rate),
    }


def plot_variance_split(found: xr.Dataset) -> go.Figure:
    """Return bars of the parts with their intervals."""
    figure = go.Figure(bars(found, "variance", found["level"].values, BLUE))
    return styled(figure, "level", "variance", found.attrs["verdict"])
