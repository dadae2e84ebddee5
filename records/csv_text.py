"""Tables as text: CSV with commas, semicolons or tabulators.

Rules
-----
The text is UTF-8. Empty lines are passed over, and so are lines before the header that begin with ``#``. A first line
``sep=;``, as Excel writes it, tells what separates columns, and else the header: a semicolon where it has one, else a
tabulator, else a comma. With the former two a comma within a number is a decimal comma. A number with both a comma and
a point is refused, and so is what is empty, no number, or not finite. Each line has as many values as the header.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, one_line
from ..core.reading import check_encoding, read_file
from .source import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cells, Source, fault, shown

CHUNK = 10_000
"""Rows that are held as text at a time."""

_NUMBER = re.compile(r"\s*[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?\s*", re.ASCII)

_SEPARATOR = re.compile(r'"?sep=(?P<sign>[,;\t])"?(?=\r?\n)')
"""What Excel writes before the header."""

_Rows = list[tuple[int, list[str]]]
"""Lines, from 1, with their values."""


def open_csv(path: Path) -> Source:
    """Return a CSV file of at most 256 MB, its header read.

    Raises
    ------
    InputError
        When the file cannot be read, is no UTF-8, or has no header.
    """
    content = read_file(path, MOST_BYTES)
    check_encoding(path, content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: is not UTF-8; save the file with that encoding") from None
    text, separator = _separated(text)
    line, headers = next(_rows(path, text, separator), (1, []))
    if not headers:
        raise InputError(f"{path}: is empty; the first line names the columns, such as 'time [s],current [A]'")
    if len(headers) > MOST_COLUMNS:
        raise InputError(f"{path}, line {line}: has {len(headers)} columns; at most {MOST_COLUMNS} are taken")
    if any(_NUMBER.fullmatch(each.replace(",", ".")) for each in headers):
        raise InputError(
            f"{path}, line {line}: has numbers where the columns are named; add a header such as 'time [s],current [A]'"
        )
    return Source(path, "line", tuple(each.strip() for each in headers), partial(_read, path, text, separator))


def _separated(text: str) -> tuple[str, str]:
    """Return a text, a line that tells the separator left empty, and the separator."""
    told = _SEPARATOR.match(text)
    if told:
        return text[told.end() :], told["sign"]
    header = next((line for line in io.StringIO(text) if line.strip() and not line.startswith("#")), "")
    return text, next((sign for sign in ";\t" if sign in header), ",")


def save_csv(columns: Mapping[str, NDArray[np.float64]], draft: Path) -> None:
    """Write columns of numbers by their headers; read again, they have the same bits."""
    values = [column.tolist() for column in columns.values()]
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(columns) + "\n")
        for row in zip(*values, strict=True):
            file.write(",".join(map(repr, row)) + "\n")


def _rows(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that have values, the header first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    in_header = True
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()) or (in_header and row[0].startswith("#")):
                continue
            in_header = False
            yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {one_line(str(error))}") from None


def _read(path: Path, text: str, separator: str, numbers: Sequence[int], texts: Sequence[int]) -> Cells:
    """Return columns of a text."""
    if not texts:
        cells = _read_plain(text, separator, numbers)
        if cells is not None:
            return cells
    rows = _rows(path, text, separator)
    _, headers = next(rows)
    places: list[NDArray[np.int64]] = []
    parts: dict[int, list[NDArray[np.float64]]] = {column: [] for column in numbers}
    words: dict[int, list[str]] = {column: [] for column in texts}
    while chunk := list(islice(rows, CHUNK)):
        _check_lengths(path, chunk, headers)
        places.append(np.array([line for line, _ in chunk]))
        if len(places) * CHUNK > MOST_ROWS:
            raise InputError(f"{path}: has more than {MOST_ROWS} rows")
        for column, part in parts.items():
            part.append(_numbers(path, chunk, headers, column, separator != ","))
        for column, told in words.items():
            told.extend(row[column].strip() for _, row in chunk)
    if not places:
        raise InputError(f"{path}: has a header and no rows")
    return Cells(np.concatenate(places), {column: np.concatenate(part) for column, part in parts.items()}, words)


def _read_plain(text: str, separator: str, numbers: Sequence[int]) -> Cells | None:
    """Return columns of numbers where the text is nothing but a header and such lines, without quotes; else None.

    It reads what `_read` would, several times faster, and leaves all faults to it.
    """
    head, _, rest = text.partition("\n")
    body = rest.rstrip("\r\n").encode("utf-8")
    if head.startswith("#") or not head.strip() or not body or b'"' in head.encode() + body or not body.isascii():
        return None
    letters = np.frombuffer(body, dtype=np.uint8)
    ends = np.append(np.flatnonzero(letters == ord("\n")), letters.size)
    separators = np.diff(np.searchsorted(np.flatnonzero(letters == ord(separator)), ends), prepend=0)
    if (separators != head.count(separator)).any() or ends.size > MOST_ROWS:
        return None
    lines = io.BytesIO(body if separator == "," else body.replace(b",", b"."))
    try:
        values = np.loadtxt(lines, delimiter=separator, usecols=numbers, comments=None, ndmin=2)
    except ValueError:
        return None
    if values.shape[0] != ends.size or not np.isfinite(values).all():
        return None
    columns = {column: np.ascontiguousarray(values[:, index]) for index, column in enumerate(numbers)}
    return Cells(np.arange(2, ends.size + 2), columns, {})


def _check_lengths(path: Path, chunk: _Rows, headers: Sequence[str]) -> None:
    for line, row in chunk:
        if len(row) != len(headers):
            raise InputError(
                f"{path}, line {line}: has {len(row)} values where the header names {len(headers)} columns"
                + ("; decimal commas need semicolons between columns" if len(row) > len(headers) else "")
            )


def _numbers(path: Path, chunk: _Rows, headers: Sequence[str], column: int, comma: bool) -> NDArray[np.float64]:
    """Return the numbers of a column; a comma may be the decimal sign."""
    cells = [row[column] for _, row in chunk]
    if comma:
        cells = [cell.replace(",", ".") for cell in cells]
    joined = "".join(cells)
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        pass
    else:
        if joined.isascii() and "_" not in joined and np.isfinite(values).all():
            return values
    for (line, row), cell in zip(chunk, cells, strict=True):
        reason = _reason(row[column], cell)
        if reason:
            raise fault(path, "line", line, headers[column].strip(), reason)
    raise AssertionError("numbers were refused, and none of them has a fault")


def _reason(given: str, cell: str) -> str:
    """Return why a cell is no finite number; empty where it is one."""
    if not given.strip():
        return "is empty"
    if _NUMBER.fullmatch(cell):
        return "" if math.isfinite(float(cell)) else f"{shown(given)} is not finite"
    if "," in given and ("." in given or given.count(",") > 1):
        return f"{shown(given)} has more than one decimal sign; leave out separators of thousands"
    try:
        float(cell)
    except ValueError:
        return f"{shown(given)} is no number"
    return f"{shown(given)} is not finite" if not math.isfinite(float(cell)) else f"{shown(given)} is no number"
