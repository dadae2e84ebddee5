"""Dates and times of day of a record, as seconds.

Rules
-----
Dates are ISO 8601, ``2026-03-01T14:05:00``, also with a space for the ``T`` and with ``/`` for ``-``, or written
``01.03.2026 14:05``, day first, from 1900 to 2199. Others, such as ``03/01/2026``, are refused: day and month cannot be
told apart.

With an offset from UTC (``Z``, ``+01:00``) in every row, a change to or from summer time makes no difference. Without
one in any row, the clock is taken as one that was never changed: where it was set back, times go back and are refused;
a step of an hour more than usual, on a Sunday between one and three o'clock, is taken for a change to summer time and
refused. A file with both kinds of rows is refused.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ..core.duration import NANOSECONDS
from .source import Cells, Source, shown

_ISO = re.compile(
    r"(19|2[01])\d{2}[-/]\d{1,2}[-/]\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_DAY_FIRST = re.compile(r"(\d{1,2})[.](\d{1,2})[.](\d{4})(?P<rest>.*)", re.ASCII)
_HOUR = NANOSECONDS["h"]
_FIRST_WEEKDAY, _SUNDAY = 3, 6
"""1970 began on a Thursday; weeks begin on Monday, which is 0."""


def seconds_of_dates(source: Source, cells: Cells, column: int) -> NDArray[np.float64]:
    """Return the time since the first row [s], shape (rows,).

    Parameters
    ----------
    source : Source
        The file, for messages.
    cells : Cells
        What was read of it.
    column : int
        Where its dates are.

    Raises
    ------
    InputError
        When a row holds no date, only some rows tell their offset from UTC, or the clock seems to have been set
        to summer time.
    """
    import pandas as pd  # noqa: PLC0415  (half a second that only dates need)

    texts = [_iso(text) for text in cells.texts[column]]
    offsets = [_offset(source, cells, column, index, text) for index, text in enumerate(texts)]
    other = next((index for index, offset in enumerate(offsets) if bool(offset) != bool(offsets[0])), None)
    if other is not None:
        raise source.fault(
            int(cells.rows[other]),
            column,
            f"{shown(texts[other])} and the first row differ: tell the offset from UTC in both",
        )
    stamps = pd.to_datetime(pd.Series(texts), format="ISO8601", utc=True, errors="coerce")
    wrong = np.flatnonzero(stamps.isna().to_numpy())
    if wrong.size:
        raise source.fault(
            int(cells.rows[wrong[0]]), column, f"{shown(cells.texts[column][wrong[0]])} is no date that exists"
        )
    instants = stamps.dt.tz_convert(None).to_numpy().astype("datetime64[ns]").astype(np.int64)
    if not offsets[0]:
        _check_summer_time(source, cells, column, instants)
    return np.asarray((instants - instants[0]) / NANOSECONDS["s"], dtype=np.float64)


def _iso(text: str) -> str:
    """Return a date as ISO 8601 writes it, where it is one that is taken."""
    day_first = _DAY_FIRST.fullmatch(text.strip())
    if day_first:
        day, month, year = day_first.groups()[:3]
        text = f"{year}-{month:0>2}-{day:0>2}{day_first['rest']}"
    return text.strip().replace("/", "-")


def _offset(source: Source, cells: Cells, column: int, index: int, text: str) -> str:
    match = _ISO.fullmatch(text)
    if match is None:
        raise source.fault(
            int(cells.rows[index]),
            column,
            f"{shown(cells.texts[column][index])} is no date such as 2026-03-01T14:05:00; a time in numbers tells its "
            "unit in the header, such as 'time [s]'",
        )
    return match["offset"] or ""


def _check_summer_time(source: Source, cells: Cells, column: int, instants: NDArray[np.int64]) -> None:
    """Raise InputError where a clock [ns since 1970] steps an hour too far in the night of a Sunday."""
    steps = np.diff(instants)
    if not steps.size:
        return
    usual = int(np.median(steps))
    hour, weekday = instants[1:] // _HOUR % 24, (instants[1:] // (24 * _HOUR) + _FIRST_WEEKDAY) % 7
    set_forward = (usual < _HOUR) & (steps >= _HOUR) & (steps - _HOUR <= 2 * usual)
    found = np.flatnonzero(set_forward & (weekday == _SUNDAY) & (hour >= 1) & (hour <= 3)) + 1
    if found.size:
        raise source.fault(
            int(cells.rows[found[0]]),
            column,
            f"the clock seems to have been set to summer time before {shown(cells.texts[column][found[0]])}; "
            "write times with their offset from UTC, such as +01:00",
        )
