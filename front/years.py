"""Years of a pack: FMUs built where they are missing, days run and jumped over, table, figure and report saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import xarray as xr

from ..cosim.long.calendar import LongSummary
from ..cosim.results import load, made_of
from ..coupling.schedule import aligned
from ..coupling.system import System
from ..fmi.files import claimed, replacing
from ..pack.balances import balances, format_balances
from ..pack.block import all_parts
from ..pack.file import Pack
from ..pack.fmus import fmu_pack
from ..report.page import save_page
from ..report.run_record import ATTRIBUTE, RunKind, RunRecord
from ..report.years_figure import draw
from ..report.years_text import report
from ..usage.aged import save_each_year
from ..usage.drives import read_drives
from ..usage.life import save_table
from ..usage.longitudinal_vehicle import Vehicle
from ..usage.years import PlannedYears, life_of, plan_years, run_years
from ..usage.years_file import load_years
from .building import built_pack
from .output_files import OutputFiles
from .provenance import file_hashes, started

DPI = 120


def run_years_file(
    pack: Pack, path: Path, count: int, vehicle: Vehicle | None, files: OutputFiles, resume: bool, components: bool
) -> str:
    """Run the years of a file with the FMUs of a pack, save everything, and return the summary.

    Parameters
    ----------
    pack : Pack
        A checked pack file with a table of aging.
    path : Path
        The file of the years.
    count : int
        Longest time in years.
    vehicle : Vehicle or None
        What drives a speed; None is the car of the Leaf.
    files : OutputFiles
        What is written.
    resume : bool
        Go on from the checkpoint beside the results.
    components : bool
        Whether the FMUs of the components are stepped one by one, instead of the block that holds them.

    Raises
    ------
    InputError
        When something given does not fit, or the run fails; what was recorded until then is kept.
    KeyboardInterrupt
        On Ctrl-C; the run can be resumed then.
    """
    years = load_years(path)
    life = life_of(pack, years)
    drives = read_drives(years.steps, path, pack, vehicle)
    with claimed(*files.all):
        folder, whole = built_pack(
            pack, all_parts(pack), files.folder / pack.name, lambda fmus: fmu_pack(fmus, pack.bms is not None)
        )
        planned = plan_years(pack, folder, years, count, files.netcdf, drives.driven, components)
        hashes = file_hashes({"experiment": path, **drives.paths}, folder)
        known = started(pack, RunKind.YEARS, path.stem, hashes, drives.notices)
        known = known.model_copy(update={"begin": years.begin.isoformat(), "plan": tuple(map(tuple, planned.tables))})
        planned = described(planned, whole, known)

        def save(recorded: xr.Dataset) -> None:
            save_table(life(recorded), files.table)
            with replacing(files.figure) as draft:
                draw(life(recorded)).savefig(draft, format="png", dpi=DPI)

        with made_of(files.netcdf, save, partial(save_page, name=files.netcdf.stem, target=files.page)):
            ended = run_years(pack, planned, resume)
        recorded = load(files.netcdf)
        aged = [] if pack.path is None else save_each_year(pack.path, pack, years, recorded, files.folder / files.name)
    rows = balances(whole, ended.stepped)
    ledger = ["", "over the days in full", format_balances(rows)] if rows else []
    told = [*known.notices, aligned(planned.tables[0]), "", *report(life(recorded), ended), *ledger]
    packs = [f"the pack after each year, as a pack file: {files.name}/{path.name}" for path in aged[-1:]]
    return "\n".join([*told, "", files.told(), *packs])


def described(planned: PlannedYears, whole: System, known: RunRecord) -> PlannedYears:
    """Return the plan with what its results tell of the run."""

    def at_the_end(ended: LongSummary) -> Mapping[str, str]:
        record = known.model_copy(
            update={
                "balances": tuple(balances(whole, ended.stepped)),
                "held": ended.held,
                "violations": ended.violations,
                "stopped_by": ended.stopped_by,
                "wall_time": ended.wall_time,
            }
        )
        return {ATTRIBUTE: record.to_json()}

    experiment = replace(planned.long_run.experiment, attributes={ATTRIBUTE: known.to_json()})
    return replace(planned, long_run=replace(planned.long_run, experiment=experiment, described=at_the_end))
