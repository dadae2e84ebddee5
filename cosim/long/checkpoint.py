"""Checkpoints: the rows and the state of a long run in one SQLite file that is intact, or refused.

The file has three tables. `rows` holds the recorded rows: each one float64, little-endian, the time first. `parts`
holds the state that follows from the last row. `meta` holds the identity of the run, its columns, and the seal.

One transaction writes new rows together with the new state. When a process is killed meanwhile, SQLite rolls the file
back at its next opening. One process writes the file.

SQLite does not notice a value that was changed. A chain of digests (SHA-256) shows it::

    digest[-1] = H(format, identity, columns)
    digest[k]  = H(digest[k - 1], row k)
    seal       = H(digest of the last row, names and contents of the parts)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import accumulate, count, islice, pairwise
from pathlib import Path

import numpy as np

from ...core.durable import sync_folder
from ...core.errors import InputError
from ...coupling.slave import Values
from ...fmi.files import replacing
from ..recorder import Attribute, Column, recording

ROWS = 256
"""Rows that are kept in memory before they ask for a checkpoint."""

MAGIC, ROLLBACK = b"SQLite format 3\0", b"\x01\x01"
"""How a file of SQLite begins, and how it says, two bytes later, that it is written with a rollback journal."""

APPLICATION, FORMAT = int.from_bytes(b"pfmu"), 1
"""What SQLite calls the application of a file, and the version of the tables."""

SYNCHRONOUS = "FULL"
"""How SQLite writes: a loss of power leaves a file that is complete, or that is rolled back."""

SCHEMA = f"""
BEGIN;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
CREATE TABLE meta (name TEXT PRIMARY KEY, value);
CREATE TABLE rows (number INTEGER PRIMARY KEY, content BLOB, digest BLOB);
CREATE TABLE parts (name TEXT, content BLOB);
"""

ELSEWHERE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
"""Errors whose cause lies outside the file."""


class DamagedError(Exception):
    """A checkpoint does not hold what was written."""


class CheckpointFile:
    """Rows and state of a long run; the first `save` makes the file.

    Parameters
    ----------
    path : Path
        The file.
    identity : str
        A digest of everything that determines the run.
    columns : sequence of Column
        What a row holds beside the time.
    """

    def __init__(self, path: Path, identity: str, columns: Sequence[Column]) -> None:
        self.path = path
        self.columns = columns
        self._meta = {"identity": identity, "columns": json.dumps([[c.name, c.port.count] for c in columns])}
        self._digest = _first_digest(self._meta)
        self._seal: bytes | None = None
        self._rows: list[bytes] = []
        self._saved = 0

    @property
    def is_full(self) -> bool:
        """Whether as many rows wait for `save` as memory may hold."""
        return len(self._rows) >= ROWS

    def append(self, time: float, values: Sequence[Values]) -> None:
        """Add the row of an instant [s]: flat values in the order of the columns."""
        self._rows.append(np.concatenate([[time], *values]).astype("<f8").tobytes())

    def save(self, content: Mapping[str, bytes]) -> None:
        """Write the rows that were added together with the state, in one transaction.

        Parameters
        ----------
        content : mapping of str to bytes
            The parts of the state by name.

        Raises
        ------
        InputError
            When the file cannot be written, or another process has written it; the earlier checkpoint stays.
        """
        digests = list(accumulate(self._rows, _next_digest, initial=self._digest))
        rows = list(zip(count(self._saved), self._rows, digests[1:], strict=False))
        seal = _seal(digests[-1], content)
        if self._seal is None:
            with replacing(self.path) as draft, _writing(draft, self.path) as database:
                database.executescript(SCHEMA)
                database.executemany("INSERT INTO meta VALUES (?, ?)", {**self._meta, "seal": None}.items())
                _replace(database, self._seal, seal, rows, content)
        else:
            with _writing(self.path, self.path) as database:
                _replace(database, self._seal, seal, rows, content)
        self._saved, self._digest, self._seal = self._saved + len(rows), digests[-1], seal
        self._rows.clear()

    def load(self) -> dict[str, bytes]:
        """Check the file and return the parts of the state; `append` goes on after its rows.

        Raises
        ------
        InputError
            When the file is missing, no checkpoint, of another version, damaged, or of another run; it stays as it is.
        """
        with _reading(self.path) as database:
            meta = dict(database.execute("SELECT name, value FROM meta"))
            seal, saved, digest = meta.pop("seal", None), 0, _first_digest(meta)
            for _, last in _checked_rows(database, digest):
                saved, digest = saved + 1, last
            content = dict(database.execute("SELECT name, content FROM parts ORDER BY rowid"))
            if seal != _seal(digest, content):
                raise DamagedError
        if meta != self._meta:
            raise InputError(
                f"checkpoint {self.path} belongs to another run: that was given other FMUs, another system or duty, or "
                "other settings; start anew in another folder, or remove the file"
            )
        self._saved, self._digest, self._seal = saved, digest, seal
        self._rows.clear()
        return content

    def rows(self) -> Iterator[list[bytes]]:
        """Yield the rows of the file, checked, then those that wait, some at a time; InputError when it is damaged."""
        digest = _first_digest(self._meta)
        with _reading(self.path) as database:
            checked = _checked_rows(database, digest)
            while some := list(islice(checked, ROWS)):
                digest = some[-1][1]
                yield [row for row, _ in some]
            if digest != self._digest:
                raise DamagedError
        yield self._rows


def to_netcdf(
    checkpoint: CheckpointFile, output: Path, reason: str = "", attributes: Mapping[str, Attribute] | None = None
) -> None:
    """Convert the rows of a checkpoint that was saved to a netCDF file.

    Parameters
    ----------
    checkpoint, output, reason, attributes : CheckpointFile, Path, str, mapping
        The rows, and what `recorder.recording` takes.

    Raises
    ------
    InputError
        When the checkpoint cannot be read or is damaged, the rows until then being kept; or the output not written.
    """
    edges = list(accumulate((column.port.count for column in checkpoint.columns), initial=1))
    with recording(output, checkpoint.columns, reason, attributes) as recorder:
        for some in checkpoint.rows():
            rows = np.frombuffer(b"".join(some), "<f8").reshape(len(some), edges[-1])
            recorder.extend(rows[:, 0], [rows[:, begin:end] for begin, end in pairwise(edges)])


def remove_checkpoint(path: Path) -> None:
    """Remove a checkpoint and what SQLite has left beside it; InputError when that cannot be done."""
    for file in (path, rollback_journal(path)):  # a rollback journal without its file is void, a file without it torn
        try:
            if file.exists():
                file.unlink()
                sync_folder(file.parent)
        except OSError as error:
            raise InputError(f"{file} cannot be removed: {error.strerror or error}") from error


def rollback_journal(path: Path) -> Path:
    """Return the name that SQLite gives to the rollback journal of a file."""
    return path.with_name(f"{path.name}-journal")


def _first_digest(meta: Mapping[str, object]) -> bytes:
    return sha256(json.dumps([FORMAT, meta.get("identity"), meta.get("columns")]).encode()).digest()


def _next_digest(digest: bytes, row: bytes) -> bytes:
    return sha256(digest + row).digest()


def _seal(digest: bytes, content: Mapping[str, bytes]) -> bytes:
    parts = [sha256(str(name).encode()).digest() + sha256(part).digest() for name, part in content.items()]
    return sha256(digest + b"".join(parts)).digest()


def _replace(
    database: sqlite3.Connection,
    old_seal: bytes | None,
    seal: bytes,
    rows: Sequence[tuple[int, bytes, bytes]],
    content: Mapping[str, bytes],
) -> None:
    """Replace the state, add rows, and seal the file; DamagedError where it does not have the old seal."""
    sealed = database.execute("UPDATE meta SET value = ? WHERE name = 'seal' AND value IS ?", (seal, old_seal))
    if sealed.rowcount != 1:
        raise DamagedError
    database.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
    database.execute("DELETE FROM parts")
    database.executemany("INSERT INTO parts VALUES (?, ?)", content.items())


def _checked_rows(database: sqlite3.Connection, digest: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each row with its digest; DamagedError where the chain breaks."""
    with closing(database.execute("SELECT number, content, digest FROM rows ORDER BY number")) as rows:
        for expected, (number, row, found) in enumerate(rows):
            digest = _next_digest(digest, row)
            if (number, found) != (expected, digest):
                raise DamagedError
            yield row, digest


