"""A fit as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .fitted import Estimate, FittedCell, TableEstimate

ROWS = 11
"""Rows of the printed tables: tenths of SOC."""

SHOWN = {"C": ("A.h", 3600.0, 3), "J/mol": ("kJ/mol", 1e3, 1), "Ohm": ("mOhm", 1e-3, 3), "V/K": ("mV/K", 1e-3, 3)}
"""Unit, factor and decimals that a unit is shown with."""

DECIMALS = {"V": 4, "s": 1, "J/K": 0, "W/K": 3, "1": 4}


def report_text(fitted: FittedCell) -> str:
    """Return the report of a fitted cell.

    Returns
    -------
    str
        Figures with 95 % intervals, tables at tenths of SOC, what the records cannot tell, what was assumed, and the
        records against their simulation; lines of at most 120 letters but for reasons.
    """
    sections = [
        [f"{fitted.kind.name}: {fitted.kind.source}", ""],
        ["Figures, with 95 % intervals", *(_figure(one) for one in fitted.estimates), ""],
        ["Tables over SOC, with 95 % intervals (? where the records do not tell)", *_tables(fitted), ""],
        ["What the records cannot tell", *(_untold(fitted) or ["  nothing: they tell all of the above"]), ""],
        ["Assumed, or taken from the records as they are", *(f"  {line}" for line in fitted.assumed), ""],
        ["Simulated less measured voltage", *_records(fitted), ""],
        [_intervals(fitted)],
    ]
    return "\n".join(line for section in sections for line in section)


def display(value: float, unit: str) -> tuple[str, str]:
    """Return a value in its display unit, as text, and that unit."""
    shown, factor, decimals = SHOWN.get(unit, (unit, 1.0, DECIMALS.get(unit, 4)))
    return f"{value / factor:.{decimals}f}", shown


def _figure(one: Estimate) -> str:
    value, unit = display(one.value, one.unit)
    width = f" +- {display(one.half_width, one.unit)[0]}" if one.half_width else ""
    return f"  {one.name:<40} {value}{width} {unit}{' ?' if one.why else ''}"


def _tables(fitted: FittedCell) -> list[str]:
    heads = [f"{one.name} [{display(0.0, one.unit)[1]}]" for one in fitted.tables]
    columns = [[head, *_column(one)] for head, one in zip(heads, fitted.tables, strict=True)]
    columns.insert(0, ["SOC", *(f"{soc:.1f}" for soc in np.linspace(0.0, 1.0, ROWS))])
    widths = [max(map(len, column)) for column in columns]
    return [
        "  " + "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        for row in zip(*columns, strict=True)
    ]


def _column(table: TableEstimate) -> list[str]:
    soc = np.linspace(0.0, 1.0, ROWS)
    values, widths = (np.interp(soc, table.soc, each) for each in (table.values, table.half_widths))
    told = np.interp(soc, table.soc, table.told.astype(np.float64)) > 0.5
    return [
        f"{display(value, table.unit)[0]} +- {display(width, table.unit)[0]}{' ' if clear else '?'}"
        for value, width, clear in zip(values, widths, told, strict=True)
    ]


def _untold(fitted: FittedCell) -> list[str]:
    lines = [f"  {one.name}: {one.why}" for one in fitted.estimates if one.why]
    for table in fitted.tables:
        if table.why:
            at = ", ".join(_stretch_text(*ends) for ends in _stretches(table))
            lines.append(f"  {table.name} at SOC {at}: {table.why}")
    return lines


def _stretch_text(low: float, high: float) -> str:
    first, last = f"{low:.2f}", f"{high:.2f}"
    return first if first == last else f"{first} to {last}"


def _stretches(table: TableEstimate) -> list[tuple[float, float]]:
    """First and last SOC of each stretch of knots that are not told."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~table.told, [False]]).astype(np.int8)))
    return [(table.soc[begin], table.soc[end - 1]) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def _records(fitted: FittedCell) -> list[str]:
    return [
        f"  {one.name:<40} RMSE {1e3 * np.sqrt(np.mean(one.residuals**2)):.2f} mV, greatest "
        f"{1e3 * np.abs(one.residuals).max():.2f} mV{' (held out: not fitted)' if one.held_out else ''}"
        for one in fitted.comparisons
    ]


def _intervals(fitted: FittedCell) -> str:
    return (
        "The intervals hold for the chosen number of pairs, limits of voltage and smoothing: the error of this "
        "structure is not in them, and other choices may give figures outside them. Residuals that are alike from row "
        f"to row count as one: {fitted.correlation:.0f} rows of the fitted records tell as much as an independent one."
    )
