"""Files that users name and that are read: regular ones, of a size that was foreseen."""

from __future__ import annotations

import codecs
import math
import stat
from pathlib import Path

from .errors import InputError


def why_unreadable(path: Path, most: float = math.inf) -> str:
    """Return why there is no regular file of at most so many bytes; empty where there is one.

    A pipe would keep its reader waiting, and a device such as /dev/zero never ends.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:  # the second of a null byte in the name
        return str(getattr(error, "strerror", None) or error)
    if stat.S_ISDIR(found.st_mode):
        return "it is a folder, not a file"
    if not stat.S_ISREG(found.st_mode):
        return "it is a pipe, a socket or a device, not a file"
    return _beyond(found.st_size, most)


def check_file(path: Path, most: int) -> None:
    """Raise InputError unless a regular file of at most so many bytes is there."""
    reason = why_unreadable(path, most)
    if reason:
        raise InputError(f"{path}: cannot be read: {reason}")


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
    reason = _beyond(len(content), most)
    if reason:
        raise InputError(f"{path}: cannot be read: {reason}")
    return content


def check_encoding(path: Path, content: bytes) -> None:
    """Raise InputError where a text is in UTF-16, as its byte-order mark tells."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{path}: is in UTF-16, as its byte-order mark tells; save it as UTF-8")


def _beyond(size: int, most: float) -> str:
    return f"it has {size} bytes or more; at most {most} are taken" if size > most else ""
