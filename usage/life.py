"""What becomes of a pack in years: what a long run has recorded, and a table year by year.

The capacity that the pack gives is that of PackNetwork, here from the SOH of the cells and the SOC of the groups::

    usable_capacity = min_g Q_g z_g + min_g Q_g (1 - z_g) <= min_g Q_g,        Q_g = sum over g of SOH_k Q_k

so what it has lost since it was new and balanced, ``min_g Q_g(new) - usable_capacity``, is wear of the weakest group,
``min_g Q_g(new) - min_g Q_g``, and imbalance, the rest: no single group is emptied first and filled first.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..fmi.files import replacing

Values = NDArray[np.float64]

DAY = 86400.0
YEAR = 365.0 * DAY
"""[s]."""

AMPERE_HOUR = 3600.0

FILM_RESISTANCE = "film_resistance"
"""What is recorded of cells that grow a film: the resistance that it has gained [Ohm]."""

UNITS = {
    "time": "s",
    "soh_minimum": "1",
    "soh_mean": "1",
    "soh_maximum": "1",
    "soh_deviation": "1",
    "resistance_growth_mean": "1",
    "resistance_growth_maximum": "1",
    "usable_capacity": "C",
    "weakest_group_capacity": "C",
    "mean_group_capacity": "C",
    "group_soc_spread": "1",
}


@dataclass(frozen=True, eq=False)
class Life:
    """What a long run has recorded.

    Parameters
    ----------
    recorded : xarray.Dataset
        One row at the start and one after each cycle and each jump, the time in s since then: soh, resistance_growth,
        calendar_damage and cycle_damage (of the capacity; with what was jumped over) of each cell, group_soc of each
        group; short_risk and film_resistance of each cell where they are known.
    begin : datetime
        When it began.
    parallel : int
        Cells in a group.
    capacity, aging_rate : (cells,) array
        Of each cell when new [C]; the factor on its calendar losses [1].
    exponents : (float, float)
        Of the calendar and the cycle law of capacity.
    earlier : (array, array)
        Damages to the capacity before the start, of each cell or of all; those that are recorded come on top.
    resistance : (cells,) array or float
        Of each cell when new, settled at half charge at the reference temperature [Ohm]; what its film has gained adds
        to that.
    """

    recorded: xr.Dataset
    begin: datetime
    parallel: int
    capacity: Values
    aging_rate: Values
    exponents: tuple[float, float]
    earlier: tuple[Values, Values] = (np.zeros(()), np.zeros(()))
    resistance: Values | float = math.inf

    @property
    def time(self) -> Values:
        """When the rows were recorded [s]."""
        return self.recorded["time"].values

    @property
    def soh(self) -> Values:
        """Of each cell in each row."""
        return self.recorded["soh"].values

    @cached_property
    def resistance_growth(self) -> Values:
        """Growth of each cell's whole resistance in each row, ``g + R_film / R``: by laws, and by the film."""
        growth = self.recorded["resistance_growth"].values
        if FILM_RESISTANCE not in self.recorded:
            return growth
        return np.asarray(growth + self.recorded[FILM_RESISTANCE].values / self.resistance)

    @property
    def weakest(self) -> int:
        """Index of the cell with the least SOH at the end."""
        return int(np.argmin(self.soh[-1]))

    @cached_property
    def in_full(self) -> NDArray[np.bool_]:
        """Which rows are the first one, or lie a cycle after the one before: the first cycle is run in full.

        The faster components stand still in a jump: the SOC that is recorded after it is that before it.
        """
        steps = np.diff(self.time, prepend=self.time[0])
        return steps <= 1.5 * steps[:2].max()

    @cached_property
    def group_soc(self) -> Values:
        """SOC of each group in each row, between cycles in full on a line."""
        return interpolated(self.time, self.time[self.in_full], self.recorded["group_soc"].values[self.in_full])

    def groups(self, soh: Values) -> Values:
        """Return the capacities of the groups [C] at the SOH of the cells, both along the last axis."""
        return (soh * self.capacity).reshape(*soh.shape[:-1], -1, self.parallel).sum(axis=-1)

    @property
    def new(self) -> float:
        """Capacity of the pack when new and balanced [C]."""
        return float(self.groups(np.ones_like(self.capacity)).min())

    def date(self, time: float) -> str:
        """Return the date at a time [s]."""
        return f"{self.begin + timedelta(seconds=float(time)):%Y-%m-%d}"

    def place(self, cell: int) -> str:
        """Return number, group and place of a cell, given by its index, as text."""
        group, place = divmod(cell, self.parallel)
        return f"{cell + 1} (group {group + 1}, place {place + 1})"

    def losses(self, cell: int) -> tuple[Values, Values, Values]:
        """Return in each row what a cell has lost by time, by cycles, and by film and plating, as shares of it."""
        before = (np.broadcast_to(damage, self.capacity.shape)[cell] for damage in self.earlier)
        counted = (self.recorded[f"{name}_damage"].values[:, cell] for name in ("calendar", "cycle"))
        damages = (first + more for first, more in zip(before, counted, strict=True))
        calendar, cycle = (damage**z for damage, z in zip(damages, self.exponents, strict=True))
        calendar = self.aging_rate[cell] * calendar
        return calendar, cycle, np.maximum(1.0 - self.soh[:, cell] - calendar - cycle, 0.0)


def interpolated(times: Values, known: Values, values: Values) -> Values:
    """Return each column of `values`, known at some times, at other times: on lines, held beyond the ends."""
    return np.column_stack([np.interp(times, known, column) for column in values.T])


def usable(capacity: Values, soc: Values) -> Values:
    """Return the charge [C] that the pack gives between the first group that is full and the first that is empty."""
    return (capacity * soc).min(axis=-1) + (capacity * (1.0 - soc)).min(axis=-1)


def by_year(life: Life) -> dict[str, Values]:
    """Return the columns of `UNITS` at the start, after each year, and at the end."""
    end = life.time[-1]
    marks = YEAR * np.arange(int(end / YEAR) + 1, dtype=np.float64)
    if end > marks[-1]:
        marks = np.append(marks, end)
    soh, growth = (interpolated(marks, life.time, values) for values in (life.soh, life.resistance_growth))
    soc, groups = interpolated(marks, life.time, life.group_soc), life.groups(soh)
    return {
        "time": marks,
        "soh_minimum": soh.min(axis=1),
        "soh_mean": soh.mean(axis=1),
        "soh_maximum": soh.max(axis=1),
        "soh_deviation": soh.std(axis=1),
        "resistance_growth_mean": growth.mean(axis=1),
        "resistance_growth_maximum": growth.max(axis=1),
        "usable_capacity": usable(groups, soc),
        "weakest_group_capacity": groups.min(axis=1),
        "mean_group_capacity": groups.mean(axis=1),
        "group_soc_spread": np.ptp(soc, axis=1),
    }


def save_table(life: Life, path: Path) -> None:
    """Save the columns of `by_year` as comma-separated values, SI units in the header; InputError where that fails."""
    columns = by_year(life)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(f"{name} [{unit}]" for name, unit in UNITS.items())
        rows = np.column_stack([columns[name] for name in UNITS])
        writer.writerows([f"{value:.12g}" for value in row] for row in rows)
