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

from filelock import BaseFileLock, FileLock
from platformdirs import user_cache_path

from .durable import sync_file, sync_folder
from .errors import InputError

SOURCES = ("core", "models", "coupling", "fmus")
"""The packages that kernels are made from."""

FIGURES = "models/parameters/"
"""The folder in them that holds values only, which kernels are given: another cell changes no code."""

TOOLS = ("llvmlite", "numba", "numpy")
"""The packages whose version may change compiled code."""

UNUSED = 30 * 86400.0
"""After so many seconds without use a folder of another version is removed."""

DRAFT, LOCK = ".part", ".lock"
"""How the names of half-written files and of locks end."""

LIVING = "living"
"""The folder of the cache that holds a locked file for each process that uses it."""


def cache_folder(name: str) -> Path:
    """Return a folder for what can be made again, in the user's cache; it is made where it is missing.

    XDG_CACHE_HOME names another cache. It is ignored where it is relative, as the XDG Base Directory Specification
    demands. Only the user may enter the folders. One that others could write to is emptied, unless a link leads there.

    Raises
    ------
    InputError
        When it cannot be made, the cache is another user's, or a link leads to what others may write to.
    """
    root = _root()
    folder = root / name
    try:
        _make_private(root, name)
    except OSError as error:
        raise InputError(f"cache {folder} cannot be made: {error.strerror}; XDG_CACHE_HOME can name another") from error
    _sweep(root)
    return folder


def _root() -> Path:
    try:
        root = user_cache_path("packfmu", appauthor=False)
    except RuntimeError:  # the user has no entry, and HOME is not set
        root = Path()
    if not root.is_absolute():
        raise InputError("this user has no home folder for a cache; XDG_CACHE_HOME can name a folder for it")
    return root


def _make_private(root: Path, name: str) -> None:
    """Make a folder of the cache, and those above it; anew where others could write to one."""
    link = ""
    for part in (*reversed(Path(name).parents), Path(name)):
        folder = root / part
        _make_missing(folder)
        if folder.is_symlink():
            link = f"{folder} is a link, so that nothing is removed; "
        if is_private(folder.stat()):
            continue
        if not link:
            _make_anew(folder, root)
        if not is_private(folder.stat()):
            raise InputError(
                f"cache {folder} can be written by others, and code in it is run; {link}"
                f"let only {os.getuid()} own and write it, or name another by XDG_CACHE_HOME"
            )


def _make_missing(folder: Path) -> None:
    """Make a folder and those above it that are missing, for this user alone whatever the umask."""
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
    except FileNotFoundError:
        if folder == folder.parent:  # a drive that is not there
            raise
        _make_missing(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)


def _make_anew(folder: Path, root: Path) -> None:
    """Discard what is in a folder that others could write to, as a former version left it to the umask.

    The root itself stays: what it lies in may be another's. Until it is empty others can write to it by its mode only,
    not enter it, so that other processes see that it is not to be trusted. One that is another's is left alone.
    """
    if folder != root:
        _discard(folder)
        _make_missing(folder)
    elif root.stat().st_uid == os.getuid():
        root.chmod(0o720)
        for each in root.iterdir():
            if not is_private(root.stat()):  # or else another process is done, and may have written
                _discard(each)
        root.chmod(0o700)


def _discard(path: Path) -> None:
    """Take a file or folder out of its place at once, as another process may also do; then remove what can be."""
    aside = path.with_name(f".{secrets.token_hex(16)}{DRAFT}")
    with suppress(FileNotFoundError):
        path.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
    with suppress(OSError):
        aside.unlink()  # a file or a link


def is_private(found: os.stat_result) -> bool:
    """Whether only this user may write to a file or folder."""
    loose = stat.S_IWGRP | stat.S_IWOTH
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & loose)


