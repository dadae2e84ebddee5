"""Output files: complete, or as before."""

import os
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest

from packfmu.core.cache import cache_folder
from packfmu.core.errors import InputError
from packfmu.fmi.archive import write_archive
from packfmu.fmi.files import remove_leftovers, replacing


def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "run.nc"
    target.write_text("old")

    def fail():
        with replacing(target) as temporary:
            temporary.write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


def test_output_that_cannot_be_written_is_refused_at_once(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "protected").write_text("kept")
    (tmp_path / "protected").chmod(0o444)
    for name, reason in (("folder", "folder"), ("protected", "write-protected"), ("protected/x", "File exists")):
        with (
            pytest.raises(InputError, match=f"output .*{name} cannot be written: .*{reason}"),
            replacing(tmp_path / name),
        ):
            pytest.fail("entered")
    with pytest.raises(InputError, match="cannot be written: File name too long"), replacing(tmp_path / ("x" * 300)):
        pytest.fail("entered")
    assert (tmp_path / "protected").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "protected"]


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    target = tmp_path / "Cell.fmu"
    with replacing(target) as one, replacing(target) as other:
        one.write_text("one")
        other.write_text("other")
    assert target.read_text() == "one"  # what ended last
    assert list(tmp_path.iterdir()) == [target]


WRITER = """
import sys, time
from pathlib import Path
from packfmu.fmi.files import replacing

with replacing(Path(sys.argv[1])) as draft:
    draft.write_text("half")
    print("writing", flush=True)
    time.sleep(60.0)
"""


@contextmanager
def writing(path):
    """Write a file in another process for as long as the block runs; then kill it."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        yield
        process.kill()


@pytest.mark.parametrize("name", ["life.nc", "life[1].nc"])
def test_what_a_killed_process_has_left_goes_with_the_next_draft(tmp_path, name):
    with writing(tmp_path / name):
        (draft,) = tmp_path.iterdir()
    (tmp_path / ".other.nc.01234567.part").mkdir()
    (tmp_path / f".{name}.0123456789abcdef.part").write_text("half")  # as former versions left it
    with replacing(tmp_path / name) as temporary:
        assert not draft.exists()
        temporary.write_text("new")
    assert {path.name for path in tmp_path.iterdir()} == {name, ".other.nc.01234567.part"}


def test_the_draft_of_a_process_that_lives_stays(tmp_path):
    with writing(tmp_path / "life.nc"):
        (draft,) = tmp_path.iterdir()
        remove_leftovers(tmp_path / "life.nc")
        assert (draft / "life.nc").read_text() == "half"
    remove_leftovers(tmp_path / "life.nc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_file_gets_the_permissions_that_the_user_gives_new_files(tmp_path):
    former = os.umask(0o027)
    try:
        with replacing(tmp_path / "Cell.fmu") as temporary:
            temporary.write_text("")
    finally:
        os.umask(former)
    assert stat.S_IMODE((tmp_path / "Cell.fmu").stat().st_mode) == 0o640


def test_archive_has_the_same_bytes_on_every_host(tmp_path, monkeypatch):
    written = []
    for host in ("linux", "win32"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "platform", host)  # zipfile tells it in every entry
            write_archive(tmp_path / "it.fmu", {"resources/model.bin": b"0"})
        written.append((tmp_path / "it.fmu").read_bytes())
    assert written[0] == written[1]


def test_a_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    with pytest.raises(InputError, match=rf"cache {blocked}/packfmu/zig cannot be made: .*XDG_CACHE_HOME"):
        cache_folder("zig")


@pytest.mark.parametrize("given", ["", "cache"])
def test_an_empty_or_relative_name_of_the_cache_is_ignored(given, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert cache_folder("zig") == tmp_path / "home" / ".cache" / "packfmu" / "zig"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
