"""What is on the disk when the power fails: contents of files, and the names in folders."""

from __future__ import annotations

import errno
import os
from pathlib import Path

UNKNOWN = {errno.EACCES, errno.EBADF, errno.EINVAL, errno.ENOTSUP}
"""What file systems answer that do not sync folders, or those that one may not read."""


def sync_file(path: Path) -> None:
    """Let the content of a file survive a loss of power; OSError when the disk does not take it."""
    with path.open("rb+") as file:  # Windows syncs no file that is open for reading only
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a loss of power, where the system offers that; OSError when it fails."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
