"""The figure of a pack's run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..core.errors import InputError
from ..fmi.files import replacing
from ..fmi.units import display_conversion

COLUMNS_OF_MAP = 1000
"""Instants that a heat map shows at most."""

Values = NDArray[np.float64]


def save_figure(results: xr.Dataset, path: Path) -> None:
    """Save a figure of a pack's run: voltage, current, SOC, temperature, spread, and a heat map of the cells.

    Parameters
    ----------
    results : xarray.Dataset
        As `cosim.results.load` returns it, recorded as `pack.recorded.record` says; what is missing is left out.
    path : Path
        The file to write or replace; its suffix gives the format, png, pdf or svg.

    Raises
    ------
    InputError
        When the file cannot be written or there is no such format.
    """
    format_ = path.suffix.removeprefix(".")
    if format_ not in ("png", "pdf", "svg"):
        raise InputError(f"figure {path}: the suffix must be .png, .pdf or .svg")
    with replacing(path) as temporary:
        draw(results).savefig(temporary, format=format_, dpi=120)


def draw(results: xr.Dataset) -> Figure:
    """Draw voltage, current, SOC, temperature, spread, and a heat map of the cells over time.

    Parameters
    ----------
    results : xarray.Dataset
        With the names of `pack.recorded.RECORD`; what is missing is left out.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any global state; values in their display units.
    """
    panels: list[tuple[str, Callable[[Axes, xr.Dataset], None]]] = [
        ("pack_voltage", lambda axes, data: _line(axes, data, "pack_voltage", "Pack voltage")),
        ("pack_current", lambda axes, data: _line(axes, data, "pack_current", "Pack current, charging positive")),
        ("soc_mean", lambda axes, data: _band(axes, data, "soc", "State of charge of the cells")),
        ("temperature_mean", lambda axes, data: _band(axes, data, "temperature", "Temperature of the cells")),
        ("group_voltage", _spread),
        ("temperature", _map),
    ]
    shown = [panel for name, panel in panels if name in results]
    figure = Figure(figsize=(12.0, 3.2 * max(1, (len(shown) + 1) // 2)), layout="constrained")
    for number, panel in enumerate(shown, 1):
        panel(figure.add_subplot((len(shown) + 1) // 2, 2, number), results)
    return figure


def _displayed(data: xr.Dataset, name: str) -> tuple[Values, str]:
    """Values of a variable in its display unit, and that unit in brackets."""
    attributes = data[name].attrs
    unit = attributes.get("units", "1")
    shown = attributes.get("display_units", unit)
    factor, offset = display_conversion(unit, shown) if shown != unit else (1.0, 0.0)
    return factor * data[name].values + offset, "" if shown == "1" else f" [{shown}]"


def _time(data: xr.Dataset) -> tuple[Values, str]:
    """Instants in a unit that suits the length of the run, and the axis label."""
    seconds: Values = data["time"].values
    scale, unit = next(
        (scale, unit) for limit, scale, unit in ((7200.0, 1.0, "s"), (3e5, 3600.0, "h"), (np.inf, 86400.0, "d"))
        if seconds[-1] <= limit
    )  # fmt: skip
    return seconds / scale, f"Time [{unit}]"


def _axes(axes: Axes, data: xr.Dataset, title: str, label: str) -> Values:
    time, time_label = _time(data)
    axes.set(title=title, xlabel=time_label, ylabel=label)
    axes.set_xlim(time[0], time[-1] if time.size > 1 else time[0] + 1.0)  # a run may end with its first row
    return time


def _line(axes: Axes, data: xr.Dataset, name: str, title: str) -> None:
    values, unit = _displayed(data, name)
    axes.plot(_axes(axes, data, title, unit.strip()), values, linewidth=0.9)


def _band(axes: Axes, data: xr.Dataset, name: str, title: str) -> None:
    mean, unit = _displayed(data, f"{name}_mean")
    time = _axes(axes, data, title, unit.strip())
    least, greatest = (_displayed(data, f"{name}_{end}")[0] for end in ("minimum", "maximum"))
    axes.fill_between(time, least, greatest, alpha=0.35, linewidth=0.0, label="minimum to maximum")
    axes.plot(time, mean, linewidth=0.9, label="mean")
    axes.legend()


def _spread(axes: Axes, data: xr.Dataset) -> None:
    """Draw the greatest difference between groups, in voltage and in SOC."""
    groups = data["group_voltage"]
    time = _axes(axes, data, "Spread between groups", "Voltage [mV]")
    axes.plot(time, 1e3 * (groups.max("group") - groups.min("group")).values, linewidth=0.9)
    if "group_soc" in data:
        soc = data["group_soc"]
        right = axes.twinx()
        right.set_ylabel("SOC [%]", color="C1")
        right.plot(time, 100.0 * (soc.max("group") - soc.min("group")).values, color="C1", linewidth=0.9)


def _map(axes: Axes, data: xr.Dataset) -> None:
    """Draw by how much every cell is warmer than the mean, over time."""
    every = -(-data.sizes["time"] // COLUMNS_OF_MAP)
    time = _axes(axes, data, "Temperature of each cell above the mean [K]", "Cell")
    temperature = data["temperature"][::every]
    deviation = (temperature - temperature.mean("cell")).values.T
    limit = float(np.abs(deviation).max()) or 1.0
    mesh = axes.pcolormesh(
        time[::every], data["cell"].values, deviation,
        shading="nearest", cmap="coolwarm", vmin=-limit, vmax=limit, rasterized=True,
    )  # fmt: skip
    axes.figure.colorbar(mesh, ax=axes)
