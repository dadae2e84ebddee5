"""Output files that are either complete or not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..models.errors import InputError


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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    check_replaceable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.filename}: {error.strerror}") from error
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
