"""Journals: rows of results streamed to a raw file that survives a kill, and their conversion to netCDF.

The file holds a magic text, the length of the header (little-endian), the header (JSON: what each column is), and the
rows: float64 in the byte order of the machine, the time first. Its length tells how many rows there are; what a kill
has left beyond the last checkpoint is cut off when the run goes on.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.variable import Causality, DataType
from ...coupling.port import Port
from ...coupling.slave import Values
from ...fmi.files import check_replaceable
from ..recorder import Column, recording
from .checkpoint import sync_folder

MAGIC = b"packfmu journal 1\n"

ROWS = 256
"""Rows that are kept in memory before they are written."""

_LENGTH = struct.Struct("<Q")


class Journal:
    """Appends rows to a raw file; memory stays flat.

    Parameters
    ----------
    path : Path
        The file; a new one, which replaces what is there.
    columns : sequence of Column
        What a row holds beside the time.
    rows : int, optional
        Rows to keep of a file that `reopen` has checked.

    Raises
    ------
    InputError
        When the file cannot be written; so do all methods.
    """

    def __init__(self, path: Path, columns: Sequence[Column], rows: int | None = None) -> None:
        self.path = path
        self._edges = _edges(columns)
        self._buffer: NDArray[np.float64] = np.zeros((ROWS, self._edges[-1]))
        self._kept, self._written = 0, rows or 0
        check_replaceable(path)
        with _blamed(path):
            if rows is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_header(columns))
                sync_folder(path.parent)
            self._file: BinaryIO = path.open("r+b")
            self._file.truncate(len(_header(columns)) + self._written * self._buffer[0].nbytes)
            self._file.seek(0, os.SEEK_END)

    @classmethod
    def reopen(cls, path: Path, columns: Sequence[Column], rows: int) -> Journal:
        """Go on after `rows` rows; those after them are dropped.

        Raises
        ------
        InputError
            When the file is not a journal of these columns, or has fewer rows; it is left as it is.
        """
        header = _header(columns)
        try:
            with path.open("rb") as file:
                intact = file.read(len(header)) == header
                size = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise InputError(f"journal {path} cannot be read: {error.strerror or error}") from error
        if not intact:
            raise InputError(f"{path} is not a journal of the columns of this run; start anew in another folder")
        complete = (size - len(header)) // (8 * _edges(columns)[-1])
        if complete < rows:
            raise InputError(
                f"journal {path} is damaged: it has {complete} rows, and the checkpoint tells of {rows}; "
                "restore it from a copy, or start anew in another folder"
            )
        return cls(path, columns, rows)

    @property
    def rows(self) -> int:
        """Rows that were appended."""
        return self._written + self._kept

    def append(self, time: float, values: Sequence[Values]) -> None:
        """Add the row of an instant [s]: flat values in the order of the columns."""
        row = self._buffer[self._kept]
        row[0] = time
        for (begin, end), value in zip(pairwise(self._edges), values, strict=True):
            row[begin:end] = value
        self._kept += 1
        if self._kept == ROWS:
            self._write()

    def flush(self) -> int:
        """Bring all rows to the disk, and return how many there are."""
        self._write()
        with _blamed(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
        return self._written

    def close(self) -> None:
        """Close the file; rows that were not flushed are lost."""
        with _blamed(self.path):
            self._file.close()

    def _write(self) -> None:
        with _blamed(self.path):
            self._file.write(self._buffer[: self._kept].tobytes())
        self._kept, self._written = 0, self._written + self._kept


def to_netcdf(journal: Path, output: Path) -> None:
    """Convert the complete rows of a journal to a netCDF file as `recorder.recording` makes it.

    Parameters
    ----------
    journal : Path
        The file of a `Journal`, flushed.
    output : Path
        The netCDF file, which appears when it is complete.

    Raises
    ------
    InputError
        When the journal is none or cannot be read, or the output cannot be written.
    """
    try:
        file = journal.open("rb")
    except OSError as error:
        raise InputError(f"journal {journal} cannot be read: {error.strerror or error}") from error
    with file:
        columns = _columns(journal, file)
        edges = _edges(columns)
        with recording(output, columns) as recorder:
            for rows in _chunks(file, edges[-1]):
                recorder.extend(rows[:, 0], [rows[:, begin:end] for begin, end in pairwise(edges)])


def _chunks(file: BinaryIO, width: int) -> Iterator[NDArray[np.float64]]:
    """Yield the complete rows from where the file stands."""
    size = 8 * width
    while complete := len(data := file.read(ROWS * size)) // size:
        yield np.frombuffer(data[: complete * size]).reshape(complete, width)


def _edges(columns: Sequence[Column]) -> list[int]:
    """Return where in a row each column begins, and the width of a row."""
    return list(accumulate((column.port.count for column in columns), initial=1))


def _header(columns: Sequence[Column]) -> bytes:
    text = json.dumps({"byte_order": sys.byteorder, "columns": [_described(column) for column in columns]}).encode()
    return MAGIC + _LENGTH.pack(len(text)) + text


def _described(column: Column) -> Mapping[str, Any]:
    port = column.port
    return {
        "name": column.name,
        "source": column.source,
        "dimensions": column.dimensions,
        "port": port.name,
        "kind": port.data_type.value,
        "unit": port.unit,
        "shape": port.shape,
        "description": port.description,
        "display_unit": port.display_unit,
    }


def _columns(path: Path, file: BinaryIO) -> list[Column]:
    """Read the header; the file stands at its first row then."""
    refusal = InputError(f"{path} is not a journal of this version of packfmu and this kind of machine")
    if file.read(len(MAGIC)) != MAGIC:
        raise refusal
    try:
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        header = json.loads(file.read(length))
        if header["byte_order"] != sys.byteorder:
            raise refusal
        return [_column(described) for described in header["columns"]]
    except (struct.error, ValueError, KeyError, TypeError, OverflowError, MemoryError):
        raise refusal from None


def _column(described: Mapping[str, Any]) -> Column:
    shape = tuple(described["shape"])
    port = Port(
        name=described["port"],
        causality=Causality.OUTPUT,
        data_type=DataType(described["kind"]),
        unit=described["unit"],
        shape=shape,
        references=np.zeros(0, np.uint32),
        start=np.zeros(0),
        description=described["description"],
        display_unit=described["display_unit"],
    )
    component, output = described["source"]
    return Column(described["name"], (component, output), port, tuple(described["dimensions"]))


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"journal {path} cannot be written: {error.strerror or error}") from error
