"""Chunks of samples on the workers of Dask.

Every worker is given the job once, by the hash of its contents, also one that takes the place of a lost one. A task is
a run of chunks that lasts `LEAST_TASK` at least; a few tasks a worker are under way at a time, so that the memory of
client and scheduler stays as it is whatever the size of the study.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ..extra import library
from .kernels import content_hash, keep_kernels
from .samples import Job, Runner

LEAST_TASK = 0.05
"""Time that a task lasts at least [s]: a scheduler takes some 3 ms of each."""

AHEAD = 3
"""Tasks under way for each worker."""

LOSSES = 10
"""Workers that a task may lose before it is given up."""

Chunk = dict[str, Any]
"""Of a chunk: its number, values by name, endings and reasons."""

_runners: dict[str, Runner] = {}


def runner_of(key: str, packed: bytes) -> Runner:
    """Return the runner of a job in this process, which is made once."""
    if key not in _runners:
        _runners.clear()  # of former studies
        _runners[key] = Runner(pickle.loads(packed))
    return _runners[key]


def run_chunk(runner: Runner, number: int, samples: range) -> Chunk:
    """Run the samples of a chunk."""
    found = [runner.run(sample) for sample in samples]
    names, drawn = runner.shapes, found[0].drawn
    values: dict[str, NDArray[np.float64]] = {name: np.stack([each.values[name] for each in found]) for name in names}
    values |= {f"drawn_{name}": np.stack([each.drawn[name] for each in found]) for name in drawn}
    return {
        "number": number,
        "values": {name.replace(".", "_"): rows for name, rows in values.items()},
        "ending": [int(each.ending) for each in found],
        "reason": [each.reason for each in found],
    }


def run_task(key: str, chunks: Sequence[tuple[int, range]]) -> list[Chunk]:
    """Run some chunks on a worker that `plugin` has prepared."""
    runner = _runners.get(key) or runner_of(key, _packed[key])
    return [run_chunk(runner, *chunk) for chunk in chunks]


_packed: dict[str, bytes] = {}
"""Jobs that this worker has been given, by their hashes."""


def take(key: str, packed: bytes, kernels: dict[str, bytes]) -> None:
    """Take a job and its compiled kernels into this process."""
    _packed.clear()
    _packed[key] = packed
    keep_kernels(kernels)
    library("openturns").TBB.SetThreadsNumber(1)  # a worker has one processor


def plugin(key: str, packed: bytes, kernels: dict[str, bytes]) -> Any:
    """Return what prepares each worker, now or later, once."""

    class Prepared(library("distributed").WorkerPlugin):  # type: ignore[misc]
        name = f"packfmu-{key[:16]}"
        idempotent = True

        def setup(self, worker: Any) -> None:
            take(key, packed, kernels)

    return Prepared()


@contextmanager
def client_of(workers: int, scheduler: str | None) -> Iterator[Any]:
    """Return a client: of a scheduler's address, or of a local cluster of so many processes of one thread."""
    distributed, dask = library("distributed"), library("dask")
    with dask.config.set({"distributed.scheduler.allowed-failures": LOSSES}):
        if scheduler is not None:
            try:
                client = distributed.Client(scheduler, set_as_default=False)
            except (OSError, TimeoutError) as error:
                raise InputError(f"scheduler {scheduler} cannot be reached: {error}") from None
            with client:
                yield client
            return
        with (
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
            ) as cluster,
            distributed.Client(cluster, set_as_default=False) as client,
        ):
            yield client


def tasks_of(chunks: Sequence[tuple[int, range]], time_of_sample: float) -> list[list[tuple[int, range]]]:
    """Return chunks in tasks that last long enough."""
    size = max(len(chunks[0][1]), 1) if chunks else 1
    together = max(1, int(np.ceil(LEAST_TASK / max(time_of_sample * size, 1e-9))))
    return [list(chunks[first : first + together]) for first in range(0, len(chunks), together)]


def spread(
    client: Any, key: str, tasks: Sequence[Sequence[tuple[int, range]]], done: Callable[[Chunk], None]
) -> list[str]:
    """Run tasks on the workers of a client; return why some were given up.

    Parameters
    ----------
    client : distributed.Client
        Whose workers have the job.
    key : str
        Hash of the job.
    tasks : sequence of sequence of (int, range)
        Chunks of each task: number and samples.
    done : callable
        Takes each chunk as it is finished, in any order.
    """
    left, given_up = iter(tasks), []
    first = [client.submit(run_task, key, task, pure=False) for task in islice(left, AHEAD * _threads(client))]
    under_way = library("distributed").as_completed(first, loop=client.loop)
    del first  # who holds a future holds its result
    for future in under_way:
        error = future.exception()
        if error is None:
            for chunk in future.result():
                done(chunk)
        else:
            given_up.append(str(error))
        future.release()
        for task in islice(left, 1):
            under_way.add(client.submit(run_task, key, task, pure=False))
    return given_up


def _threads(client: Any) -> int:
    """Return how many tasks the workers of a client run at a time, at least 1."""
    return max(sum(client.nthreads().values()), 1)


def timed(runner: Runner) -> float:
    """Return the time that a sample takes [s], compilation left out."""
    runner.run(0)
    begun = time.perf_counter()
    runner.run(0)
    return time.perf_counter() - begun


def packed_job(job: Job, kernels: dict[str, bytes]) -> tuple[str, bytes]:
    """Return the hash of a job with its kernels, and the job's bytes."""
    packed = pickle.dumps(job)
    return content_hash(packed, *(name.encode() for name in sorted(kernels))), packed
