"""What the commands of a cell do: show one, and identify one from records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..core.errors import InputError
from ..models.cell.physics.cell import ElectrochemicalCell
from ..pack.cells.cell_file import write_cell
from ..pack.cells.showing import describe_cell, find_cell, save_cell_figure
from ..studies.identification.files import fit_files
from ..studies.identification.settings import FitSettings

AMPERE_HOUR = 3600.0

PATIENCE = 2.0
"""Seconds after which a progress bar appears."""


def show_cell(cell: str, figure: Path | None, save: Path | None) -> str:
    """Return a cell as text, and save its figure and its file where they are asked for.

    Parameters
    ----------
    cell : str
        The path of a cell file or of a BPX file, or the name of a shipped cell.
    figure : Path or None
        A picture of the tables: .png, .pdf or .svg.
    save : Path or None
        A cell file, .toml, to be edited and used in a pack file.

    Raises
    ------
    InputError
        When there is no such cell, or a file cannot be written.
    """
    kind, notes = find_cell(cell)
    told = [describe_cell(kind, notes)]
    if figure is not None:
        save_cell_figure(kind, figure)
        told.append(f"{figure}: its tables over SOC")
    if save is not None:
        if isinstance(kind, ElectrochemicalCell):
            raise InputError(f"{cell} is a cell of physics; a cell file keeps equivalent circuits")
        write_cell(kind, save, {"": "\n".join(f"Note: {note}" for note in notes)})
        told.append(f"{save}: the cell as a file")
    return "\n".join(told)


def fit_cell_file(
    records: Sequence[str], output: Path, held_out: Sequence[str], capacity: float | None, **known: Any
) -> str:
    """Identify a cell, write its file and a picture, and return the report; a progress bar appears on stderr.

    Parameters
    ----------
    records, output, held_out : sequence of str, Path, sequence of str
        As of `studies.identification.files.fit_files`.
    capacity : float or None
        Charge between SOC 0 and 1 [A.h].
    **known
        What else is known of the cell, by the names of `FitSettings`.

    Raises
    ------
    InputError
        As of `fit_files`.
    """
    settings = FitSettings(capacity=None if capacity is None else capacity * AMPERE_HOUR, **known)
    with tqdm(desc="identifying", unit=" trials", delay=PATIENCE, disable=None, leave=False) as bar:
        return fit_files(records, output, settings, held_out, bar.update)
