"""A pack as it is after years, as a pack file: what `packfmu build` and `run` take.

Beside ``aged_5y.toml`` lies the table ``aged_5y_cells.csv`` with a row a cell (`pack.cells.cell_table`). It holds what
each cell was built with, its wear, and its state of charge, to the last bit. What is not in it begins anew, as the head
of the file says: temperatures, RC pairs, hysteresis, cycles that are open, plated lithium that may be stripped, what a
battery management has estimated, and its noise. The noise of aging goes on from the age of the cells. Each cell draws
the short of its dendrite as when it was new, so that one that has a short keeps it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..core.duration import format_duration, seconds
from ..core.errors import InputError
from ..fmi.files import replacing_together
from ..pack.cells.cell_table import AGING_COLUMNS, CELL_COLUMNS, CONTACT, WEAR_COLUMNS, Values, cells_text
from ..pack.circuit_variation import CIRCUIT_SPREADS
from ..pack.file import MOST_BYTES, Pack
from ..pack.parts import contacts, parts
from ..pack.reading.toml_file import read_toml
from .years_file import DAY, Years

COUNTED = {
    "calendar_damage": "capacity_calendar_damage",
    "cycle_damage": "capacity_cycle_damage",
    "resistance_calendar_damage": "resistance_calendar_damage",
    "resistance_cycle_damage": "resistance_cycle_damage",
    "charge_throughput": "charge_throughput",
    "plating_lost_charge": "plating_lost_charge",
}
"""Counters that a run of years records, by their names in the results."""

FILM, SHIFT = "film_thickness", "soc_shift"

FIRST_STATES = {"initial_polarisation_voltage", "initial_hysteresis"}
"""Draws of the first day, which are over."""

HEAD = """\
# The pack of {source} after {years} of {file}, on {date}; written by packfmu.
#
# Each cell goes on from its row of {table}: the capacity that it had when new, its resistances, its wear, and its SOC.
# An empty field is as new: to replace a cell by a new one, empty its row but for the number.
#
# These begin anew: temperatures, at [thermal] initial_temperature; RC pairs and hysteresis, at rest; the count of open
# cycles; plated lithium that might yet have been stripped; the balancing; the estimates of a battery management, at
# [cell] initial_soc, and the noise of its sensors. The noise of aging goes on from [cells] age.
"""


def save_aged(source: Path, pack: Pack, years: Years, recorded: xr.Dataset, year: int, folder: Path) -> Path:
    """Save a pack as it is after a year as a pack file.

    Parameters
    ----------
    source : Path
        The file of the pack that was run.
    pack : Pack
        What was read of it.
    years : Years
        What it was run by.
    recorded : xarray.Dataset
        What `usage.years.run_years` has recorded.
    year : int
        After how many, >= 1; the run has come so far.
    folder : Path
        Where ``aged_5y.toml`` and ``aged_5y_cells.csv`` are written, both or neither.

    Returns
    -------
    Path
        The pack file.

    Raises
    ------
    InputError
        When the run has not come so far, or a file cannot be written.
    """
    end = year * years.days * DAY
    at = np.flatnonzero(recorded["time"].values == seconds(end))
    if year < 1 or not len(at):
        raise InputError(
            f"the run has not come to the end of year {year}; it ended after {float(recorded.time[-1]) / 86400.0:g} d"
        )
    columns = cell_columns(pack, recorded, int(at[0]))
    path, table = folder / f"aged_{year}y.toml", folder / f"aged_{year}y_cells.csv"
    contents = _contents(source, folder)
    contents["cell"]["initial_soc"] = float(columns["initial_soc"].mean())
    contents.setdefault("thermal", {})["initial_temperature"] = list(years.seasons.values())[-1][1]
    age = end + (pack.cells.age or 0 if pack.cells else 0)
    contents["cells"] = {"table": table.name, "age": format_duration(age)}
    head = HEAD.format(
        source=source.name, table=table.name, file=Path(years.source).name, date=f"{_date(years, end):%Y-%m-%d}",
        years="1 year" if year == 1 else f"{year} years",
    )  # fmt: skip
    with replacing_together() as draft_of:
        draft_of(table).write_text(cells_text(columns), encoding="utf-8", newline="")
        draft_of(path).write_text(head + toml_of(contents), encoding="utf-8")
    return path


def save_each_year(source: Path, pack: Pack, years: Years, recorded: xr.Dataset, folder: Path) -> list[Path]:
    """Save a pack as it is after each whole year that a run has come to; see `save_aged`."""
    whole = int(float(recorded["time"][-1]) // seconds(years.days * DAY))
    return [save_aged(source, pack, years, recorded, year, folder) for year in range(1, whole + 1)]


def _date(years: Years, end: int) -> Any:
    return years.begin + timedelta(seconds=seconds(end))


def cell_columns(pack: Pack, recorded: xr.Dataset, row: int) -> dict[str, Values]:
    """Return the table of the cells of a pack at a row of what was recorded.

    In a jump the cells stand still: what it has shifted of their SOC, they take with the next step.
    """
    starts = {part.name: part.start for part in parts(pack)}
    cell, aging = starts["Cell"], starts["Aging"]
    columns = {
        name: np.asarray(cell[name], np.float64) for name in CELL_COLUMNS if name in cell and name not in FIRST_STATES
    }
    shift = recorded[SHIFT].values
    soc = recorded["soc"].values[row] + (shift[row] - shift[max(row - 1, 0)])
    columns["initial_soc"] = np.clip(soc, 0.0, 1.0)
    columns[CONTACT] = contacts(pack)
    columns |= {name: np.asarray(aging[name], np.float64) for name in AGING_COLUMNS if name in aging}
    return columns | _worn(pack, recorded, row, aging)


def _worn(pack: Pack, recorded: xr.Dataset, row: int, aging: Mapping[str, Any]) -> dict[str, Values]:
    """Return the columns of wear: what was counted, and what had been before."""
    none = np.zeros(pack.pack.cells)
    earlier = {name: np.asarray(aging.get(name, none), np.float64) for name in WEAR_COLUMNS}
    counted = {f"earlier_{name}": recorded[key].values[row] for key, name in COUNTED.items() if key in recorded}
    worn = {name: before + counted.get(name, none) for name, before in earlier.items()}
    if FILM in recorded and pack.aging is not None:
        worn["earlier_film_growth"] = recorded[FILM].values[row] - pack.aging.load().sei.initial_thickness
    return worn | {"earlier_greatest_capacity_loss": 1.0 - recorded["soh"].values[row]}


def _contents(source: Path, folder: Path) -> dict[str, Any]:
    """Return the tables of a pack file but the first day's draws; a cell file in it is found from another folder."""
    contents = read_toml(source, MOST_BYTES)[1]
    cell = contents["cell"]
    if str(cell["parameters"]).endswith(".toml"):
        cell["parameters"] = Path(os.path.relpath(source.parent / cell["parameters"], folder)).as_posix()
    for name in FIRST_STATES:
        contents.get("variation", {}).pop(CIRCUIT_SPREADS[name], None)
    return contents


def toml_of(contents: Mapping[str, Mapping[str, Any]]) -> str:
    """Return tables of texts, numbers, truth values and lists of these as TOML; floats to the last bit."""
    lines = []
    for name, table in contents.items():
        lines += ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else repr(value)