@contextmanager
def _writing(file: Path, path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for one transaction; messages name the checkpoint `path`."""
    try:
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = DELETE")  # WAL needs memory that a network drive cannot share
            database.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            with database:
                yield database
    except sqlite3.Error as error:
        raise InputError(
            f"checkpoint {path} cannot be written: {error}; it needs a writable folder and room on the disk"
        ) from error
    except DamagedError:
        raise InputError(f"checkpoint {path} cannot be written: another process has written it meanwhile") from None


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file whose structure is that of a checkpoint; InputError for what the block finds as well."""
    try:
        with path.open("rb") as file:
            magic, _, versions = file.read(len(MAGIC)), file.read(2), file.read(2)
        if magic != MAGIC:
            raise _no_checkpoint(path)
        if versions != ROLLBACK:
            raise DamagedError
        with closing(sqlite3.connect(path)) as database:
            _check_structure(path, database)
            yield database
    except OSError as error:
        raise InputError(f"checkpoint {path} cannot be read: {error.strerror or error}") from error
    except (sqlite3.Error, DamagedError, TypeError, UnicodeDecodeError) as error:  # values or names of another type
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in ELSEWHERE:
            raise InputError(f"checkpoint {path} cannot be read: {error}") from error
        raise InputError(
            f"checkpoint {path} is damaged; restore it from a copy, or remove it and start anew"
        ) from error


def _check_structure(path: Path, database: sqlite3.Connection) -> None:
    """Raise InputError or DamagedError unless a file is whole and of this format."""
    pragmas = ("application_id", "user_version", "page_count", "page_size")
    application, version, pages, page = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas)
    if application != APPLICATION:
        raise _no_checkpoint(path)
    if version != FORMAT:
        raise InputError(
            f"checkpoint {path} has the format {version}, not {FORMAT}: another version of packfmu wrote it, or it is "
            "damaged; go on with that version, or remove it and start anew"
        )
    if database.execute("PRAGMA integrity_check").fetchone() != ("ok",) or path.stat().st_size != pages * page:
        raise DamagedError


def _no_checkpoint(path: Path) -> InputError:
    return InputError(f"{path} is not a checkpoint of packfmu; name one, or start anew in another folder")
