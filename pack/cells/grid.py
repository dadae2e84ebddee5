"""Tables over any nodes of SOC on the uniform grid that the model computes with.

The grid has the least number of segments of which every given node is a multiple, and then holds the given tables
exactly: linear between their nodes, as the model is. Where no number up to `MOST_SEGMENTS` will do, it has so many, and
the tables are off by what `deviation` tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_SEGMENTS = 500

NEAR = 1e-9
"""How far a node may be off a multiple, in segments: decimal fractions are."""


def segments(nodes: Sequence[ArrayLike]) -> int:
    """Return the number of segments of the grid.

    Parameters
    ----------
    nodes : sequence of (n,) array_like
        The nodes of each table, 0 to 1.
    """
    given = np.unique(np.concatenate([np.atleast_1d(np.asarray(table, np.float64)) for table in nodes]))
    for number in range(1, MOST_SEGMENTS):
        if np.all(np.abs(given * number - np.rint(given * number)) <= NEAR):
            return number
    return MOST_SEGMENTS


def resampled(nodes: ArrayLike, values: ArrayLike, number: int) -> NDArray[np.float64]:
    """Return a table on a grid.

    Parameters
    ----------
    nodes : (n,) array_like
        SOC, 0 to 1, rising.
    values : (n,) array_like
        At the nodes; linear between them, and constant beyond their ends.
    number : int
        Segments of the grid.

    Returns
    -------
    (number + 1,) array
        At a multiple that a node is, the node's value to the last bit.
    """
    place = np.asarray(nodes, np.float64) * number
    near = np.abs(place - np.rint(place)) <= NEAR
    place = np.where(near, np.rint(place), place)
    return np.asarray(np.interp(np.arange(number + 1.0), place, np.asarray(values, np.float64)))


def deviation(nodes: ArrayLike, values: ArrayLike, table: NDArray[np.float64]) -> tuple[float, float]:
    """Return by how much a table on a grid is off the one that was given at most, and the given node where it is."""
    at = np.interp(np.asarray(nodes, np.float64), np.linspace(0.0, 1.0, len(table)), table)
    off = np.abs(at - np.asarray(values, np.float64))
    worst = int(np.argmax(off))
    return float(off[worst]), float(np.asarray(nodes, np.float64)[worst])
