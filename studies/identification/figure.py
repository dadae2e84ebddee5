"""Measured against simulated, residuals, and tables with their intervals, as a picture for screen and print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...fmi.files import replacing
from .fitted import Comparison, FittedCell, TableEstimate
from .report import SHOWN

MEASURED, SIMULATED, BAND = "#000000", "#d55e00", "#0072b2"
"""Colours that differ in grey, and to eyes that see few colours (M. Okabe, K. Ito 2008)."""

CLIPPED = 0.995
"""Share of the residuals that the axis shows; a few after a change of current would hide the others."""


def draw_fit(fitted: FittedCell, path: Path) -> None:
    """Save the picture of a fit.

    Parameters
    ----------
    fitted : FittedCell
        The fit.
    path : Path
        The PNG file to write or replace.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    records, tables = len(fitted.comparisons), len(fitted.tables)
    columns = max(records, 2)
    figure = Figure(figsize=(5.5 * columns, 6.0 + 3.0 * -(-tables // columns)), layout="constrained")
    heights = [6.0, 3.0 * -(-tables // columns)]
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=heights).ravel()
    axes = upper.subplots(2, records, squeeze=False, sharex="col", height_ratios=[2.0, 1.0])
    for column, comparison in zip(axes.T, fitted.comparisons, strict=True):
        _draw_record(column, comparison)
    grid = lower.subplots(-(-tables // columns), columns, squeeze=False).ravel()
    for place, table in zip(grid, fitted.tables, strict=False):
        draw_table(place, table)
    for place in grid[tables:]:
        place.remove()
    figure.suptitle(fitted.kind.name)
    with replacing(path) as draft:
        figure.savefig(draft, format="png", dpi=120)


def _draw_record(axes: NDArray[np.object_], comparison: Comparison) -> None:
    upper, lower = axes
    hours, residuals = comparison.time / 3600.0, 1e3 * comparison.residuals
    upper.plot(hours, comparison.measured, color=MEASURED, linewidth=1.4, label="measured")
    upper.plot(hours, comparison.simulated, color=SIMULATED, linewidth=0.8, linestyle="--", label="simulated")
    upper.set_ylabel("voltage [V]")
    upper.set_title(comparison.name + (" (held out)" if comparison.held_out else ""), fontsize="medium")
    upper.legend(fontsize="small")
    lower.plot(hours, residuals, color=SIMULATED, linewidth=0.7)
    bound = 1.1 * max(float(np.quantile(np.abs(residuals), CLIPPED)), 1e-3)
    lower.set_ylim(-bound, bound)
    lower.set_ylabel("simulated less\nmeasured [mV]")
    lower.set_xlabel("time [h]")
    lower.grid(visible=True, linewidth=0.4)
    rms = np.sqrt(np.mean(residuals**2))
    lower.set_title(f"RMSE {rms:.2f} mV, greatest {np.abs(residuals).max():.1f} mV", fontsize="small", loc="right")


def draw_table(axes: Axes, table: TableEstimate) -> None:
    """Draw a table over SOC with its interval."""
    unit, factor, _ = SHOWN.get(table.unit, (table.unit, 1.0, 0))
    values, widths = table.values / factor, table.half_widths / factor
    lower = np.maximum(values - widths, 0.0) if table.unit == "Ohm" else values - widths  # no resistance is below 0
    axes.fill_between(table.soc, lower, values + widths, color=BAND, alpha=0.25, linewidth=0.0, label="95 %")
    axes.plot(table.soc, values, color=BAND, linewidth=1.2)
    untold = ~table.told
    axes.plot(table.soc[untold], values[untold], "o", color=MEASURED, markersize=3.0, label="not told")
    shown = values[table.told] if table.told.any() else values
    spread = widths[table.told] if table.told.any() else widths
    low, high = (shown - spread).min(), (shown + spread).max()
    if table.unit == "Ohm":
        low = max(low, 0.0)
    axes.set_ylim(low - 0.1 * (high - low) - 1e-12, high + 0.1 * (high - low) + 1e-12)
    axes.set_xlabel("state of charge")
    axes.set_ylabel(f"{table.name} [{unit}]")
    axes.grid(visible=True, linewidth=0.4)
    if untold.any():
        axes.legend(fontsize="small")
