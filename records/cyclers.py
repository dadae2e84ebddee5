"""Files of cyclers: BioLogic .mpr by galvani, Neware .nda and .ndax by NewareNDA; both are optional extras.

Both count a current positive when it charges, in mA.

* BioLogic: ``time/s``, ``Ewe/V``, ``I/mA`` or its mean since the last row, ``<I>/mA``. A file that holds no current, as
  that of an open-circuit technique, is refused. ``Temperature/°C``, where it is there, is that of the surface.
* Neware: ``Time`` begins anew in each step, so the times of the steps are added up; pauses between steps are left out.
  ``T1`` and so on are thermocouples on the surface [degC].

References
----------
galvani, https://github.com/echemdata/galvani; NewareNDA, https://github.com/d-cogswell/NewareNDA
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, one_line
from ..core.reading import check_file
from .source import MOST_BYTES, Cells, Source, fault

BIOLOGIC = {
    "time/s": "Test Time / s",
    "Ewe/V": "Voltage / V",
    "I/mA": "Current / mA",
    "<I>/mA": "Current / mA",
    "Temperature/°C": "Surface Temperature / degC",
}
"""Headers of a BioLogic file, and the label that each is read as."""

NEWARE = {
    "Voltage": "Voltage / V",
    "Current(mA)": "Current / mA",
    **{f"T{number}": f"Surface Temperature T{number} / degC" for number in range(1, 6)},
}
"""Headers of a Neware file, and the label that each is read as; its time is made of ``Time`` and ``Step``."""


def open_cycler(path: Path) -> Source:
    """Return the file of a cycler of at most 256 MB, read.

    Raises
    ------
    InputError
        When the reader is not installed, or it cannot read the file.
    """
    is_biologic = path.suffix.lower() == ".mpr"
    reader = _reader(path, "galvani.BioLogic" if is_biologic else "NewareNDA")
    check_file(path, MOST_BYTES)
    try:
        columns = _biologic(reader, path) if is_biologic else _neware(reader, path)
    except Exception as error:  # whatever a reader meets in a damaged file
        reason = one_line(f"{type(error).__name__}: {error}")
        raise InputError(f"{path}: cannot be read as the file of a cycler: {reason}") from error
    headers = tuple(columns)
    return Source(path, "row", headers, partial(_read, path, headers, columns))


def _reader(path: Path, name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError:
        raise InputError(
            f'{path}: files of cyclers need {name.split(".", maxsplit=1)[0]}; pip install "packfmu[cyclers]"'
        ) from None


def _biologic(reader: Any, path: Path) -> dict[str, NDArray[np.float64]]:
    """Return the columns of an .mpr file by label; of a current and its mean the first one is taken."""
    data = reader.MPRfile(str(path)).data
    columns: dict[str, NDArray[np.float64]] = {}
    for header, label in BIOLOGIC.items():
        if header in data.dtype.names:
            columns.setdefault(label, np.asarray(data[header], dtype=np.float64))
    return columns


def _neware(reader: Any, path: Path) -> dict[str, NDArray[np.float64]]:
    """Return the columns of an .nda or .ndax file by label."""
    frame = reader.read(str(path), log_level="CRITICAL")
    columns = {
        label: np.asarray(frame[header], dtype=np.float64)
        for header, label in NEWARE.items()
        if header in frame.columns
    }
    within, step = (np.asarray(frame[header], dtype=np.float64) for header in ("Time", "Step"))
    begins = np.flatnonzero(np.diff(step)) + 1
    passed = np.zeros(within.size)
    passed[begins] = within[begins - 1]
    return {"Test Time / s": within + np.cumsum(passed), **columns}


def _read(
    path: Path,
    headers: Sequence[str],
    columns: Mapping[str, NDArray[np.float64]],
    numbers: Sequence[int],
    texts: Sequence[int],
) -> Cells:
    """Return columns of a file; it has none of texts."""
    for each in numbers:
        wrong = np.flatnonzero(~np.isfinite(columns[headers[each]]))
        if wrong.size:
            raise fault(path, "row", int(wrong[0]) + 1, headers[each], "is not finite")
    chosen = {each: columns[headers[each]] for each in numbers}
    rows = np.arange(1, len(next(iter(columns.values()))) + 1)
    return Cells(rows, chosen, {each: [] for each in texts})
