"""The folder for what can be made again: files come whole or not at all, and damage is seen."""

import os
import subprocess
import sys
import threading
import time

import pytest

from packfmu.core import cache
from packfmu.core.cache import cache_folder, code_folder, made_once, read_sealed, source_digest, write_sealed


def test_what_is_written_is_read(tmp_path):
    write_sealed(tmp_path / "entry", b"content")
    assert read_sealed(tmp_path / "entry") == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["entry"]


def test_a_folder_that_was_deleted_is_made_again(tmp_path):
    write_sealed(tmp_path / "deleted" / "entry", b"content")
    assert read_sealed(tmp_path / "deleted" / "entry") == b"content"


def test_nothing_is_nothing(tmp_path):
    assert read_sealed(tmp_path / "entry") is None


def test_every_flipped_bit_and_every_other_length_is_seen(tmp_path):
    path = tmp_path / "entry"
    write_sealed(path, b"some content")
    whole = path.read_bytes()
    for place in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        path.write_bytes(damaged)
        assert read_sealed(path) is None
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read_sealed(path) is None
    path.write_bytes(whole + b"\0")
    assert read_sealed(path) is None


def test_a_draft_has_a_name_that_nobody_can_guess_and_does_not_stay(tmp_path, monkeypatch):
    drafts = []

    def refuse(source, target):
        drafts.append(os.path.basename(source))
        raise OSError("no")

    monkeypatch.setattr(cache.os, "replace", refuse)
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            write_sealed(tmp_path / "entry", b"content")
    assert len(set(drafts)) == 2
    assert min(map(len, drafts)) > 32
    assert list(tmp_path.iterdir()) == []


def test_one_makes_it_and_the_others_wait(tmp_path):
    made = []

    def make():
        with made_once(tmp_path / "entry"):
            if not made:
                time.sleep(0.2)
                made.append(1)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_a_new_cache_is_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert cache_folder("zig") == tmp_path / "home" / "packfmu" / "zig"
    if hasattr(os, "getuid"):
        assert (tmp_path / "home" / "packfmu").stat().st_mode & 0o777 == 0o700


def test_code_of_other_sources_goes_when_it_is_out_of_use(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    old, recent = cache_folder("code/old"), cache_folder("code/recent")
    (old / "file").touch()
    os.utime(old, (0.0, time.time() - cache.UNUSED - 1.0))
    folder = code_folder.__wrapped__("kernels")
    assert folder == tmp_path / "packfmu" / "code" / source_digest() / "kernels"
    assert recent.exists()
    assert not old.exists()


def test_the_digest_is_the_same_in_every_process():
    script = "from packfmu.core.cache import source_digest; print(source_digest())"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == source_digest()
    assert source_digest.__wrapped__() == source_digest()
