"""Files that users name and that are read: regular ones, of a size that was foreseen."""

from __future__ import annotations

import stat
from pathlib import Path

from .errors import InputError


def check_file(path: Path, most: int) -> None:
    """Raise InputError unless a regular file of at most so many bytes is there.

    A pipe would keep its reader waiting, and a device such as /dev/zero never ends.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:  # ValueError: of a null byte in the name
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe, a socket or a device"
        raise InputError(f"{path}: cannot be read: it is {kind}, not a file")
    if found.st_size > most:
        raise _too_large(path, f"{found.st_size} bytes", most)


def read_file(path: Path, most: int) -> bytes:
    """Return the content of a regular file.

    Parameters
    ----------
    path : Path
        As the user named it.
    most : int
        The greatest size that is taken [bytes].

    Raises
    ------
    InputError
        When it cannot be read, is no regular file, or is larger.
    """
    check_file(path, most)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)  # the file may grow, and those below /proc tell no size
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > most:
        raise _too_large(path, f"more than {most} bytes", most)
    return content


def _too_large(path: Path, size: str, most: int) -> InputError:
    return InputError(f"{path}: cannot be read: it has {size}; at most {most} are taken")