@cache
def _sweep(root: Path) -> BaseFileLock:
    """Remove what killed processes have left in a cache, and note until this one ends that it lives.

    A draft or a lock cannot be told from one in use, so they go where no other process lives.
    """
    own = FileLock(root / LIVING / secrets.token_hex(16))
    with suppress(OSError), FileLock(root / f"{LIVING}{LOCK}"):
        _make_private(root, LIVING)
        others = [other for other in (root / LIVING).iterdir() if _is_held(other)]
        own.acquire()
        left = [] if others else [*root.glob(f"code/**/.*{DRAFT}"), *root.glob(f"code/**/*{LOCK}")]
        for path in left:
            path.unlink()
    return own


def _is_held(lock: Path) -> bool:
    """Whether a process lives that holds a lock; the file of a dead one is removed."""
    with suppress(OSError):
        with FileLock(lock, timeout=0):
            pass
        lock.unlink(missing_ok=True)
    return lock.exists()


def read_kept(path: Path) -> bytes | None:
    """Return what `write_kept` wrote to the cache; None where it is missing, damaged, or not this user's alone.

    What is run must come from nobody else. It is made again rather than refused: the user cannot tell what it was.
    """
    with suppress(OSError), open(path, "rb", opener=_open_plain) as file:
        if is_private(os.fstat(file.fileno())):
            return _unsealed(file.read())
    return None


def _open_plain(path: str, flags: int) -> int:
    """Open a file without following a link or waiting for a writer."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def write_kept(path: Path, body: bytes) -> None:
    """Write a file of the cache as `write_sealed` does, for this user alone, whatever lies in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    write_sealed(path, body)
    with suppress(FileNotFoundError):  # a cache may be deleted at any time
        path.chmod(0o600)


def read_sealed(path: Path) -> bytes | None:
    """Return what `write_sealed` wrote; None where there is no such file, or it is damaged."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return _unsealed(content)


def _unsealed(content: bytes) -> bytes | None:
    seal, body = content[:32], content[32:]
    return body if hashlib.sha256(body).digest() == seal else None


def write_sealed(path: Path, body: bytes) -> None:
    """Write a file with a hash before it: whole or not at all, under a name that nobody can guess until it is whole."""
    draft = path.with_name(f".{secrets.token_hex(16)}{DRAFT}")
    _make_missing(path.parent)  # a cache may be deleted at any time
    try:
        with draft.open("xb") as file:
            file.write(hashlib.sha256(body).digest() + body)
        sync_file(draft)
        os.replace(draft, path)
        with suppress(FileNotFoundError):
            sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def keep(path: Path, body: bytes) -> None:
    """Write a file of the cache as `write_kept` does, for those who need it; InputError when it cannot be written."""
    try:
        write_kept(path, body)
    except OSError as error:
        raise InputError(f"cache {path} cannot be written: {error.strerror}") from error


@contextmanager
def made_once(path: Path) -> Iterator[None]:
    """Let one process at a time make a file; the others wait, and then find it.

    Raises
    ------
    InputError
        When its lock cannot be taken.
    """
    lock = FileLock(path.with_name(f"{path.name}{LOCK}"))
    try:
        _make_missing(path.parent)
        lock.acquire()
    except OSError as error:
        raise InputError(
            f"cache {lock.lock_file} cannot be locked: {error.strerror}; XDG_CACHE_HOME can name another"
        ) from error
    try:
        yield
    finally:
        lock.release()


@cache
def code_folder(name: str) -> Path:
    """Return a folder for code of these very sources and tools; those of others that are out of use are removed."""
    return _used(f"code/{source_digest()}", name)


@cache
def tool_folder(tool: str, name: str) -> Path:
    """Return a folder for what this version of a tool has made, whatever the sources."""
    return _used(f"code/{tool}-{package_version(tool)}", name)


def _used(owner: str, name: str) -> Path:
    folder = cache_folder(f"{owner}/{name}")
    with suppress(OSError):  # a cache that can only be read
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
