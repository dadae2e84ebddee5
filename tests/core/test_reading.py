"""Files that users name: regular ones are read up to a bound, nothing else is opened."""

import os
from pathlib import Path

import pytest

from packfmu.core.errors import InputError
from packfmu.core.reading import check_file, read_file, why_unreadable


def test_a_file_is_read_up_to_the_bound(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    with pytest.raises(InputError, match=f"^{path}: cannot be read: it has 5 bytes or more; at most 4 are taken$"):
        check_file(path, 4)


def test_what_is_no_file_is_named(tmp_path):
    assert why_unreadable(tmp_path) == "it is a folder, not a file"
    assert why_unreadable(tmp_path / "none") == "No such file or directory"
    assert "null byte" in why_unreadable(tmp_path / "a\0b")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_pipes_and_devices_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name in ("pipe", "link"):
        with pytest.raises(InputError, match="it is a pipe, a socket or a device, not a file"):
            read_file(tmp_path / name, 10)


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="no file here tells a size of 0 and has more")
def test_a_file_that_tells_no_size_is_read_no_further_than_the_bound():
    maps = Path("/proc/self/maps")
    assert maps.stat().st_size == 0
    with pytest.raises(InputError, match="it has 11 bytes or more; at most 10 are taken"):
        read_file(maps, 10)
