"""Profiles: what a pack has to do over time, from a file of one's own or a shipped cycle.

A file (`packfmu.records`: CSV, Parquet) has a column of time and one of these::

    current [A], discharge current [A]    a row's value holds until the next row
    power [kW], discharge power [kW]      a row's value holds until the next row
    speed [km/h]                          linear in time from row to row

and, if there, ``ambient temperature [degC]``, ``coolant temperature [degC]`` and ``enable`` (1 where balancing is
allowed, or 0), whose values hold until the next row. Other columns are passed over, and told.

Current and power are positive into the pack, where it charges; those of the ``discharge`` columns are turned.

Rules
-----
* The first row is the beginning, the last row the end: the value of its current or power is not applied.
* Of several rows of equal time the last one holds. Times that go back, values that are missing, no number or not
  finite, negative speeds, temperatures not within 200 and 500 K, and an enable other than 0 and 1 are refused by row
  and column.
* A gap is no fault: values hold through it, a speed goes on linearly. The longest one is told where it is long.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..models.thermal.method import COLDEST, HOTTEST
from ..records.source import shown
from ..records.table import Repeated, TimeTable, read_table

CYCLES = {path.stem: path for path in sorted((Path(__file__).parent / "cycles").glob("*.csv"))}
"""The files of the shipped cycles by name: ``wltc_class3b``."""

LONG_GAP = 10.0
"""Steps longer than this many median ones are told."""

MOST_TOLD = 5
"""Columns that were passed over are told, at most so many."""

_WANTED = ("current", "power", "speed", "ambient_temperature", "coolant_temperature", "enable")
_KELVIN = (" K", f"within {COLDEST:g} and {HOTTEST:g} K", COLDEST, HOTTEST)
_BOUNDS = {
    "speed": (" m/s", "at least 0", 0.0, np.inf),
    "ambient_temperature": _KELVIN,
    "coolant_temperature": _KELVIN,
    "enable": ("", "0 or 1", 0.0, 1.0),
}
"""Unit, what is allowed in words, least and greatest value of quantities in SI."""

_HOUR = 3600.0


class Prescribed(Enum):
    """What a profile prescribes."""

    CURRENT = "current"
    POWER = "power"
    SPEED = "speed"


UNITS = {Prescribed.CURRENT: "A", Prescribed.POWER: "W", Prescribed.SPEED: "m/s"}
"""Of the values of a profile."""


@dataclass(frozen=True, eq=False)
class Profile:
    """A demand over time, with what surrounds the pack meanwhile.

    Parameters
    ----------
    name : str
        Of the file or the cycle.
    prescribed : Prescribed
        What `values` are.
    time : (rows,) array
        From 0, rising strictly [s].
    values : (rows,) array
        Current [A] or power [W] into the pack, each until the next row, or speed [m/s], linear between rows.
    ambient_temperature, coolant_temperature : (rows,) array or None
        [K].
    enable : (rows,) array or None
        Where balancing is allowed, 1 or 0.
    place, rows : str, (rows,) array of int
        What a row is called in the file, and where each is, from 1.
    notices : tuple of str
        What was taken by a rule, a line each.
    """

    name: str
    prescribed: Prescribed
    time: NDArray[np.float64]
    values: NDArray[np.float64]
    ambient_temperature: NDArray[np.float64] | None
    coolant_temperature: NDArray[np.float64] | None
    enable: NDArray[np.float64] | None
    place: str
    rows: NDArray[np.int64]
    notices: tuple[str, ...]

    @property
    def duration(self) -> float:
        """From the first row to the last [s]."""
        return float(self.time[-1])

    @property
    def distance(self) -> float:
        """What a speed profile drives [m]; 0 of any other."""
        return self.driven(self.duration)

    def driven(self, until: float) -> float:
        """Return what a speed profile has driven at a time [s], in m; 0 of any other."""
        if self.prescribed is not Prescribed.SPEED:
            return 0.0
        pieces = np.diff(self.time) * (self.values[:-1] + self.values[1:]) / 2.0
        return float(np.interp(until, self.time, np.append(0.0, np.cumsum(pieces))))


def load_profile(name: str | Path) -> Profile:
    """Read a profile.

    Parameters
    ----------
    name : str or Path
        A file, or the name of a shipped cycle of `CYCLES`; a file of that very name goes before.

    Raises
    ------
    InputError
        When there is no such file, it has no demand or several, or a row breaks a rule: one line.
    """
    path = profile_path(name)
    table = read_table(path, _WANTED, Repeated.LAST)
    prescribed = _prescribed(table)
    _check_values(table)
    if table.time.size < 2:
        raise InputError(f"{path}: has one row of its own time; a profile needs its beginning and its end")
    values, time = table.values, table.time - table.time[0]
    return Profile(
        name=str(name) if str(name) in CYCLES else path.name,
        prescribed=prescribed,
        time=time,
        values=values[prescribed.value],
        ambient_temperature=values.get("ambient_temperature"),
        coolant_temperature=values.get("coolant_temperature"),
        enable=values.get("enable"),
        place=table.place,
        rows=table.rows,
        notices=(*table.notices, *_told(table, prescribed, time)),
    )


def profile_path(name: str | Path) -> Path:
    """Return the file of a profile; InputError where there is neither such a file nor such a cycle."""
    path = Path(name)
    if str(name) in CYCLES and not path.is_file():
        return CYCLES[str(name)]
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it, or a cycle: {', '.join(CYCLES)}")
    if not path.suffix and not path.exists():
        raise InputError(f"{path}: there is neither such a file nor such a cycle; cycles are {', '.join(CYCLES)}")
    return path


def _prescribed(table: TimeTable) -> Prescribed:
    """Return what a table prescribes."""
    found = [prescribed for prescribed in Prescribed if prescribed.value in table.values]
    if not found:
        raise InputError(
            f"{table.path}: has no column of current, power or speed, such as 'current [A]' or 'speed [km/h]'"
        )
    if len(found) > 1:
        columns = " and ".join(repr(table.headers[prescribed.value]) for prescribed in found)
        raise InputError(f"{table.path}: the columns {columns} cannot both be prescribed; leave one")
    return found[0]


def _check_values(table: TimeTable) -> None:
    """Raise InputError where a speed is negative, a temperature none of a pack's inputs, or an enable no switch."""
    for quantity, (unit, allowed, lowest, highest) in _BOUNDS.items():
        if quantity not in table.values:
            continue
        values = table.values[quantity]
        wrong = (values < lowest) | (values > highest)
        if quantity == "enable":
            wrong = (values != 0.0) & (values != 1.0)
        if wrong.any():
            index = int(np.argmax(wrong))
            raise table.fault(index, quantity, f"{values[index]:g}{unit} must be {allowed}")


