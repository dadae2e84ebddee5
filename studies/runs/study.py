"""A study of packs: many packs of a population, put through the same course, their results in a store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from tqdm import tqdm

from ...core.cache import source_digest
from ...core.errors import InputError
from ...core.interruption import interruption_put_off
from ...fmi.files import claimed
from ...pack.file import Pack
from ...usage.profile import profile_path
from ..population.population import Population
from .cluster import Chunk, client_of, packed_job, plugin, spread, tasks_of, timed
from .courses import read_course
from .kernels import kept_kernels
from .observed import Observed
from .samples import Job, Runner, SampleEnding
from .store import Store, StoredArray, load_store, opened

CHUNK = 10
"""Samples of a chunk."""


@dataclass(frozen=True, eq=False)
class PackStudy:
    """A study of packs.

    Parameters
    ----------
    pack : Pack
        The nominal pack, of a checked pack file.
    population : Population
        Its cells.
    usage : str or Path
        What each pack is put through: a profile, the name of a shipped cycle, or an experiment of steps.
    observed : sequence of Observed
        The outputs of interest.
    samples : int
        Packs, >= 1.
    chunk : int
        Samples that are stored together, >= 1.
    vehicle : Path or None
        A vehicle file, for speeds.

    Raises
    ------
    InputError
        When a number or a name does not fit.
    """

    pack: Pack
    population: Population
    usage: str | Path
    observed: Sequence[Observed]
    samples: int
    chunk: int = CHUNK
    vehicle: Path | None = None

    def __post_init__(self) -> None:
        if self.samples < 1 or self.chunk < 1:
            raise InputError(f"samples = {self.samples} and chunk = {self.chunk} must be at least 1")
        names = [each.name for each in self.observed]
        twice = [name for name in names if names.count(name) > 1]
        if twice or not names:
            raise InputError(f"outputs: {twice[0]} is there twice" if twice else "outputs: there are none")

    def description(self) -> dict[str, Any]:
        """Return everything that decides the results."""
        kinds = json.dumps(self.pack.kinds.figures, sort_keys=True, default=str)
        files = {"usage": profile_path(self.usage), "vehicle": self.vehicle}
        return {
            "pack": _digest(self.pack.model_dump_json()),
            "cells": _digest(kinds),
            "population": _digest(self.population.model_dump_json()),
            "outputs": [each.model_dump() for each in self.observed],
            "samples": self.samples,
            "chunk": self.chunk,
            "sources": source_digest(),
            **{name: _digest(path.read_bytes()) for name, path in files.items() if path is not None},
        }

    def run(self, store: Path, workers: int = 2, scheduler: str | None = None, quiet: bool = False) -> StudyStatus:
        """Run the samples that a store does not have yet.

        Parameters
        ----------
        store : Path
            The folder of the results; it is made, or gone on with.
        workers : int
            Processes of the local cluster, >= 1.
        scheduler : str, optional
            Address of a scheduler of Dask, instead of a local cluster.
        quiet : bool
            Whether no progress bar is shown.

        Raises
        ------
        InputError
            When the study does not fit, or the store holds another one.
        """
        job = Job(self.pack, self.population, read_course(self.pack, self.usage, self.vehicle), tuple(self.observed))
        runner, described = Runner(job), self.description()
        identity = _digest(json.dumps(described, sort_keys=True))
        with claimed(store.with_name(f"{store.name}.run")):  # of two runs into one store the second is refused
            held = opened(store, self.samples, self.chunk, _arrays(runner), identity, described)
            chunks = [(number, held.span(number)) for number in held.missing()]
            if chunks:
                self._spread(held, runner, chunks, workers, scheduler, quiet)
        return status(store)

    def _spread(
        self,
        held: Store,
        runner: Runner,
        chunks: Sequence[tuple[int, range]],
        workers: int,
        scheduler: str | None,
        quiet: bool,
    ) -> None:
        """Run chunks on workers, and store each as it comes."""
        tasks = tasks_of(chunks, timed(runner))
        kernels = kept_kernels({"block": runner.model})
        key, packed = packed_job(runner.job, kernels)
        with (
            interruption_put_off() as check_interruption,
            client_of(min(workers, len(tasks)), scheduler) as client,
            tqdm(total=held.chunks, initial=held.chunks - len(chunks), unit="chunk", disable=quiet or None) as bar,
        ):
            client.register_plugin(plugin(key, packed, kernels))

            def done(chunk: Chunk) -> None:
                held.write(chunk["number"], chunk["values"], chunk["ending"], chunk["reason"])
                bar.update()
                check_interruption()

            given_up = spread(client, key, tasks, done)
        if given_up:
            raise InputError(
                f"{len(given_up)} tasks were given up, the first as {given_up[0]}; what is done is in {held.path}, and "
                "the study can be resumed"
            )


@dataclass(frozen=True)
class StudyStatus:
    """How far a study is: samples that are complete, cut off, failed, and not yet run; and reasons of failures."""

    complete: int
    cut_off: int
    failed: int
    waiting: int
    reasons: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether all samples have run."""
        return self.waiting == 0

    def told(self) -> str:
        """Return it as text."""
        lines = [f"{self.complete} complete, {self.cut_off} cut off, {self.failed} failed, {self.waiting} not yet run"]
        return "\n".join([*lines, *self.reasons])


def status(store: Path) -> StudyStatus:
    """Return how far the study of a store is; InputError where it is none."""
    data = load_store(store)
    found = endings(data)
    counts = [int((found == each.value).sum()) for each in SampleEnding]
    failures = [str(text) for text in data.reason.values[found == SampleEnding.FAILED.value]]
    told = [f"{failures.count(text)} failed: {text}" for text in dict.fromkeys(failures)]
    return StudyStatus(counts[1], counts[2], counts[3], counts[0], tuple(told))


def endings(data: xr.Dataset) -> NDArray[np.int8]:
    """Return how the samples of a store have ended (`samples.SampleEnding`); of chunks that are not done none has."""
    chunk = int(data.attrs["description"]["chunk"])
    found: NDArray[np.int8] = data.ending.values.copy()
    for number in (data.done.values == 0).nonzero()[0]:
        found[number * chunk : (number + 1) * chunk] = SampleEnding.WAITING.value
    return found


def _arrays(runner: Runner) -> list[StoredArray]:
    """Return what the store of a job holds: what is observed, and what is drawn."""
    found, job = [], runner.job
    for each in job.observed:
        port, shape = runner.shapes[each.name]
        own = () if port.count == 1 else (port.dimension or f"{each.name}_place",)
        dimensions = (f"{each.name}_time", *own) if each.of == "course" else own
        found.append(StoredArray(each.name, dimensions, shape, port.unit, f"{port.description}: {each.of}"))
    for name in job.population.quantities:
        shape = job.pack.pack.cells, job.population.regions
        found.append(
            StoredArray(f"drawn_{name.replace('.', '_')}", ("drawn_cell", "region"), shape, "1", f"drawn: {name}")
        )
    return found


def _digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()
