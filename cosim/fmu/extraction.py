"""The folder that an FMU runs from: it lasts as long as the FMU, and what dead processes left of such is swept."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from errno import EPERM
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from filelock import FileLock

from ...core.errors import InputError
from ...fmi.files import LOCK
from .archive import extract

PREFIX = "packfmu-"
"""How the name of such a folder begins."""


class Extraction:
    """A folder with what an FMU is run from.

    It holds a file that is locked as long as the process lives.

    Parameters
    ----------
    path : Path
        The .fmu file.

    Raises
    ------
    InputError
        When there is no place for it, or the archive is refused.
    """

    def __init__(self, path: Path) -> None:
        try:
            _sweep(gettempdir())
            self._directory, self._lock = _locked_folder()
        except OSError as error:
            raise InputError(f"there is no temporary folder to extract the FMU into: {error.strerror}") from error
        self.folder = Path(self._directory.name)
        try:
            extract(path, self.folder)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the folder."""
        self._lock.release()  # Windows removes no locked file
        self._directory.cleanup()


def _locked_folder() -> tuple[TemporaryDirectory[str], FileLock]:
    """Make a folder and lock it; where a process that sweeps was faster, the lock has made it anew."""
    directory = TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    lock = FileLock(Path(directory.name) / LOCK, thread_local=False)  # another thread may close it
    try:
        lock.acquire()
        if not _is_own(Path(directory.name)):
            raise PermissionError(EPERM, "others can write to it", directory.name)
    except BaseException:
        lock.release()
        directory.cleanup()
        raise
    return directory, lock


@cache
def _sweep(root: str) -> None:
    """Remove the folders that killed processes of this user have left, once in a process."""
    for folder in Path(root).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if not _is_own(folder) or not stat.S_ISREG((folder / LOCK).lstat().st_mode):
                continue
            with FileLock(folder / LOCK, timeout=0):  # a process that lives holds the lock
                shutil.rmtree(folder, ignore_errors=True)
            folder.rmdir()  # Windows keeps the lock as long as it is held, and the folder with it


def _is_own(folder: Path) -> bool:
    """Whether this user alone may have put something into a folder, which is no link."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
