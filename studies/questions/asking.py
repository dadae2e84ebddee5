"""One question, asked of columns: the answer and its picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from scipy import stats

from ...core.errors import InputError
from ..answers import Values
from ..dispersion.batch_effects import batch_effects
from ..dispersion.fit_dispersion import fit_dispersion, plot_fit_dispersion
from ..dispersion.tolerance import Sides, plot_tolerance, tolerance
from ..risk.extreme import extreme
from ..risk.weakest_link import plot_weakest_link, weakest_link
from .columns import TIME, Columns
from .distribution import distribution, plot_distribution, plot_violins
from .influence import influence, plot_influence
from .probability import plot_exceedance, plot_probability, probability
from .question import Question

CHAIN = (1, 2, 4, 8, 12, 24, 48, 96, 192)
"""Cells in series of the weakest link."""


MOST_BATCHES = 500
"""Batches that a mixed model is fitted to."""


@dataclass(frozen=True)
class Asked:
    """What a question is about.

    Parameters
    ----------
    of : str
        The quantity.
    by : tuple of str
        Inputs of `INFLUENCE`; none are all that were drawn.
    batch : str or None
        Column of labels; None is the batches of the population, where it is known.
    bound : float or None
        Of `PROBABILITY`.
    above : bool
        Whether what lies above counts: for `PROBABILITY`, `EXTREME` and `TOLERANCE`; else what lies below.
    content : float
        Share of cells of `TOLERANCE`.
    confidence : float
        Of all intervals.
    soc_deviation : float
        Scatter of the state of charge of `WEAKEST` [1].
    """

    of: str
    by: tuple[str, ...] = ()
    batch: str | None = None
    bound: float | None = None
    above: bool = False
    content: float = 0.99
    confidence: float = 0.95
    soc_deviation: float = 0.02


Answer = tuple[xr.Dataset, go.Figure]


def ask(question: Question, columns: Columns, asked: Asked) -> Answer:
    """Answer a question.

    Parameters
    ----------
    question : Question
        What is asked.
    columns : Columns
        Of `load_columns`.
    asked : Asked
        What it is about.

    Raises
    ------
    InputError
        When the data, or what is asked, does not fit the question.
    """
    return ANSWERS[question](columns, asked)


def batches(columns: Columns, asked: Asked) -> tuple[Values, list[str]]:
    """Return values and the batch of each.

    Of the cells of a store the batch is that of the population; each pack has batches of its own, and packs are taken
    until there are 500 batches.

    Raises
    ------
    InputError
        When no batches are known.
    """
    values = columns.values(asked.of)
    if asked.batch is not None:
        return values, list(columns.labels(asked.batch))
    cells = len(values) // columns.data.sizes["sample"]
    if columns.batch_size < 1 or cells < 2:
        raise InputError(
            f"{asked.of}: the batch of each value is not known: name a column of labels, or the study file of packs "
            "whose cells are observed"
        )
    size = columns.batch_size
    packs = min(len(values) // cells, -(-MOST_BATCHES * size // cells))
    values = values[: packs * cells]
    names = [f"{sample}.{cell // size + 1}" for sample in range(packs) for cell in range(cells)]
    return values, names


def _independent(columns: Columns, of: str) -> Values:
    """Return values of which each is of another sample: questions of independent values take no cells of packs."""
    values, count = columns.values(of), columns.data.sizes["sample"]
    if len(values) != count:
        raise InputError(
            f"{of} has {len(values) // count} values a pack, which are not independent: ask of one of a pack, such as "
            "its minimum, or ask for batches"
        )
    return values


def _distribution(columns: Columns, asked: Asked) -> Answer:
    values, count = columns.values(asked.of), columns.data.sizes["sample"]
    found = distribution(values, asked.confidence, columns.unit(asked.of), asked.of, count)
    return found, plot_distribution(found)


def _dispersion(columns: Columns, asked: Asked) -> Answer:
    values = _independent(columns, asked.of)
    found = fit_dispersion(values, asked.confidence, columns.unit(asked.of), asked.of)
    return found, plot_fit_dispersion(found)


def _tolerance(columns: Columns, asked: Asked) -> Answer:
    sides = Sides.UPPER if asked.above else Sides.LOWER
    labels = None if asked.batch is None else columns.labels(asked.batch)
    values = _independent(columns, asked.of)
    found = tolerance(
        values, asked.content, asked.confidence, sides=sides, batch=labels, unit=columns.unit(asked.of)
    )  # fmt: skip
    return found, plot_tolerance(found)


def _batches(columns: Columns, asked: Asked) -> Answer:
    values, names = batches(columns, asked)
    found = batch_effects(values, names, confidence=asked.confidence, unit=columns.unit(asked.of))
    return found, plot_violins(values, names, columns.unit(asked.of), asked.of)


def _extreme(columns: Columns, asked: Asked) -> Answer:
    values = _independent(columns, asked.of)
    unit = columns.unit(asked.of)
    found = extreme(values, confidence=asked.confidence, least=not asked.above, unit=unit)
    return found, plot_exceedance(found)


def _probability(columns: Columns, asked: Asked) -> Answer:
    if asked.bound is None:
        raise InputError("probability needs a bound")
    values = _independent(columns, asked.of)
    found = probability(values, asked.bound, not asked.above, asked.confidence, columns.unit(asked.of), asked.of)
    return found, plot_probability(found)


def _influence(columns: Columns, asked: Asked) -> Answer:
    names = list(asked.by) or columns.drawn or [name for name in columns.outputs if name != asked.of]
    numbers = columns.numbers(asked.of)
    course = [str(each) for each in numbers.dims if str(each).endswith(TIME)]
    inputs = {name: columns.numbers(name).values.reshape(numbers.shape[0], -1) for name in names}
    cells = numbers.shape[1] if numbers.ndim == 2 and not course else 0
    if cells and all(each.shape[1] % cells == 0 for each in inputs.values()):  # each cell by its own draws
        own = {name: each.reshape(len(each), cells, -1).mean(axis=2).ravel() for name, each in inputs.items()}
        output, packs = numbers.values.ravel(), np.repeat(np.arange(len(numbers)), cells)
    elif numbers.ndim == 1 or (numbers.ndim == 2 and course):
        own, packs = {name: each.mean(axis=1) for name, each in inputs.items()}, None
        output = numbers.values[:, 1:] if course else numbers.values  # at the start all are alike
    else:
        raise InputError(f"{asked.of} of shape {numbers.shape[1:]} is not of packs or of cells: ask of another")
    found = influence(own, output, packs, asked.confidence, unit=columns.unit(asked.of), name=asked.of)
    return found, plot_influence(found)


def _weakest(columns: Columns, asked: Asked) -> Answer:
    values, unit = columns.values(asked.of), columns.unit(asked.of)
    if len(values) < 8 or values.min() <= 0.0:
        raise InputError(f"{asked.of}: at least 8 values, all above 0, are needed")
    logs = np.log(values)
    law = stats.lognorm(float(logs.std(ddof=1)), scale=float(np.exp(logs.mean())))
    found = weakest_link(law, CHAIN, asked.soc_deviation, confidence=asked.confidence, unit=unit)
    return found, plot_weakest_link(found)


ANSWERS: dict[Question, Callable[[Columns, Asked], Answer]] = {
    Question.DISTRIBUTION: _distribution,
    Question.DISPERSION: _dispersion,
    Question.TOLERANCE: _tolerance,
    Question.BATCHES: _batches,
    Question.EXTREME: _extreme,
    Question.PROBABILITY: _probability,
    Question.INFLUENCE: _influence,
    Question.WEAKEST: _weakest,
}
