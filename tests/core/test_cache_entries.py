"""Entries of the cache: of this user alone, and made again whatever lies in their place."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from packfmu.core import cache
from packfmu.core.cache import cache_folder, code_folder, made_once, read_kept, tool_folder, write_kept
from packfmu.core.errors import InputError

BODY = bytes(range(256)) * 4
posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
as_root = pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root gives files away")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "packfmu"


@pytest.fixture
def entry(home):
    path = cache_folder("code/sources/kernels") / "entry"
    write_kept(path, BODY)
    return path


def test_a_flip_of_every_seventh_byte_and_half_an_entry_are_seen(entry):
    whole = entry.read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        entry.write_bytes(damaged)
        assert read_kept(entry) is None
    for length in (0, 16, 32, len(whole) // 2):
        entry.write_bytes(whole[:length])
        assert read_kept(entry) is None


@posix
@pytest.mark.parametrize("umask", [0o000, 0o002, 0o077])
def test_nobody_else_can_enter_folders_or_read_entries_whatever_the_umask(home, umask):
    former = os.umask(umask)
    try:
        path = cache_folder("code/sources/kernels") / "entry"
        write_kept(path, BODY)
    finally:
        os.umask(former)
    folders = [home, *(each for each in home.rglob("*") if each.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_kept(path) == BODY


@posix
def test_a_folder_that_others_could_write_to_goes_with_all_that_is_in_it(entry):
    entry.parent.chmod(0o777)
    assert cache_folder("code/sources/kernels") == entry.parent
    assert list(entry.parent.iterdir()) == []
    assert stat.S_IMODE(entry.parent.stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_could_write_to_is_made_again(entry, mode):
    entry.chmod(mode)
    assert read_kept(entry) is None
    write_kept(entry, BODY)
    assert read_kept(entry) == BODY


@as_root
def test_an_entry_or_a_folder_of_another_user_is_not_used(entry):
    os.chown(entry, 12345, -1)
    assert read_kept(entry) is None
    write_kept(entry, BODY)
    assert (read_kept(entry), entry.stat().st_uid) == (BODY, 0)
    os.chown(entry.parent, 12345, -1)
    cache_folder("code/sources/kernels")
    assert (list(entry.parent.iterdir()), entry.parent.stat().st_uid) == ([], 0)


def link(entry):
    entry.rename(entry.with_name("elsewhere"))
    entry.symlink_to(entry.with_name("elsewhere"))


def folder(entry):
    entry.unlink()
    (entry / "inside").mkdir(parents=True)


def fifo(entry):
    entry.unlink()
    os.mkfifo(entry)


def dangling(entry):
    entry.unlink()
    entry.symlink_to(entry.with_name("nowhere"))


@posix
@pytest.mark.parametrize("replace", [link, dangling, folder, fifo])
def test_what_is_no_file_is_made_again(entry, replace):
    replace(entry)
    assert read_kept(entry) is None
    write_kept(entry, BODY)
    assert read_kept(entry) == BODY
    assert entry.is_file()
    assert not entry.is_symlink()


def test_a_lock_that_cannot_be_taken_is_named(entry):
    lock = entry.with_name("entry.lock")
    lock.mkdir()
    with pytest.raises(InputError, match=rf"cache {lock} cannot be locked: .*XDG_CACHE_HOME"), made_once(entry):
        pytest.fail("entered")


LIVING = """
import sys, time
from packfmu.core.cache import cache_folder
cache_folder("code/sources/kernels")
print("here", flush=True)
time.sleep(60.0)
"""


def litter(home):
    """What a killed process leaves."""
    folder = home / "code" / "sources" / "kernels"
    return [folder / f".{'0' * 32}.part", folder / "entry.lock", home / "code" / "other" / f".{'1' * 32}.part"]


def started_anew(home):
    cache._sweep.cache_clear()
    cache_folder("code/sources/kernels")
    return [path.exists() for path in litter(home)]


def test_what_killed_processes_have_left_is_swept_unless_another_lives(home, entry):
    (home / "code" / "other").mkdir()
    with subprocess.Popen([sys.executable, "-c", LIVING], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "here\n"
        for path in litter(home):
            path.touch()
        assert started_anew(home) == [True] * 3
        other.kill()
    assert started_anew(home) == [False] * 3
    assert read_kept(entry) == BODY
    assert len(list((home / cache.LIVING).iterdir())) == 1  # this process


def test_what_a_tool_has_made_goes_when_it_is_out_of_use(home, monkeypatch):
    old = cache_folder("code/ziglang-0.1/runtimes")
    os.utime(old.parent, (0.0, 0.0))
    assert tool_folder.__wrapped__("ziglang", "runtimes").parents[1] == home / "code"
    assert not old.exists()
    assert code_folder.__wrapped__("kernels").is_dir()


def test_a_cache_that_is_deleted_meanwhile_is_made_again(home, entry):
    shutil.rmtree(home)
    write_kept(entry, BODY)
    assert read_kept(entry) == BODY
