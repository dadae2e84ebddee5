"""The results of a study on disk: Zarr, written chunk by chunk, each marked as done once it is whole.

Arrays have the dimension ``sample`` first, in chunks of a fixed number of samples; their other dimensions are whole. A
chunk of all arrays is written before its flag in ``done``. What a kill leaves half-written has no flag, and is written
again, with the same bytes: no array holds a time or a place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...core.errors import InputError, shortened
from ..extra import library

DONE, ENDING, REASON = "done", "ending", "reason"

LETTERS = 240
"""Letters of a reason that are kept."""

IDENTITY, DESCRIPTION = "identity", "description"
"""Attributes: a hash of everything that decides the results, and what it is made of."""


@dataclass(frozen=True)
class StoredArray:
    """An array of a store.

    Parameters
    ----------
    name : str
        Its name.
    dimensions : tuple of str
        Those beside the sample.
    shape : tuple of int
        Their extents.
    units, description : str
        For people.
    """

    name: str
    dimensions: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    units: str = "1"
    description: str = ""


class Store:
    """A store of results that is open for writing.

    Parameters
    ----------
    path : Path
        Its folder.
    samples, chunk : int
        Samples of the study, and of a chunk.
    """

    def __init__(self, path: Path, samples: int, chunk: int) -> None:
        self.path, self.samples, self.chunk = path, samples, chunk
        self._group = library("zarr").open_group(str(path), mode="r+")

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.samples // self.chunk)

    def missing(self) -> list[int]:
        """Return the chunks, from 0, that are not done."""
        return np.flatnonzero(np.asarray(self._group[DONE][:]) == 0).tolist()

    def span(self, chunk: int) -> range:
        """Return the samples of a chunk."""
        return range(chunk * self.chunk, min((chunk + 1) * self.chunk, self.samples))

    def write(
        self, chunk: int, values: Mapping[str, NDArray[Any]], ending: Sequence[int], reason: Sequence[str]
    ) -> None:
        """Write a chunk of all arrays, and then its flag."""
        span = self.span(chunk)
        place = slice(span.start, span.stop)
        for name, rows in values.items():
            self._group[name][place] = rows
        self._group[REASON][place] = np.stack([_letters(text) for text in reason])
        self._group[ENDING][place] = np.asarray(ending, np.int8)
        self._group[DONE][chunk] = np.int8(1)


def _letters(text: str) -> NDArray[np.uint8]:
    """Return the bytes of a text, filled up with zeros."""
    kept = text.encode("utf-8")[:LETTERS]
    return np.frombuffer(kept.ljust(LETTERS, b"\0"), np.uint8)


def opened(
    path: Path, samples: int, chunk: int, arrays: Sequence[StoredArray], identity: str, description: Mapping[str, Any]
) -> Store:
    """Open the store of a study, or make it where there is none.

    Parameters
    ----------
    path : Path
        Its folder.
    samples, chunk : int
        Samples of the study, and of a chunk.
    arrays : sequence of StoredArray
        What it holds.
    identity : str
        A hash of everything that decides the results.
    description : mapping
        What that is, for people.

    Raises
    ------
    InputError
        When the store holds the results of another study.
    """
    if path.exists() and any(path.iterdir()):
        found = attributes(path)
        if found.get(IDENTITY) != identity:
            told = found.get(DESCRIPTION, {})
            differs = [name for name, value in description.items() if told.get(name) != value]
            what = ", ".join(differs) or "the version"
            raise InputError(f"{path}: holds the results of another study ({what} differs); name another store")
    else:
        _make(path, samples, chunk, arrays, {IDENTITY: identity, DESCRIPTION: dict(description)})
    return Store(path, samples, chunk)


def _make(path: Path, samples: int, chunk: int, arrays: Sequence[StoredArray], told: Mapping[str, Any]) -> None:
    """Make an empty store; its attributes come last, so that one without them is no store."""
    group = library("zarr").open_group(str(path), mode="w")
    for array in arrays:
        group.create_array(
            array.name, shape=(samples, *array.shape), chunks=(chunk, *(max(n, 1) for n in array.shape)), dtype="f8",
            fill_value=float("nan"), dimension_names=("sample", *array.dimensions),
            attributes={"units": array.units, "description": array.description},
        )  # fmt: skip
    group.create_array(ENDING, shape=(samples,), chunks=(chunk,), dtype="i1", dimension_names=("sample",), fill_value=0)
    group.create_array(
        REASON, shape=(samples, LETTERS), chunks=(chunk, LETTERS), dtype="u1", dimension_names=("sample", "letter"),
        fill_value=0,
    )  # fmt: skip
    count = -(-samples // chunk)
    group.create_array(DONE, shape=(count,), chunks=(1,), dtype="i1", dimension_names=("chunk",), fill_value=0)
    group.attrs.update(told)


def attributes(path: Path) -> dict[str, Any]:
    """Return the attributes of a store; InputError where it is none."""
    try:
        found = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} is no store of a study: {shortened(str(error))}") from None
    if IDENTITY not in found:
        raise InputError(f"{path} is no store of a study")
    return dict(found)


def load_store(path: Path) -> xr.Dataset:
    """Open the results of a study.

    Parameters
    ----------
    path : Path
        The folder of the store.

    Returns
    -------
    xarray.Dataset
        What was observed over ``sample`` and what arrays count, the draws of the cells, and of each sample ``ending``
        (`samples.SampleEnding`) and ``reason``. Samples that are not done, or have failed, are NaN; none is left out.

    Raises
    ------
    InputError
        When it is no store of a study.
    """
    told = attributes(path)
    library("zarr")
    data = xr.open_zarr(str(path), consolidated=False, chunks=None, mask_and_scale=False)
    letters = data[REASON].values
    texts = np.array([row.tobytes().rstrip(b"\0").decode("utf-8", "ignore") for row in letters], dtype=object)
    return data.drop_vars([REASON]).assign({REASON: ("sample", texts)}).assign_attrs(told)
