"""What questions are asked of: the store of a study, or a table of cells as CSV.

A store has its observed outputs over ``sample``, some over cells or over time too, and what was drawn, by the names
``drawn_...``. A table has a row for each cell; a header such as ``capacity [A.h]`` tells name and unit.

A sample that has failed has no value, and to leave it out would be to choose: no question is answered of data in which
one has failed. Samples that have not run yet were not chosen by their results; they are left out, and told of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ...core.errors import InputError
from ...pack.reading.checking import suggestion
from ..answers import Values
from ..runs.samples import SampleEnding
from ..runs.store import load_store
from ..runs.study import endings
from ..runs.study_file import load_study

STORE, PLAN = ".zarr", ".toml"
"""How the names of stores and of study files end; all else is CSV."""

HEADER = re.compile(r"^\s*(.*?)\s*(?:\[(.*)\])?\s*$")

DRAWN, TIME = "drawn_", "_time"
"""How names begin of what was drawn, and end of the dimension of courses."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Named values over samples.

    Parameters
    ----------
    data : xarray.Dataset
        Over ``sample``, of samples that have run.
    source : str
        Where it comes from.
    failed : int
        Samples that have failed, with the first `reason`.
    reason : str
        Why.
    notices : tuple of str
        What is to be known beside the answers.
    batch_size : int
        Cells of a batch of a population, one after the other; 0 where it is not known.
    """

    data: xr.Dataset
    source: str
    failed: int = 0
    reason: str = ""
    notices: tuple[str, ...] = ()
    batch_size: int = 0

    @property
    def outputs(self) -> list[str]:
        """Names of numbers that were observed."""
        found = (str(name) for name, each in self.data.items() if each.dtype.kind == "f")
        return sorted(name for name in found if not _drawn(name))

    @property
    def drawn(self) -> list[str]:
        """Names of what was drawn."""
        return sorted(str(name) for name in self.data if _drawn(str(name)))

    def numbers(self, name: str) -> xr.DataArray:
        """Return the numbers of a name, with the sample as their first dimension.

        Raises
        ------
        InputError
            When there is none of the name, or samples have failed.
        """
        known = tuple(self.outputs + self.drawn)
        if name not in known:
            raise InputError(f"{self.source} has no numbers called {name}{suggestion(name, known)}")
        if self.failed:
            raise InputError(
                f"{self.source}: {self.failed} samples failed, the first as {self.reason}; no question is answered as "
                "if they had not been: mend what fails, or narrow the population"
            )
        return self.data[name].transpose("sample", ...)

    def values(self, name: str) -> Values:
        """Return the numbers of a name, of samples or of their cells, shape (n,); of courses the last ones."""
        numbers = self.numbers(name)
        for dimension in numbers.dims:
            if str(dimension).endswith(TIME):
                numbers = numbers.isel({dimension: -1})
        return np.asarray(numbers.values, np.float64).ravel()

    def unit(self, name: str) -> str:
        """Return the unit of the numbers of a name."""
        return str(self.data[name].attrs.get("units", "1"))

    def labels(self, name: str) -> Sequence[str]:
        """Return the labels of a column, one a sample."""
        if name not in self.data or self.data[name].dims != ("sample",):
            raise InputError(f"{self.source} has no column {name}{suggestion(name, tuple(map(str, self.data)))}")
        return [str(each) for each in self.data[name].values]


def _drawn(name: str) -> bool:
    return name.startswith(DRAWN)


def load_columns(path: Path) -> Columns:
    """Read what questions are asked of.

    Parameters
    ----------
    path : Path
        The store of a study (.zarr), its study file (.toml), or a table (CSV).

    Raises
    ------
    InputError
        When it cannot be read, or holds nothing that has run.
    """
    if path.suffix == STORE:
        return _of_store(path, 0)
    if path.suffix == PLAN:
        planned = load_study(path)
        return _of_store(planned.store, planned.study.population.population.batch_size)
    return _of_table(path)


def _of_store(path: Path, batch_size: int) -> Columns:
    data = load_store(path)
    found = endings(data)
    ran = found != SampleEnding.WAITING.value
    if not ran.any():
        raise InputError(f"{path}: no sample has run yet")
    failed, cut = found == SampleEnding.FAILED.value, found == SampleEnding.CUT_OFF.value
    told = [f"{int((~ran).sum())} of {len(ran)} samples have not run yet"] if not ran.all() else []
    if cut.any():
        told.append(f"{int(cut.sum())} of {int(ran.sum())} samples were cut off: their values are those until then")
    kept = [str(name) for name, each in data.items() if "sample" in each.dims and each.dtype.kind == "f"]
    reason = str(data["reason"].values[failed.argmax()]) if failed.any() else ""
    return Columns(
        data[kept].isel(sample=np.flatnonzero(ran)), path.name, int(failed.sum()), reason, tuple(told), batch_size
    )


def _of_table(path: Path) -> Columns:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from None
    if table.empty:
        raise InputError(f"{path} has no rows")
    variables = {}
    for header in table.columns:
        found = HEADER.match(str(header))
        name, unit = found.groups() if found else (str(header), None)
        numeric = table[header].dtype.kind in "fiu"
        values = table[header].to_numpy(np.float64) if numeric else table[header].astype(str).to_numpy(object)
        variables[name] = ("sample", values, {"units": unit or "1", "long_name": name})
    return Columns(xr.Dataset(variables), path.name)
