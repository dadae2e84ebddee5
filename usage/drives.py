"""The drives of an experiment: files of profiles as rows of a pack's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..pack.file import Pack
from .longitudinal_vehicle import Vehicle
from .phases import Driven
from .profile import CYCLES, load_profile
from .profile_rows import profile_rows


def drives(folder: Path, pack: Pack, vehicle: Vehicle) -> Driven:
    """Return what reads the drives of an experiment.

    Parameters
    ----------
    folder : Path
        That names of files are relative to: that of the experiment's file. A shipped cycle is called by its name.
    pack : Pack
        What is driven.
    vehicle : Vehicle
        What drives a speed.
    """

    def driven(name: str) -> tuple[int, Mapping[str, NDArray[np.float64]]]:
        period = pack.schedule.electrical
        rows = profile_rows(load_profile(drive_path(folder, name)), pack, period, vehicle)
        return period * min(map(len, rows.values())), rows

    return driven


def drive_path(folder: Path, name: str) -> Path:
    """Return the file of a drive."""
    path = folder / name
    return CYCLES[name] if name in CYCLES and not path.exists() else path
