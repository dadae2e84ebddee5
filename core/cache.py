"""The folder for what can be made again, and how files come into it whole."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from filelock import FileLock
from platformdirs import user_cache_path

from .durable import sync_file
from .errors import InputError

SOURCES = ("core", "models", "coupling", "fmus")
"""The packages that kernels are made from."""

FIGURES = "models/parameters/"
"""The folder in them that holds values only, which kernels are given: another cell changes no code."""

TOOLS = ("llvmlite", "numba", "numpy")
"""The packages whose version may change compiled code."""

UNUSED = 30 * 86400.0
"""After so many seconds without use a folder of another version is removed."""


def cache_folder(name: str) -> Path:
    """Return a folder for what can be made again, in the user's cache; it is made where it is missing.

    XDG_CACHE_HOME names another cache. It is ignored where it is relative, as the XDG Base Directory Specification
    demands.

    Raises
    ------
    InputError
        When it cannot be made, or others than the user may write to it.
    """
    root = user_cache_path("packfmu", appauthor=False)
    folder = root / name
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_private(root)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cache {folder} cannot be made: {error.strerror}; XDG_CACHE_HOME can name another") from error
    return folder


def _check_private(root: Path) -> None:
    if not hasattr(os, "getuid"):
        return
    found = root.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise InputError(
            f"cache {root} can be written by others, and code in it is run; let only {os.getuid()} own and write it, "
            "or name another by XDG_CACHE_HOME"
        )


def read_sealed(path: Path) -> bytes | None:
    """Return what `write_sealed` wrote; None where there is no such file, or it is damaged."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    seal, body = content[:32], content[32:]
    return body if hashlib.sha256(body).digest() == seal else None


def write_sealed(path: Path, body: bytes) -> None:
    """Write a file with a hash before it: whole or not at all, under a name that nobody can guess until it is whole."""
    draft = path.with_name(f".{secrets.token_hex(16)}.part")
    path.parent.mkdir(parents=True, exist_ok=True)  # a cache may be deleted at any time
    try:
        with draft.open("xb") as file:
            file.write(hashlib.sha256(body).digest() + body)
        sync_file(draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def made_once(path: Path) -> Iterator[None]:
    """Let one process at a time make a file; the others wait, and then find it."""
    with FileLock(path.with_name(f"{path.name}.lock")):
        yield


@cache
def code_folder(name: str) -> Path:
    """Return a folder for code of these very sources and tools; those of others that are out of use are removed."""
    folder = cache_folder(f"code/{source_digest()}/{name}")
    os.utime(folder.parent)
    for other in folder.parents[1].iterdir():
        with suppress(OSError):
            if time.time() - other.stat().st_mtime > UNUSED:
                shutil.rmtree(other)
    return folder


@cache
def source_digest() -> str:
    """Return a hash of every source that kernels are made from, and of the versions of what compiles them."""
    total = hashlib.sha256(f"python {python_version()}".encode())
    for tool in TOOLS:
        total.update(f"{tool} {package_version(tool)}".encode())
    for path, content in kernel_sources().items():
        total.update(f"{path}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:16]


def kernel_sources() -> dict[str, bytes]:
    """Return every source that kernels are made from, by its path in the package."""
    root = Path(__file__).parents[1]
    found = {p.relative_to(root).as_posix(): p for package in SOURCES for p in (root / package).rglob("*.py")}
    return {path: file.read_bytes() for path, file in sorted(found.items()) if not path.startswith(FIGURES)}


@cache
def package_version(name: str) -> str:
    """Return the version of a package that packfmu depends on; InputError when it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        raise InputError(f"{name} is not installed; pip install packfmu brings it") from None
