"""Ten years of a Nissan Leaf's pack: python examples/ten_years.py [--pack] [--output] [--years] [--resume].

Each day two WLTCs and a slow charge at constant current, then constant voltage; four seasons; to 70 % SOH or ten years.
Groups are balanced at night, when the pack is full, by what the battery management estimates: of unlike capacity, they
have equal SOC at a single SOC only. Days are run in full at the start of each season and as often as the error estimate
demands, and jumped over between. Stepped are Pack.fmu, which holds the plan of cells, network, management, balancer and
thermal network, and Aging.fmu; with --components the FMUs one by one, by the same plan.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from drive_cycle import WLTC, per_period
from longitudinal_vehicle import NISSAN_LEAF, pack_power, read_trace
from ten_years_figure import draw
from ten_years_report import Life, report, save_table

from packfmu.core.duration import parse_duration
from packfmu.core.errors import InputError
from packfmu.cosim import results
from packfmu.cosim.duty import with_duties
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.long.calendar import End, LongRun, LongSummary, Stretch
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.jumping import with_jumps
from packfmu.cosim.long.long_run import check_paces, run_long
from packfmu.cosim.phase import Duty, Phase
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import build_parts
from packfmu.fmi.command_line import Parser
from packfmu.fmi.definition import Part
from packfmu.fmi.files import claimed, replacing
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import balances, continued, format_balances, integrals
from packfmu.pack.block import all_parts, periods
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.fmus import fmu_block, fmu_pack

ROOT = Path(__file__).parents[1]
LEAF_AGING = ROOT / "examples" / "leaf_aging.toml"
SEASONS = {"winter": (90, 5.0), "spring": (92, 14.0), "summer": (92, 24.0), "autumn": (91, 15.0)}
"""Days, and temperature of the air [degC]; assumed, a temperate climate."""
BEGIN = datetime(2013, 1, 1, 7)
END_OF_LIFE = 0.7
QUIET_PACE = 32
"""Factor on the plan's periods while nobody drives; `leaf_aging.toml` tells why it may be that."""
CHARGE_HOURS = 6.0
"""Charging current as the time that it takes to charge a whole pack [h]: 3.6 kW, a household's wallbox of 16 A."""
DAY = 86_400_000_000_000
"""[ns]."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line asks; return the exit code."""
    parser = Parser("Drive a pack for ten years.")
    parser.add_argument("--pack", type=Path, default=LEAF_AGING, help="pack file; default: the Leaf pack that ages")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    parser.add_argument("--years", type=int, default=10, help="longest time; default: 10")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint that a run has left")
    parser.add_argument("--components", action="store_true", help="step the FMUs of the components, not Pack.fmu")
    return parser.run(
        arguments,
        lambda chosen: live(load_pack(chosen.pack), chosen.output, chosen.years, chosen.resume, chosen.components),
    )


def live(pack: Pack, output: Path, years: int, resume: bool = False, components: bool = False) -> str:
    """Build the FMUs of `pack`, run `years` with them, save the results in `output`, and return a summary."""
    if years < 1:
        raise InputError(f"--years {years} must be at least 1")
    if pack.aging is None:
        raise InputError("the pack file has no [aging] table; without one the cells do not age")
    netcdf, table, figure, plan = (output / f"ten_years{suffix}" for suffix in (".nc", ".csv", ".png", "_plan.txt"))
    with claimed(netcdf, table, figure, plan):
        planned = {part.name: part for part in all_parts(pack)}
        detail, host = pack.outputs.detail, (host_platform(),)
        folder = build_parts(tuple(planned.values()), output / "ten_years", detail, platforms=host)["Pack"].parent
        whole, long_run, explained = planned_life(pack, folder, netcdf, years, components)
        with replacing(plan) as temporary:
            temporary.write_text(explained + "\n", encoding="utf-8")
        life = life_of(pack, planned["Aging"])

        def save(recorded: xr.Dataset) -> None:
            save_table(life(recorded), table)
            with replacing(figure) as temporary:
                draw(life(recorded)).savefig(temporary, format="png", dpi=120)

        with results.made_of(netcdf, save):
            ended = age(pack, folder, long_run, resume, components)
        recorded = results.load(netcdf)
    saved = [f"{netcdf.name} (everything, for xarray)", table.name, figure.name, plan.name]
    saved.append(f"{folder.relative_to(output)}/*.fmu")
    layers = explained.split("\n\n")[0].splitlines()
    told = [
        *layers,
        "",
        *report(life(recorded), ended),
        *ledger(whole, ended),
        "",
        f"saved in {output}: {', '.join(saved)}",
    ]
    return "\n".join(told)


