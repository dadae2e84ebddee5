"""Compare jumps over days of aging with every day in full: python benchmarks/jumped_against_full.py [--years 10].

A pack of two groups of two cells that differ drives twice a day and is charged over night, in two seasons, with
passive balancing. It runs as Pack.fmu and Aging.fmu, native, once with every day in full, and with jumps of various
lengths: some have a greatest length, whatever their error estimate, and some are as long as a tolerance of it allows.
Errors are the greatest over all cells and ends of years, relative to the full run. The table shows the sum of
the estimates of all jumps beside the greatest error, both in nominal values (10 % of the capacity, 10 % of the
resistance). The estimate of a jump that followed the first settled day of a season is not known. The peer of a speed-up
is the full run. Of three runs with jumps the median time counts, without building and opening the FMUs. Further columns
show the charge that the balancer bled, relative to the full run, and the greatest error of the difference between the
SOC of the groups.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.core.duration import parse_duration
from packfmu.cosim import results
from packfmu.cosim.duty import with_duties
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.long.calendar import LongRun, LongSummary, Stretch
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.jumping import with_jumps
from packfmu.cosim.long.long_run import run_long
from packfmu.cosim.phase import Duty, Phase
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import build_parts
from packfmu.fmi.command_line import Parser
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import continued
from packfmu.pack.block import all_parts, periods
from packfmu.pack.file import Pack, parse_pack
from packfmu.pack.fmus import fmu_block

DAY = 86400 * 10**9
"""[ns]."""

YEAR = 365
"""[d]."""

NOMINAL = 0.1
"""Nominal values of the capacity loss and of the resistance growth, as Aging declares them."""

KINDS: Mapping[str, Mapping[str, float]] = {
    "nissan_leaf_aging": {},
    "sanyo_ur18650e_aging": {},
    "graphite_film_aging": {"Aging.film_noise": 0.0},
}
"""Kinds of aging, and the parameters that differ from those of the kind."""

SEASONS = {"cold": (182, 8.0), "warm": (183, 22.0)}
"""Days, and temperature of the air [degC]."""

LENGTHS = (5, 10, 20, 40, 90)
"""Longest jumps [d]."""

TOLERANCES = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4)


@dataclass(frozen=True, eq=False)
class Life:
    """A long run: its recorded arrays, and its summary."""

    recorded: xr.Dataset
    ended: LongSummary

    def yearly(self, name: str) -> NDArray[np.float64]:
        """Return a recorded array at the end of each year, (years, cells)."""
        days = self.recorded["time"].values / 86400.0
        return np.asarray(self.recorded[name].values[(days > 0.0) & (np.round(days) % YEAR == 0.0)])


def small_pack(kind: str) -> Pack:
    """Return a pack of cells that differ, with a kind of aging."""
    tables = {
        "pack": {"series": 2, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "variation": {
            "seed": 3, "capacity_cv": 0.02, "resistance_cv": 0.05, "soc_spread": 0.01, "self_discharge_cv": 0.3,
        },
        "thermal": {"heat_capacity": 1000.0},
        "aging": {"parameters": kind, "rate_cv": 0.05, "resistance_rate_cv": 0.2},
        "schedule": {"electrical": "5 s", "control": "10 s", "thermal": "10 s"},
    }  # fmt: skip
    return parse_pack(tables, "benchmark")


def build(pack: Pack, folder: Path) -> System:
    """Build the FMUs of a pack and return the system of them, able to drive and to jump."""
    stepped = [part for part in all_parts(pack) if part.name in ("Pack", "Aging")]
    fmus = build_parts(stepped, folder, pack.outputs.detail, platforms=(host_platform(),))
    driven = with_duties(fmu_block(fmus["Pack"].parent), duties(), pack.schedule.electrical)
    return with_jumps(driven, pack.pack.parallel)


def duties() -> dict[str, Duty]:
    """Return a day of each season."""
    return {season: day(season, temperature) for season, (_, temperature) in SEASONS.items()}


def day(season: str, temperature: float) -> Duty:
    """Return a day at an ambient temperature [degC]: two drives of a sixth of the charge each, a charge over night."""
    n = np.arange(360)
    power = -150.0 + 220.0 * np.sin(0.45 * n) + 80.0 * np.sin(0.065 * n)

    def phase(name: str, duration: str, load: LoadMode, plugged: bool = False, pace: int = 8) -> Phase:
        values = {
            "Pack.load_mode": load,
            "Pack.pack_power": power if load is LoadMode.POWER else 0.0,
            "Pack.pack_current": 12.0 if load is LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE else 0.0,
            "Pack.enable": float(plugged),
            "Pack.ambient_temperature": temperature + 273.15,
        }
        return Phase(name, parse_duration(duration), values, pace)

    return Duty(
        season,
        (
            phase("to work", "1800 s", LoadMode.POWER, pace=1),
            phase("at work", "32000 s", LoadMode.CURRENT),
            phase("home", "1800 s", LoadMode.POWER, pace=1),
            phase("evening", "7200 s", LoadMode.CURRENT),
            phase("charge", "20000 s", LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, plugged=True),
            phase("night", "23600 s", LoadMode.CURRENT, plugged=True),
        ),
    )


def live(system: System, pack: Pack, years: int, jump: Jump | None, output: Path) -> Life:
    """Run some years, with jumps or every day in full; `output` is the netCDF file."""
    experiment = Experiment(
        duration=years * YEAR * DAY,
        values=KINDS[pack.aging.parameters],
        record={
            "capacity_loss": "Aging.capacity_loss",
            "resistance_growth": "Aging.resistance_growth",
            "group_soc": "Pack.group_soc",
        },
        totals=("Pack.pack_energy", "Pack.moved_charge"),
        output=output,
    )
    legs = tuple(Stretch(season, days * DAY) for season, (days, _) in SEASONS.items())
    long_run = LongRun(experiment, duties(), legs, datetime(2013, 1, 1, 7), jump, continued=continued)
    ended = run_long(system, make_plan(system, periods(pack.schedule)), long_run)
    return Life(results.load(output), ended)


@dataclass(frozen=True)
class Row:
    """A run with jumps in comparison with the full one.

    Parameters
    ----------
    cycles, jumps : int
        Days in full, and jumps.
    speed_up : float
        Time of the full run over that of this one.
    loss_error, growth_error : float
        Greatest relative error of capacity loss and resistance growth over cells and ends of years.
    estimated, made : float
        Sum of the estimates of all jumps, and greatest error of both over cells and ends of years, in nominal values.
    unknown : int
        Jumps without an estimate.
    bled : float
        Charge that the balancer has bled, relative to the full run.
    spread_error : float
        Greatest error of the difference between the SOC of the groups at the ends of years.
    """

    cycles: int
    jumps: int
    speed_up: float
    loss_error: float
    growth_error: float
    estimated: float
    made: float
    unknown: int
    bled: float
    spread_error: float


def compare(jumped: Life, full: Life) -> Row:
    """Compare a run with jumps with the full one."""
    found = {name: (jumped.yearly(name), full.yearly(name)) for name in ("capacity_loss", "resistance_growth")}
    relative = [float(np.abs(a / b - 1.0).max()) for a, b in found.values()]
    known = [error for error in jumped.ended.errors if not math.isnan(error)]
    spreads = [np.ptp(life.yearly("group_soc"), axis=1) for life in (jumped, full)]
    bled = [life.ended.totals["Pack.moved_charge"] for life in (jumped, full)]
    return Row(
        cycles=jumped.ended.cycles,
        jumps=jumped.ended.jumps,
        speed_up=full.ended.wall_time / jumped.ended.wall_time,
        loss_error=relative[0],
        growth_error=relative[1],
        estimated=sum(known),
        made=max(float(np.abs(a - b).max()) for a, b in found.values()) / NOMINAL,
        unknown=jumped.ended.jumps - len(known),
        bled=bled[0] / bled[1],
        spread_error=float(np.abs(spreads[0] - spreads[1]).max()),
    )


def jumps() -> dict[str, Jump]:
    """Return the jumps of the table by their labels."""
    bounded = {f"at most {n} d": Jump(tolerance=math.inf, first=min(n, Jump.first), longest=n) for n in LENGTHS}
    return bounded | {f"tolerance {tolerance:g}": Jump(tolerance=tolerance) for tolerance in TOLERANCES}


RUNS = 3

HEADER = (
    "                    days                       error [%] of       error [nominal]  jumps not     bled  SOC spread",
    "jumps            in full  jumps  speed-up     loss    growth    estimated    made  estimated   charge         [%]",
)


def tabulate(kind: str, years: int) -> None:
    """Print the table of a kind of aging."""
    pack = small_pack(kind)
    with tempfile.TemporaryDirectory() as folder:
        system = build(pack, Path(folder))
        full = live(system, pack, years, None, Path(folder) / "full.nc")
        loss, growth = (full.yearly(name)[-1] for name in ("capacity_loss", "resistance_growth"))
        print(
            f"{kind}, {years} years, {full.ended.cycles} days in full in {full.ended.wall_time:.1f} s: "
            f"loss {loss.min():.2%} to {loss.max():.2%}, growth {growth.min():.2%} to {growth.max():.2%}"
        )
        print(*HEADER, sep="\n", flush=True)
        for label, jump in jumps().items():
            lives = [live(system, pack, years, jump, Path(folder) / "jumped.nc") for _ in range(RUNS)]
            row = compare(sorted(lives, key=lambda life: life.ended.wall_time)[RUNS // 2], full)
            print(
                f"{label:<16}{row.cycles:8d}{row.jumps:7d}{row.speed_up:10.1f}{100.0 * row.loss_error:9.4f}"
                f"{100.0 * row.growth_error:10.4f}{row.estimated:13.1e}{row.made:8.1e}{row.unknown:11d}"
                f"{row.bled:9.2f}{100.0 * row.spread_error:12.3f}",
                flush=True,
            )
    print()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each kind of aging."""
    parser = Parser("Compare jumps over days of aging with every day in full.")
    parser.add_argument("--years", type=int, default=1, help="default: 1")
    parser.add_argument("--aging", choices=[*KINDS], nargs="+", default=[*KINDS], help="default: all of these")

    def run(chosen: argparse.Namespace) -> str:
        for kind in chosen.aging:
            tabulate(kind, chosen.years)
        return ""

    return parser.run(arguments, run)


if __name__ == "__main__":
    sys.exit(main())
