"""What of a measured spread is the cells' own: repeatability, reproducibility, dispersion.

Repeatability is the scatter of measurements of one cell under equal conditions, reproducibility what operators, testers
or laboratories add to it, dispersion what is left between the cells. All three need cells that are measured more than
once by more than one operator (a crossed design). Without, some cannot be told, and are not: where each cell was
measured once under each of several conditions, such as pulses of different currents, what is left over is a term of
cell and condition, in which repeatability is contained.

Balanced crossed designs are analysed by the analysis of variance; the interaction of cell and operator joins the
repeatability where its F test has p above 0.25. Temperature comes in as a covariate. Cells without operators have the
mixed model, restricted likelihood, with the cell as its group.

References
----------
Automotive Industry Action Group, Measurement Systems Analysis, 4th edition 2010, chapter III. R. K. Burdick, C. M.
Borror, D. C. Montgomery, Design and Analysis of Gauge R&R Studies, SIAM 2005, chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ...core.errors import InputError
from ..answers import Quantity, Values, answer, labels, samples, share
from ..pictures import BLUE, bars, styled, titled
from .components import MeanSquare, combination, deviations, mixed_model

POOLED_FROM = 0.25
"""p of the interaction from which it is pooled with the repeatability."""


def gauge(
    values: ArrayLike, cell: Sequence[Any], operator: Sequence[Any] | None = None,
    condition: Sequence[Any] | None = None, temperature: ArrayLike | None = None, confidence: float = 0.95,
    unit: str = "1",
) -> xr.Dataset:  # fmt: skip
    """Part a measured spread into repeatability, reproducibility and dispersion.

    Parameters
    ----------
    values : (n,) array
        Measurements [unit], or logarithms of them: deviations are relative then.
    cell, operator : (n,) sequence
        Labels: what was measured, and by whom or where.
    condition : (n,) sequence, optional
        Label of a condition whose mean is taken out, where there is no operator.
    temperature : (n,) array, optional
        [K] or [degC].
    confidence : float
        Of the intervals.
    unit : str
        Of the values.

    Returns
    -------
    xarray.Dataset
        Standard deviations with intervals: `dispersion`, and, where they can be told, `repeatability` and
        `reproducibility`, or else `residual`; with a temperature its `slope`.

    Raises
    ------
    InputError
        When a crossed design is not balanced, or there is no more than one cell.
    """
    taken = samples(values, "values", 3)
    share(confidence, "confidence")
    cells, place = labels(cell, "cell", len(taken))
    if len(cells) < 2:
        raise InputError("the values are of one cell: at least 2 are needed")
    heat = None if temperature is None else samples(temperature, "temperature", len(taken))
    operators, by = labels(operator, "operator", len(taken)) if operator is not None else (np.zeros(1), 0 * place)
    if len(operators) > 1:
        return _crossed(taken, (place, len(cells)), (by, len(operators)), heat, confidence, unit)
    states, state = labels(condition, "condition", len(taken)) if condition is not None else (np.zeros(1), 0 * place)
    return _one_way(taken, (place, len(cells)), (state, len(states)), heat, confidence, unit)


Labelled = tuple[NDArray[np.int64], int]


def _crossed(
    values: Values, cell: Labelled, operator: Labelled, heat: Values | None, confidence: float, unit: str
) -> xr.Dataset:
    (place, cells), (by, operators) = cell, operator
    counts = np.bincount(place * operators + by, minlength=cells * operators)
    if counts.min() != counts.max():
        raise InputError(
            f"a crossed design needs as many measurements of each cell by each operator: there are {counts.min()} to "
            f"{counts.max()}"
        )
    repeats = int(counts[0])
    if repeats == 1:
        raise InputError("no cell was measured twice by one operator: repeatability cannot be told")
    adjusted, slope, lost = _at_mean_temperature(values, place * operators + by, heat, confidence)
    order = np.argsort(place * operators + by, kind="stable")
    squares = _mean_squares(adjusted[order].reshape(cells, operators, repeats), lost)
    ms_cell, ms_operator, ms_both, ms_error = squares
    p = float(stats.f.sf(ms_both.value / ms_error.value, ms_both.freedom, ms_error.freedom))
    if p > POOLED_FROM:
        freedom = ms_both.freedom + ms_error.freedom
        pooled = (ms_both.value * ms_both.freedom + ms_error.value * ms_error.freedom) / freedom
        ms_both = ms_error = MeanSquare(pooled, freedom)

    def part(terms: Sequence[tuple[MeanSquare, float]]) -> tuple[float, float, float]:
        return deviations(combination([one._replace(coefficient=c) for one, c in terms], confidence))

    n, interaction = cells * repeats, ms_both is not ms_error
    of_operators = [(ms_operator, 1.0 / n), (ms_both, -1.0 / n)]
    if interaction:
        of_operators = [(ms_operator, 1.0 / n), (ms_both, 1.0 / repeats - 1.0 / n), (ms_error, -1.0 / repeats)]
    measured: dict[str, Quantity] = {
        "repeatability": (part([(ms_error, 1.0)]), unit, "repeatability"),
        "reproducibility": (part(of_operators), unit, "reproducibility"),
        "dispersion": (part([(ms_cell, 1.0 / (operators * repeats)), (ms_both, -1.0 / (operators * repeats))]), unit,
                       "dispersion of the cells"),
        "interaction_p": (p, "1", "p of the interaction of cell and operator"),
    }  # fmt: skip
    spoilt = float(np.hypot(measured["repeatability"][0][0], measured["reproducibility"][0][0]))
    total = float(np.hypot(spoilt, measured["dispersion"][0][0]))
    return answer(
        {**measured, **slope, "gauge_share": (spoilt / total, "1", "deviation by measuring, of the whole")},
        confidence=confidence,
        method="analysis of variance, crossed" + (", interaction kept" if interaction else ", interaction pooled"),
        verdict=f"measuring makes {100.0 * spoilt / total:.1f} % of the whole deviation",
    )


def _mean_squares(table: Values, lost: int) -> tuple[MeanSquare, MeanSquare, MeanSquare, MeanSquare]:
    """Return mean squares of cells, operators, both, and repeats, of values of shape (cells, operators, repeats)."""
    a, b, r = table.shape
    mean, rows, columns, each = table.mean(), table.mean(axis=(1, 2)), table.mean(axis=(0, 2)), table.mean(axis=2)
    both = each - rows[:, None] - columns[None, :] + mean
    sums = (
        (b * r * np.sum((rows - mean) ** 2), a - 1),
        (a * r * np.sum((columns - mean) ** 2), b - 1),
        (r * np.sum(both**2), (a - 1) * (b - 1)),
        (np.sum((table - each[:, :, None]) ** 2), a * b * (r - 1) - lost),
    )
    first, second, third, fourth = (MeanSquare(float(total / freedom), freedom) for total, freedom in sums)
    return first, second, third, fourth


def _at_mean_temperature(
    values: Values, group: NDArray[np.int64], heat: Values | None, confidence: float
) -> tuple[Values, dict[str, Quantity], int]:
    """Return values at the mean temperature by the slope within cells and operators, that slope, and what it costs."""
    if heat is None:
        return values, {}, 0
    size = np.bincount(group)
    x, y = (one - (np.bincount(group, one) / size)[group] for one in (heat, values))
    freedom = len(values) - len(size) - 1
    if not np.sum(x * x) > 0.0 or freedom < 1:
        raise InputError("temperature is the same in all repeats of a cell by an operator: its effect cannot be told")
    slope = float(np.sum(x * y) / np.sum(x * x))
    error = np.sqrt(np.sum((y - slope * x) ** 2) / freedom / np.sum(x * x))
    half = float(stats.t.ppf(0.5 + 0.5 * confidence, freedom) * error)
    told: dict[str, Quantity] = {"slope": ((slope, slope - half, slope + half), "1/K", "change with temperature")}
    return values - slope * (heat - heat.mean()), told, 1


def _one_way(
    values: Values, cell: Labelled, condition: Labelled, heat: Values | None, confidence: float, unit: str
) -> xr.Dataset:
    (place, cells), (state, states) = cell, condition
    words = "repeatability and reproducibility cannot be told: "
    if len(values) == cells:
        deviation = deviations(combination([MeanSquare(float(values.var(ddof=1)), cells - 1)], confidence))
        return answer(
            {"total": (deviation, unit, "dispersion of the cells and of measuring")},
            confidence=confidence, method="standard deviation",
            verdict=f"{words}no cell was measured twice, and the dispersion of the cells cannot be told from them",
        )  # fmt: skip
    twice = np.bincount(place * states + state).max() > 1
    found = mixed_model(values, place, {} if heat is None else {"temperature": heat}, confidence, state)
    name = "repeatability" if twice else "residual"
    text = "repeatability" if twice else "term of cell and condition, repeatability in it"
    own: dict[str, Quantity] = {}
    if heat is not None:
        own["slope"] = (found.slopes["temperature"], "1/K", "change with temperature")
    verdict = (
        f"{words}no cell was measured twice under the same condition; the residual is a term of cell and condition"
    )
    if twice:
        verdict = "reproducibility cannot be told: there is one operator"
    return answer(
        {
            "dispersion": (found.between, unit, "between cells, mounting included"),
            name: (found.within, unit, text),
            **own,
        },
        confidence=confidence, method="mixed model, restricted likelihood", verdict=verdict,
    )  # fmt: skip


def plot_gauge(found: xr.Dataset) -> go.Figure:
    """Return bars of the standard deviations with their intervals."""
    parts = ("dispersion", "reproducibility", "repeatability", "residual", "total")
    names = [name for name in parts if name in found]
    figure = go.Figure([bars(found, name, [name], BLUE).update(showlegend=False) for name in names])
    return styled(figure, "", titled(found[names[0]], "standard deviation"), found.attrs["verdict"])