def life_of(pack: Pack, aging: Part) -> Callable[[xr.Dataset], Life]:
    """Return what makes the life of a pack of what was recorded."""
    laws, drawn = pack.aging.load().laws.capacity, aging.start
    return partial(
        Life,
        begin=BEGIN,
        parallel=pack.pack.parallel,
        capacity=np.asarray(drawn["capacity"]),
        aging_rate=np.asarray(drawn["aging_rate"]),
        exponents=(laws.calendar_exponent, laws.cycle_exponent),
    )


def planned_life(pack: Pack, folder: Path, output: Path, years: int, components: bool) -> tuple[System, LongRun, str]:
    """Return the system of all FMUs of a folder, the years to be run, and the plan with its timescales, explained."""
    whole = fmu_pack(folder, pack.bms is not None)
    totals = integrals(whole) if components else ("Pack.pack_energy", "Pack.heat", "Pack.moved_charge")
    long_run = decade(pack, output, years, totals, components)
    return whole, long_run, check_paces(whole, make_plan(whole, periods(pack.schedule)), long_run)


def age(pack: Pack, folder: Path, long_run: LongRun, resume: bool, components: bool) -> LongSummary:
    """Run years with the FMUs of a folder."""
    stepped = fmu_pack(folder, pack.bms is not None) if components else fmu_block(folder)
    system = with_duties(stepped, long_run.duties, pack.schedule.electrical)
    system = with_jumps(system, pack.pack.parallel)
    try:
        return run_long(system, make_plan(system, periods(pack.schedule)), long_run, resume)
    except KeyboardInterrupt as interruption:
        interruption.add_note("a checkpoint is kept in the output folder; --resume goes on from it")
        raise


def ledger(system: System, ended: LongSummary) -> list[str]:
    """Return the balances of charge and energy over the days in full, where the components told them."""
    rows = balances(system, ended.stepped)
    return ["", "over the days in full", format_balances(rows)] if rows else []


def decade(pack: Pack, output: Path, years: int, totals: tuple[str, ...], components: bool) -> LongRun:
    """Return what is to be run: the days of four seasons, year by year."""
    network, cell = (owner(name, components) for name in ("PackNetwork", "Cell"))
    return LongRun(
        experiment=Experiment(
            duration=years * sum(days for days, _ in SEASONS.values()) * DAY,
            stop_on=(f"{network}.undervoltage",),
            record={
                "soh": "Aging.soh",
                "soh_minimum": "Aging.soh_minimum",
                "resistance_growth": "Aging.resistance_growth",
                "short_risk": "Aging.short_risk",
                "soc": f"{cell}.soc",
                "group_soc": f"{network}.group_soc",
                "calendar_damage": "Jumps.Aging.capacity_calendar_damage",
                "cycle_damage": "Jumps.Aging.capacity_cycle_damage",
            },
            totals=totals,
            output=output,
        ),
        duties={season: day(season, pack, temperature, components) for season, (_, temperature) in SEASONS.items()},
        calendar=tuple(Stretch(season, days * DAY) for season, (days, _) in SEASONS.items()),
        begin=BEGIN,
        jump=Jump(settles=not pack.balancer.is_passive),
        end=End("Aging.soh_minimum", END_OF_LIFE),
        continued=continued,
    )


def owner(component: str, components: bool) -> str:
    """Return whose variables those of a component are: its own, or the block's."""
    return component if components else "Pack"


def day(season: str, pack: Pack, temperature: float, components: bool) -> Duty:
    """Return a day at an ambient temperature [degC]: to work, back, and charged over night."""
    time, speed = read_trace(WLTC)
    power = per_period(time, pack_power(NISSAN_LEAF, time, speed), pack.schedule.electrical)
    current = pack.pack.parallel * pack.cell.load().capacity / (CHARGE_HOURS * 3600.0)

    def phase(name: str, duration: str, load: LoadMode, balancing: bool = False, pace: int = QUIET_PACE) -> Phase:
        driving = load is LoadMode.POWER
        values = {
            "PackNetwork.load_mode": load,
            "PackNetwork.pack_power": power if driving else 0.0,
            "PackNetwork.pack_current": current if load is LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE else 0.0,
            "Balancer.enable" if pack.bms is None else "Bms.balancing_allowed": float(balancing),
            "Thermal.ambient_temperature": temperature + 273.15,
        }
        own = {f"{owner(c, components)}.{v}": value for (c, v), value in ((n.split("."), x) for n, x in values.items())}
        return Phase(name, parse_duration(duration), own, pace)

    return Duty(
        season,
        (
            phase("to work", "1800 s", LoadMode.POWER, pace=1),
            phase("at work", "32000 s", LoadMode.CURRENT),
            phase("home", "1800 s", LoadMode.POWER, pace=1),
            phase("evening", "7040 s", LoadMode.CURRENT),
            phase("charge", "20160 s", LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE),
            phase("night", "23360 s", LoadMode.CURRENT, balancing=True),
            phase("morning", "240 s", LoadMode.CURRENT, balancing=True, pace=8),
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
