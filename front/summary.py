"""The figures of a run, a line each."""

from __future__ import annotations

import xarray as xr

from ..cosim.experiment import RunSummary

CELSIUS = 273.15
HOUR = 3600.0


def summary(label: str, ended: RunSummary, recorded: xr.Dataset, distance: float = 0.0) -> list[str]:
    """Return the figures of a run.

    Parameters
    ----------
    label : str
        What was run.
    ended : RunSummary
        Of `cosim.master.run`, with the totals of `pack.balances.integrals`.
    recorded : xarray.Dataset
        What `pack.recorded` names.
    distance : float
        That was driven [m]; 0 where nothing drives.
    """
    driven = f"{distance / 1000:.2f} km in " if distance else ""
    return [
        f"{label:<23} {driven}{ended.end - ended.start:.0f} s"
        + (f", ended by {', '.join(ended.stopped_by)}" if ended.stopped_by else ""),
        *_energy(ended, distance),
        f"pack SOC                {float(recorded.pack_soc[0]):.2%} to {float(recorded.pack_soc[-1]):.2%}",
        f"pack voltage            {_between(recorded.pack_voltage, recorded.pack_voltage, 1)} V",
        f"pack current            {_between(recorded.pack_current, recorded.pack_current, 1)} A, positive into the pack",
        f"cell voltage            {_extremes(recorded, 'voltage', 3)} V",
        f"cell temperature        {_extremes(recorded, 'temperature', 2, CELSIUS)} degC",
        *_balancing(ended, recorded),
        f"real-time factor        {ended.real_time_factor:.0f} ({ended.wall_time:.2f} s of stepping and recording)",
        *(f"held for a step         {change}" for change in ended.held if change.change),
        *(f"timescales              {text}" for text in ended.violations),
    ]


def _energy(ended: RunSummary, distance: float) -> list[str]:
    energy = -ended.totals["PackNetwork.pack_energy"] / HOUR
    lost = (ended.totals["Cell.heat"] + ended.totals["PackNetwork.busbar_loss"]) / HOUR
    direction = "from" if energy >= 0.0 else "into"
    given = abs(energy)
    return [
        f"energy {direction} the pack    {given:.1f} Wh" + (f", {given / distance * 1000:.1f} Wh/km" if distance else ""),
        f"heat in the pack        {lost:.1f} Wh" + (f", {lost / given:.2%} of it" if given > 0.0 else ""),
    ]


def _balancing(ended: RunSummary, recorded: xr.Dataset) -> list[str]:
    spread = recorded.group_soc_maximum - recorded.group_soc_minimum
    moved, active = ended.totals["Balancer.moved_charge"] / HOUR, recorded.active_groups
    return [
        f"SOC spread of groups    {float(spread[0]):.3%} at the start, {float(spread[-1]):.3%} at the end",
        f"balancing               {moved * 1000:.1f} mAh taken from {int(active.min())} to {int(active.max())} groups",
    ]


def _extremes(recorded: xr.Dataset, name: str, digits: int, zero: float = 0.0) -> str:
    """Return the least and the greatest that any cell reached, above `zero`, as text."""
    return _between(recorded[f"{name}_minimum"] - zero, recorded[f"{name}_maximum"] - zero, digits)


def _between(least: xr.DataArray, greatest: xr.DataArray, digits: int) -> str:
    """Return the range of values over the run, as text."""
    return f"{float(least.min()):.{digits}f} to {float(greatest.max()):.{digits}f}"
