"""Tables over time: quantities in SI, read from any file that holds them, and checked row by row.

Rules
-----
* Columns are found by their headers (`labels`), their units become SI (`units`); columns that are not wanted are passed
  over, and what they hold is not looked at.
* Time is that of the first of these columns that is there: a time since the record's zero, a Unix time, a date
  (`clock`). The latter two begin at 0 s.
* Times end within ten years of the first row: more is a wrong unit.
* Times never go back. Of rows of equal time one is taken, the first or the last as the reader asks; a notice tells.
* A value that is missing, no number or not finite, also in SI units, is refused, and so is a temperature below 0 K.

An error tells the file, the row and the column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.duration import LONGEST_COURSE, seconds
from ..core.errors import InputError
from .clock import seconds_of_dates
from .csv_text import open_csv
from .labels import LABELS, Heading, headings
from .source import Cells, Source, fault

CLOCKS = ("time", "unix_time", "date")
"""Quantities that tell the time; the first that is there is taken."""

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES = (".parquet", ".pq")
CYCLER_SUFFIXES = (".mpr", ".nda", ".ndax")


class Repeated(Enum):
    """Which of several rows of equal time stands for them.

    FIRST where a row's current acted until the row: the rows after it lasted no time. LAST where a row's value holds
    from the row on.
    """

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, eq=False)
class TimeTable:
    """Quantities over time.

    Parameters
    ----------
    path : Path
        The file.
    place : str
        What a row is called there: "line" or "row".
    rows : (rows,) array of int
        Where each row is in the file, from 1.
    time : (rows,) array
        Rising strictly [s].
    values : mapping of str to (rows,) array
        By quantity, keys of `labels.LABELS`; SI, current and power positive when charging.
    modes : tuple of str
        What each row says in the column "mode"; empty without one.
    headers : mapping of str to str
        The header of each quantity, and of "time".
    ignored : tuple of str
        Headers of columns that were not read.
    notices : tuple of str
        What was taken by a rule, a line each.
    """

    path: Path
    place: str
    rows: NDArray[np.int64]
    time: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    modes: tuple[str, ...]
    headers: Mapping[str, str]
    ignored: tuple[str, ...]
    notices: tuple[str, ...]

    def fault(self, index: int, quantity: str, text: str) -> InputError:
        """Return the error of a value, by its index and its quantity."""
        return fault(self.path, self.place, int(self.rows[index]), self.headers[quantity], text)


def read_table(path: Path, wanted: Sequence[str], repeated: Repeated) -> TimeTable:
    """Read quantities over time from a CSV or Parquet file, or from that of a cycler.

    Parameters
    ----------
    path : Path
        Its suffix tells the format: .csv, .tsv, .txt; .parquet, .pq; .mpr, .nda, .ndax. At most 256 MB.
    wanted : sequence of str
        Keys of `labels.LABELS` without those of `CLOCKS`; what is not there is left out.
    repeated : Repeated
        Which of several rows of equal time is kept.

    Raises
    ------
    InputError
        When the file cannot be read or breaks a rule of this module; one line, by row and column.
    """
    source = _open(path)
    try:
        found = headings(source.headers, (*wanted, *CLOCKS))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    clock = next((found[each] for each in CLOCKS if each in found), None)
    if clock is None:
        raise InputError(f"{path}: has no column of time, such as 'time [s]' or 'Test Time / s'{_told(source)}")
    columns = [heading for quantity, heading in found.items() if quantity not in CLOCKS]
    numbers = [each.column for each in columns if LABELS[each.quantity].dimension != "text"]
    texts = [each.column for each in columns if LABELS[each.quantity].dimension == "text"]
    (texts if clock.quantity == "date" else numbers).append(clock.column)
    cells = source.read(numbers, texts)
    time = _time(source, cells, clock)
    kept, notices = _kept(source, cells, clock, time, repeated)
    values = {each.quantity: _si(source, cells, each)[kept] for each in columns if each.column in cells.numbers}
    return TimeTable(
        path=path,
        place=source.place,
        rows=cells.rows[kept],
        time=time[kept],
        values=values,
        modes=tuple(np.array(cells.texts[found["mode"].column])[kept]) if "mode" in found else (),
        headers={**{each.quantity: each.text for each in columns}, "time": clock.text},
        ignored=tuple(each for i, each in enumerate(source.headers) if each and i not in {*numbers, *texts}),
        notices=notices,
    )


def _open(path: Path) -> Source:
    """Return a file by its suffix."""
    suffix = path.suffix.lower()
    if suffix in CSV_SUFFIXES:
        return open_csv(path)
    if suffix in PARQUET_SUFFIXES:
        from .parquet import open_parquet  # noqa: PLC0415  (pyarrow is an extra)

        return open_parquet(path)
    if suffix in CYCLER_SUFFIXES:
        from .cyclers import open_cycler  # noqa: PLC0415  (so are the cyclers' readers)

        return open_cycler(path)
    known = ", ".join((*CSV_SUFFIXES, *PARQUET_SUFFIXES, *CYCLER_SUFFIXES))
    raise InputError(f"{path}: {path.suffix!r} tells no known format; known are {known}")


def _told(source: Source) -> str:
    """Return the headers of a file as the end of a message."""
    return f"; it has {', '.join(repr(each) for each in source.headers[:6])}" + (
        ", ..." if len(source.headers) > 6 else ""
    )


def _time(source: Source, cells: Cells, clock: Heading) -> NDArray[np.float64]:
    """Return the time of each row [s], none of them further from the first than a record may be long."""
    if clock.quantity == "date":
        time = seconds_of_dates(source, cells, clock.column)
    else:
        numbers = cells.numbers[clock.column]
        with np.errstate(over="ignore"):
            time = clock.conversion.si(numbers - numbers[0] if clock.quantity == "unix_time" else numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.abs(time - time[0])
    wrong = ~(apart <= seconds(LONGEST_COURSE))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise source.fault(
            int(cells.rows[row]),
            clock.column,
            f"is {apart[row]:.6g} s from the first row, more than ten years; is the unit ms or ns?",
        )
    return time


def _kept(
    source: Source, cells: Cells, clock: Heading, time: NDArray[np.float64], repeated: Repeated
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Return which rows are kept of those of equal time, and what is to be told of it."""
    steps = np.diff(time)
    back = np.flatnonzero(steps < 0.0)
    if back.size:
        row = int(back[0]) + 1
        raise source.fault(
            int(cells.rows[row]),
            clock.column,
            f"time goes back, by {-steps[back[0]]:.6g} s; sort the rows, or cut the file there",
        )
    kept = np.ones(time.size, dtype=np.bool_)
    equal = np.flatnonzero(steps == 0.0)
    if not equal.size:
        return kept, ()
    kept[equal + 1 if repeated is Repeated.FIRST else equal] = False
    word = "row repeats" if equal.size == 1 else "rows repeat"
    told = (
        f"{equal.size} {word} the time of the row before, first in {source.place} {int(cells.rows[equal[0] + 1])}: "
        f"the {repeated.value} row of equal time is taken"
    )
    return kept, (told,)


def _si(source: Source, cells: Cells, heading: Heading) -> NDArray[np.float64]:
    """Return the values of a column in SI, its sign turned where the header says so."""
    with np.errstate(over="ignore"):
        values = heading.sign * heading.conversion.si(cells.numbers[heading.column])
    if not np.isfinite(values).all():
        index = int(np.argmin(np.isfinite(values)))
        given = cells.numbers[heading.column][index]
        raise source.fault(int(cells.rows[index]), heading.column, f"{given:g} is too great in SI units")
    if LABELS[heading.quantity].dimension == "temperature" and (values < 0.0).any():
        index = int(np.argmax(values < 0.0))
        given = cells.numbers[heading.column][index]
        raise source.fault(int(cells.rows[index]), heading.column, f"{given:g} is below the absolute zero")
    return values
