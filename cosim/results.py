"""Results of a run: what is recorded of a pack, loading it, a table of the pack-level values, and a figure."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import xarray as xr

from ..fmus.files import replacing
from ..models.errors import InputError
from ..models.model import Detail
from ..models.operations import endpoint
from .figure import draw
from .system import System

RECORD = {
    Detail.PACK: {
        "pack_voltage": "PackNetwork.pack_voltage",
        "pack_current": "PackNetwork.pack_current_actual",
        "pack_soc": "PackNetwork.pack_soc",
        "state_of_energy": "PackNetwork.state_of_energy",
        "voltage_minimum": "Cell.voltage_minimum",
        "voltage_maximum": "Cell.voltage_maximum",
        "voltage_mean": "Cell.voltage_mean",
        "group_soc_minimum": "PackNetwork.group_soc_minimum",
        "group_soc_maximum": "PackNetwork.group_soc_maximum",
        "soc_minimum": "Cell.soc_minimum",
        "soc_maximum": "Cell.soc_maximum",
        "soc_mean": "Cell.soc_mean",
        "temperature_minimum": "Thermal.temperature_minimum",
        "temperature_maximum": "Thermal.temperature_maximum",
        "temperature_mean": "Thermal.temperature_mean",
        "board_temperature": "Thermal.board_temperature",
        "active_groups": "Balancer.active_groups",
        "soc_variance": "Balancer.soc_variance",
    },
    Detail.GROUP: {
        "group_voltage": "PackNetwork.group_voltage",
        "group_soc": "PackNetwork.group_soc",
        "balancing_current": "Balancer.balancing_current",
        "estimated_group_soc": "Bms.group_soc",
        "soc_sigma": "Bms.soc_sigma",
    },
    Detail.CELL: {
        "current": "PackNetwork.current",
        "voltage": "Cell.voltage",
        "soc": "Cell.soc",
        "temperature": "Thermal.temperature",
    },
}
"""What is recorded of a pack from which detail on: name in the results, and output."""


def record(system: System, detail: Detail) -> dict[str, str]:
    """Return what of `RECORD` a system has, up to a detail."""
    chosen = {name: source for level, some in RECORD.items() if level <= detail for name, source in some.items()}
    return {name: source for name, source in chosen.items() if system.has(endpoint(source))}


def load(path: Path) -> xr.Dataset:
    """Load the results of a run.

    Parameters
    ----------
    path : Path
        The netCDF file.

    Returns
    -------
    xarray.Dataset
        Variables over time [s], group and cell (numbers from 1), SI units in the attribute ``units``.

    Raises
    ------
    InputError
        When the file is missing or not readable.
    """
    try:
        return xr.load_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise InputError(f"results {path} cannot be read: {error}") from error


def save_csv(results: xr.Dataset, path: Path) -> None:
    """Save what has no dimension but time as comma-separated values, a row an instant, SI units in the header.

    Parameters
    ----------
    results : xarray.Dataset
        As `load` returns it.
    path : Path
        The file to write or replace.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    names = ["time", *(str(name) for name, values in results.data_vars.items() if values.dims == ("time",))]
    rows = np.column_stack([results[name].values for name in names])
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(f"{name} [{results[name].attrs.get('units', '1')}]" for name in names)
        writer.writerows([f"{value:.12g}" for value in row] for row in rows)


def save_figure(results: xr.Dataset, path: Path) -> None:
    """Save a figure of a pack's run: voltage, current, SOC, temperature, spread, and a heat map of the cells.

    Parameters
    ----------
    results : xarray.Dataset
        As `load` returns it, recorded as `record` says; what is missing is left out.
    path : Path
        The file to write or replace; its suffix tells the format, png, pdf or svg.

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
