"""What all questions share: checks of what is given, and the dataset that is the answer.

A quantity q with an interval has the variables `q`, `q_low` and `q_high`. The attributes hold `confidence`, `method`
and, where there is one, `verdict`: a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError

Values = NDArray[np.float64]


def samples(values: ArrayLike, name: str, least: int = 2, positive: bool = False) -> Values:
    """Return finite numbers of shape (n,).

    Raises
    ------
    InputError
        When there are fewer than `least`, or one is not finite, or not above 0 where it has to be.
    """
    taken = np.asarray(values, np.float64).ravel()
    if taken.size < least:
        raise InputError(f"{name} has {taken.size} values: at least {least} are needed")
    wrong = ~np.isfinite(taken)
    if wrong.any():
        raise InputError(f"{name} has {wrong.sum()} values that are not finite, the first at {int(wrong.argmax())}")
    if positive and taken.min() <= 0.0:
        raise InputError(f"{name} = {taken.min():g} must be above 0")
    return taken


def share(value: float, name: str, least: float = 0.0, most: float = 1.0) -> float:
    """Return a number strictly between two bounds; else raise InputError."""
    if not least < value < most:
        raise InputError(f"{name} = {value:g} must lie between {least:g} and {most:g}")
    return float(value)


def whole(value: int, name: str, least: int = 1) -> int:
    """Return a whole number of at least `least`; else raise InputError."""
    if value != int(value) or value < least:
        raise InputError(f"{name} = {value:g} must be a whole number of at least {least}")
    return int(value)


def labels(values: Sequence[Any] | NDArray[Any], name: str, count: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the distinct labels of `count` values, and the number of each value's label from 0.

    Raises
    ------
    InputError
        When there are more or fewer labels than values.
    """
    given = np.asarray(values).ravel()
    if given.size != count:
        raise InputError(f"{name} has {given.size} labels for {count} values")
    distinct, place = np.unique(given, return_inverse=True)
    return distinct, place.astype(np.int64)


Quantity = tuple[Any, ...]
"""Value, unit and words; or dims, value, unit and words."""


def answer(
    quantities: Mapping[str, Quantity],
    coords: Mapping[str, Any] | None = None,
    *,
    confidence: float | None = None,
    method: str,
    verdict: str | None = None,
    **attrs: Any,
) -> xr.Dataset:
    """Return the dataset of an answer.

    Parameters
    ----------
    quantities : mapping
        By name: (value, unit, words) or (dims, value, unit, words). A value that is a tuple of three, value, low and
        high, makes three variables.
    coords : mapping, optional
        Coordinates.
    confidence : float, optional
        Of all intervals.
    method : str
        How it was found.
    verdict : str, optional
        A sentence.
    **attrs
        Further attributes.
    """
    variables = {}
    for name, given in quantities.items():
        dims, value, unit, words = given if len(given) == 4 else ((), *given)
        parts = dict(zip(("", "_low", "_high"), value, strict=True)) if isinstance(value, tuple) else {"": value}
        for ending, part in parts.items():
            variables[name + ending] = (dims, np.asarray(part), {"units": unit, "long_name": words})
    told = {"confidence": confidence, "method": method, "verdict": verdict, **attrs}
    return xr.Dataset(variables, coords, {key: value for key, value in told.items() if value is not None})


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], ArrayLike], count: int, confidence: float, seed: int, draws: int = 1000
) -> tuple[Values, Values]:
    """Return the percentile interval of a statistic over resampled rows.

    Parameters
    ----------
    statistic : callable
        Takes the numbers of the rows that were drawn, of shape (count,).
    count : int
        Rows.
    confidence : float
        Of the interval.
    seed, draws : int
        Of the generator; how often.
    """
    generator = np.random.default_rng(seed)
    found = np.array([statistic(generator.integers(0, count, count)) for _ in range(draws)], np.float64)
    tail = 0.5 * (1.0 - confidence)
    low, high = np.quantile(found, (tail, 1.0 - tail), axis=0)
    return low, high
