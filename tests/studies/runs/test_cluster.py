import threading

import numpy as np
import pytest

from packfmu.studies.runs import cluster
from packfmu.studies.runs.samples import Sampled, SampleEnding

distributed = pytest.importorskip("distributed", reason="needs the extra studies")


class Doubling:
    """Stands for a runner: a sample is twice its number, and 3 fails."""

    def __init__(self):
        self.shapes = {"twice": None}

    def run(self, sample):
        ending = SampleEnding.FAILED if sample == 3 else SampleEnding.COMPLETE
        return Sampled({"twice": np.array(2.0 * sample)}, {"a.b": np.zeros((1, 1))}, ending, "three" * (sample == 3))


CHUNKS = [(number, range(2 * number, 2 * number + 2)) for number in range(6)]


@pytest.fixture
def client():
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as local,
        distributed.Client(local, set_as_default=False) as found,
    ):
        yield found


def test_every_chunk_is_run_once_and_failures_stay(client, monkeypatch):
    monkeypatch.setitem(cluster._runners, "job", Doubling())
    found, threads = {}, set()

    def done(chunk):
        assert chunk["number"] not in found
        found[chunk["number"]] = chunk
        threads.add(threading.get_ident())

    assert cluster.spread(client, "job", cluster.tasks_of(CHUNKS, 0.01), done) == []
    assert sorted(found) == list(range(6))
    values = np.concatenate([found[number]["values"]["twice"] for number in range(6)])
    assert values.tolist() == [2.0 * sample for sample in range(12)]
    assert found[1]["reason"] == ["", "three"]
    assert found[1]["ending"] == [SampleEnding.COMPLETE, SampleEnding.FAILED]
    assert found[0]["values"]["drawn_a_b"].shape == (2, 1, 1)
    assert threads == {threading.get_ident()}  # the store has one writer


def test_a_task_that_is_given_up_is_told(client, monkeypatch):
    monkeypatch.setattr(cluster, "_packed", {})
    told = cluster.spread(client, "no job", [CHUNKS[:1]], lambda chunk: None)
    assert told == ["'no job'"]


@pytest.mark.parametrize(("time", "together"), [(1.0, 1), (0.025, 1), (0.01, 3), (0.001, 6)])
def test_a_task_lasts_50_ms_at_least(time, together):
    tasks = cluster.tasks_of(CHUNKS, time)
    assert len(tasks[0]) == together
    assert [chunk for task in tasks for chunk in task] == CHUNKS
    assert all(len(task) * 2 * time >= cluster.LEAST_TASK or len(task) == len(CHUNKS) for task in tasks[:-1])
