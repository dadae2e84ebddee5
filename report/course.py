"""The panels of a run over time: of the pack, and of its cells from the least to the greatest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray

from ..cosim.displayed import displayed, time_unit
from .decimation import peaks
from .plots import BLACK, BLUE, GREEN, ORANGE, VERMILION, Panel, band, chosen, line
from .run_record import RunRecord
from .shape import Shape

Values = NDArray[np.float64]

CELL_PANELS = {
    "soh": "State of health of the cells",
    "resistance_growth": "Growth of the cells' resistance, without that of films",
    "film_resistance": "Resistance that the cells' films have gained",
    "voltage": "Voltage of the cells",
    "current": "Current of the cells",
    "soc": "SOC of the cells",
    "temperature": "Temperature of the cells",
}
"""What is shown of the cells: the variable, and the title."""

PACK_PANELS = {
    "pack_voltage": ("Pack voltage", ()),
    "pack_current": (
        "Pack current, positive into the pack",
        (
            ("asked_current", "asked", BLACK, "dot"),
            ("charge_current_limit", "most charging current", ORANGE, "longdash"),
            ("discharge_current_limit", "most discharging current", VERMILION, "longdashdot"),
        ),
    ),
    "pack_soc": ("SOC and state of energy of the pack", (("state_of_energy", "state of energy", GREEN, "dashdot"),)),
}
"""What is shown of the pack: the variable, the title, and further lines."""


def panels(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> list[Panel]:
    """Return the panels of what was recorded; what is missing is left out."""
    length, _ = time_unit(results)
    time = results["time"].values / length
    made = [_pack_panel(results, time, name) for name in ("pack_voltage", "pack_current") if name in results]
    made += _power(results, time)
    made += [_cell_panel(results, time, name) for name in CELL_PANELS if _known(results, name)]
    made += [_pack_panel(results, time, name) for name in ("pack_soc",) if name in results]
    return [*made, *_groups(results, record, shape, time), *_spread(results, time)]


def _pack_panel(results: xr.Dataset, time: Values, name: str) -> Panel:
    title, further = PACK_PANELS[name]
    values, unit = displayed(results, name)
    rows = peaks([values])
    lines = [line(time[rows], values[rows], "pack", BLUE, told=bool(further))]
    for other, label, colour, dash in further:
        if other in results:
            values = displayed(results, other)[0] * (-1.0 if other == "discharge_current_limit" else 1.0)
            rows = peaks([values])
            lines.insert(0, line(time[rows], values[rows], label, colour, dash, told=True))  # below the pack's
    return Panel(f"{title} [{unit}]", tuple(lines), unit)


def _power(results: xr.Dataset, time: Values) -> Iterator[Panel]:
    if {"pack_voltage", "pack_current"} <= set(results):
        power = results["pack_voltage"].values * results["pack_current"].values / 1e3
        rows = peaks([power])
        lines = [line(time[rows], power[rows], "pack", BLUE, told=True)]
        if "asked_power" in results:
            asked = results["asked_power"].values / 1e3
            rows = peaks([asked])
            lines.insert(0, line(time[rows], asked[rows], "asked", BLACK, "dot", told=True))
        yield Panel("Pack power, positive into the pack [kW]", tuple(lines), "kW")


def _known(results: xr.Dataset, name: str) -> bool:
    return is_of_cells(results, name) or {f"{name}_{end}" for end in ("minimum", "mean", "maximum")} <= set(results)


def is_of_cells(results: xr.Dataset, name: str) -> bool:
    """Return whether a variable was recorded for each cell."""
    return name in results and results[name].dims == ("time", "cell")


def _cell_panel(results: xr.Dataset, time: Values, name: str) -> Panel:
    """Return the band from the least to the greatest cell, the mean, and the place of the chosen cell's line."""
    least, mean, greatest, unit = _extremes(results, name)
    rows = peaks([least, greatest])
    lines: list[go.Scatter] = [*band(time[rows], least[rows], greatest[rows])]
    lines.append(line(time[rows], mean[rows], "mean of the cells", BLUE, told=True))
    if name == "temperature" and "board_temperature" in results:
        board = displayed(results, "board_temperature")[0]
        lines.append(line(time[rows], board[rows], "board of the balancer", GREEN, "dashdot", told=True))
    if is_of_cells(results, name):
        lines.append(chosen(name))
    return Panel(f"{CELL_PANELS[name]} [{unit}]", tuple(lines), unit)


def _extremes(results: xr.Dataset, name: str) -> tuple[Values, Values, Values, str]:
    """Return the least, the mean and the greatest of the cells, and the unit."""
    if is_of_cells(results, name):
        values, unit = displayed(results, name)
        return values.min(axis=1), values.mean(axis=1), values.max(axis=1), unit
    least, mean, greatest = (displayed(results, f"{name}_{end}")[0] for end in ("minimum", "mean", "maximum"))
    return least, mean, greatest, displayed(results, f"{name}_mean")[1]


def group_capacities(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> Values | None:
    """Return the capacity of each group in each row [C], shape (rows, groups); None where it is not known."""
    new = np.asarray(record.cell_capacities)
    if shape is None or not is_of_cells(results, "soh") or new.size != results.sizes["cell"]:
        return None
    return (results["soh"].values * new).reshape(results.sizes["time"], shape.groups, shape.parallel).sum(axis=2)


def _groups(results: xr.Dataset, record: RunRecord, shape: Shape | None, time: Values) -> Iterator[Panel]:
    """Yield the capacity of the weakest and of the mean group, and what the pack gives of it."""
    capacities = group_capacities(results, record, shape)
    if capacities is not None:
        weakest, mean = capacities.min(axis=1) / 3600.0, capacities.mean(axis=1) / 3600.0
        rows = peaks([weakest, mean])
        lines = [
            line(time[rows], weakest[rows], "weakest group", BLACK, "dot", told=True),
            line(time[rows], mean[rows], "mean group", GREEN, "dashdot", told=True),
        ]
        if "group_soc" in results:
            soc = results["group_soc"].values
            usable = ((capacities * soc).min(axis=1) + (capacities * (1.0 - soc)).min(axis=1)) / 3600.0
            lines.append(line(time[rows], usable[rows], "pack", BLUE, told=True))
        yield Panel("Capacity of the groups and of the pack [A.h]", tuple(lines), "A.h")


def _spread(results: xr.Dataset, time: Values) -> Iterator[Panel]:
    """Yield the greatest less the least SOC of the groups."""
    if {"group_soc_minimum", "group_soc_maximum"} <= set(results):
        spread = 100.0 * (results["group_soc_maximum"] - results["group_soc_minimum"]).values
    elif "group_soc" in results:
        spread = 100.0 * np.ptp(results["group_soc"].values, axis=1)
    else:
        return
    rows = peaks([spread])
    yield Panel("SOC spread of the groups [%]", (line(time[rows], spread[rows], "groups", BLUE),), "%")
