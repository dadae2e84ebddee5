"""What examples/ten_years.py tells of a pack's life: a summary, and a table year by year.

The capacity that the pack gives is that of PackNetwork, here from the SOH of the cells and the SOC of the groups::

    usable_capacity = min_g Q_g z_g + min_g Q_g (1 - z_g) <= min_g Q_g,        Q_g = sum over g of SOH_k Q_k

so what it has lost since it was new and balanced, ``min_g Q_g(new) - usable_capacity``, is wear of the weakest group,
``min_g Q_g(new) - min_g Q_g``, and imbalance, the rest: no single group is emptied first and filled first.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.core.duration import seconds
from packfmu.cosim.long.calendar import LongSummary
from packfmu.fmi.files import replacing

Values = NDArray[np.float64]

DAY = 86400.0
YEAR = 365.0 * DAY
"""[s]."""

AMPERE_HOUR = 3600.0
MOVED = ".moved_charge"
"""Ending of the total: of the balancer, or of the block that it is part of."""

WORN = "Aging.soh_minimum"

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
        group; short_risk of each cell where it is known.
    begin : datetime
        When it began.
    parallel : int
        Cells in a group.
    capacity, aging_rate : (cells,) array
        Of each cell when new [C]; the factor on its calendar losses [1].
    exponents : (float, float)
        Of the calendar and the cycle law of capacity.
    """

    recorded: xr.Dataset
    begin: datetime
    parallel: int
    capacity: Values
    aging_rate: Values
    exponents: tuple[float, float]

    @property
    def time(self) -> Values:
        """When the rows were recorded [s]."""
        return self.recorded["time"].values

    @property
    def soh(self) -> Values:
        """Of each cell in each row."""
        return self.recorded["soh"].values

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
        damages = (self.recorded[f"{name}_damage"].values[:, cell] for name in ("calendar", "cycle"))
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
    names = ("soh", "resistance_growth")
    soh, growth = (interpolated(marks, life.time, life.recorded[name].values) for name in names)
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


def report(life: Life, ended: LongSummary) -> list[str]:
    """Return the figures of a life and of how it ended, a line each, and a table of its years."""
    columns = by_year(life)
    cells, pack, years = _cells(life, columns), _pack(life, columns), table(life, columns)
    return [*_run(life, ended), *cells, *pack, *_balancing(life, ended), "", *years]


def table(life: Life, columns: dict[str, Values]) -> list[str]:
    """Return the years in lines: SOH, growth of the resistance, capacity relative to new, SOC spread, all in %."""
    wear = columns["weakest_group_capacity"] / life.new
    shown = (
        *(columns[f"soh_{name}"] for name in ("minimum", "mean", "maximum", "deviation")),
        *(columns[f"resistance_growth_{name}"] for name in ("mean", "maximum")),
        wear, columns["usable_capacity"] / life.new, columns["group_soc_spread"],
    )  # fmt: skip
    lines = [
        "                    SOH of the cells [%]           resistance [%]   capacity [% of new]    SOC of groups [%]",
        "years  date        least   mean    most  std.dev.    mean    most   weakest group   pack   most - least",
    ]
    for time, *values in zip(columns["time"], *shown, strict=True):
        least, mean, most, deviation, growth, most_growth, group, pack, spread = (100.0 * value for value in values)
        lines.append(
            f"{time / YEAR:5.2f}  {life.date(time)} {least:6.2f} {mean:6.2f}  {most:6.2f} {deviation:9.3f} "
            f"{growth:+7.2f} {most_growth:+7.2f} {group:15.2f} {pack:6.2f} {spread:14.3f}"
        )
    return lines


def _run(life: Life, ended: LongSummary) -> list[str]:
    end, jumped = seconds(ended.end), ended.jumped / ended.end if ended.end else 0.0
    errors = [error for error in ended.errors if np.isfinite(error)]
    return [
        f"time                    {end / YEAR:.2f} years ({end / DAY:.0f} d), {life.date(0.0)} to {life.date(end)}, "
        + _cause(life, ended),
        f"cycles                  {ended.cycles} in full, {ended.jumps} jumps over {jumped:.1%} of the time",
        *([f"error of a jump         {_errors(errors, ended.jumps)}"] if ended.jumps else []),
        f"wall time               {ended.wall_time:.1f} s",
        *(f"held for a step         {change}" for change in ended.held if change.change),
        *(f"timescales              {text}" for text in ended.violations),
    ]


