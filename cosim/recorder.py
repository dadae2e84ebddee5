"""Recording a run in a netCDF file: streamed while it runs, appendable, over time and what arrays count."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from ..core.duration import seconds
from ..core.errors import InputError, one_line
from ..core.variable import Causality, DataType
from ..coupling.operations import endpoint
from ..coupling.port import Port
from ..coupling.slave import Values
from ..coupling.system import System
from ..fmi.files import replacing

ROWS = 256
"""Rows that are kept in memory before they are written."""

_TYPES = {DataType.REAL: "f8", DataType.INTEGER: "i4", DataType.BOOLEAN: "i1"}


Attribute = str | Callable[[], str]


@dataclass(frozen=True, eq=False)
class Column:
    """One variable of the results.

    Parameters
    ----------
    name : str
        Its name there.
    source : (str, str)
        Component and output.
    port : Port
        The output.
    dimensions : tuple of str
        Names of the dimensions beside time.
    """

    name: str
    source: tuple[str, str]
    port: Port
    dimensions: tuple[str, ...]


def columns(system: System, record: Mapping[str, str]) -> list[Column]:
    """Find what is to be recorded.

    Parameters
    ----------
    system : System
        The system that will run.
    record : mapping of str to str
        Name in the results, to ``"Component.output"``.

    Returns
    -------
    list of Column
        An array has the dimension of its port (`Port.dimension`), whose extent the first such array sets; an array
        without one or of another extent has a dimension of its own.

    Raises
    ------
    InputError
        When there is no such output, or a name is not an identifier.
    """
    ports = [port for component in system.components for port in component.ports.values()]
    reserved = ("time", *sorted({port.dimension for port in ports if port.dimension}))
    extents: dict[str, int] = {}
    found = []
    for name, source in record.items():
        end = endpoint(source)
        port = system.port(end)
        if port.causality is not Causality.OUTPUT:
            raise InputError(f"{source} is {port.causality.value}; outputs are recorded")
        if not name.isidentifier() or name in reserved:
            raise InputError(f"result name {name!r} is not an identifier other than {', '.join(reserved)}")
        found.append(Column(name, end, port, _dimensions(name, port, extents)))
    return found


def _dimensions(name: str, port: Port, extents: dict[str, int]) -> tuple[str, ...]:
    """Return the names of a port's dimensions; `extents` are those that named dimensions have so far."""
    is_named = port.dimension and len(port.shape) == 1
    if is_named and extents.setdefault(port.dimension, port.count) == port.count:
        return (port.dimension,)
    return tuple(f"{name}_axis_{axis}" for axis in range(1, len(port.shape) + 1))


