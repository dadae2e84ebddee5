"""The years of a pack in lines of text: how the run ended, and what became of cells and groups."""

from __future__ import annotations

import numpy as np

from ..core.duration import seconds
from ..cosim.long.calendar import LongSummary
from ..usage.life import AMPERE_HOUR, DAY, YEAR, Life, Values, by_year

MOVED = ".moved_charge"
"""Ending of the total: of the balancer, or of the block that it is part of."""

WORN = "Aging.soh_minimum"


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
    growth = life.resistance_growth[-1]
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
