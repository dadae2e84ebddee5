"""A run of a pack: FMUs built where they are missing, stepped, and results, table, figure and report saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..cosim.duty import with_profiles
from ..cosim.experiment import Experiment, RunSummary
from ..cosim.master import run
from ..cosim.results import load, made_of, save_csv
from ..coupling.schedule import make_plan
from ..coupling.system import System
from ..fmi.files import claimed
from ..pack.balances import balances, format_balances, integrals
from ..pack.block import periods
from ..pack.figure import save_figure
from ..pack.file import Pack
from ..pack.fmus import fmu_pack
from ..pack.parts import parts
from ..pack.recorded import record
from ..report.page import write_report
from ..report.run_record import ATTRIBUTE, RunKind, RunRecord
from ..usage.drives import drive_path, drives
from ..usage.experiment_file import load_steps
from ..usage.longitudinal_vehicle import Vehicle
from ..usage.phases import steps_experiment
from ..usage.profile import Profile
from ..usage.profile_rows import profile_notices, profile_rows, profile_values
from ..usage.step import StepKind
from .building import built_pack
from .output_files import OutputFiles
from .provenance import ended, file_hashes, started
from .summary import ranges, summary

CUT_OFFS = tuple(
    f"PackNetwork.{cut_off}" for cut_off in ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
)
"""Outputs that end a run: the pack would have been disconnected."""


@dataclass(frozen=True)
class PackCourse:
    """What a pack is put through, ready to be stepped.

    Parameters
    ----------
    system : System
        The pack with what drives its inputs.
    experiment : Experiment
        How long, with which values; what ends it, what is recorded and where is added by `carry_out`.
    known : RunRecord
        What is known before the run.
    driven : callable
        Returns the distance that is driven until a time [s], in m; 0 where nothing drives.
    """

    system: System
    experiment: Experiment
    known: RunRecord
    driven: Callable[[float], float] = lambda _: 0.0


def run_profile(pack: Pack, profile: Profile, path: Path, vehicle: Vehicle, files: OutputFiles) -> str:
    """Run a profile with the FMUs of a pack, save everything, and return the summary.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    profile : Profile
        Current, power or speed over time.
    path : Path
        Where it was read.
    vehicle : Vehicle
        What drives a speed.
    files : OutputFiles
        What is written.

    Raises
    ------
    InputError
        When something given does not fit, or the run fails; what was recorded until then is kept.
    """
    period = pack.schedule.electrical
    rows, notices = profile_rows(profile, pack, period, vehicle), profile_notices(profile, period, vehicle)
    with claimed(*files.all):
        folder, fmus = pack_fmus(pack, files.folder)
        known = started(pack, RunKind.PROFILE, profile.name, file_hashes({"profile": path}, folder), notices)
        experiment = Experiment(period * min(map(len, rows.values())), profile_values(profile))
        return carry_out(pack, PackCourse(with_profiles(fmus, rows), experiment, known, profile.driven), files)


def run_steps(pack: Pack, path: Path, vehicle: Vehicle, files: OutputFiles) -> str:
    """Run the steps of an experiment with the FMUs of a pack, save everything, and return the summary.

    Parameters
    ----------
    pack, vehicle, files : Pack, Vehicle, OutputFiles
        As of `run_profile`.
    path : Path
        The file of the experiment.

    Raises
    ------
    InputError
        As of `run_profile`.
    """
    steps, folder = load_steps(path), path.parent
    names = dict.fromkeys(step.file for step in steps if step.kind is StepKind.DRIVE)
    with claimed(*files.all):
        fmus, system = pack_fmus(pack, files.folder)
        driven, experiment = steps_experiment(system, pack, steps, drives(folder, pack, vehicle))
        given = {"experiment": path, **{name: drive_path(folder, name) for name in names}}
        known = started(pack, RunKind.STEPS, path.stem, file_hashes(given, fmus))
        return carry_out(pack, PackCourse(driven, experiment, known), files)


def pack_fmus(pack: Pack, output: Path) -> tuple[Path, System]:
    """Return the folder of the FMUs of a pack's components, below an output folder, and their system."""
    return built_pack(pack, parts(pack), output / pack.name, lambda folder: fmu_pack(folder, pack.bms is not None))


def carry_out(pack: Pack, course: PackCourse, files: OutputFiles) -> str:
    """Step a pack through a course, save everything, and return the summary."""
    system, known = course.system, course.known

    def told(end: RunSummary) -> list[str]:
        return summary(known.profile, end, course.driven(end.end))

    experiment = replace(
        course.experiment,
        stop_on=CUT_OFFS,
        record={**record(system, pack.outputs.detail), **course.experiment.record},
        output=files.netcdf,
        totals=integrals(system),
        attributes={ATTRIBUTE: known.to_json()},
        described=lambda end: {ATTRIBUTE: ended(known, system, end, told(end)).to_json()},
    )
    makes = (partial(save_csv, path=files.table), partial(save_figure, path=files.figure))
    with made_of(files.netcdf, *makes, lambda _: write_report(files.netcdf, files.page)):
        end = run(system, make_plan(system, periods(pack.schedule)), experiment)
    lines = [*known.notices, *told(end), *ranges(load(files.netcdf)), "", format_balances(balances(system, end.totals))]
    return "\n".join([*lines, "", files.told()])
