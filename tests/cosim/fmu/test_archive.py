"""Archives that strangers made: a line about what is wrong, before anything is unpacked."""

import base64
import os
import random
import stat
import struct
import time
import tracemalloc
import zipfile

import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.fmu import archive as limits
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.fmu.interface import read_interface
from packfmu.coupling.slave import SlaveError
from packfmu.pack.topology import ELECTRICAL
from tests.cosim.fmu.strangers import GOOD, LIBRARY, archive, entry, patched

MEBIBYTE = 2**20


def refused(path, read=read_interface):
    """Return why a file is refused: in one line that names it, soon, and without much memory."""
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        with pytest.raises(InputError) as error:
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 32 * MEBIBYTE
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - begun < 20.0
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message.removeprefix(f"{path}: ")


def tell_size(path, number, size):
    """Have the list of entries tell another size of one of them."""
    content, place = bytearray(path.read_bytes()), -1
    for _ in range(number + 1):
        place = content.index(b"PK\1\2", place + 1)
    content[place + 24 : place + 28] = struct.pack("<I", size)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name",
    [
        *("/etc/x", "../x", "resources/../../x", "a/..", "C:/x", "c:x", "\\x", "documentation\\..\\x", "resources\\x"),
        *("resources//x", "./resources/x", ".\\modelDescription.xml", "resources/a:b", "resources/a\nb"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(name, tmp_path):
    path = archive(tmp_path / "Model.fmu", (entry(name), b""))
    assert refused(path) == f"its entry {name!r} is no relative path of names with forward slashes"


def test_a_name_that_ends_at_a_null_byte_is_refused(tmp_path):
    path = archive(tmp_path / "Model.fmu", (entry("resources/a?b"), b""))
    assert "'resources/a\\x00b' is no relative path" in refused(patched(path, b"a?b", b"a\0b"))
    path = archive(path, (entry("modelDescription.xml?b"), b""))
    assert "'modelDescription.xml\\x00b' is no relative path" in refused(patched(path, b"l?b", b"l\0b"))


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(mode, tmp_path):
    path = archive(tmp_path / "Model.fmu", (entry(LIBRARY, mode | 0o644), b"/etc/passwd"))
    assert refused(path) == f"its entry {LIBRARY!r} is a link or a device; files and folders are allowed"


def test_other_methods_than_those_of_fmi_are_refused(tmp_path):
    path = archive(tmp_path / "Model.fmu", (entry("resources/x", method=zipfile.ZIP_LZMA), b"x"))
    assert "is compressed by method 14; allowed are 0, stored, and 8, deflated" in refused(path)
    path = archive(tmp_path / "Model.fmu", (entry("resources/x", method=zipfile.ZIP_STORED), b"x"))
    place = path.read_bytes().index(b"PK\1\2", path.read_bytes().index(b"PK\1\2") + 1)
    content = bytearray(path.read_bytes())
    content[place + 10 : place + 12] = struct.pack("<H", 77)
    path.write_bytes(content)
    assert "'resources/x' is compressed by method 77" in refused(path)
    content[place + 8] |= 1
    path.write_bytes(content)
    assert "'resources/x' is encrypted" in refused(path)


def test_what_is_not_unpacked_may_be_as_it_likes(tmp_path):
    strange = (
        "documentation/a:b.html",
        "documentation/\U0001f469\u200d\U0001f680.html",
        "documentation\\x.html",
        "./x",
    )
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archive(
            tmp_path / "Model.fmu",
            *((entry(name), b"") for name in strange),
            (entry("sources/link", stat.S_IFLNK | 0o644), b"all.c"),
            (entry("documentation/x", method=zipfile.ZIP_BZIP2), b"x"),
            *((entry("binaries/other/Model.so", method=zipfile.ZIP_LZMA), b"x") for _ in range(2)),
            *((entry(name), b"") for name in ("resources/", "resources/a\u00a0b \u00e4", "resources/")),
        )
    assert set(read_interface(path)[1]) == {"flow", "level", "gain", "mode", "enable"}
    folder = tmp_path / "extracted"
    folder.mkdir()
    limits.extract(path, folder)
    assert [found.name for found in folder.rglob("*")] == ["resources", "a\u00a0b \u00e4"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_may_be_longer_than_the_list_of_them(method, tmp_path):
    long = random.Random(0).randbytes(limits.MOST_DIRECTORY + 1)
    text = GOOD.encode() + b"<!--" + base64.b64encode(long) + b"-->"
    path = archive(tmp_path / "Model.fmu", (entry("resources/x", method=method), long), text=None)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(entry("modelDescription.xml", method=method), text)
    assert "level" in read_interface(path)[1]
    limits.extract(path, tmp_path)
    assert (tmp_path / "resources/x").read_bytes() == long


def test_an_entry_that_is_there_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archive(tmp_path / "Model.fmu", (entry("resources/x"), b"1"), (entry("resources/x"), b"2"))
    assert refused(path) == "its entry 'resources/x' is there twice"


def test_a_bomb_is_not_unpacked(tmp_path):
    """A gigabyte in a megabyte, scaled down; in ten parts, for the total counts."""
    path = archive(tmp_path / "Model.fmu", text=" " * 64 * MEBIBYTE)
    assert refused(path) == (
        f"it unpacks to 67108864 bytes; at most 16777216 are taken: 1073741824, and beyond 16777216 no more than 200 "
        f"times its own {path.stat().st_size} bytes"
    )
    archive(path, *((entry(f"resources/{n}"), bytes(6 * MEBIBYTE)) for n in range(10)))
    assert "it unpacks to 6291" in refused(path)
    archive(path, text=" " * MEBIBYTE)
    assert refused(path, lambda path: limits.read_description(path, 1000)) == (
        "its modelDescription.xml has 1048576 bytes; at most 1000 are taken"
    )


def test_a_bomb_that_says_it_is_small_is_not_inflated(tmp_path):
    path = archive(tmp_path / "Model.fmu", text=" " * 64 * MEBIBYTE)
    tell_size(path, 0, 1000)
    assert refused(path) == "not a readable FMU: Bad CRC-32 for file 'modelDescription.xml'"


def test_more_entries_than_anybody_needs_are_refused(tmp_path):
    path = archive(tmp_path / "Model.fmu", *((entry(f"documentation/{n}"), b"") for n in range(10_001)))
    assert refused(path) == "it has 10002 entries; at most 10000 are taken"
    path = archive(path, *((entry(f"documentation/{n:0>4000}"), b"") for n in range(1100)))
    assert "its list of entries has 4" in refused(path)


def test_what_is_no_file_is_refused_at_once(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with a name")
    os.mkfifo(tmp_path / "Model.fmu")
    assert refused(tmp_path / "Model.fmu") == "cannot be read: it is a pipe, a socket or a device, not a file"
    (tmp_path / "Zero.fmu").symlink_to("/dev/zero")
    assert "it is a pipe, a socket or a device" in refused(tmp_path / "Zero.fmu")
    with (tmp_path / "Huge.fmu").open("wb") as file:
        file.truncate(limits.MOST_BYTES + 1)
    assert "it has 1073741825 bytes or more; at most 1073741824 are taken" in refused(tmp_path / "Huge.fmu")


@pytest.mark.parametrize(
    ("told", "reason"), [(50, "Bad CRC-32 for file 'resources/x'"), (150, "has 100 bytes, not 150 as it says")]
)
def test_an_entry_that_lies_about_its_size_is_refused_as_it_is_unpacked(told, reason, tmp_path):
    path = archive(tmp_path / "Model.fmu", (entry("resources/x"), bytes(100)))
    tell_size(path, 1, told)
    component = fmu_component("Model", ELECTRICAL, path)
    with pytest.raises(SlaveError, match=f"^{path}: .*{reason}"):
        component.open([], [])


def test_only_what_an_fmu_runs_from_is_unpacked(tmp_path):
    others = ("binaries/other/Model.so", "documentation/index.html", "sources/all.c", "elsewhere")
    path = archive(tmp_path / "Model.fmu", *((entry(name), b"") for name in (LIBRARY, "resources/a/b", *others)))
    folder = tmp_path / "extracted"
    folder.mkdir()
    limits.extract(path, folder)
    assert {found.relative_to(folder).as_posix() for found in folder.rglob("*") if found.is_file()} == {
        LIBRARY,
        "resources/a/b",
    }


def test_what_cannot_be_written_is_told(tmp_path):
    path = archive(tmp_path / "Model.fmu", (entry("resources/" + "x" * 300), b""))
    assert refused(path, lambda path: limits.extract(path, tmp_path)) == (
        f"cannot be unpacked into {tmp_path}: File name too long"
    )