def _cause(life: Life, ended: LongSummary) -> str:
    if not ended.stopped_by:
        return "the whole calendar"
    others = [name for name in ended.stopped_by if name != WORN]
    worn = [f"a SOH of {life.soh[-1].min():.2%}"] if WORN in ended.stopped_by else []
    return f"ended by {', '.join([*worn, *others])}"


def _errors(errors: list[float], jumps: int) -> str:
    unknown = f"{jumps - len(errors)} of {jumps} not estimated" if len(errors) < jumps else ""
    known = f"estimated at {max(errors):.1e} of the nominal values at most" if errors else ""
    return ", ".join(text for text in (known, unknown) if text)


def _cells(life: Life, columns: dict[str, Values]) -> list[str]:
    weakest, strongest = life.weakest, int(np.argmax(life.soh[-1]))
    growth = life.recorded["resistance_growth"].values[-1]
    calendar, cycle, rest = (loss[-1] for loss in life.losses(weakest))
    spread = columns["soh_maximum"] - columns["soh_minimum"]
    deviation = columns["soh_deviation"]
    lines = [
        f"SOH of the cells        mean {life.soh[-1].mean():.2%}, least {life.soh[-1].min():.2%}, "
        f"most {life.soh[-1].max():.2%} in cell {life.place(strongest)}",
        f"weakest cell            {life.place(weakest)}: SOH {life.soh[-1, weakest]:.2%}, resistance "
        f"{growth[weakest]:+.2%}",
        f"what it has lost        {calendar:.2%} by time, {cycle:.2%} by cycles"
        + (f", {rest:.2%} by film and plating" if rest > 5e-5 else ""),
        f"SOH spread of cells     {spread[0]:.2%} at the start, "
        + (f"{spread[1]:.2%} after a year, " if life.time[-1] > YEAR else "")
        + f"{spread[-1]:.2%} at the end; standard deviation {deviation[-1]:.3%}",
        f"resistance growth       mean {growth.mean():.2%}, most {growth.max():.2%} in cell "
        f"{life.place(int(np.argmax(growth)))}",
    ]
    if "short_risk" in life.recorded:
        risk = life.recorded["short_risk"].values[-1]
        lines.append(f"risk of a short         at most {risk.max():.2g}, in cell {life.place(int(np.argmax(risk)))}")
    return lines


def _pack(life: Life, columns: dict[str, Values]) -> list[str]:
    names = ("usable_capacity", "weakest_group_capacity", "mean_group_capacity")
    pack, weakest, mean = (columns[name][-1] / AMPERE_HOUR for name in names)
    groups, soc, new = life.groups(life.soh[-1]), life.group_soc[-1], life.new / AMPERE_HOUR
    empty, full = (int(np.argmin(groups * part)) + 1 for part in (soc, 1.0 - soc))
    before = (columns["weakest_group_capacity"][0] - columns["usable_capacity"][0]) / AMPERE_HOUR
    return [
        f"usable capacity         {new:.2f} Ah new and balanced, {pack:.2f} Ah ({pack / new:.2%}) at the end",
        f"of it lost by wear      {new - weakest:.2f} Ah: group {int(np.argmin(groups)) + 1} keeps {weakest:.2f} Ah, "
        f"the mean group {mean:.2f} Ah",
        f"of it lost by imbalance {weakest - pack:.2f} Ah, at the start {before:.2f} Ah"
        + (f"; group {empty} is empty first, group {full} full first" if empty != full else ""),
    ]


def _balancing(life: Life, ended: LongSummary) -> list[str]:
    soc = life.group_soc
    spread, least, most = np.ptp(soc, axis=1), np.argmin(soc[-1]) + 1, np.argmax(soc[-1]) + 1
    lines = [
        f"SOC spread of groups    {spread[0]:.3%} at the start, {spread.max():.3%} at most, "
        f"{spread[-1]:.3%} at the end, from group {least} to group {most}"
    ]
    charges = [charge for name, charge in ended.totals.items() if name.endswith(MOVED)]
    if not charges:
        return [*lines, "balancing               none"]
    moved, years = sum(charges) / AMPERE_HOUR, seconds(ended.end) / YEAR
    share = moved / (life.capacity.sum() / AMPERE_HOUR)
    yearly = f"; {moved / years:.2f} Ah a year, {share / years:.3%} of the cells' capacity" if years else ""
    return [*lines, f"balancing               {moved:.2f} Ah taken from groups in all{yearly}; by the days in full"]
