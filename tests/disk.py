"""A disk that is watched: what is synced, renamed and removed, in order; and one whose n-th operation fails."""

import errno
import io
import os
import stat
from contextlib import contextmanager
from pathlib import Path

import pytest

from packfmu.fmi.files import CLAIM


def is_draft(path):
    """Whether a path lies in a folder that is there only while a file is claimed."""
    return any(part.startswith(".") and part.endswith(CLAIM) for part in Path(path).parts)


def path_of(descriptor):
    """Return the path of an open file, on Linux."""
    return os.readlink(f"/proc/self/fd/{descriptor}")


def is_below(path, folder):
    """Whether a path lies in a folder."""
    return str(path).startswith(f"{folder}{os.sep}") or str(path) == str(folder)


class Watched:
    """The operations on a disk: ``("sync", folder)``, ``("rename", target)`` and ``("remove", path)``.

    A rename of content that was written after it was synced last is a ``"rename unsynced"``: content is known by inode,
    size and time of the last write, whoever wrote it. What happens elsewhere than below a folder is left out, and so is
    what is removed within drafts.
    """

    def __init__(self, patch, folder):
        self.log = []
        self._folder = str(folder)
        self._synced = {}
        for name, watching in (("fsync", self._fsync), ("replace", self._replace), ("unlink", self._unlink)):
            patch.setattr(os, name, watching(getattr(os, name)))

    def _fsync(self, fsync):
        def watch(descriptor):
            fsync(descriptor)
            found = os.fstat(descriptor)
            if stat.S_ISDIR(found.st_mode):
                self._note("sync", path_of(descriptor))
            self._synced[found.st_ino] = found.st_size, found.st_mtime_ns

        return watch

    def _replace(self, replace):
        def watch(source, target):
            found = os.stat(source)
            is_synced = self._synced.get(found.st_ino) == (found.st_size, found.st_mtime_ns)
            replace(source, target)
            self._note("rename" if is_synced else "rename unsynced", target)

        return watch

    def _unlink(self, unlink):
        def watch(path, **more):
            unlink(path, **more)
            if not more and not is_draft(path):
                self._note("remove", path)

        return watch

    def _note(self, what, path):
        if is_below(path, self._folder):
            self.log.append((what, str(path)))

    def renamed(self):
        """Names of the files that were put into their places."""
        return [Path(path).name for what, path in self.log if what.startswith("rename") and not is_draft(path)]

    def assert_durable(self):
        """Each rename is of synced content, and its folder is synced before anything is removed, or the end."""
        pending = set()
        for what, path in self.log:
            assert what != "rename unsynced", path
            if what == "rename":
                pending.add(os.path.dirname(path))
            elif what == "sync":
                pending.discard(path)
            else:
                assert pending == set(), path
        assert pending == set()


class Faults:
    """Lets the n-th write, sync, rename or link fail as a disk that is full or broken; 0 lets none fail.

    Those of files below a folder count; what libraries in C write is not seen.
    """

    def __init__(self, patch, folder, number):
        self.done = []
        self._number = number
        self._folder = str(folder)
        patch.setattr(os, "fsync", self._failing("fsync", os.fsync, path_of))
        for name in ("replace", "link"):
            patch.setattr(os, name, self._failing(name, getattr(os, name), str))
        self._open = io.open
        patch.setattr(io, "open", self._opened)
        patch.setattr("builtins.open", self._opened)

    @property
    def met(self):
        """The kind of the operation that failed."""
        return self.done[self._number - 1] if 0 < self._number <= len(self.done) else None

    def _count(self, kind):
        self.done.append(kind)
        if len(self.done) == self._number:
            number = errno.ENOSPC if kind == "write" else errno.EIO
            raise OSError(number, os.strerror(number))

    def _failing(self, kind, operation, path):
        def attempt(what, *given):
            if is_below(path(what), self._folder):
                self._count(kind)
            return operation(what, *given)

        return attempt

    def _opened(self, file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, **more):
        is_ours = isinstance(file, str | Path) and is_below(file, self._folder)
        if not is_ours or not set(mode) & set("wxa+"):
            return self._open(file, mode, buffering, encoding, errors, newline, **more)
        count = self._count

        class Raw(io.FileIO):
            def write(self, data):
                count("write")
                return super().write(data)

        raw = Raw(str(file), mode.replace("b", "").replace("t", ""))
        buffered = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw, 2**20)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)


@contextmanager
def file_size_limit(size):
    """Let no file of this process grow beyond a size within the block, whoever writes it."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
