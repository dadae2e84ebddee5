"""Tables as Parquet files, by pyarrow, which is an optional extra.

Rules
-----
As `table`, with a row's number, from 1, for its line. A column of numbers may be integer or floating, a time may be a
timestamp; with a time zone it is an instant, without one a clock that was never changed (`clock`). A missing value is
refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, one_line
from ..core.reading import check_file
from .source import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cells, Source, fault, shown


def need_pyarrow(path: Path) -> None:
    """Raise InputError where pyarrow is not installed; `path` is the file that needs it."""
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415  (an extra)
    except ImportError:
        raise InputError(f'{path}: Parquet needs pyarrow; pip install "packfmu[parquet]"') from None


def open_parquet(path: Path) -> Source:
    """Return a Parquet file of at most 256 MB and 20 million rows, its columns known.

    Raises
    ------
    InputError
        When pyarrow is missing, or the file cannot be read or is too long.
    """
    need_pyarrow(path)
    from pyarrow import ArrowException  # noqa: PLC0415  (an extra)
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    check_file(path, MOST_BYTES)
    try:
        with ParquetFile(path) as file:
            headers, rows = tuple(file.schema_arrow.names), file.metadata.num_rows
    except (ArrowException, OSError) as error:
        raise InputError(f"{path}: is no readable Parquet file: {one_line(str(error))}") from None
    if len(headers) > MOST_COLUMNS:
        raise InputError(f"{path}: has {len(headers)} columns; at most {MOST_COLUMNS} are taken")
    if not 0 < rows <= MOST_ROWS:
        raise InputError(f"{path}: has {rows} rows; 1 to {MOST_ROWS} are taken")
    return Source(path, "row", headers, partial(_read, path, headers))


def save_parquet(columns: Mapping[str, NDArray[np.float64]], draft: Path) -> None:
    """Write columns of numbers by their headers; InputError where pyarrow is missing."""
    need_pyarrow(draft)
    from pyarrow import table  # noqa: PLC0415  (an extra)
    from pyarrow.parquet import write_table  # noqa: PLC0415

    write_table(table(dict(columns)), draft)


def _read(path: Path, headers: Sequence[str], numbers: Sequence[int], texts: Sequence[int]) -> Cells:
    """Return columns of a file."""
    from pyarrow import ArrowException  # noqa: PLC0415  (an extra)
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    try:
        with ParquetFile(path) as file:
            table = file.read(columns=[headers[each] for each in (*numbers, *texts)])
    except (ArrowException, OSError) as error:
        raise InputError(f"{path}: is no readable Parquet file: {one_line(str(error))}") from None
    rows = np.arange(1, table.num_rows + 1)
    columns = {each: table.column(headers[each]) for each in (*numbers, *texts)}
    return Cells(
        rows,
        {each: _numbers(path, headers[each], columns[each]) for each in numbers},
        {each: _texts(path, headers[each], columns[each]) for each in texts},
    )


def _numbers(path: Path, header: str, column: Any) -> NDArray[np.float64]:
    """Return the finite numbers of a column."""
    from pyarrow import types  # noqa: PLC0415  (an extra)

    _check_complete(path, header, column)
    if not (types.is_integer(column.type) or types.is_floating(column.type)):
        raise InputError(f"{path}, column {shown(header)}: holds {column.type}, not numbers")
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise fault(path, "row", int(wrong[0]) + 1, header, f"{values[wrong[0]]} is not finite")
    return values


def _texts(path: Path, header: str, column: Any) -> list[str]:
    """Return the texts of a column, or its timestamps as ISO 8601."""
    _check_complete(path, header, column)
    values = column.to_pandas()
    if hasattr(values, "dt"):
        return [stamp.isoformat() for stamp in values]
    return [str(value) for value in values]


def _check_complete(path: Path, header: str, column: Any) -> None:
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy())[0]) + 1
        raise fault(path, "row", row, header, "is empty")
