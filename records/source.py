"""What is common to the files that hold a table: their columns, and how a fault in one is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, one_line, shortened

MOST_BYTES = 256 * 1024 * 1024
"""Largest file that is read [bytes]."""

MOST_ROWS = 20_000_000
"""Most rows that are read."""


MOST_COLUMNS = 10_000
"""Most columns that a file may have."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The columns that were asked for.

    Parameters
    ----------
    rows : (rows,) array of int
        Where each row is in the file: its line in a text, its number in a table, both from 1.
    numbers : dict of int to (rows,) array
        Finite values as they are in the file, by index of the column.
    texts : dict of int to list of str
        Values of columns that are not numbers.
    """

    rows: NDArray[np.int64]
    numbers: dict[int, NDArray[np.float64]]
    texts: dict[int, list[str]]


@dataclass(frozen=True)
class Source:
    """A file whose headers are known, and whose columns can be read.

    Parameters
    ----------
    place : str
        What a row is called: "line" or "row".
    headers : tuple of str
        Of all columns.
    read : callable
        Takes the indices of the columns of numbers and of those of texts.
    """

    path: Path
    place: str
    headers: tuple[str, ...]
    read: Callable[[Sequence[int], Sequence[int]], Cells]

    def fault(self, row: int, column: int, text: str) -> InputError:
        """Return the error of a value, its row and its column told."""
        return fault(self.path, self.place, row, self.headers[column], text)


def shown(value: object) -> str:
    """Return a value of a file as part of a message."""
    return repr(shortened(one_line(str(value))))


def fault(path: Path, place: str, row: int, header: str, text: str) -> InputError:
    """Return the error of a value in a row and a column; `place` is what a row is called."""
    return InputError(f"{path}, {place} {row}, column {shown(header)}: {text}")
