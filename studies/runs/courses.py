"""What each pack of a study is put through: a profile over time, or the steps of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...pack.file import Pack
from ...usage.drives import Drives, read_drives
from ...usage.experiment_file import load_steps
from ...usage.longitudinal_vehicle import NISSAN_LEAF
from ...usage.profile import load_profile, profile_path
from ...usage.profile_rows import profile_rows, profile_values
from ...usage.step import Step
from ...usage.vehicle_file import load_vehicle
from ...usage.years_file import is_years

EXPERIMENT = ".toml"
"""How the name of a file ends that holds steps."""


@dataclass(frozen=True, eq=False)
class ProfileCourse:
    """Rows of inputs, one for each electrical period, and inputs that stay, both by ``"Component.input"``."""

    rows: Mapping[str, NDArray[np.float64]]
    values: Mapping[str, float]

    @property
    def periods(self) -> int:
        """Electrical periods that it lasts."""
        return min(map(len, self.rows.values()))


@dataclass(frozen=True, eq=False)
class StepsCourse:
    """Steps, and the files that they drive."""

    steps: tuple[Step, ...]
    drives: Drives


def read_course(pack: Pack, usage: str | Path, vehicle: Path | None = None) -> ProfileCourse | StepsCourse:
    """Read what a pack is put through.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    usage : str or Path
        A profile, the name of a shipped cycle, or an experiment of steps.
    vehicle : Path or None
        A vehicle file for speeds; None is the car of the Leaf.

    Raises
    ------
    InputError
        When it cannot be read, or does not fit the pack.
    """
    path = profile_path(usage)
    car = None if vehicle is None else load_vehicle(vehicle)
    if path.suffix != EXPERIMENT:
        profile = load_profile(usage)
        rows = profile_rows(profile, pack, pack.schedule.electrical, car or NISSAN_LEAF)
        return ProfileCourse(rows, profile_values(profile))
    if is_years(path):
        raise InputError(f"{path}: studies run profiles and steps, not years")
    steps = load_steps(path)
    return StepsCourse(steps, read_drives(steps, path, pack, car))
