"""How often a quantity is beyond a bound, by counting: the share with its exact interval, and how it settles.

The interval is that of Clopper and Pearson, which holds for counts of 0, too: what never happened in n packs may still
happen, with a probability up to about 3/n. For probabilities far below 1/n ask `risk.failure_probability`.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike

from ...core.errors import InputError
from ..answers import answer, samples, share
from ..pictures import BLACK, BLUE, VERMILION, curve, points, styled, titled
from ..risk.proportion import proportion

COUNTS = 60
"""Numbers of packs at which the running estimate is told."""

LEAST = 10


def probability(
    values: ArrayLike, bound: float, below: bool = True, confidence: float = 0.95, unit: str = "1", name: str = "value"
) -> xr.Dataset:
    """Return how often values are beyond a bound.

    Parameters
    ----------
    values : (n,) array
        Independent, in the order in which they were drawn; at least 10 [unit].
    bound : float
        [unit].
    below : bool
        Whether values below it count, else those above.
    confidence : float
        Of the intervals.
    unit, name : str
        Of the values.

    Returns
    -------
    xarray.Dataset
        `probability` with its exact interval and the `coefficient_of_variation` of the estimate; over `count`, numbers
        of values, the `running` estimate with its interval.

    Raises
    ------
    InputError
        When there are too few values, or the bound is not finite.
    """
    taken = samples(values, name, LEAST)
    share(confidence, "confidence")
    if not np.isfinite(bound):
        raise InputError(f"bound = {bound:g} must be finite")
    beyond = np.cumsum(taken < bound if below else taken > bound)
    counts = np.unique(np.geomspace(1, len(taken), COUNTS).astype(np.int64))
    running = [proportion(int(beyond[count - 1]), int(count), confidence) for count in counts]
    chance, low, high = running[-1]
    spread = float(np.sqrt((1.0 - chance) / (chance * len(taken)))) if chance > 0.0 else np.inf
    side = "below" if below else "above"
    return answer(
        {
            "probability": ((chance, low, high), "1", f"share {side} {bound:g}"),
            "coefficient_of_variation": (spread, "1", "coefficient of variation of the estimate"),
            "running": ("count", tuple(np.array(running).T), "1", f"share {side} {bound:g} of the first values"),
            "ordered": ("rank", np.sort(taken), unit, name),
        },
        {"count": counts},
        confidence=confidence, method="counted, interval of Clopper and Pearson", bound=bound,
        verdict=f"{name} is {side} {bound:g} {unit} in {int(beyond[-1])} of {len(taken)}: probability {chance:.4g} "
        f"({low:.4g} to {high:.4g})",
    )  # fmt: skip


def plot_probability(found: xr.Dataset) -> go.Figure:
    """Return how the estimate settles as values are added, with its interval."""
    count = found["count"].values
    figure = go.Figure([
        curve(count, found[f"running{ending}"].values, words, colour, dash)
        for ending, words, colour, dash in (
            ("", "estimate", BLUE, "solid"), ("_low", "low", VERMILION, "dot"), ("_high", "high", VERMILION, "dot")
        )
    ])  # fmt: skip
    figure.add_hline(float(found["probability"]), line={"color": BLACK, "dash": "dash", "width": 1})
    figure.update_xaxes(type="log")
    return styled(figure, "values", found["running"].attrs["long_name"], found.attrs["verdict"])


def plot_exceedance(extremes: xr.Dataset) -> go.Figure:
    """Return the share of values beyond each, on a logarithmic axis, with the fitted law of extremes.

    Parameters
    ----------
    extremes : xarray.Dataset
        Answer of `risk.extreme` on maxima or minima; its return levels have intervals.
    """
    value, level = extremes["value"].values, extremes["level"]
    share_beyond = extremes["rank"].values / (len(value) + 1.0)
    sign = -1.0 if value[0] < value[-1] else 1.0
    spread = {
        "type": "data", "symmetric": False, "array": extremes["level_high"].values - level.values,
        "arrayminus": level.values - extremes["level_low"].values,
    }  # fmt: skip
    fitted = go.Scatter(
        x=level.values, y=1.0 / extremes["period"].values, error_x=spread, mode="markers",
        marker={"color": VERMILION, "symbol": "diamond", "size": 8}, name="return levels",
    )  # fmt: skip
    shape, place, scale = (float(extremes[name]) for name in ("shape", "location", "scale"))
    chance = np.geomspace(0.9, 0.5 / len(value), 80)
    figure = go.Figure([
        points(value, share_beyond, "values", BLUE),
        curve(_gev_beyond(chance, shape, sign * place, scale) * sign, chance, "fitted law", VERMILION),
        fitted,
    ])  # fmt: skip
    figure.update_yaxes(type="log", exponentformat="power")
    return styled(figure, titled(level, "value"), "share of values beyond", extremes.attrs["verdict"])


def _gev_beyond(chance: np.ndarray, shape: float, place: float, scale: float) -> np.ndarray:
    """Return what maxima exceed with a probability: ``mu + sigma ((-ln(1 - p))**-xi - 1)/xi``."""
    reduced = -np.log(-np.log1p(-chance))
    if abs(shape) < 1e-9:
        return np.asarray(place + scale * reduced)
    return np.asarray(place + scale * np.expm1(shape * reduced) / shape)
