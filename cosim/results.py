"""Results of a run: loading them, and a table of what has no dimension but time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xarray as xr

from ..core.errors import InputError
from ..core.reading import why_unreadable
from ..fmi.files import claimed, replacing


def load(path: Path) -> xr.Dataset:
    """Load the results of a run.

    Parameters
    ----------
    path : Path
        The netCDF file.

    Returns
    -------
    xarray.Dataset
        Variables over time [s] and what arrays count (numbers from 1), SI units in the attribute ``units``.

    Raises
    ------
    InputError
        When the file is missing or not readable.
    """
    reason = why_unreadable(path)
    if reason:
        raise InputError(f"results {path} cannot be read: {reason}")
    try:
        return xr.load_dataset(path, engine="netcdf4")
    except (OSError, ValueError, RuntimeError) as error:  # the last where a checksum does not fit
        raise InputError(f"results {path} cannot be read: {error}") from error


@contextmanager
def made_of(path: Path, *makes: Callable[[xr.Dataset], object]) -> Iterator[None]:
    """Make tables, figures and so on of the results of a run within the block, also when it ends early.

    Parameters
    ----------
    path : Path
        The netCDF file that the run writes.
    *makes : callable
        Each is given the same results and leaves them as they are; their attribute ``complete`` is 0 where the run has
        ended early. None is called where the run has left none.

    Raises
    ------
    InputError
        At once, when another process writes the results; and when one of them cannot be made, after the others. Where
        the run has ended by an error of its own, that one is raised, with a note.
    """
    with claimed(path):
        former = _identity(path)
        try:
            yield
        except BaseException as ended:
            for error in _made(path, former, makes):
                ended.add_note(str(error))
            raise
        for error in _made(path, former, makes):
            raise error


def _made(path: Path, former: tuple[int, ...], makes: Sequence[Callable[[xr.Dataset], object]]) -> list[InputError]:
    """Make everything of the results, if the run has left any; return why what is missing could not be made."""
    if _identity(path) == former:
        return []
    try:
        results = load(path)
    except InputError as error:
        return [error]
    errors = []
    for make in makes:
        try:
            make(results)
        except InputError as error:
            errors.append(error)
    return errors


def _identity(path: Path) -> tuple[int, ...]:
    """Return what tells a file from one that has taken its place; empty where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_mtime_ns


def save_csv(results: xr.Dataset, path: Path) -> None:
    """Save what has no dimension but time as comma-separated values, a row an instant, SI units in the header.

    Parameters
    ----------
    results : xarray.Dataset
        As `load` returns it.
    path : Path
        The file to write or replace.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    names = ["time", *(str(name) for name, values in results.data_vars.items() if values.dims == ("time",))]
    rows = np.column_stack([results[name].values for name in names])
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(f"{name} [{results[name].attrs.get('units', '1')}]" for name in names)
        writer.writerows([f"{value:.12g}" for value in row] for row in rows)
