"""Output files that are either complete or not there, and that belong to one run at a time."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from errno import EPERM
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir, mkdtemp

from filelock import BaseFileLock, FileLock, Timeout

from ..core.cache import is_private
from ..core.durable import sync_file, sync_folder
from ..core.errors import InputError
from ..core.interruption import interruption_put_off
from ..core.reading import why_unreadable

CLAIM = ".part"
"""How the name of the hidden folder beside a file ends that is there while the file is claimed; drafts lie in it."""

LOCK, OWNER = "lock", "process"
"""What else lies in it: the file that is locked, and the number of the process that has locked it."""

FORMER = ".former"
"""How the name of a file in it ends that is about to be replaced."""

Drafts = Callable[[Path], Path]
"""Returns the draft of a file."""

PREFIX = "packfmu-"
"""How the name of a temporary folder begins."""

ATTEMPTS = 20
"""How often a claim is tried while others give theirs up."""


def check_replaceable(path: Path) -> None:
    """Raise InputError where something is at `path` that may not be replaced; nothing is made."""
    try:
        if not path.exists():
            return
        is_protected = not path.stat().st_mode & stat.S_IWUSR  # a rename would not ask
    except OSError as error:
        raise InputError(f"output {path} cannot be written: {error.strerror}") from error
    reason = why_unreadable(path) or ("it is write-protected" if is_protected else "")
    if reason:
        raise InputError(f"output {path} cannot be written: {reason}")


@contextmanager
def claimed(*paths: Path) -> Iterator[None]:
    """Let nobody else write these files within the block: no other process, and no other thread.

    The thread itself may write them, and claim them again. Missing folders are made. A claim ends with its process,
    however that ends; what killed processes have left of drafts is removed.

    Raises
    ------
    InputError
        At once, when another one has claimed a file, or it cannot be written.
    """
    with ExitStack() as stack:
        for path in sorted(set(paths)):
            stack.enter_context(_claim(path))
        yield


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of an empty draft; what is written there takes the place of `path` at the end.

    When the block is left by an exception the draft is removed, and an existing file stays as it was. The file is
    `claimed` in the block. After it, content and name are on the disk.

    Raises
    ------
    InputError
        When `path` cannot be written: before the block is entered where that can be known.
    """
    with replacing_together() as draft_of:
        yield draft_of(path)


@contextmanager
def replacing_together() -> Iterator[Drafts]:
    """Yield a function that returns the draft of a file; at the end all drafts take their places, or none does.

    As `replacing`, for files that belong together: where one cannot be replaced, those that already were are put back.

    Raises
    ------
    InputError
        When a file cannot be written.
    """
    drafts: dict[Path, Path] = {}
    with ExitStack() as stack:

        def draft_of(path: Path) -> Path:
            folder = stack.enter_context(_claim(path))
            with _blamed(path):
                draft = Path(mkdtemp(dir=folder)) / path.name
                draft.touch()
            drafts[path] = draft
            return draft

        try:
            yield draft_of
        except OSError as error:
            folders = tuple(str(draft.parent) for draft in drafts.values())
            if not drafts:
                raise
            if not str(error.filename or folders[-1]).startswith(folders):
                raise InputError(f"{error.filename}: {error.strerror or error}") from error
            with _blamed([*drafts][-1]):
                raise error
        for path, draft in drafts.items():
            with _blamed(path):
                sync_file(draft)
        with interruption_put_off():
            _replace(drafts)
        for path in {path.parent: path for path in drafts}.values():
            with _blamed(path):
                sync_folder(path.parent)


def _replace(drafts: dict[Path, Path]) -> None:
    """Put each draft in its place, or leave all places as they were."""
    last = next(reversed(drafts), None)
    with ExitStack() as undo:
        for path, draft in drafts.items():
            with _blamed(path):
                if path != last:  # when this one is in its place, all are
                    undo.callback(_put_back, path, _kept(path, draft))
                os.replace(draft, path)
        undo.pop_all()


