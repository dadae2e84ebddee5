"""Links libraries with zig, by a cache of its own that is filled with the runtimes of C that it has made before.

zig compiles the runtimes of a target once, which takes seconds to a minute, and links them as it finds them, whatever
has become of the files since. So each link gets a copy of what is kept sealed, in a folder that goes with it.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...core.cache import keep, made_once, read_kept, tool_folder
from ...core.errors import InputError
from ..files import temporary_folder
from ..supplements import digest, package_folder
from .child import NOT_STARTED, run
from .platforms import Target

CACHE = "zig"
"""The folder that zig keeps files in, beside the sources."""

UNUSED = ("z", "tmp")
"""Folders in it of what compiles the runtimes, which no link needs."""

PROBE = b'double sin(double); __attribute__((visibility("default"))) double probe(double x) { return sin(x); }\n'
"""A library that needs little."""

NO_SPACE = "NoSpaceLeft"
"""What zig calls a full disk, where it does not end without a word."""


def linked(
    target: Target, options: Sequence[str], sources: Mapping[str, bytes], files: Sequence[str], name: str
) -> bytes:
    """Return the shared library of C files and object code.

    Parameters
    ----------
    target : Target
        Processor and operating system.
    options : sequence of str
        Options of the compiler; the same runtimes serve all libraries with the same.
    sources : mapping of str to bytes
        All files by name.
    files : sequence of str
        Those of them that are compiled or linked; the others are included.
    name : str
        Name of the library; macOS keeps it in the library.

    Raises
    ------
    InputError
        When ziglang is not installed or cannot be started, or its temporary files cannot be written.
    RuntimeError
        When the sources do not compile or link.
    """
    kept = runtimes(target, options)
    with temporary_folder() as folder:
        zipfile.ZipFile(io.BytesIO(kept)).extractall(folder / CACHE)
        return _link(target, options, sources, files, name, folder)


def runtimes(target: Target, options: Sequence[str]) -> bytes:
    """Return an archive of what zig keeps of a target's runtimes of C; they are compiled where they are not kept.

    zig names what it keeps by where it is installed.
    """
    key = digest({"\n".join((str(package_folder("ziglang")), *options)): PROBE})
    path = tool_folder("ziglang", "runtimes") / f"{target.linker_triple}-{key}"
    kept = read_kept(path)
    if kept is not None:
        return kept
    with made_once(path):
        kept = read_kept(path)
        if kept is None:
            kept = _compile(target, options)
            keep(path, kept)
    return kept


def _compile(target: Target, options: Sequence[str]) -> bytes:
    with temporary_folder() as folder:
        _link(target, options, {"probe.c": PROBE}, ("probe.c",), "probe", folder)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in _needed(folder / CACHE).items():
                archive.writestr(name, content)
        return packed.getvalue()


def _needed(cache: Path) -> dict[str, bytes]:
    """Return the files in zig's cache that links read: an object that lies in a library too is not among them."""
    paths = (path for path in sorted(cache.rglob("*")) if path.is_file())
    files = {path.relative_to(cache).as_posix(): path.read_bytes() for path in paths}
    libraries = b"".join(content for name, content in files.items() if name.endswith((".lib", ".a")))
    return {
        name: content
        for name, content in files.items()
        if name.split("/")[0] not in UNUSED and not (name.endswith((".obj", ".o")) and content in libraries)
    }


def _link(
    target: Target, options: Sequence[str], sources: Mapping[str, bytes], files: Sequence[str], name: str, folder: Path
) -> bytes:
    for path, content in sources.items():
        (folder / path).write_bytes(content)
    zig = package_folder("ziglang") / "zig"
    command = [str(zig), "cc", "-target", target.linker_triple, *options, "-I.", *files, "-lm", "-o", name]
    caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(folder / CACHE))
    done = run(command, folder, os.environ | caches)
    if done.returncode == NOT_STARTED:
        raise InputError(f"{zig} cannot be started: {done.stderr.strip()}")
    if done.returncode and (not done.stderr or NO_SPACE in done.stderr):
        where = f"{folder.parent} (see TMPDIR)"
        raise InputError(f"{zig} ended with {done.returncode}: memory, or space in {where}, may have run out")
    if done.returncode:
        raise RuntimeError(f"{name} could not be linked for {target.linker_triple}:\n{done.stderr}")
    return (folder / name).read_bytes()
