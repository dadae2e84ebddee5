"""Studies of packs on the command line: run, resumed, looked at."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import InputError
from ..studies.runs.store import attributes
from ..studies.runs.study import status
from ..studies.runs.study_file import load_study

STORE = ".zarr"
"""How the name of a store ends."""


def run_study(path: Path, store: Path | None, workers: int | None, scheduler: str | None, resume: bool = False) -> str:
    """Run a study file, and return how far it is.

    Parameters
    ----------
    path : Path
        The study file.
    store : Path or None
        The folder of the results, where it is another one than the file tells.
    workers, scheduler : int or None, str or None
        Who runs it, where it is not as the file tells.
    resume : bool
        Whether the store must be there.

    Raises
    ------
    InputError
        When something does not fit, or tasks were given up.
    """
    planned = load_study(path)
    place = store or planned.store
    if resume:
        attributes(place)
    end = planned.study.run(place, workers or planned.workers, scheduler or planned.scheduler)
    return f"{end.told()}\n{place} is written; xarray opens it"


def study_status(path: Path) -> str:
    """Return how far the study of a file or of a store is."""
    place = path if path.suffix == STORE else load_study(path).store
    if not place.exists():
        raise InputError(f"{place}: nothing has run yet; packfmu study run {path} does")
    return status(place).told()
