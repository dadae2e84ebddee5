"""The facade for Python: load a pack, run it, look at the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from ..core.errors import InputError
from ..cosim.results import load as load_results
from ..pack.file import Pack, load_pack
from ..usage.longitudinal_vehicle import NISSAN_LEAF
from ..usage.profile import Prescribed, load_profile, profile_path
from ..usage.vehicle_file import load_vehicle
from ..usage.years_file import is_years
from .output_files import OutputFiles
from .running import NOTHING, Additions, run_profile, run_steps
from .years import run_years_file

YEARS = 10
"""Longest time of years, unless another one is told."""

EXPERIMENT = ".toml"
"""How the name of a file ends that holds an experiment, not a profile."""


@dataclass(frozen=True, eq=False)
class Result:
    """What a run has given.

    Parameters
    ----------
    files : OutputFiles
        Results, table, figure and report.
    summary : str
        The figures of the run, and its ledger.
    """

    files: OutputFiles
    summary: str

    @property
    def data(self) -> xr.Dataset:
        """Everything that was recorded: over time [s], group and cell (numbers from 1), in SI units."""
        return load_results(self.files.netcdf)


def load(path: str | Path) -> Pack:
    """Read and check a pack file.

    Parameters
    ----------
    path : str or Path
        A TOML file; `packfmu new` writes one.

    Raises
    ------
    InputError
        When it does not fit: one line that names the key, its value and what is allowed.
    """
    return load_pack(Path(path))


def run(
    pack: Pack,
    usage: str | Path,
    output: str | Path = "dist",
    *,
    vehicle: str | Path | None = None,
    years: int | None = None,
    resume: bool = False,
    components: bool = False,
    record: Mapping[str, str] | None = None,
    values: Mapping[str, float] | None = None,
) -> Result:
    """Build the FMUs of a pack where they are missing, run them, and save results, table, figure and report.

    Parameters
    ----------
    pack : Pack
        Of `load`.
    usage : str or Path
        A profile over time (CSV, Parquet), the name of a shipped cycle, such as ``"wltc_class3b"``, or an experiment
        (TOML): steps, or years of days.
    output : str or Path
        The folder to write to. Files in it have the names of pack and usage without their endings: those of
        ``ok.csv``, ``ok.parquet`` and ``ok.toml`` are the same, and only other folders keep them apart.
    vehicle : str or Path, optional
        A vehicle file for profiles of speed, and for experiments that drive one; without it the car of the Leaf.
    years : int, optional
        Longest time of years, 10 unless told; of years alone.
    resume : bool
        Whether years, and nothing else, go on from the checkpoint that a run has left.
    components : bool
        Whether years, and nothing else, step the FMUs of the components one by one, instead of the block that holds
        them.
    record : mapping of str to str, optional
        What is recorded besides, not of years: name in the results, to an output, such as ``"Bms.resting"``.
    values : mapping of str to float, optional
        Parameters and inputs of the FMUs that no key of the pack file sets, not of years, by such names [SI unit].

    Returns
    -------
    Result
        Its `data` is an `xarray.Dataset`.

    Raises
    ------
    InputError
        When something given does not fit, or the run fails; what was recorded until then is kept.
    """
    path = profile_path(usage)
    files = OutputFiles(Path(output), f"{pack.name}_{path.stem}")
    car = None if vehicle is None else load_vehicle(Path(vehicle))
    added = Additions(record or {}, values or {})
    if path.suffix != EXPERIMENT:
        _refuse_those_of_years(path, "a profile", years=years, resume=resume, components=components)
        profile = load_profile(usage)
        if car is not None and profile.prescribed is not Prescribed.SPEED:
            raise InputError(
                f"{path}: vehicle is for speeds, not for a profile of {profile.prescribed.value}; leave it out"
            )
        return Result(files, run_profile(pack, profile, path, car or NISSAN_LEAF, files, added))
    if is_years(path):
        if added != NOTHING:
            raise InputError(f"{path}: record and values are for profiles and steps, not for years; leave them out")
        return Result(
            files, run_years_file(pack, path, YEARS if years is None else years, car, files, resume, components)
        )
    _refuse_those_of_years(path, "steps", years=years, resume=resume, components=components)
    return Result(files, run_steps(pack, path, car, files, added))


def _refuse_those_of_years(path: Path, kind: str, **options: int | None) -> None:
    """Raise InputError where an option of years is given to another kind of usage."""
    for name, value in options.items():
        if value is not None and value is not False:
            raise InputError(f"{path}: {name} is for experiments of years, not for {kind}; leave it out")
