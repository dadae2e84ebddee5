"""A run of a pack: FMUs built where they are missing, stepped, and results, table, figure and report saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import xarray as xr

from ..core.duration import seconds
from ..cosim.duty import with_profiles
from ..cosim.experiment import Experiment, RunSummary
from ..cosim.master import run
from ..cosim.results import made_of, save_csv
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
from ..report.page import save_page
from ..report.run_record import ATTRIBUTE, RunKind, RunRecord
from ..usage.drives import read_drives
from ..usage.experiment_file import load_steps
from ..usage.longitudinal_vehicle import Vehicle
from ..usage.phases import steps_experiment
from ..usage.profile import Profile
from ..usage.profile_rows import profile_notices, profile_rows, profile_values
from .building import built_pack
from .output_files import OutputFiles
from .provenance import ended, file_hashes, started
from .summary import held_before, ranges, summary

CUT_OFFS = tuple(
    f"PackNetwork.{cut_off}" for cut_off in ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
)
"""Outputs that end a run: the pack would have been disconnected."""


@dataclass(frozen=True)
class Additions:
    """What a run is given besides, of outputs and parameters of its FMUs.

    Parameters
    ----------
    record : mapping of str to str
        Name in the results, to the output ``"Component.output"``.
    values : mapping of str to float
        Start values by ``"Component.variable"`` [SI unit]; one fills an array.
    """

    record: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the pack file does not tell, a line each."""
        return tuple(f"{name} is set to {value:g}" for name, value in self.values.items())


NOTHING = Additions()


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


def run_profile(
    pack: Pack, profile: Profile, path: Path, vehicle: Vehicle, files: OutputFiles, added: Additions = NOTHING
) -> str:
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
    added : Additions
        Outputs that are recorded, and parameters that are set, besides.

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
        return carry_out(pack, PackCourse(with_profiles(fmus, rows), experiment, known, profile.driven), files, added)


def run_steps(pack: Pack, path: Path, vehicle: Vehicle | None, files: OutputFiles, added: Additions = NOTHING) -> str:
    """Run the steps of an experiment with the FMUs of a pack, save everything, and return the summary.

    Parameters
    ----------
    pack, files, added : Pack, OutputFiles, Additions
        As of `run_profile`.
    path : Path
        The file of the experiment.
    vehicle : Vehicle or None
        What drives a speed; None is the car of the Leaf.

    Raises
    ------
    InputError
        As of `run_profile`.
    """
    steps = load_steps(path)
    drives = read_drives(steps, path, pack, vehicle)
    with claimed(*files.all):
        fmus, system = pack_fmus(pack, files.folder)
        driven, experiment = steps_experiment(system, pack, steps, drives.driven)
        hashes = file_hashes({"experiment": path, **drives.paths}, fmus)
        known = started(pack, RunKind.STEPS, path.stem, hashes, drives.notices)
        return carry_out(pack, PackCourse(driven, experiment, known), files, added)


def pack_fmus(pack: Pack, output: Path) -> tuple[Path, System]:
    """Return the folder of the FMUs of a pack's components, below an output folder, and their system."""
    return built_pack(pack, parts(pack), output / pack.name, lambda folder: fmu_pack(folder, pack.bms is not None))


def carry_out(pack: Pack, course: PackCourse, files: OutputFiles, added: Additions) -> str:
    """Step a pack through a course, save everything, and return the summary."""
    system = course.system
    known = course.known.model_copy(update={"notices": (*course.known.notices, *added.notices)})
    planned = seconds(course.experiment.duration) if known.kind is RunKind.PROFILE else 0.0

    def told(end: RunSummary) -> list[str]:
        return summary(known.profile, end, course.driven(end.end), planned)

    experiment = replace(
        course.experiment,
        stop_on=CUT_OFFS,
        values={**course.experiment.values, **added.values},
        record={**record(system, pack.outputs.detail), **course.experiment.record, **added.record},
        output=files.netcdf,
        totals=integrals(system),
        attributes={ATTRIBUTE: known.to_json()},
        described=lambda end: {ATTRIBUTE: ended(known, system, end, told(end)).to_json()},
    )
    makes = (
        partial(save_csv, path=files.table),
        partial(save_figure, path=files.figure),
        partial(save_page, name=files.netcdf.stem, target=files.page),
    )
    loaded: list[xr.Dataset] = []
    with made_of(files.netcdf, *makes, loaded.append):
        end = run(system, make_plan(system, periods(pack.schedule)), experiment)
    notices, ledger = (*known.notices, *held_before(end)), format_balances(balances(system, end.totals))
    return "\n".join([*notices, *told(end), *ranges(loaded[-1]), "", ledger, "", files.told()])
