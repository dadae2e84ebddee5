"""The figures of a run, a line each."""

from __future__ import annotations

import xarray as xr

from ..cosim.experiment import RunSummary

CELSIUS = 273.15
HOUR = 3600.0

MOST_STEPS = 50
"""Steps of an experiment that are told; the report has all."""


def summary(label: str, ended: RunSummary, distance: float = 0.0, planned: float = 0.0) -> list[str]:
    """Return the figures that a run tells at its end.

    Parameters
    ----------
    label : str
        What was run.
    ended : RunSummary
        Of `cosim.master.run`, with the totals of `pack.balances.integrals`.
    distance : float
        That was driven [m]; 0 where nothing drives.
    planned : float
        Duration of the profile that was run [s]; 0 where there is none.
    """
    driven = f"{distance / 1000:.2f} km in " if distance else ""
    of = f" of {planned:.0f} s" if ended.stopped_by and planned else ""
    by = f"{of}, ended by {', '.join(ended.stopped_by)}" if ended.stopped_by else ""
    totals = {name: value / HOUR for name, value in ended.totals.items()}  # Wh and Ah
    given = -totals["PackNetwork.pack_energy"]
    lost = totals["Cell.heat"] + totals["PackNetwork.busbar_loss"]
    a_kilometre = f", {given / distance * 1000:.1f} Wh/km" if distance else ""
    steps = (
        f"{phase.start:>8.0f} to {phase.end:.0f} s  {phase.name}"
        + (f", ended by {phase.ended_by}" if phase.ended_by else "")
        for phase in ended.phases[:MOST_STEPS]
    )
    return [
        *steps,
        f"{label:<23} {driven}{ended.end - ended.start:.0f} s{by}",
        f"energy {'from' if given >= 0.0 else 'into'} the pack    {abs(given):.1f} Wh{a_kilometre}",
        f"heat in the pack        {lost:.1f} Wh" + (f", {lost / abs(given):.2%} of it" if given else ""),
        f"moved by balancing      {totals['Balancer.moved_charge'] * 1000:.1f} mAh",
        f"real-time factor        {ended.real_time_factor:.0f} ({ended.wall_time:.2f} s of stepping and recording)",
        *(f"held for a step         {change}" for change in ended.held if change.change),
        *(f"timescales              {text}" for text in ended.violations),
    ]


def held_before(ended: RunSummary) -> tuple[str, ...]:
    """Return the steps that a level ended which held before they began, a line each."""
    return tuple(
        f"{phase.name}: {phase.ended_by} held at its start, so it took one period"
        + ("; is 'V pack' meant?" if phase.ended_by.startswith("Cell.voltage") else "")
        for phase in ended.phases[:MOST_STEPS]
        if phase.held_before
    )


def ranges(recorded: xr.Dataset) -> list[str]:
    """Return what was recorded of a run at a glance; `recorded` has what `pack.recorded` names."""
    spread = recorded.group_soc_maximum - recorded.group_soc_minimum
    active, current = recorded.active_groups, recorded.pack_current
    return [
        f"pack SOC                {float(recorded.pack_soc[0]):.2%} to {float(recorded.pack_soc[-1]):.2%}",
        f"pack voltage            {_between(recorded.pack_voltage, recorded.pack_voltage, 1)} V",
        f"pack current            {_between(current, current, 1)} A, positive into the pack",
        f"cell voltage            {_extremes(recorded, 'voltage', 3)} V",
        f"cell temperature        {_extremes(recorded, 'temperature', 2, CELSIUS)} degC",
        f"SOC spread of groups    {float(spread[0]):.3%} at the start, {float(spread[-1]):.3%} at the end",
        f"groups balanced         {int(active.min())} to {int(active.max())} at a time",
    ]


def _extremes(recorded: xr.Dataset, name: str, digits: int, zero: float = 0.0) -> str:
    """Return the least and the greatest that any cell reached, above `zero`, as text."""
    return _between(recorded[f"{name}_minimum"] - zero, recorded[f"{name}_maximum"] - zero, digits)


def _between(least: xr.DataArray, greatest: xr.DataArray, digits: int) -> str:
    """Return the range of values over the run, as text."""
    return f"{float(least.min()):.{digits}f} to {float(greatest.max()):.{digits}f}"
