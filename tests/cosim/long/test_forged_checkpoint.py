"""Checkpoints that are no files, or whose seals fit but whose parts no run has written."""

import json
import os
from dataclasses import asdict

import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.long.checkpoint import CheckpointFile
from packfmu.cosim.long.course import _Progress
from packfmu.cosim.long.long_run import run_long
from packfmu.coupling.slave import packed
from tests.cosim.long.wear import duty, life, planned, prepared

DUTIES = {"run": duty("run")}
PROGRESS = json.dumps(asdict(_Progress())).encode()


def resumed(folder):
    run = life(folder / "life.nc", 10, duties=DUTIES)
    system = prepared(duties=DUTIES)
    return run_long(system, planned(system), run, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "life.checkpoint")
    with pytest.raises(InputError, match=r"life\.checkpoint cannot be written: it is a pipe, a socket or a device"):
        resumed(tmp_path)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"progress": b"[]", "simulation": b"", "rates": b""},
        {"progress": b"{", "simulation": b"", "rates": b""},
        {"progress": b'{"moons": 2}', "simulation": b"", "rates": b""},
        {"progress": PROGRESS, "simulation": packed([b"{}", b"", b"", b""]), "rates": b""},
        {"progress": PROGRESS, "simulation": b"12345678", "rates": b""},
    ],
)
def test_parts_that_no_run_has_written_are_refused_in_one_line(tmp_path, monkeypatch, parts):
    (tmp_path / "life.checkpoint").touch()
    monkeypatch.setattr(CheckpointFile, "load", lambda self: parts)
    with pytest.raises(InputError, match=r"damaged|does not fit") as refused:
        resumed(tmp_path)
    assert "\n" not in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["life.checkpoint"]
