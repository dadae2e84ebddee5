"""Checkpoints that are read back, converted, and written by processes that are killed."""

import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import netCDF4
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.long.checkpoint import ROWS, remove_checkpoint, rollback_journal, to_netcdf
from packfmu.cosim.recorder import recording
from packfmu.fmi.files import claimed
from tests.cosim.long.rows import CONTENT, fill, opened, recorded, saved, values

PARTS = st.dictionaries(st.text(max_size=8), st.binary(max_size=64), max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=PARTS, identity=st.text(max_size=8))
def test_what_was_saved_is_loaded(tmp_path, content, identity):
    path = tmp_path / "run" / "checkpoint"
    saved(path, 3, content, identity)
    assert list(opened(path, identity).load().items()) == list(content.items())
    assert [entry.name for entry in path.parent.iterdir()] == ["checkpoint"]


def dumped(path):
    """Return everything that a checkpoint holds."""
    with closing(sqlite3.connect(path)) as database:
        return [database.execute(f"SELECT * FROM {table}").fetchall() for table in ("meta", "rows", "parts")]


def test_the_tables_are_those_that_the_module_tells(tmp_path):
    saved(tmp_path / "run", 5)
    meta, rows, parts = dumped(tmp_path / "run")
    assert dict(meta)["columns"] == '[["soc", 3], ["table", 4], ["full", 1]]'
    assert [number for number, _, _ in rows] == list(range(5))
    assert np.frombuffer(rows[3][1], "<f8").tolist() == [0.1 * 3, *np.concatenate(values(3))]
    assert dict(parts) == CONTENT


def test_the_converted_file_is_what_a_recorder_makes(tmp_path):
    rows = 3 * ROWS + 5
    to_netcdf(saved(tmp_path / "run.checkpoint", rows), tmp_path / "converted.nc")
    with recording(tmp_path / "direct.nc", recorded()) as recorder:
        for number in range(rows):
            recorder.append(100_000_000 * number, values(number))
    with netCDF4.Dataset(tmp_path / "converted.nc") as found, netCDF4.Dataset(tmp_path / "direct.nc") as expected:
        assert list(found.variables) == list(expected.variables)
        assert {n: len(d) for n, d in found.dimensions.items()} == {n: len(d) for n, d in expected.dimensions.items()}
        for name, variable in expected.variables.items():
            assert found[name].__dict__ == variable.__dict__
            assert (found[name].dtype, found[name].dimensions) == (variable.dtype, variable.dimensions)
            if name == "time":
                np.testing.assert_array_max_ulp(found[name][:], variable[:], 1)  # 0.1 n is not n / 10
            else:
                np.testing.assert_array_equal(found[name][:], variable[:])
        assert found["soc"].dimensions == ("time", "cell")


@pytest.mark.parametrize("rows", [0, 1, ROWS - 1, ROWS, ROWS + 1])
def test_rows_are_those_that_were_appended(tmp_path, rows):
    to_netcdf(saved(tmp_path / "run.checkpoint", rows), tmp_path / "run.nc")
    with netCDF4.Dataset(tmp_path / "run.nc") as file:
        assert len(file["time"]) == rows
        np.testing.assert_array_equal(file["time"][:], 0.1 * np.arange(rows))


def test_times_keep_their_bits(tmp_path):
    times = [0.1 + 0.2, 3.15e8 + 1.0 / 3.0, 1e-9]
    checkpoint = opened(tmp_path / "run.checkpoint", given=[])
    for time_ in times:
        checkpoint.append(time_, [])
    checkpoint.save({})
    to_netcdf(checkpoint, tmp_path / "run.nc")
    with netCDF4.Dataset(tmp_path / "run.nc") as file:
        assert file["time"][:].tolist() == times


def test_a_reopened_checkpoint_goes_on_after_its_last_row(tmp_path):
    """Rows that were not saved are in no file, and their loss leaves no trace."""
    saved(tmp_path / "whole", 900)
    fill(saved(tmp_path / "cut", 650), 650, 700)
    checkpoint = opened(tmp_path / "cut")
    assert checkpoint.load() == CONTENT
    fill(checkpoint, 650, 900)
    checkpoint.save(CONTENT)
    assert dumped(tmp_path / "cut") == dumped(tmp_path / "whole")