class Recorder:
    """Writes rows to an open netCDF file, `ROWS` at a time.

    Parameters
    ----------
    file : netCDF4.Dataset
        An empty file, open for writing.
    columns : sequence of Column
        What a row holds.
    attributes : mapping of str to str, or to callables
        What the file tells of the run; callables are asked at its end.
    """

    def __init__(self, file: netCDF4.Dataset, columns: Sequence[Column], attributes: Mapping[str, Attribute]) -> None:
        self._file = file
        self.attributes = dict(attributes)
        self._rows = self._written = 0
        self._time: NDArray[np.float64] = np.zeros(ROWS)
        self._buffers = [np.zeros((ROWS, c.port.count), dtype=_TYPES[c.port.data_type]) for c in columns]
        self._shapes = [column.port.shape for column in columns]
        self._names = [column.name for column in columns]
        file.createDimension("time", None)
        time = file.createVariable("time", "f8", ("time",), chunksizes=(ROWS,), fletcher32=True)
        time.setncatts({"units": "s", "long_name": "time", "axis": "T"})
        for column in columns:
            self._declare(column)

    def _declare(self, column: Column) -> None:
        port, file = column.port, self._file
        for name, extent in zip(column.dimensions, port.shape, strict=True):
            if name not in file.dimensions:
                file.createDimension(name, extent)
                number = file.createVariable(name, "i4", (name,))
                number.setncatts({"units": "1", "long_name": f"number of the {name}"})
                number[:] = np.arange(1, extent + 1)
        chunk = (max(1, min(ROWS, 2**17 // port.count)), *port.shape)  # at most 1 MB
        variable = file.createVariable(
            column.name, _TYPES[port.data_type], ("time", *column.dimensions),
            chunksizes=chunk, fill_value=False, fletcher32=True,  # a changed bit is found when the file is read
        )  # fmt: skip
        attributes = {"units": port.unit, "long_name": port.description, "display_units": port.display_unit}
        variable.setncatts({name: text for name, text in attributes.items() if text})
        variable.source = ".".join(column.source)

    def append(self, time: int, values: Sequence[Values]) -> None:
        """Add the row of an instant [ns]: flat values in the order of the columns."""
        self._time[self._rows] = seconds(time)
        for buffer, value in zip(self._buffers, values, strict=True):
            buffer[self._rows] = value
        self._rows += 1
        if self._rows == ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are still in memory."""
        self._write(self._time[: self._rows], [buffer[: self._rows] for buffer in self._buffers])
        self._rows = 0

    def extend(self, times: NDArray[np.float64], values: Sequence[Values]) -> None:
        """Write the rows of several instants [s]: of each column one flat row of values an instant."""
        self.flush()
        self._write(times, [v.astype(b.dtype) for v, b in zip(values, self._buffers, strict=True)])

    def _write(self, times: NDArray[np.float64], values: Sequence[Values]) -> None:
        begin, end = self._written, self._written + len(times)
        self._file["time"][begin:end] = times
        for name, shape, rows in zip(self._names, self._shapes, values, strict=True):
            self._file[name][begin:end] = rows.reshape(len(times), *shape)
        self._file.sync()
        self._written = end

    @property
    def written(self) -> int:
        """Rows in the file."""
        return self._written

    def end(self, reason: str = "") -> None:
        """Write what is still in memory, whether the run is complete, and the reason if it is not; close the file."""
        self.flush()
        ended = {"complete": 0, "reason": reason} if reason else {"complete": 1}
        told = {name: text() if callable(text) else text for name, text in self.attributes.items()}
        self._file.setncatts({**told, **ended})
        self._file.close()

    def written_rows(self) -> tuple[NDArray[np.float64], list[Values]]:
        """Return the instants [s] and the values that have been written, as `extend` takes them."""
        self._file.set_auto_mask(False)
        rows = slice(self._written)
        return self._file["time"][rows], [self._file[name][rows].reshape(self._written, -1) for name in self._names]


@contextmanager
def recording(
    path: Path, columns: Sequence[Column], reason: str = "", attributes: Mapping[str, Attribute] | None = None
) -> Iterator[Recorder]:
    """Record into the netCDF file `path`, which appears when the block is left, with the attribute ``complete`` = 1.

    When the block is left by an exception, the rows until then are kept with ``complete`` = 0 and the message as
    ``reason``; when there are none, an existing file stays as it was.

    Parameters
    ----------
    path : Path
        The file to write or replace.
    columns : sequence of Column
        What a row holds.
    reason : str
        Why the rows are not all that were to be recorded; empty when they are.
    attributes : mapping of str to str, optional
        What the file tells of the run; the block may add to `Recorder.attributes`.

    Raises
    ------
    InputError
        When the file cannot be written. On a full disk the rows are kept that were written before.
    """
    ended: BaseException | None = None
    with replacing(path) as draft:
        recorder = Recorder(netCDF4.Dataset(draft, "w", format="NETCDF4"), columns, attributes or {})
        try:
            yield recorder
        except BaseException as error:
            ended = error
        try:
            recorder.end(reason if ended is None else reason_of(ended))
        except RuntimeError as error:
            ended = InputError(f"output {path} cannot be written: {error}; is the disk full?")
            ended.__cause__ = error
            if recorder.written:
                _write_again(draft, columns, recorder, str(ended))
        if ended is not None and not recorder.written:
            raise ended
    if ended is not None:
        raise ended


def reason_of(error: BaseException) -> str:
    """Return in one line why a run has ended early."""
    return "interrupted" if isinstance(error, KeyboardInterrupt) else one_line(str(error)) or type(error).__name__


def _write_again(draft: Path, columns: Sequence[Column], former: Recorder, reason: str) -> None:
    """Write what a file holds that could not be written to its end once more, in the space that it took."""
    rows = former.written_rows()  # another process could not read that file
    os.truncate(draft, 0)
    draft.unlink()
    recorder = Recorder(netCDF4.Dataset(draft, "w", format="NETCDF4"), columns, former.attributes)
    recorder.extend(*rows)
    recorder.end(reason)
