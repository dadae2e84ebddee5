"""The drives of an experiment: files of profiles as rows of a pack's inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..pack.file import Pack
from .longitudinal_vehicle import NISSAN_LEAF, Vehicle
from .profile import CYCLES, Prescribed, Profile, load_profile
from .profile_rows import profile_notices, profile_rows
from .step import Step, StepKind


@dataclass(frozen=True, eq=False)
class Drives:
    """The files that the steps of an experiment drive, by the names that the steps have for them.

    Parameters
    ----------
    paths : mapping of str to Path
        The files.
    rows : mapping of str to (int, mapping)
        Duration [ns], and rows of inputs by ``"Component.input"``.
    notices : tuple of str
        What was taken by a rule, a line each, with the name of the file.
    """

    paths: Mapping[str, Path]
    rows: Mapping[str, tuple[int, Mapping[str, NDArray[np.float64]]]]
    notices: tuple[str, ...]

    def driven(self, name: str) -> tuple[int, Mapping[str, NDArray[np.float64]]]:
        """Return duration [ns] and rows of a file, as `phases.Driven`."""
        return self.rows[name]


def read_drives(steps: Iterable[Step], experiment: Path, pack: Pack, vehicle: Vehicle | None) -> Drives:
    """Read the files that steps drive.

    Parameters
    ----------
    steps : iterable of Step
        Those that drive nothing are passed over.
    experiment : Path
        Their file; names of files are relative to its folder. A shipped cycle is called by its name.
    pack : Pack
        What is driven.
    vehicle : Vehicle or None
        What drives a speed; None is the car of the Leaf.

    Raises
    ------
    InputError
        When a file cannot be read or driven, the message beginning with the step; or a vehicle is given and no file
        holds a speed.
    """
    period, car = pack.schedule.electrical, vehicle or NISSAN_LEAF
    paths, profiles, rows = {}, {}, {}
    for name, step in {step.file: step for step in steps if step.kind is StepKind.DRIVE}.items():
        paths[name] = _path(experiment.parent, name)
        try:
            profiles[name] = load_profile(paths[name])
            inputs = profile_rows(profiles[name], pack, period, car)
        except InputError as error:
            raise InputError(f"{step.label}: {error}") from None
        rows[name] = period * min(map(len, inputs.values())), inputs
    if vehicle is not None and not any(map(_is_speed, profiles.values())):
        raise InputError(f"{experiment}: a vehicle is for drives of speed, and no step drives one; leave it out")
    told = {name: profile_notices(profile, period, car) for name, profile in profiles.items()}
    return Drives(paths, rows, tuple(f"{name}: {notice}" for name, notices in told.items() for notice in notices))


def _is_speed(profile: Profile) -> bool:
    return profile.prescribed is Prescribed.SPEED


def _path(folder: Path, name: str) -> Path:
    """Return the file of a drive."""
    path = folder / name
    return CYCLES[name] if name in CYCLES and not path.is_file() else path
