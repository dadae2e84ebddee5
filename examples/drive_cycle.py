"""Drive a WLTC class 3b with the pack of a 2013 Nissan Leaf: python examples/drive_cycle.py [--pack] [--output].

Builds the four FMUs of the pack for this machine, turns the speed trace into the power of the pack by the longitudinal
model of the car, and steps the FMUs through the cycle. Prints a summary; results, table and figure are saved in the
output folder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.core.duration import format_duration, parse_duration, seconds
from packfmu.core.errors import InputError
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment, RunSummary
from packfmu.cosim.master import run
from packfmu.cosim.results import load, made_of, save_csv
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import claimed
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import balances, format_balances, integrals
from packfmu.pack.block import periods
from packfmu.pack.figure import save_figure
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.fmus import build_pack, fmu_pack
from packfmu.pack.recorded import record
from packfmu.usage.longitudinal_vehicle import NISSAN_LEAF, pack_power, read_trace
from packfmu.usage.profile import CYCLES

ROOT = Path(__file__).parents[1]
LEAF_PACK = ROOT / "examples" / "leaf_pack.toml"
WLTC = CYCLES["wltc_class3b"]
CUT_OFFS = tuple(
    f"PackNetwork.{cut_off}" for cut_off in ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
)
CELSIUS = 273.15


def main(arguments: Sequence[str] | None = None) -> int:
    """Drive as the command line asks; return the exit code."""
    parser = Parser("Drive a WLTC with the FMUs of a pack.")
    parser.add_argument("--pack", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: drive(load_pack(chosen.pack), chosen.output))


def drive(pack: Pack, output: Path) -> str:
    """Build the FMUs of `pack`, drive the cycle, save the results in `output`, and return a summary."""
    netcdf, table, figure = (output / f"drive_cycle.{suffix}" for suffix in ("nc", "csv", "png"))
    time, speed = read_trace(WLTC)
    power = per_period(time, pack_power(NISSAN_LEAF, time, speed), pack.schedule.electrical)
    with claimed(netcdf, table, figure):
        fmus = build_pack(pack, output / "drive_cycle", platforms=(host_platform(),))["Cell"].parent
        system = with_profiles(fmu_pack(fmus, pack.bms is not None), {"PackNetwork.pack_power": power})
        plan = make_plan(system, periods(pack.schedule))
        experiment = Experiment(
            duration=power.size * pack.schedule.electrical,
            values={"PackNetwork.load_mode": LoadMode.POWER},
            stop_on=CUT_OFFS,
            record=record(system, pack.outputs.detail),
            output=netcdf,
            totals=integrals(system),
        )
        with made_of(netcdf, lambda made: save_csv(made, table), lambda made: save_figure(made, figure)):
            ended = run(system, plan, experiment)
        recorded = load(netcdf)
    distance = np.interp(ended.end, time, np.append(0.0, np.cumsum(np.diff(time) * (speed[:-1] + speed[1:]) / 2.0)))
    saved = [f"{netcdf.name} (everything, for xarray)", table.name, figure.name, f"{fmus.relative_to(output)}/*.fmu"]
    lines = [*summary(ended, recorded, float(distance)), "", ledger(system, ended)]
    return "\n".join([*lines, "", f"saved in {output}: {', '.join(saved)}"])


def per_period(time: NDArray[np.float64], power: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Return the mean power [W] of each period [ns], the energy of the intervals between `time` [s] conserved.

    Raises
    ------
    InputError
        When the period does not divide the time.
    """
    duration = parse_duration(f"{time[-1]} s")
    if duration % period:
        raise InputError(
            f"[schedule] electrical = {format_duration(period)} does not divide the {format_duration(duration)} "
            "of the drive cycle"
        )
    energy = np.append(0.0, np.cumsum(power * np.diff(time)))
    edges = np.arange(duration // period + 1) * seconds(period)
    return np.diff(np.interp(edges, time, energy)) / seconds(period)


def summary(ended: RunSummary, recorded: xr.Dataset, distance: float) -> list[str]:
    """Return the figures of a drive over `distance` [m], a line each."""
    totals = {name: value / 3600.0 for name, value in ended.totals.items()}  # Wh and Ah
    given, lost = -totals["PackNetwork.pack_energy"], totals["Cell.heat"] + totals["PackNetwork.busbar_loss"]
    spread = recorded.group_soc_maximum - recorded.group_soc_minimum
    bled, active = totals["Balancer.moved_charge"], recorded.active_groups
    return [
        f"WLTC class 3b           {distance / 1000:.2f} km in {ended.end - ended.start:.0f} s"
        + (f", ended by {', '.join(ended.stopped_by)}" if ended.stopped_by else ""),
        f"energy from the pack    {given:.1f} Wh" + (f", {given / distance * 1000:.1f} Wh/km" if distance else ""),
        f"heat in the pack        {lost:.1f} Wh" + (f", {lost / given:.2%} of it" if given > 0.0 else ""),
        f"pack SOC                {float(recorded.pack_soc[0]):.2%} to {float(recorded.pack_soc[-1]):.2%}",
        f"pack voltage            {between(recorded.pack_voltage, recorded.pack_voltage, 1)} V",
        f"pack current            {between(recorded.pack_current, recorded.pack_current, 1)} A, positive into the pack",
        f"cell voltage            {extremes(recorded, 'voltage', 3)} V",
        f"cell temperature        {extremes(recorded, 'temperature', 2, CELSIUS)} degC",
        f"SOC spread of groups    {float(spread[0]):.3%} at the start, {float(spread[-1]):.3%} at the end",
        f"balancing               {bled * 1000:.1f} mAh taken from {int(active.min())} to {int(active.max())} groups",
        f"real-time factor        {ended.real_time_factor:.0f} ({ended.wall_time:.2f} s of stepping and recording)",
        *(f"held for a step         {change}" for change in ended.held if change.change),
        *(f"timescales              {text}" for text in ended.violations),
    ]


def extremes(recorded: xr.Dataset, name: str, digits: int, zero: float = 0.0) -> str:
    """Return the least and the greatest that any cell reached, above `zero`, as text."""
    return between(recorded[f"{name}_minimum"] - zero, recorded[f"{name}_maximum"] - zero, digits)


def between(least: xr.DataArray, greatest: xr.DataArray, digits: int) -> str:
    """Return the range of values over the run, as text."""
    return f"{float(least.min()):.{digits}f} to {float(greatest.max()):.{digits}f}"


def ledger(system: System, ended: RunSummary) -> str:
    """Return the balances of charge and energy, and the mismatch of the ports, as a table."""
    return format_balances(balances(system, ended.totals))


if __name__ == "__main__":
    sys.exit(main())
