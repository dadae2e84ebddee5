"""Checkpoints that are read back, refused, and written by processes that are killed."""

import random
import re
import resource
import signal
import struct
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.long.checkpoint import MAGIC, load_checkpoint, remove_leftovers, save_checkpoint

CONTENT = {"slaves": bytes(range(256)), "empty": b"", "Zähler": b"\x00" * 17}
PARTS = st.dictionaries(st.text(max_size=8), st.binary(max_size=64), max_size=4)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "checkpoint"
    save_checkpoint(path, "identity", CONTENT)
    return path.read_bytes()


def assert_refused(path, data, words):
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        load_checkpoint(path, "identity")
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=PARTS, identity=st.text(max_size=8))
def test_what_was_saved_is_loaded(tmp_path, content, identity):
    path = tmp_path / "run" / "checkpoint"
    save_checkpoint(path, identity, {"earlier": b"one"})
    save_checkpoint(path, identity, content)
    assert list(load_checkpoint(path, identity).items()) == list(content.items())
    assert [entry.name for entry in path.parent.iterdir()] == ["checkpoint"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_cut_file_is_refused(tmp_path, saved, data):
    length = data.draw(st.integers(0, len(saved) - 1))
    assert_refused(tmp_path / "cut", saved[:length], "is damaged|is not a checkpoint")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_is_refused(tmp_path, saved, data):
    place, mask = data.draw(st.integers(0, len(saved) - 1)), data.draw(st.integers(1, 255))
    flipped = bytearray(saved)
    flipped[place] ^= mask
    assert_refused(tmp_path / "flipped", bytes(flipped), "damaged|is not a checkpoint")


def test_an_appended_byte_is_refused(tmp_path, saved):
    assert_refused(tmp_path / "longer", saved + b"\0", "is damaged; restore it from a copy, or remove it")


def test_a_foreign_checkpoint_is_refused(tmp_path):
    path = tmp_path / "checkpoint"
    save_checkpoint(path, "theirs", CONTENT)
    assert_refused(path, path.read_bytes(), "another run: that was given other FMUs, another system or duty")
    assert load_checkpoint(path, "theirs") == CONTENT


def test_another_version_is_refused_by_its_number(tmp_path, saved):
    later = bytearray(saved)
    struct.pack_into("<I", later, len(MAGIC), 7)
    assert_refused(tmp_path / "later", bytes(later), "has the format 7, not 1")


def test_something_else_is_refused(tmp_path):
    assert_refused(tmp_path / "notes.txt", b"notes", r"notes\.txt is not a checkpoint")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=re.escape(f"checkpoint {tmp_path / 'none'} cannot be read: No such file")):
        load_checkpoint(tmp_path / "none", "identity")


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InputError, match=re.escape(f"output {tmp_path} cannot be written: it is a folder")):
        save_checkpoint(tmp_path, "identity", CONTENT)


def test_a_full_disk_leaves_the_earlier_checkpoint(tmp_path):
    path, most = tmp_path / "checkpoint", resource.getrlimit(resource.RLIMIT_FSIZE)
    save_checkpoint(path, "identity", CONTENT)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most[1]))
    try:
        with pytest.raises(InputError, match=re.escape(f"output {path} cannot be written: File too large")):
            save_checkpoint(path, "identity", {"state": bytes(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert load_checkpoint(path, "identity") == CONTENT
    assert list(tmp_path.iterdir()) == [path]


WRITER = """
import sys
from pathlib import Path
from packfmu.cosim.long.checkpoint import save_checkpoint
number = int(sys.argv[2])
while True:
    number += 1
    save_checkpoint(Path(sys.argv[1]), "identity", {"number": b"%d" % number, "state": bytes([number % 256]) * 200_000})
"""


def test_a_killed_process_leaves_a_whole_checkpoint(tmp_path):
    """Ten processes, each killed at a random moment of its saving; each goes on from what the last one left."""
    path, delays, last = tmp_path / "checkpoint", random.Random(4), 0
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(last)])
        try:
            _wait_for_more(path, last, process)
            time.sleep(delays.uniform(0.0, 0.03))
        finally:
            process.kill()
        assert process.wait() == -signal.SIGKILL
        content = load_checkpoint(path, "identity")
        number = int(content["number"])
        assert number > last
        assert content["state"] == bytes([number % 256]) * 200_000
        last = number
    remove_leftovers(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["checkpoint"]


def _wait_for_more(path, last, process):
    deadline = time.monotonic() + 60.0
    while not path.exists() or int(load_checkpoint(path, "identity")["number"]) == last:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
