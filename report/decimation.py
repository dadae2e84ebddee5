"""Fewer values that show the same: peaks of a line survive, cells are told at some instants in 16 bits."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 1000
"""Into how many pieces of equal numbers of rows a longer line is cut."""

FRAMES = 2000
"""Instants at which the cells are told, at most."""

LEVELS = 65535
"""Steps between the least and the greatest value of the cells."""

Rows = NDArray[np.intp]


def peaks(lines: Sequence[NDArray[np.float64]], bins: int = BINS) -> Rows:
    """Return the rows that a plot of lines needs: of each piece where each line is least and greatest, and both ends.

    Parameters
    ----------
    lines : sequence of array, shape (rows,)
        Drawn over the same instants.
    bins : int
        Pieces.

    Returns
    -------
    array of int
        Ascending; all rows where there are no more than twice as many as pieces and lines.
    """
    rows = len(lines[0])
    if rows <= 2 * bins * len(lines):
        return np.arange(rows)
    edges = np.linspace(0, rows, bins + 1).astype(np.intp)
    kept = [0, rows - 1]
    for begin, end in pairwise(edges):
        for line in lines:
            piece = line[begin:end]
            kept += [int(begin + np.argmin(piece)), int(begin + np.argmax(piece))]
    return np.unique(np.asarray(kept, np.intp))


def frames(quantities: Sequence[NDArray[np.float64]], most_values: int) -> Rows:
    """Return the rows at which all cells are told: evenly spread, and those of the extremes of each quantity.

    Parameters
    ----------
    quantities : sequence of array, shape (rows, cells)
        What is told of the cells.
    most_values : int
        How many values may be told in all.

    Returns
    -------
    array of int
        Ascending; at least the first and the last row.
    """
    rows, cells = quantities[0].shape
    most = max(2, min(FRAMES, most_values // (cells * len(quantities))))
    if rows <= most:
        return np.arange(rows)
    extremes = [int(find(values)) // cells for values in quantities for find in (np.argmin, np.argmax)]
    spread = np.linspace(0, rows - 1, max(2, most - len(extremes))).astype(np.intp)
    return np.unique(np.append(spread, extremes))


def packed_levels(values: NDArray[np.float64]) -> dict[str, Any]:
    """Return values as whole numbers of 16 bits in base64: ``value = low + step * number``.

    The numbers are rounded, so a value is off by half a step at most: 1/131070 of the range. Values that are not
    finite are told as the least one.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    step = (high - low) / LEVELS
    numbers = np.rint((values - low) / step) if step > 0.0 else np.zeros(values.shape)
    numbers = np.nan_to_num(numbers, nan=0.0, posinf=LEVELS, neginf=0.0)
    return {"low": low, "step": step, "data": base64.b64encode(numbers.astype("<u2").tobytes()).decode("ascii")}