def _kept(path: Path, draft: Path) -> Path | None:
    """Keep a file that is about to be replaced, under another name beside its draft; None where there is none."""
    if not path.exists():
        return None
    former = draft.parent.with_name(f"{draft.parent.name}{FORMER}")
    try:
        os.link(path, former)
    except OSError:  # a file system without hard links
        shutil.copy2(path, former)
    return former


def _put_back(path: Path, former: Path | None) -> None:
    try:
        if former is None:
            path.unlink(missing_ok=True)
        else:
            os.replace(former, path)
    except OSError as error:
        raise InputError(f"{path} is new, and cannot be put back: {error.strerror or error}; build again") from error


@contextmanager
def _claim(path: Path) -> Iterator[Path]:
    """Hold the lock of a file and yield the folder for its drafts, which goes with the outermost claim of a thread."""
    check_replaceable(path)
    folder = path.with_name(f".{path.name}{CLAIM}")
    lock = FileLock(folder / LOCK, timeout=0, is_singleton=True)
    with _blamed(path):
        _make_folder(path.parent)
        _acquire(lock, path, folder)
    is_outermost = lock.lock_counter == 1
    try:
        if is_outermost:
            with _blamed(path):
                _begin(folder)
        yield folder
    finally:
        if is_outermost:  # while it is locked: another process may claim the file as soon as it is not
            shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        if is_outermost:
            with suppress(OSError):  # Windows keeps files that are open, and the folder with them
                folder.rmdir()


def _acquire(lock: BaseFileLock, path: Path, folder: Path) -> None:
    """Lock a file; InputError where another one has."""
    for _ in range(ATTEMPTS):
        try:
            folder.mkdir(exist_ok=True)
            lock.acquire()
            return
        except (FileExistsError, FileNotFoundError):  # another claim is just ending, and its folder going
            continue
        except Timeout:
            if (folder / LOCK).exists():
                break
        except OSError:
            with suppress(OSError):
                folder.rmdir()
            raise
    owner = ""
    with suppress(OSError, ValueError):
        owner = f" (process {int((folder / OWNER).read_text(encoding='ascii'))})"
    raise InputError(f"output {path} is being written by another run{owner}; wait for it, or name another folder")


def _begin(folder: Path) -> None:
    """Remove what a killed process has left in a folder that is locked, and note whose it is now."""
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        elif left.name != LOCK:
            left.unlink()
    (folder / OWNER).write_text(f"{os.getpid()}", encoding="ascii")


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, so that they survive a loss of power."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        sync_folder(made.parent)


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into an InputError that names the output."""
    try:
        yield
    except OSError as error:
        above = f"{error.filename}: " if str(error.filename) in map(str, path.parents) else ""
        raise InputError(f"output {_place(path)} cannot be written: {above}{error.strerror or error}") from error


def _place(path: Path) -> Path:
    """Return the file that a path is the draft of, or the path itself."""
    folder = path.parents[1] if len(path.parents) > 1 else path
    return folder.with_name(path.name) if folder.name == f".{path.name}{CLAIM}" else path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder, empty but for a lock, that is removed at the end; what dead processes left of such is swept.

    Raises
    ------
    InputError
        When files cannot be written there: any OSError of the block.
    """
    place = "for temporary files"
    try:
        place = gettempdir()
        _sweep(place)
        with _locked_folder() as folder:
            yield folder
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"folder {place} cannot be used: {reason}; TMPDIR can name another") from error


@contextmanager
def _locked_folder() -> Iterator[Path]:
    """Yield a folder with a locked file; where a process that sweeps was faster, the lock has made it anew."""
    with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        folder, lock = Path(name), FileLock(Path(name, LOCK), thread_local=False)  # another thread may close it
        try:
            lock.acquire()
            if not _is_own(folder):
                raise PermissionError(EPERM, "others can write to it", name)
            yield folder
        finally:
            lock.release()  # Windows removes no locked file


@cache
def _sweep(root: str) -> None:
    """Remove the temporary folders that killed processes of this user have left, once in a process."""
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
    return stat.S_ISDIR(found.st_mode) and is_private(found)
