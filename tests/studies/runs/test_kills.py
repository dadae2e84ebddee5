"""Workers and clients that are killed: nothing is lost, nothing that was done is run again, and no byte differs."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from packfmu.studies.runs.store import load_store
from packfmu.studies.runs.study import status
from tests.studies.runs.small import contents, small_study

pytest.importorskip("distributed", reason="needs the extra studies")

pytestmark = pytest.mark.campaign

SAMPLES, CHUNK, KILLS = 400, 2, 10

CLIENT = f"""
import sys
from pathlib import Path
from tests.studies.runs.small import small_study
if __name__ == "__main__":
    folder, workers = Path(sys.argv[1]), int(sys.argv[2])
    small_study(folder, {SAMPLES}, {CHUNK}).run(folder / "r.zarr", workers, quiet=True)
"""


def started(folder, workers=2):
    script = folder / "client.py"
    script.write_text(CLIENT)
    place = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen([sys.executable, script, folder, str(workers)], env=place, cwd=os.getcwd())


def workers_of(client):
    """Return the processes of the workers of a client: children of the client that spawned, or of what did."""
    told = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    return [
        int(row.split()[0])
        for row in told.splitlines()[1:]
        if int(row.split()[1]) == client.pid and "spawn_main" in row
    ]


def finished(folder):
    """Return the times at which the flags of chunks were written."""
    flags = folder / "r.zarr" / "done" / "c"
    return {path.name: path.stat().st_mtime_ns for path in flags.iterdir()} if flags.exists() else {}


def wait_for_more(folder, client, more):
    """Wait until more chunks are done than before, or the client has ended."""
    before = len(finished(folder))
    while client.poll() is None and len(finished(folder)) < before + more:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert small_study(folder, SAMPLES, CHUNK).run(folder / "r.zarr", 1, quiet=True).is_done
    return contents(folder / "r.zarr")


def test_two_workers_give_the_bytes_of_one(whole, tmp_path):
    assert small_study(tmp_path, SAMPLES, CHUNK).run(tmp_path / "r.zarr", 2, quiet=True).is_done
    assert contents(tmp_path / "r.zarr") == whole


def test_workers_that_are_killed_are_replaced(whole, tmp_path):
    chance, client = random.Random(1), started(tmp_path)
    killed = 0
    while client.poll() is None and killed < KILLS:
        wait_for_more(tmp_path, client, chance.randint(2, 8))
        workers = workers_of(client)
        if workers and client.poll() is None:
            os.kill(chance.choice(workers), signal.SIGKILL)
            killed += 1
    assert client.wait(1200) == 0
    assert killed == KILLS
    assert contents(tmp_path / "r.zarr") == whole


def test_a_client_that_is_killed_is_resumed(whole, tmp_path):
    chance, before = random.Random(2), {}
    for _ in range(KILLS):
        client = started(tmp_path)
        wait_for_more(tmp_path, client, chance.randint(2, 12))
        client.kill()
        client.wait()
        after = finished(tmp_path)
        assert {name: after[name] for name in before} == before  # nothing that was done is run again
        before = after
    assert status(tmp_path / "r.zarr").waiting > 0
    assert started(tmp_path).wait(1200) == 0
    assert {name: finished(tmp_path)[name] for name in before} == before
    assert contents(tmp_path / "r.zarr") == whole
    assert load_store(tmp_path / "r.zarr").sizes["sample"] == SAMPLES
