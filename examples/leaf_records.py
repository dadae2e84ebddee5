"""The measured records of the Leaf cell, as steps of constant current that models can be driven with.

The records are those of BatterySim, `equiv-circ-model` on GitHub at 34752e7 (MIT, measured at Oak Ridge National
Laboratory), their columns renamed and the current turned such that it is positive into the cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from packfmu.core.reading import read_file
from packfmu.records.record import CellRecord
from packfmu.studies.identification.simulation import CellResponse

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "leaf_cell"
"""Where the records are looked for: beside the checkout."""

CELSIUS = 273.15
MOST_BYTES = 2**24
"""Of a file of records."""

CLOCK = 0.4
"""What the thermocouples' clock is behind the cycler's [s]."""

LONGEST_STEP = 10.0
"""Longest step under current [s]; against steps of 1 s the voltage differs by 0.2 mV at most."""

LONGEST_REST = 60.0
"""Longest step at rest [s]."""

UNRECORDED = 142.0
"""How long the charge that the 25 degC HPPC record begins within had lasted before [s], at the record's first current.

Without it the record would end 0.39 A.h below its beginning, at the 3.000 V under 10 A that the procedure (told by the
10 degC record) discharges to before this charge.
"""

CHANGE = 0.02
"""Change of a charging current between rows that tells constant voltage from constant current [A]."""


@dataclass(frozen=True, eq=False)
class Record:
    """A measured test: its rows, and the steps between them.

    Parameters
    ----------
    name : str
        Of the file.
    time, current, voltage : (rows,) array
        As measured [s], [A], [V]; the current is positive into the cell and 0 at rest.
    phase : (rows,) array of str
        Mode and step of the cycler's procedure, such as ``REST5``.
    duration, applied : (steps,) array
        Length [s] and current [A] of each step; steps before the first row are those that were not recorded.
    row : (steps,) array of int
        The row that a step ends at, or -1.
    ambient : (steps,) array
        Temperature of the air [K].
    """

    name: str
    time: NDArray[np.float64]
    current: NDArray[np.float64]
    voltage: NDArray[np.float64]
    phase: NDArray[np.str_]
    duration: NDArray[np.float64]
    applied: NDArray[np.float64]
    row: NDArray[np.int64]
    ambient: NDArray[np.float64]

    @property
    def interval(self) -> NDArray[np.float64]:
        """Time since the row before [s], shape (rows,); the first is taken as 1 s."""
        return np.diff(self.time, prepend=self.time[0] - 1.0)

    @property
    def last_steps(self) -> NDArray[np.int64]:
        """Step that ends at each row, shape (rows,)."""
        return np.flatnonzero(self.row >= 0)

    @property
    def full(self) -> int:
        """Row at which the first charge to the upper limit ends."""
        charging = self.phase == "CHRG4"
        begin = int(np.argmax(charging))
        return begin + int(np.argmax(~charging[begin:])) - 1

    @property
    def rested(self) -> int:
        """Last row of the rest that follows the first full charge."""
        resting = self.phase == "REST5"
        begin = self.full + 1
        return begin + int(np.argmax(~resting[begin:])) - 1

    @property
    def ends(self) -> NDArray[np.float64]:
        """Time at the end of each step [s], shape (steps,)."""
        passed = np.cumsum(self.duration)
        return self.time[-1] - (passed[-1] - passed)

    @property
    def middles(self) -> NDArray[np.float64]:
        """Time in the middle of each step [s], shape (steps,)."""
        return self.ends - 0.5 * self.duration


@dataclass(frozen=True, eq=False)
class Thermocouples:
    """Temperatures measured during a record.

    Parameters
    ----------
    time : (samples,) array
        On the cycler's clock [s].
    cell, ambient : (samples,) array
        Mean of the three on the cell, and that in the air [K].
    """

    time: NDArray[np.float64]
    cell: NDArray[np.float64]
    ambient: NDArray[np.float64]


def read_hppc(folder: Path, celsius: int) -> Record:
    """Read the HPPC test in a chamber at 10 or 25 degC; the charge that the latter begins within is completed."""
    record = _read(folder, f"hppc_{celsius}c", celsius + CELSIUS)
    return _completed(record) if celsius == 25 else record


def read_discharges(folder: Path) -> tuple[Record, Thermocouples]:
    """Read the 1C charges and discharges with their thermocouples."""
    columns = _columns(folder / "discharge_1c_temperature.csv", 5)
    measured = np.array(columns, dtype=np.float64)
    thermocouples = Thermocouples(measured[0] + CLOCK, measured[1:4].mean(axis=0) + CELSIUS, measured[4] + CELSIUS)
    record = _read(folder, "discharge_1c", 0.0)
    ambient = np.interp(record.middles, thermocouples.time, thermocouples.ambient)
    return replace(record, ambient=ambient), thermocouples


def cell_records(folder: Path) -> dict[str, CellRecord]:
    """Return the tests for an identification: the HPPC tests with the air's temperature, the 1C test with both.

    The 25 degC test begins within a charge; the identification takes it from the rest after that charge on.
    """
    result = {}
    for celsius in (25, 10):
        record = read_hppc(folder, celsius)
        rows = slice(record.full + 1 if celsius == 25 else 0, None)
        air = np.full(len(record.time[rows]), celsius + CELSIUS)
        result[record.name] = CellRecord(record.time[rows], record.current[rows], record.voltage[rows], ambient=air)
    record, thermocouples = read_discharges(folder)
    cell, air = (
        np.interp(record.time, thermocouples.time, each) for each in (thermocouples.cell, thermocouples.ambient)
    )
    result[record.name] = CellRecord(record.time, record.current, record.voltage, cell, air)
    return result


def rested_soc(record: Record, drive: Callable[[float], CellResponse]) -> float:
    """SOC at the start that puts the end of the first rest after the full charge on its measured voltage.

    Parameters
    ----------
    record : Record
        Begins below a tenth of the capacity.
    drive : callable
        Simulates the record from a SOC.
    """
    step = record.last_steps[record.rested]
    return float(brentq(lambda soc: drive(soc).voltage[step] - record.voltage[record.rested], 0.0, 0.1, xtol=1e-9))


def _completed(record: Record) -> Record:
    """Put the unrecorded part of the first charge before a record."""
    count = math.ceil(UNRECORDED / LONGEST_STEP)

    def before(value: float, values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([np.full(count, value, values.dtype), values])

    return replace(
        record,
        duration=before(UNRECORDED / count, record.duration),
        applied=before(record.current[0], record.applied),
        row=before(-1, record.row),
        ambient=before(record.ambient[0], record.ambient),
    )


def _columns(path: Path, count: int) -> list[tuple[str, ...]]:
    lines = read_file(path, MOST_BYTES).decode("utf-8").splitlines()[1:]
    return list(zip(*(line.split(",")[:count] for line in lines), strict=True))


def _read(folder: Path, name: str, ambient: float) -> Record:
    columns = _columns(folder / f"{name}.csv", 5)
    time, current, voltage = np.array(columns[:3], dtype=np.float64)
    mode, step = np.array(columns[3]), np.array(columns[4])
    phase = np.char.add(mode, step)
    current = np.where(mode == "REST", 0.0, current)  # 0.01 A there is the sensor's last digit
    pieces = [_steps(time, current, phase, row) for row in range(len(time))]
    duration = np.concatenate([np.full(len(applied), interval / len(applied)) for interval, applied in pieces])
    applied = np.concatenate([applied for _, applied in pieces])
    row = np.full(len(applied), -1)
    row[np.cumsum([len(applied) for _, applied in pieces]) - 1] = np.arange(len(time))
    return Record(name, time, current, voltage, phase, duration, applied, row, np.full(len(applied), ambient))


def _steps(
    time: NDArray[np.float64], current: NDArray[np.float64], phase: NDArray[np.str_], row: int
) -> tuple[float, NDArray[np.float64]]:
    """Interval before a row [s], and the current in each of its steps [A].

    The row's current acted on the interval that ends at the row; while a charge is held at constant voltage the
    current decays exponentially in between.
    """
    interval = time[row] - time[row - 1] if row else 1.0
    longest = LONGEST_REST if phase[row].startswith("REST") else LONGEST_STEP
    count = max(1, math.ceil(interval / longest - 1e-9))  # an interval that only rounding makes longer is not split
    goes_on = row > 0 and phase[row] == phase[row - 1]
    if goes_on and phase[row].startswith("CHRG") and abs(current[row] - current[row - 1]) > CHANGE:
        position = (np.arange(count) + 0.5) / count
        return interval, current[row - 1] * (current[row] / current[row - 1]) ** position
    return interval, np.full(count, current[row])
