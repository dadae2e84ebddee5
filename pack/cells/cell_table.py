"""The table of a pack's cells: what is known of each of them, as comma-separated values.

The first column is the number of the cell, from 1, in the order in which the pack is built; every cell has one row. The
others are those of `columns`, in any order, each with its unit in brackets; a table may leave columns out. A field that
is empty is as the pack file has it without the table: drawn by its ``[variation]``, and without wear. So a row that is
empty but for the number is a new cell. Numbers are written so that they read back to the same bits.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.bounds import first_beyond, out_of_bounds
from ...core.errors import InputError, one_line, shortened
from ...core.reading import read_file
from ...core.variable import Variable
from ...models.aging import losses
from ...models.aging.counters import COUNTERS
from ...models.aging.kind import AgingParameters
from ...models.aging.law import EARLIER
from ...models.cell import ecm
from ...models.cell.kind import CellParameters
from ...models.network import network
from ...models.parameter_sets import parameter_set, parameter_sets

Values = NDArray[np.float64]

MOST_BYTES = 2**27
"""Size of a table; 100 000 cells have room."""

NUMBER = "cell"

PLAIN = {"ohmic_scale": 1.0, "open_circuit_offset": 0.0, "hysteresis_scale": 1.0, "initial_hysteresis": 0.0}
"""Parameters of Cell that a pack file draws only where they have a spread, and their values without one."""

CELL_COLUMNS = (
    "capacity", "initial_soc", "self_discharge_current", "coulombic_efficiency", "resistance_scale", *PLAIN,
)  # fmt: skip
"""Columns that set a parameter of Cell. The capacity is that of the new cell."""

CONTACT = "contact_resistance"
"""Column of the network."""

WEAR_COLUMNS = (
    *(f"{EARLIER}{counter.name}" for counter in COUNTERS if counter.adds_up),
    *(f"{EARLIER}{name}" for name in ("film_growth", "capacity_loss", "resistance_growth", "greatest_capacity_loss")),
)
"""Columns that tell what a cell has gone through, parameters of Aging; 0 of a new cell."""

AGING_COLUMNS = ("aging_rate", "resistance_rate", *WEAR_COLUMNS)
"""Columns that set a parameter of Aging."""


@cache
def columns() -> dict[str, Variable]:
    """Return the columns that a table may have, each with the variable that it sets: its unit and its bounds."""
    cell = ecm.declare(1, parameter_set(parameter_sets(CellParameters)[0], CellParameters))
    wear = losses.declare(1, parameter_set(parameter_sets(AgingParameters)[0], AgingParameters))
    joined = network.declare(1, 1, False, 2)
    return {
        **{name: cell.variable(name) for name in CELL_COLUMNS},
        CONTACT: joined.variable(CONTACT),
        **{name: wear.variable(name) for name in AGING_COLUMNS},
    }


def read_cells(path: Path, cells: int) -> dict[str, Values]:
    """Read a table of cells.

    Parameters
    ----------
    path : Path
        Comma-separated values.
    cells : int
        How many cells the pack has.

    Returns
    -------
    dict of str to (cells,) array
        The columns that it has [unit of `columns`]; NaN where a field is empty.

    Raises
    ------
    InputError
        When the file cannot be read, or does not fit: one line with the row, the column, and what is allowed.
    """
    try:
        text = read_file(path, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no text: {error}") from None
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except ValueError:
        raise InputError(f"{path}: is empty; its first row names the columns") from None
    except csv.Error as error:
        raise InputError(f"{path}: {error}") from None
    names = _names(path, header)
    if len(rows) != cells:
        raise InputError(f"{path}: has rows of {len(rows)} cells; the pack has {cells}")
    values = np.full((len(names), cells), np.nan)
    for number, row in enumerate(rows, start=1):
        _check_row(path, number, row, names)
        values[:, number - 1] = [_number(path, number, *field) for field in zip(names, row[1:], strict=True)]
    return dict(zip(names, values, strict=True))


def _names(path: Path, header: list[str]) -> list[str]:
    """Return the names of the columns but the first; InputError where one is unknown, repeated, or of another unit."""
    if header[0].strip() != NUMBER:
        raise InputError(f"{path}: the first column is {one_line(shortened(header[0]))!r}, not {NUMBER!r}")
    names = []
    for column in header[1:]:
        name, _, unit = column.strip().partition(" ")
        shown = one_line(shortened(column))
        if name not in columns():
            raise InputError(f"{path}: column {shown!r} is not known; allowed are {', '.join(columns())}")
        if unit.strip() != f"[{columns()[name].unit}]":
            raise InputError(f"{path}: column {shown!r} is written '{name} [{columns()[name].unit}]'")
        if name in names:
            raise InputError(f"{path}: column {shown!r} is there twice")
        names.append(name)
    return names


def _check_row(path: Path, number: int, row: list[str], names: list[str]) -> None:
    if row[0].strip() != str(number):
        raise InputError(
            f"{path}: row {number} is of cell {one_line(shortened(row[0]))!r}; rows count the cells from 1"
        )
    if len(row) != 1 + len(names):
        raise InputError(f"{path}: the row of cell {number} has {len(row)} fields, not {1 + len(names)}")


def _number(path: Path, number: int, name: str, text: str) -> float:
    """Return a field; NaN where it is empty."""
    if not text.strip():
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path}: cell {number}: {name} = {one_line(shortened(text))!r} is no finite number")
    variable = columns()[name]
    if first_beyond(np.asarray(value), variable.min, variable.max) is not None:
        beyond = out_of_bounds(name, value, variable.unit, variable.min, variable.max)
        raise InputError(f"{path}: cell {number}: {beyond}")
    return value


def cells_text(known: Mapping[str, Values]) -> str:
    """Return the text of a table of cells, whose columns `read_cells` reads back to the same bits."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([NUMBER, *(f"{name} [{columns()[name].unit}]" for name in known)])
    for number, row in enumerate(zip(*known.values(), strict=True), start=1):
        writer.writerow([number, *(repr(float(value)) for value in row)])
    return text.getvalue()


def filled(given: Mapping[str, Values], name: str, default: Values) -> Values:
    """Return a column of a table, where it has a field, and elsewhere what there is without the table."""
    return np.where(np.isnan(given[name]), default, given[name]) if name in given else default


def cells_with(given: Mapping[str, Values], drawn: Mapping[str, Values]) -> dict[str, Values]:
    """Return what is drawn of the cells, with what a table tells of them instead."""
    cells = dict(drawn)
    for name in CELL_COLUMNS:
        if name in given:
            plain = np.full(len(given[name]), PLAIN[name]) if name in PLAIN else drawn[name]
            cells[name] = filled(given, name, drawn.get(name, plain))
    return cells
