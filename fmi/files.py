"""Output files that are either complete or not there."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir, mkdtemp

from filelock import FileLock

from ..core.errors import InputError

DRAFT = ".part"
"""How the name of a folder with a draft ends."""

LOCK = "lock"
"""The file in it that is locked as long as the process lives that writes the draft."""


def check_replaceable(path: Path) -> None:
    """Raise InputError where something is at `path` that may not be replaced; nothing is made."""
    try:
        if path.is_dir():
            raise InputError(f"output {path} cannot be written: it is a folder")
        if path.exists() and not path.stat().st_mode & stat.S_IWUSR:  # a rename would not ask
            raise InputError(f"output {path} cannot be written: it is write-protected")
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.strerror}") from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of an empty draft; what is written there takes the place of `path` at the end.

    Missing folders are made. When the block is left by an exception the draft is removed, and an existing file stays as
    it was. The draft lies in a hidden folder beside `path`. What killed processes have left of such is removed.

    Raises
    ------
    InputError
        When `path` cannot be written: before the block is entered where that can be known.
    """
    check_replaceable(path)
    remove_leftovers(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(DRAFT, f".{path.name}.", path.parent))
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.filename}: {error.strerror}") from error
    draft = folder / path.name
    try:
        with FileLock(folder / LOCK):
            draft.touch()
            yield draft
            os.replace(draft, path)
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(path: Path) -> None:
    """Remove the drafts of the file `path` that killed processes have left beside it; former versions left files."""
    for draft in path.parent.glob(f".{escape(path.name)}.*{DRAFT}"):
        with suppress(OSError):
            if draft.is_file():
                draft.unlink()
                continue
            with FileLock(draft / LOCK, timeout=0):  # a process that lives holds the lock
                shutil.rmtree(draft)


def sync_folder(folder: Path) -> None:
    """Let the new name in a folder survive a loss of power, where the system offers that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"folder {folder} cannot be written: {error.strerror or error}") from error


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield an empty folder that is removed at the end.

    Raises
    ------
    InputError
        When files cannot be written there: any OSError of the block.
    """
    place = "for temporary files"
    try:
        place = gettempdir()
        with TemporaryDirectory() as folder:
            yield Path(folder)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"folder {place} cannot be used: {reason}; TMPDIR can name another") from error


def package_folder(name: str) -> Path:
    """Return where a package that packfmu depends on is installed; InputError when it is not."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise InputError(f"{name} is not installed; pip install packfmu brings it")
    return Path(spec.origin).parent
