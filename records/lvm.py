"""Numbers without a header, a row at each tick of a clock, as LabVIEW writes them (.lvm).

The thermocouples of the public Leaf records come so: a tabulator, then four temperatures in degC, every 3 s.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.reading import read_file
from .source import MOST_BYTES


def read_lvm(path: Path, interval: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read rows of numbers that are separated by tabulators; one before the first number is passed over.

    Parameters
    ----------
    path : Path
        At most 256 MB.
    interval : float
        From each row to the next, > 0 [s].

    Returns
    -------
    time : (rows,) array
        From 0 [s].
    values : (rows, columns) array
        As they are in the file.

    Raises
    ------
    InputError
        When the file cannot be read, or a row has other than finite numbers, as many as the first one.
    """
    content = read_file(path, MOST_BYTES)
    if not content.strip():
        raise InputError(f"{path}: is empty")
    try:
        values = np.loadtxt(io.BytesIO(content.replace(b"\n\t", b"\n").lstrip(b"\t")), delimiter="\t", ndmin=2)
    except ValueError as error:
        raise InputError(f"{path}: {str(error).splitlines()[0]}") from None
    wrong = ~np.isfinite(values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0] + 1
        raise InputError(f"{path}, line {row}, column {column}: is not finite")
    return np.arange(values.shape[0], dtype=np.float64) * float(interval), values
