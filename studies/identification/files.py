"""From files of records to a cell file, a picture and a report: what `packfmu cell fit` does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...core.errors import InputError
from ...fmi.files import claimed
from ...pack.cells.cell_file import write_cell
from ...records.record import CellRecord, read_record
from .fit import fit_cell
from .settings import FitSettings

CELSIUS = 273.15

COLDEST, WARMEST = 200.0, 400.0
"""Temperatures of a record that are taken [K]."""

_AT = re.compile(r"(?P<path>.+)@(?P<value>[^@/\\]+?)(?P<unit>degC|°C|K)")


def fit_files(
    fitted: Sequence[str], output: Path, settings: FitSettings, held_out: Sequence[str] = (),
    progress: Callable[[], object] = lambda: None,
) -> str:  # fmt: skip
    """Fit a cell to files of records, write its cell file and a picture beside it, and return the report.

    Parameters
    ----------
    fitted : sequence of str
        Files that `records.record.read_record` reads. One without a column of temperature may be followed by that of
        its chamber: ``hppc_10c.csv@10degC`` or ``hppc_10c.csv@283.15K``.
    output : Path
        The cell file, .toml; the picture has the same name and the suffix .png. Both are replaced.
    settings : FitSettings
        Structure of the cell, and what is known of it; its records to hold out are replaced by those of `held_out`.
    held_out : sequence of str
        Files whose voltage is predicted and not fitted; written as `fitted`.
    progress : callable
        Called at every trial of the search.

    Returns
    -------
    str
        The report, and where the files are.

    Raises
    ------
    InputError
        When a file cannot be read or written, a temperature does not fit, or the fit cannot begin.
    """
    from .figure import draw_fit  # noqa: PLC0415  (matplotlib, half a second that a refusal need not wait for)

    if output.suffix != ".toml":
        raise InputError(f"{output}: a cell file ends in .toml")
    picture = output.with_suffix(".png")
    with claimed(output, picture):
        records = read_records([*fitted, *held_out])
        names = [*records][len(fitted) :]
        cell = fit_cell(records, replace(settings, held_out=frozenset(names)), progress)
        draw_fit(cell, picture)
        write_cell(cell.kind, output, {"": cell.report()})
    notices = [f"{name}: {notice}" for name, record in records.items() for notice in record.notices]
    return "\n".join([cell.report(), "", *notices, f"{output}: the cell; {picture}: measured against simulated"])


def read_records(texts: Sequence[str]) -> dict[str, CellRecord]:
    """Read records, by the names of their files.

    Parameters
    ----------
    texts : sequence of str
        Files, with the temperature of their chamber behind an @ where they have no column of it.

    Raises
    ------
    InputError
        When a file cannot be read, is named twice, or a temperature does not fit.
    """
    result: dict[str, CellRecord] = {}
    for text in texts:
        path, temperature = _parted(text)
        if path.name in result:
            raise InputError(f"{text}: a record of the name {path.name} is there already; rename one of the files")
        record = read_record(path)
        if temperature is not None:
            if record.ambient is not None:
                raise InputError(
                    f"{text}: the file has a column of the air's temperature; leave @ and what follows out"
                )
            record = replace(record, ambient=np.full(len(record.time), temperature))
        result[path.name] = record
    return result


def _parted(text: str) -> tuple[Path, float | None]:
    """Part a file from the temperature of its chamber [K]."""
    found = _AT.fullmatch(text)
    if not found or Path(text).exists():
        return Path(text), None
    try:
        temperature = float(found["value"]) + (0.0 if found["unit"] == "K" else CELSIUS)
    except ValueError:
        raise InputError(f"{text}: {found['value']} is no number; write a temperature as @10degC or @283.15K") from None
    if not COLDEST <= temperature <= WARMEST:
        raise InputError(f"{text}: {temperature:g} K must lie within {COLDEST:g} and {WARMEST:g} K")
    return Path(found["path"]), temperature
