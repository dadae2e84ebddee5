"""Records of a cell: current, voltage and temperature over time, as a cycler measures them.

The current of a row acted on the interval that ends at the row, and the voltage is that at its end: so cyclers sample.
The first row tells the state that the record begins in; no time has passed in it. A gap is an interval as any other:
the current of the row after it acted in it.

Files with the labels of the Battery Data Format (`labels`), with headers such as ``current [A]``, the exports of a
Bitrode cycler (``Time(s)``, ``Current(A)``, ``Voltage(V)``, ``Mode``), and files of BioLogic and Neware (`cyclers`) are
read. Several thermocouples on the surface, T1 to T5, are averaged.

The current is positive when it charges. A column ``discharge current [A]`` has the other sign and is turned; so is a
current that is positive in the rows of mode DCHG or negative in those of CHRG, taken over all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .csv_text import save_csv
from .labels import SURFACES
from .table import PARQUET_SUFFIXES, Repeated, TimeTable, read_table

_CELSIUS = 273.15

_WANTED = ("current", "voltage", "surface_temperature", *SURFACES, "ambient_temperature", "mode")


@dataclass(frozen=True, eq=False)
class CellRecord:
    """What was measured on a cell.

    Parameters
    ----------
    time : (rows,) array
        From the record's zero, rising strictly [s].
    current : (rows,) array
        Positive when charging; it acted on the interval that ends at the row [A].
    voltage : (rows,) array
        At the row [V].
    temperature : (rows,) array or None
        Of the cell's surface [K].
    ambient : (rows,) array or None
        Of the air [K].
    notices : tuple of str
        What was taken by a rule when it was read, a line each.
    """

    time: NDArray[np.float64]
    current: NDArray[np.float64]
    voltage: NDArray[np.float64]
    temperature: NDArray[np.float64] | None = None
    ambient: NDArray[np.float64] | None = None
    notices: tuple[str, ...] = ()


def read_record(path: Path) -> CellRecord:
    """Read the record of a cell.

    Parameters
    ----------
    path : Path
        A CSV, Parquet or cycler file with a time, a current and a voltage; see `table.read_table`. Of rows of equal
        time the first is kept: the others lasted no time.

    Raises
    ------
    InputError
        When it cannot be read, a column is missing, it has fewer than two rows, or a value breaks a rule of `table`.
    """
    table = read_table(path, _WANTED, Repeated.FIRST)
    for quantity, example in (("current", "'Current / A'"), ("voltage", "'Voltage / V'")):
        if quantity not in table.values:
            raise InputError(f"{path}: has no column of {quantity}, such as {example}")
    if table.time.size < 2:
        raise InputError(f"{path}: has one row of its own time; a record needs two")
    record = CellRecord(
        time=table.time,
        current=table.values["current"],
        voltage=table.values["voltage"],
        temperature=_surface(table),
        ambient=table.values.get("ambient_temperature"),
        notices=table.notices,
    )
    return _turned(record, np.array(table.modes))


def write_record(record: CellRecord, draft: Path) -> None:
    """Write a record with the labels of the Battery Data Format; read again, it has the same bits.

    Parameters
    ----------
    record : CellRecord
        Temperatures from 137 to 546 K keep their bits in degC.
    draft : Path
        Where to write: the draft that `packfmu.fmi.files.replacing` yields, so that the file is whole or as it was.
        A suffix of Parquet makes Parquet, any other CSV.

    Raises
    ------
    InputError
        When Parquet is asked for and pyarrow is missing.
    """
    columns = {"Test Time / s": record.time, "Voltage / V": record.voltage, "Current / A": record.current}
    if record.temperature is not None:
        columns["Surface Temperature / degC"] = record.temperature - _CELSIUS
    if record.ambient is not None:
        columns["Ambient Temperature / degC"] = record.ambient - _CELSIUS
    if draft.suffix.lower() in PARQUET_SUFFIXES:
        from .parquet import save_parquet  # noqa: PLC0415  (pyarrow is an extra)

        save_parquet(columns, draft)
    else:
        save_csv(columns, draft)


def with_temperatures(
    record: CellRecord, time: NDArray[np.float64], temperature: NDArray[np.float64], ambient: NDArray[np.float64] | None
) -> CellRecord:
    """Return a record with temperatures that another instrument measured.

    Parameters
    ----------
    record : CellRecord
        Its own temperatures are replaced.
    time : (samples,) array
        On the record's clock, rising [s]; `lvm.read_lvm` and a shift of the clocks give it. Temperatures are linear
        between samples, and stay before the first and after the last one.
    temperature, ambient : (samples,) array
        Of the surface and of the air [K]; the latter may be None.
    """
    return replace(
        record,
        temperature=np.interp(record.time, time, temperature),
        ambient=None if ambient is None else np.interp(record.time, time, ambient),
    )


def _surface(table: TimeTable) -> NDArray[np.float64] | None:
    """Return the temperature of the surface [K], the mean where there are several."""
    if "surface_temperature" in table.values:
        return table.values["surface_temperature"]
    measured = [table.values[each] for each in SURFACES if each in table.values]
    return np.mean(measured, axis=0) if measured else None


def _turned(record: CellRecord, modes: NDArray[np.str_]) -> CellRecord:
    """Return the record with its current turned where the cycler's modes say so."""
    if not modes.size:
        return record
    charged = record.current[modes == "CHRG"].sum() - record.current[modes == "DCHG"].sum()
    if charged >= 0.0:
        return record
    told = "the current is negative in rows of mode CHRG or positive in those of DCHG: its sign is turned"
    return replace(record, current=-record.current, notices=(*record.notices, told))
