"""Output files that are either complete or not there."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from ..core.errors import InputError


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
    """Yield a temporary name beside `path`; what is written there takes the place of `path` at the end.

    Missing folders are made. When the block is left by an exception the temporary file is removed, and an existing
    file stays as it was.

    Raises
    ------
    InputError
        When `path` cannot be written: before the block is entered where that can be known.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")  # containers share process ids
    check_replaceable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.filename}: {error.strerror}") from error
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that killed processes have left beside the file `path`."""
    for leftover in path.parent.glob(f".{escape(path.name)}.*.part*"):
        leftover.unlink(missing_ok=True)


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
