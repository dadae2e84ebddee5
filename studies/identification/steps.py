"""A record as steps of constant current that models can be driven with, and the rows of it that are fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...records.record import CellRecord

LONGEST_STEP = 10.0
"""Longest step under current [s]; on the Leaf's records the voltage differs by 0.2 mV at most from steps of 1 s."""

LONGEST_REST = 60.0
"""Longest step at rest [s]."""

CHANGE = 0.02
"""Change of the current that a cell answers to, as a share of the record's greatest current."""

HELD = 0.003
"""Voltage that a cycler at constant voltage keeps within, from row to row [V]."""

NO_TIME = 1e-3
"""Length of the step that ends at the first row [s]: models divide by it."""

ROWS_AFTER_CHANGE = 8
"""Rows that are fitted in any case after the current has changed."""

MOST_ROWS = 5000
"""Other rows of a record that are fitted, evenly spaced."""


@dataclass(frozen=True, eq=False)
class Steps:
    """A record, cut into steps.

    Parameters
    ----------
    name : str
        Of the record.
    record : CellRecord
        What was measured.
    duration, applied : (steps,) array
        Length [s] and current [A] of each step.
    temperature, ambient : (steps,) array
        Of the cell and of the air [K].
    row : (steps,) array of int
        The row of the record that a step ends at, or -1.
    fitted : (fitted rows,) array of int
        Rows of the record that are fitted.
    """

    name: str
    record: CellRecord
    duration: NDArray[np.float64]
    applied: NDArray[np.float64]
    temperature: NDArray[np.float64]
    ambient: NDArray[np.float64]
    row: NDArray[np.int64]
    fitted: NDArray[np.int64]

    @property
    def last(self) -> NDArray[np.int64]:
        """Step that ends at each row of the record, shape (rows,)."""
        return np.flatnonzero(self.row >= 0)

    @property
    def ends(self) -> NDArray[np.float64]:
        """Time at the end of each step [s], shape (steps,)."""
        passed = np.cumsum(self.duration)
        return self.record.time[-1] - (passed[-1] - passed)

    @property
    def begins_at_rest(self) -> bool:
        """Whether no current flows in the first row."""
        return bool(self.record.current[0] == 0.0)


def cut(name: str, record: CellRecord, temperature: float) -> Steps:
    """Cut a record into steps.

    The current of a row acts on the interval that ends at the row; no time passes in the first row. Where a row
    stands long after the one before, and both charge at the same voltage, the current decays exponentially in between.

    Parameters
    ----------
    name : str
        Of the record.
    record : CellRecord
        What was measured.
    temperature : float
        Of cell and air where the record has none [K].
    """
    interval = np.diff(record.time, prepend=record.time[0] - NO_TIME)
    longest = np.where(record.current == 0.0, LONGEST_REST, LONGEST_STEP)
    count = np.maximum(1, np.ceil(interval / longest - 1e-9).astype(np.int64))
    row = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    applied = record.current[row]
    held = _constant_voltage(record)[row] & (count[row] > 1)
    before = record.current[row[held] - 1]
    applied[held] = before * (applied[held] / before) ** ((within[held] + 0.5) / count[row[held]])
    ends_row = within == count[row] - 1
    middle = record.time[row] - interval[row] * (1.0 - (within + 0.5) / count[row])
    air = record.ambient if record.ambient is not None else record.temperature
    cell = record.temperature if record.temperature is not None else record.ambient
    bare = np.full(len(record.time), temperature)
    warm, around = (np.interp(middle, record.time, bare if values is None else values) for values in (cell, air))
    return Steps(
        name, record, (interval / count)[row], applied, warm, around, np.where(ends_row, row, -1), _fitted_rows(record),
    )  # fmt: skip


def _constant_voltage(record: CellRecord) -> NDArray[np.bool_]:
    current, before = record.current, np.concatenate([[0.0], record.current[:-1]])
    change = np.abs(np.diff(record.voltage, prepend=np.inf))
    return (before > current) & (current > 0.0) & (change <= HELD)


def _fitted_rows(record: CellRecord) -> NDArray[np.int64]:
    """Return all rows soon after a change of current, and evenly spaced ones of the rest."""
    least = CHANGE * np.abs(record.current).max()
    changed = np.flatnonzero(np.abs(np.diff(record.current, prepend=0.0)) > least)
    soon = np.zeros(len(record.time), np.bool_)
    soon[np.minimum(changed[:, np.newaxis] + np.arange(ROWS_AFTER_CHANGE), len(soon) - 1)] = True
    rest = np.flatnonzero(~soon)
    stride = -(-len(rest) // MOST_ROWS) or 1
    soon[rest[::stride]] = True
    return np.flatnonzero(soon)
