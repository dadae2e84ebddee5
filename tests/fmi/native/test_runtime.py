"""The runtimes that zig has made: kept sealed, copied for each link, never taken where they are damaged."""

import io
import random
import zipfile

import pytest

from packfmu.core.cache import read_kept, tool_folder
from packfmu.fmi.native import runtime
from packfmu.fmi.native.link import LINUX_OPTIONS, OPTIONS
from packfmu.fmi.native.platforms import LINUX, WINDOWS
from packfmu.fmi.native.runtime import CACHE, linked, runtimes

SOURCES = {"it.c": b'double sin(double); __attribute__((visibility("default"))) double it(double x) { return sin(x); }'}
FILES = ("it.c",)


def options(target):
    return (f"-mcpu={target.linker_processor}", *OPTIONS, *(LINUX_OPTIONS if target is LINUX else ()))


@pytest.fixture
def compiled(monkeypatch, tmp_path):
    """The runtimes for Linux in a cache of their own, and how often they are compiled; they come out of the user's."""
    known, runs = runtimes(LINUX, options(LINUX)), []
    monkeypatch.setattr(runtime, "tool_folder", lambda *_: tmp_path)
    monkeypatch.setattr(runtime, "_compile", lambda *_: runs.append(1) or known)
    return runs


def entry(folder):
    (path,) = (path for path in folder.iterdir() if path.suffix != ".lock")
    return path


def test_they_are_compiled_once(compiled, tmp_path):
    first = linked(LINUX, options(LINUX), SOURCES, FILES, "it.so")
    assert linked(LINUX, options(LINUX), SOURCES, FILES, "it.so") == first
    assert compiled == [1]
    assert entry(tmp_path).name.startswith("x86_64-linux-gnu.2.17-")


def test_flipped_bits_and_half_of_them_are_never_linked(compiled, tmp_path):
    whole = linked(LINUX, options(LINUX), SOURCES, FILES, "it.so")
    kept, draw = entry(tmp_path).read_bytes(), random.Random(1)
    for made in range(1, 5):
        damaged = bytearray(kept)
        damaged[draw.randrange(len(kept))] ^= 1 << draw.randrange(8)
        entry(tmp_path).write_bytes(damaged if made < 4 else kept[: len(kept) // 2])
        assert linked(LINUX, options(LINUX), SOURCES, FILES, "it.so") == whole
        assert compiled == [1] * (1 + made)
        assert entry(tmp_path).read_bytes() == kept


def test_a_link_finds_all_that_it_needs_and_leaves_no_files(compiled, tmp_path, monkeypatch):
    """Nothing is compiled but its own source; what zig writes goes with the link."""
    known, seen = runtimes(LINUX, options(LINUX)), []
    link = runtime._link

    def watched(target, chosen, sources, files, name, folder):
        before = {path.name for path in (folder / CACHE / "o").iterdir()}
        library = link(target, chosen, sources, files, name, folder)
        seen.append((folder, len({path.name for path in (folder / CACHE / "o").iterdir()} - before)))
        return library

    monkeypatch.setattr(runtime, "_link", watched)
    linked(LINUX, options(LINUX), SOURCES, FILES, "it.so")
    ((folder, made),) = seen
    assert made == 1
    assert not folder.exists()
    names = zipfile.ZipFile(io.BytesIO(known)).namelist()
    assert {name.split("/")[0] for name in names} <= {"b", "h", "o"}


def test_objects_that_lie_in_a_library_are_left_out(tmp_path):
    for name, content in (("o/1/part.obj", b"part"), ("o/2/all.lib", b"!<arch>part!"), ("o/3/entry.obj", b"entry"),
                          ("h/4.txt", b"told"), ("z/5", b"source"), ("tmp/6", b"")):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert set(runtime._needed(tmp_path)) == {"o/2/all.lib", "o/3/entry.obj", "h/4.txt"}


@pytest.mark.campaign
@pytest.mark.parametrize("target", [LINUX, WINDOWS])
def test_they_are_compiled_again_to_what_links_the_same(target):
    """Compiled anew, which takes a minute for Windows, and with every tenth of the entry damaged in turn."""
    whole = linked(target, options(target), SOURCES, FILES, "it.so")
    (path,) = tool_folder("ziglang", "runtimes").glob(f"{target.linker_triple}-*[!k]")
    kept = path.read_bytes()
    for tenth in range(10):
        damaged = bytearray(kept)
        damaged[tenth * len(kept) // 10] ^= 1
        path.write_bytes(damaged)
        assert read_kept(path) is None
    assert linked(target, options(target), SOURCES, FILES, "it.so") == whole
