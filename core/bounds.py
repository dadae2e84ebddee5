"""Bounds of values, and the one message about a value that is beyond them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

UNBOUNDED = math.inf
"""The bound of a value that has none."""

LARGE = 1e300
"""Stands for a time that never comes, or a power without bound: a finite number that a table of 16 digits keeps."""


def first_beyond(
    values: NDArray[np.float64],
    least: float | NDArray[np.float64],
    greatest: float | NDArray[np.float64],
    whole: bool | NDArray[np.bool_] = False,
) -> int | None:
    """Return the place of the first value that is not finite or not within the bounds; None where all are.

    Parameters
    ----------
    values : array
        Any shape; the place counts its elements in storage order.
    least, greatest : float, or array of the shape of the values
        The bounds, both allowed.
    whole : bool, or array of the shape of the values
        Whether a value must be a whole number, too.
    """
    allowed = np.isfinite(values) & (values >= least) & (values <= greatest)
    if np.any(whole):
        allowed &= (values == np.rint(values)) | np.logical_not(whole)
    return None if allowed.all() else int(np.argmin(allowed))


def out_of_bounds(name: str, value: float, unit: str, least: float, greatest: float, whole: bool = False) -> str:
    """Return the message about a value [unit] that is not finite, not whole, or not within its bounds."""
    suffix = unit_suffix(unit)
    what = "finite and " if not math.isfinite(value) else "a whole number " if whole and value % 1.0 else ""
    return f"{name} = {value:.9g}{suffix} is not {what}within [{least:.9g}, {greatest:.9g}]{suffix}"


def unit_suffix(unit: str) -> str:
    """Return a unit as it follows a number: with a space before it, and nothing for a number without one."""
    return "" if unit == "1" else f" {unit}"
