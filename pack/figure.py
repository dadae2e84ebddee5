"""The figure of a pack's run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..core.errors import InputError
from ..cosim.displayed import Values, displayed, time_unit
from ..fmi.files import replacing

COLUMNS_OF_MAP = 1000
"""Instants that a heat map shows at most."""

SIZE = 12.0
"""Of the letters [points]: 6 points where the figure is printed half as large, 15 cm wide."""

BLUE, SKY, VERMILION = "#0072B2", "#56B4E9", "#D55E00"
"""Of M. Okabe and K. Ito, Color Universal Design, 2008; in grey the styles of the lines tell them apart."""

MAP_COLOURS = "cividis"
"""From dark to light, also in grey: J. R. Nunez et al., PLoS ONE 13 (2018) e0199239."""


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
        ("pack_voltage", lambda axes, data: _line(axes, data, "pack_voltage", "Pack voltage", "Voltage")),
        (
            "pack_current",
            lambda axes, data: _line(axes, data, "pack_current", "Pack current, charging positive", "Current"),
        ),
        ("soc_mean", lambda axes, data: _band(axes, data, "soc", "State of charge of the cells", "SOC")),
        (
            "temperature_mean",
            lambda axes, data: _band(axes, data, "temperature", "Temperature of the cells", "Temperature"),
        ),
        ("group_voltage", _spread),
        ("temperature", _map),
    ]
    shown = [panel for name, panel in panels if name in results]
    figure = Figure(figsize=(12.0, 3.4 * max(1, (len(shown) + 1) // 2)), layout="constrained")
    for number, panel in enumerate(shown, 1):
        panel(figure.add_subplot((len(shown) + 1) // 2, 2, number), results)
    for axes in figure.axes:
        axes.tick_params(labelsize=SIZE)
        for text, size in ((axes.title, SIZE + 1.0), (axes.xaxis.label, SIZE), (axes.yaxis.label, SIZE)):
            text.set_fontsize(size)
    return figure


def _axes(axes: Axes, data: xr.Dataset, title: str, label: str) -> Values:
    length, unit = time_unit(data)
    time: Values = data["time"].values / length
    axes.set(title=title, xlabel=f"Time [{unit}]", ylabel=label)
    axes.set_xlim(time[0], time[-1] if time.size > 1 else time[0] + 1.0)  # a run may end with its first row
    axes.grid(color="0.85", linewidth=0.6)
    return time


def _line(axes: Axes, data: xr.Dataset, name: str, title: str, quantity: str) -> None:
    values, unit = displayed(data, name)
    axes.plot(_axes(axes, data, title, f"{quantity} [{unit}]"), values, color=BLUE, linewidth=1.0)


def _band(axes: Axes, data: xr.Dataset, name: str, title: str, quantity: str) -> None:
    mean, unit = displayed(data, f"{name}_mean")
    time = _axes(axes, data, title, f"{quantity} [{unit}]")
    least, greatest = (displayed(data, f"{name}_{end}")[0] for end in ("minimum", "maximum"))
    axes.fill_between(time, least, greatest, color=SKY, alpha=0.5, linewidth=0.0, label="least to greatest")
    axes.plot(time, mean, color=BLUE, linewidth=1.2, label="mean")
    axes.legend(fontsize=SIZE)


def _spread(axes: Axes, data: xr.Dataset) -> None:
    """Draw the greatest difference between groups, in voltage and in SOC."""
    groups = data["group_voltage"]
    time = _axes(axes, data, "Spread between groups", "Voltage [mV], solid line")
    axes.plot(time, 1e3 * (groups.max("group") - groups.min("group")).values, color=BLUE, linewidth=1.0)
    if "group_soc" in data:
        soc = data["group_soc"]
        right = axes.twinx()
        right.set_ylabel("SOC [%], dashed line", color=VERMILION)
        spread = 100.0 * (soc.max("group") - soc.min("group")).values
        right.plot(time, spread, "--", color=VERMILION, linewidth=1.4)


def _map(axes: Axes, data: xr.Dataset) -> None:
    """Draw by how much every cell is warmer than the mean, over time."""
    every = -(-data.sizes["time"] // COLUMNS_OF_MAP)
    time = _axes(axes, data, "Temperature of each cell above the mean", "Number of the cell")
    temperature = data["temperature"][::every]
    deviation = (temperature - temperature.mean("cell")).values.T
    limit = float(np.abs(deviation).max()) or 1.0
    axes.grid(visible=False)
    mesh = axes.pcolormesh(
        time[::every], data["cell"].values, deviation,
        shading="nearest", cmap=MAP_COLOURS, vmin=-limit, vmax=limit, rasterized=True,
    )  # fmt: skip
    axes.figure.colorbar(mesh, ax=axes, label="Temperature difference [K]")
