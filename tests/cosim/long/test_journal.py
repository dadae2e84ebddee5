"""Journals: rows that survive a kill, and their conversion."""

import random
import re
import resource
import signal
import subprocess
import sys
import time
from contextlib import closing

import netCDF4
import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import Count, DataType
from packfmu.cosim.long.journal import MAGIC, ROWS, Journal, to_netcdf
from packfmu.cosim.recorder import columns, recording
from packfmu.coupling.system import System
from tests.coupling.toys import ELECTRICAL, component, nothing, ramp_step, real


def recorded():
    """Three columns: over the cells, over an axis of its own, and a flag."""
    outputs = (
        real("soc", size=Count(3, "cell"), display_unit="%"),
        real("table", "V", (2, 2)),
        real("full", data_type=DataType.BOOLEAN),
    )
    model = Model("Cell", "cells", Fields(outputs=outputs), nothing("journal 1"), nothing("journal 1"), ramp_step)
    system = System((component("Cell", ELECTRICAL, model),), ())
    return columns(system, {"soc": "Cell.soc", "table": "Cell.table", "full": "Cell.full"})


def values(number):
    return [0.1 * number + np.arange(3.0), np.sqrt(number) * np.arange(1.0, 5.0), np.array([float(number % 2)])]


def fill(journal, begin, end):
    for number in range(begin, end):
        journal.append(0.1 * number, values(number))


def whole(path, rows):
    with closing(Journal(path, recorded())) as journal:
        fill(journal, 0, rows)
        assert journal.flush() == rows
    return path


def test_the_converted_file_is_what_a_recorder_makes(tmp_path):
    rows = 3 * ROWS + 5
    to_netcdf(whole(tmp_path / "run.journal", rows), tmp_path / "converted.nc")
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
    path = whole(tmp_path / "run.journal", rows)
    to_netcdf(path, tmp_path / "run.nc")
    with netCDF4.Dataset(tmp_path / "run.nc") as file:
        assert len(file["time"]) == rows
        np.testing.assert_array_equal(file["time"][:], 0.1 * np.arange(rows))


def test_times_keep_their_bits(tmp_path):
    times = [0.1 + 0.2, 3.15e8 + 1.0 / 3.0, 1e-9]
    with closing(Journal(tmp_path / "run.journal", [])) as journal:
        for time_ in times:
            journal.append(time_, [])
        journal.flush()
    to_netcdf(tmp_path / "run.journal", tmp_path / "run.nc")
    with netCDF4.Dataset(tmp_path / "run.nc") as file:
        assert file["time"][:].tolist() == times


def test_a_reopened_journal_goes_on_after_its_last_safe_row(tmp_path):
    expected = whole(tmp_path / "whole", 900).read_bytes()
    path = whole(tmp_path / "cut", 700)
    with path.open("ab") as file:
        file.write(b"half a row")
    with closing(Journal.reopen(path, recorded(), 650)) as journal:
        assert journal.rows == 650
        fill(journal, 650, 900)
        assert (journal.rows, journal.flush()) == (900, 900)
    assert path.read_bytes() == expected


def test_rows_beyond_the_buffer_are_in_the_file(tmp_path):
    """Memory is flat: only a buffer of rows waits for `flush`."""
    with closing(Journal(tmp_path / "run", recorded())) as journal:
        empty = (tmp_path / "run").stat().st_size
        fill(journal, 0, 10 * ROWS)
        journal._file.flush()
        assert (tmp_path / "run").stat().st_size == empty + 10 * ROWS * 9 * 8
        assert journal.rows == 10 * ROWS


def test_a_shorter_journal_is_refused_and_left(tmp_path):
    path = whole(tmp_path / "run", 10)
    before = path.read_bytes()
    with pytest.raises(InputError, match="is damaged: it has 10 rows, and the checkpoint tells of 11"):
        Journal.reopen(path, recorded(), 11)
    assert path.read_bytes() == before


def test_a_journal_of_other_columns_is_refused_and_left(tmp_path):
    path = whole(tmp_path / "run", 10)
    before = path.read_bytes()
    with pytest.raises(InputError, match=re.escape(f"{path} is not a journal of the columns of this run")):
        Journal.reopen(path, recorded()[:2], 5)
    assert path.read_bytes() == before


@pytest.mark.parametrize("cut", [0, 5, len(MAGIC), len(MAGIC) + 3, 60])
def test_what_is_no_journal_is_not_converted(tmp_path, cut):
    path = whole(tmp_path / "run", 10)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=re.escape(f"{path} is not a journal of this version of packfmu")):
        to_netcdf(path, tmp_path / "run.nc")
    assert not (tmp_path / "run.nc").exists()


def test_a_header_of_any_length_is_refused(tmp_path):
    (tmp_path / "run").write_bytes(MAGIC + b"\xff" * 8 + b"{}")
    with pytest.raises(InputError, match="is not a journal"):
        to_netcdf(tmp_path / "run", tmp_path / "run.nc")


@pytest.mark.parametrize("call", [lambda p: Journal.reopen(p, [], 0), lambda p: to_netcdf(p, p)])
def test_a_missing_journal_is_refused(tmp_path, call):
    with pytest.raises(InputError, match=re.escape(f"journal {tmp_path / 'none'} cannot be read: No such file")):
        call(tmp_path / "none")


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"run cannot be written: (File exists|Not a directory)"):
        Journal(tmp_path / "file" / "run", [])


def test_a_full_disk_is_told_and_earlier_rows_stay(tmp_path):
    path = whole(tmp_path / "run", ROWS)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = Journal.reopen(path, recorded(), ROWS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, most[1]))
    try:
        with pytest.raises(InputError, match=re.escape(f"journal {path} cannot be written: File too large")):
            fill(journal, ROWS, 3 * ROWS)
        journal.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    with closing(Journal.reopen(path, recorded(), ROWS)) as journal:
        assert journal.flush() == ROWS


WRITER = """
import sys
from pathlib import Path
from packfmu.cosim.long.journal import Journal
path, safe, rows = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
journal = Journal.reopen(path, [], rows) if rows else Journal(path, [])
while True:
    for _ in range(700):
        journal.append(float(journal.rows), [])
    with safe.open("a") as file:
        file.write(f"{journal.flush()}\\n")
"""


def test_a_killed_process_loses_no_row_that_was_flushed(tmp_path):
    """Each process is killed at a random moment, and the next one goes on after the last rows known to be safe."""
    path, safe, delays, rows = tmp_path / "run", tmp_path / "safe", random.Random(4), 0
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(safe), str(rows)])
        try:
            _wait_for_more(safe, rows, process)
            time.sleep(delays.uniform(0.0, 0.05))
        finally:
            process.kill()
        assert process.wait() == -signal.SIGKILL
        rows = _last(safe)
    with closing(Journal.reopen(path, [], rows)) as journal:
        assert journal.flush() == rows
    to_netcdf(path, tmp_path / "run.nc")
    with netCDF4.Dataset(tmp_path / "run.nc") as file:
        np.testing.assert_array_equal(file["time"][:], np.arange(float(rows)))


def _last(safe):
    """Return the last number that stands on a complete line."""
    lines = safe.read_text().split("\n")[:-1] if safe.exists() else []
    return int(lines[-1]) if lines else 0


def _wait_for_more(safe, rows, process):
    deadline = time.monotonic() + 60.0
    while _last(safe) <= rows:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
