"""Years of a pack: the days of a file, run with its FMUs, with jumps between those that are run in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..cosim.duty import with_duties
from ..cosim.experiment import Experiment
from ..cosim.long.calendar import End, LongRun, LongSummary, Stretch
from ..cosim.long.jump import Jump
from ..cosim.long.jumping import with_jumps
from ..cosim.long.long_run import check_paces, greatest_pace, run_long
from ..cosim.phase import Duty
from ..coupling.enforcement import SEPARATION
from ..coupling.explanation import TextTable
from ..coupling.schedule import make_plan
from ..coupling.system import System
from ..models.aging.kind import AgingParameters
from ..models.cell.physics.cell import ElectrochemicalCell
from ..pack.balances import continued, integrals
from ..pack.block import periods
from ..pack.cells.replaced import Kinds
from ..pack.file import Pack
from ..pack.fmus import fmu_block, fmu_pack
from ..pack.parts import parts
from .aged import FILM, SHIFT
from .life import FILM_RESISTANCE, Life
from .phases import Driven, PackPorts, step_phases
from .years_file import DAY, Years, day_steps, paced

QUIET = 32
"""Greatest pace that is chosen: ten years in steps so long were held against all steps of one period
(`benchmarks/jumped_against_full.py`)."""


MOST_YEARS = 100
"""Of a run."""


@dataclass(frozen=True, eq=False)
class PlannedYears:
    """Years that are ready to be run.

    Parameters
    ----------
    whole : System
        The FMUs of the components.
    stepped : System
        What is stepped: those, or the block that holds all but Aging.
    long_run : LongRun
        What is run.
    tables : tuple of tables
        Layers with their periods and time constants, and the transfers.
    """

    whole: System
    stepped: System
    long_run: LongRun
    tables: tuple[TextTable, ...]


def plan_years(
    pack: Pack, folder: Path, years: Years, count: int, output: Path, driven: Driven, components: bool = False
) -> PlannedYears:
    """Plan years of a pack.

    Parameters
    ----------
    pack : Pack
        With a table of aging.
    folder : Path
        That of the FMUs of `pack.block.all_parts`.
    years : Years
        Of `usage.years_file.load_years`.
    count : int
        How many years at most.
    output : Path
        The netCDF file; the checkpoint lies beside it.
    driven : callable
        Reads the files of drives.
    components : bool
        Whether the FMUs of the components are stepped one by one, instead of their block.

    Raises
    ------
    InputError
        When the pack does not age, the steps make no day, or a pace mixes timescales.
    """
    if not 1 <= count <= MOST_YEARS:
        raise InputError(f"--years {count} must be at least 1 and at most {MOST_YEARS}")
    if pack.aging is None:
        raise InputError("the pack file has no [aging] table; without one the cells do not age")
    whole = fmu_pack(folder, pack.bms is not None)
    plan = make_plan(whole, periods(pack.schedule))
    pace = greatest_pace(whole, plan, SEPARATION, QUIET) if years.pace is None else years.pace
    stepped = whole if components else fmu_block(folder)
    duties = season_duties(pack, years, PackPorts(stepped, pack), pace, cache(driven))
    totals = integrals(whole) if components else ("Pack.pack_energy", "Pack.heat", "Pack.moved_charge")
    long_run = LongRun(
        experiment=_experiment(pack, years, count, output, PackPorts(stepped, pack), totals),
        duties=duties,
        calendar=tuple(Stretch(season, days * DAY) for season, (days, _) in years.seasons.items()),
        begin=years.begin,
        jump=Jump(settles=not pack.balancer.is_passive),
        end=End("Aging.soh_minimum", years.end_of_life),
        continued=continued,
    )
    return PlannedYears(whole, stepped, long_run, tuple(check_paces(whole, plan, long_run)))


def season_duties(pack: Pack, years: Years, ports: PackPorts, pace: int, driven: Driven) -> dict[str, Duty]:
    """Return the day of each season."""
    schedule = pack.schedule
    steps = paced(day_steps(years, driven), pace, max(schedule.electrical, schedule.control, schedule.thermal))

    def duty(season: str, ambient: float) -> Duty:
        warmed = [replace(step, common=replace(step.common, ambient=ambient)) for step in steps]
        return Duty(season, step_phases(warmed, pack, ports, driven))

    return {season: duty(season, ambient) for season, (_, ambient) in years.seasons.items()}


def _experiment(
    pack: Pack, years: Years, count: int, output: Path, ports: PackPorts, totals: tuple[str, ...]
) -> Experiment:
    record = {
        "soh": "Aging.soh",
        "soh_minimum": "Aging.soh_minimum",
        "resistance_growth": "Aging.resistance_growth",
        "short_risk": "Aging.short_risk",
        "soc": "Cell.soc",
        "group_soc": "PackNetwork.group_soc",
        "calendar_damage": "Jumps.Aging.capacity_calendar_damage",
        "cycle_damage": "Jumps.Aging.capacity_cycle_damage",
    }
    laws = None if pack.aging is None else pack.aging.load()
    if laws is not None:
        record |= {name: f"Jumps.Aging.{name}" for name in _counters(laws)}
        record |= {name: f"Aging.{name}" for name in (FILM, FILM_RESISTANCE) if laws.sei.reaction_speed > 0.0}
    record[SHIFT] = f"Jumps.{ports.name(f'Cell.{SHIFT}')}"
    return Experiment(
        duration=count * years.days * DAY,
        stop_on=(ports.name("PackNetwork.undervoltage"),),
        record={name: ports.name(source) for name, source in record.items()},
        totals=totals,
        output=output,
    )


def _counters(kind: AgingParameters) -> list[str]:
    """Return the counters that a kind of aging takes as a whole, without those of its laws of capacity."""
    law = kind.laws.resistance
    by_law = {
        "charge_throughput": kind.resistance_rate > 0.0,
        "resistance_calendar_damage": any(law.calendar[:2]),
        "resistance_cycle_damage": any(law.charge) and any(law.cycle),
        "plating_lost_charge": kind.plating.exchange_current > 0.0,
    }
    return [name for name, counts in by_law.items() if counts]


def run_years(pack: Pack, planned: PlannedYears, resume: bool = False) -> LongSummary:
    """Run years; see `cosim.long.long_run.run_long`.

    Parameters
    ----------
    pack : Pack
        That of the plan.
    planned : PlannedYears
        Of `plan_years`.
    resume : bool
        Go on from the checkpoint beside the output.
    """
    system = with_duties(planned.stepped, planned.long_run.duties, pack.schedule.electrical)
    system = with_jumps(system, pack.pack.parallel)
    try:
        return run_long(system, make_plan(system, periods(pack.schedule)), planned.long_run, resume)
    except KeyboardInterrupt as interruption:
        interruption.add_note("a checkpoint is kept in the output folder; --resume goes on from it")
        raise


def life_of(pack: Pack, years: Years) -> Callable[[xr.Dataset], Life]:
    """Return what makes the life of a pack of what `run_years` has recorded."""
    if pack.aging is None:
        raise InputError("the pack file has no [aging] table; without one the cells do not age")
    laws = pack.aging.load().laws.capacity
    started = {part.name: part.start for part in parts(pack)}
    drawn = started["Aging"]
    return partial(
        Life,
        begin=years.begin,
        parallel=pack.pack.parallel,
        capacity=np.asarray(drawn["capacity"]),
        aging_rate=np.asarray(drawn["aging_rate"]),
        exponents=(laws.calendar_exponent, laws.cycle_exponent),
        earlier=(
            np.asarray(drawn.get("earlier_capacity_calendar_damage", 0.0), np.float64),
            np.asarray(drawn.get("earlier_capacity_cycle_damage", 0.0), np.float64),
        ),
        resistance=_resistance(pack.kinds, started["Cell"]),
    )


def _resistance(kinds: Kinds, drawn: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    """Return what each cell's resistance settles at when new and half full [Ohm]; physics shares it over the area."""
    settled = kinds.each(lambda kind: float(kind.settled_resistance(0.5)))
    are_spread = kinds.each(lambda kind: float(isinstance(kind, ElectrochemicalCell)))
    area = np.asarray(drawn["capacity"]) / kinds.each(lambda kind: kind.capacity)
    return np.asarray(settled * np.asarray(drawn["resistance_scale"]) / np.where(are_spread, area, 1.0))