def _told(table: TimeTable, prescribed: Prescribed, time: NDArray[np.float64]) -> list[str]:
    """Return what a user has to know of how a profile was taken."""
    told = []
    if table.ignored:
        more = ", ..." if len(table.ignored) > MOST_TOLD else ""
        told.append(f"columns passed over: {', '.join(map(shown, table.ignored[:MOST_TOLD]))}{more}")
    steps, values = np.diff(time), table.values[prescribed.value]
    longest = int(np.argmax(steps))
    if steps[longest] > LONG_GAP * np.median(steps):
        through = "the speed goes linearly" if prescribed is Prescribed.SPEED else "the value holds"
        told.append(
            f"{table.place} {table.rows[longest + 1]} comes {steps[longest]:g} s after the row before, the longest "
            f"step (median {np.median(steps):g} s): {through} through it"
        )
    if prescribed is Prescribed.SPEED:
        return told
    if values[-1]:
        told.append(
            f"{table.place} {table.rows[-1]} is the end: its {prescribed.value} of {values[-1]:g} "
            f"{UNITS[prescribed]} is not applied"
        )
    into, out = flows(steps, values[:-1])
    unit = f"{UNITS[prescribed]}h"
    told.append(f"the profile asks for {into / _HOUR:.4g} {unit} into the pack and {out / _HOUR:.4g} {unit} out of it")
    if not out and into:
        header = table.headers[prescribed.value]
        told.append(
            f"the pack is only charged; where {shown(header)} is positive when discharging, call it "
            f"{shown(f'discharge {header}')}"
        )
    return told


def flows(steps: NDArray[np.float64], flow: NDArray[np.float64]) -> tuple[float, float]:
    """Return what flows into the pack and what flows out of it, both positive; [C] of currents, [J] of powers."""
    return float(steps @ np.maximum(flow, 0.0)), float(steps @ np.maximum(-flow, 0.0))