def test_rows_ask_for_a_checkpoint_before_memory_grows(tmp_path):
    checkpoint = opened(tmp_path / "run")
    fill(checkpoint, 0, ROWS - 1)
    assert not checkpoint.is_full
    fill(checkpoint, ROWS - 1, ROWS)
    assert checkpoint.is_full
    checkpoint.save(CONTENT)
    assert not checkpoint.is_full


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=re.escape(f"checkpoint {tmp_path / 'none'} cannot be read: No such file")):
        opened(tmp_path / "none").load()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InputError, match=re.escape(f"output {tmp_path} cannot be written: it is a folder")):
        saved(tmp_path, 1)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"run cannot be written: .*(File exists|Not a directory)"):
        saved(tmp_path / "file" / "run", 1)


@pytest.mark.parametrize("room", [0, 1000, 100_000])
def test_a_full_disk_leaves_the_earlier_checkpoint(tmp_path, room):
    path, most = tmp_path / "run", resource.getrlimit(resource.RLIMIT_FSIZE)
    checkpoint = saved(path, ROWS)
    fill(checkpoint, ROWS, 2 * ROWS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most[1]))
    try:
        with pytest.raises(
            InputError, match=re.escape(f"{path} cannot be written: disk I/O error; it needs a writable")
        ):
            checkpoint.save({"state": bytes(200_000)})
        with pytest.raises(InputError, match=r"other cannot be written: "):
            opened(tmp_path / "other").save({"state": bytes(200_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert opened(path).load() == CONTENT
    assert list(tmp_path.iterdir()) == [path]
    checkpoint.save({"state": bytes(200_000)})  # once there is room, nothing is missing
    saved(tmp_path / "whole", 2 * ROWS, {"state": bytes(200_000)})
    assert dumped(path) == dumped(tmp_path / "whole")


def test_a_second_writer_is_refused(tmp_path):
    """Two processes resume one run: the one that saves first goes on."""
    saved(tmp_path / "run", 5)
    first, second = opened(tmp_path / "run"), opened(tmp_path / "run")
    for checkpoint in (first, second):
        checkpoint.load()
        fill(checkpoint, 5, 6)
    first.save({"state": b"first"})
    with pytest.raises(InputError, match="run cannot be written: another process has written it meanwhile"):
        second.save({"state": b"second"})
    assert opened(tmp_path / "run").load() == {"state": b"first"}


def test_a_file_that_another_process_holds_is_refused(tmp_path, monkeypatch):
    checkpoint = saved(tmp_path / "run", 5)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path: connect(path, timeout=0.01))
    with closing(connect(tmp_path / "run")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match="run cannot be read: database is locked"):
            opened(tmp_path / "run").load()
        with pytest.raises(InputError, match="run cannot be written: database is locked"):
            checkpoint.save(CONTENT)
    assert opened(tmp_path / "run").load() == CONTENT


def test_both_files_are_removed(tmp_path):
    path = tmp_path / "run"
    saved(path, 5)
    rollback_journal(path).write_bytes(b"left by a kill")
    remove_checkpoint(path)
    assert list(tmp_path.iterdir()) == []
    remove_checkpoint(path)
    path.mkdir()
    with pytest.raises(InputError, match=re.escape(f"{path} cannot be removed: ")):
        remove_checkpoint(path)


WRITER = """
import sys
from pathlib import Path
from packfmu.cosim.long.checkpoint import CheckpointFile
checkpoint = CheckpointFile(Path(sys.argv[1]), "identity", [])
number = int(checkpoint.load()["number"]) if checkpoint.path.exists() else 0
while True:
    for _ in range(7):
        checkpoint.append(float(number), [])
        number += 1
    checkpoint.save({"number": b"%d" % number, "state": bytes([number % 256]) * 200_000})
"""


def test_a_killed_process_leaves_a_whole_checkpoint(tmp_path):
    """Ten processes, each killed at a random moment of its saving; each goes on from what the last one left."""
    path, delays, last, torn = tmp_path / "run", random.Random(4), 0, 0
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)])
        try:
            _wait_for_more(path, process)
            time.sleep(delays.uniform(0.0, 0.03))
        finally:
            process.kill()
        assert process.wait() == -signal.SIGKILL
        torn += rollback_journal(path).exists()
        checkpoint = opened(path, given=[])
        content = checkpoint.load()
        number = int(content["number"])
        assert number >= last
        assert content["state"] == bytes([number % 256]) * 200_000
        last = number
    assert torn
    to_netcdf(checkpoint, tmp_path / "run.nc")
    with netCDF4.Dataset(tmp_path / "run.nc") as file:
        np.testing.assert_array_equal(file["time"][:], np.arange(float(last)))
    with claimed(path):  # sweeps
        remove_checkpoint(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.nc"]


def _wait_for_more(path, process):
    """Wait until a process has begun to write."""
    deadline = time.monotonic() + 60.0
    before = path.stat().st_mtime_ns if path.exists() else None
    while not path.exists() or path.stat().st_mtime_ns == before:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
