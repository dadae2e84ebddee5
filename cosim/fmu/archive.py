"""Archives that strangers made: an entry is looked at before it is unpacked, and what is unpacked has bounds.

Of an .fmu file the model description is read into memory, and ``resources`` and the libraries of this platform are
unpacked; everything else stays where it is, and may be as it likes. FMI 2.0 knows entries that are stored or deflated,
with relative names and forward slashes.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import fmpy

from ...core.errors import InputError, shortened
from ...core.reading import check_file

MOST_BYTES = 2**30
"""Size of a file that is opened; FMUs with libraries and tables for all platforms have some 100 MB."""

MOST_ENTRIES = 10_000
"""Entries of an archive; an FMU that brings a Python installation has a few thousand."""

MOST_DIRECTORY = 4 * 2**20
"""Bytes of the list of entries, which is read at once: 400 for each of so many."""

MOST_UNPACKED = 2**30
"""Bytes that are unpacked of an archive."""

MOST_RATIO = 200
"""Bytes that come of a byte of an archive. Model descriptions of 192 cells have 26, of 7104 cells 45, noughts 1030."""

FREE_OF_RATIO = 16 * 2**20
"""Bytes that may be unpacked whatever the ratio is: so little harms nobody."""

DESCRIPTION = "modelDescription.xml"

UNPACKED = ("resources/", f"binaries/{fmpy.platform}/")
"""The folders of an archive that an FMU is run from."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_ENCRYPTED = 0x1
"""The flag of an encrypted entry."""

_LEADS_OUT = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
"""Names that are absolute, or climb out of a folder."""


class _Reader(io.BufferedReader):
    """A file of which zipfile cannot read a list of entries that is too long; entries are read piece by piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MOST_DIRECTORY:
            raise InputError(f"its list of entries has {size} bytes; at most {MOST_DIRECTORY} are taken")
        return super().read(size)


def read_description(path: Path, most: int) -> bytes:
    """Return the model description of an .fmu file.

    Parameters
    ----------
    path : Path
        The .fmu file.
    most : int
        The greatest size of a model description that is taken [bytes].

    Raises
    ------
    InputError
        When there is none, it is larger, or anything is wrong with the archive.
    """
    with _opened(path, "read") as archive:
        entry = archive.getinfo(DESCRIPTION)
        if entry.file_size > most:
            raise InputError(f"its {DESCRIPTION} has {entry.file_size} bytes; at most {most} are taken")
        content = io.BytesIO()
        _copy(archive, entry, content)
    return content.getvalue()


def extract(path: Path, folder: Path) -> None:
    """Unpack what an FMU is run from into an empty folder.

    Raises
    ------
    InputError
        When anything is wrong with the archive, or a file cannot be written.
    """
    with _opened(path, f"unpacked into {folder}") as archive:
        for entry in filter(_is_unpacked, archive.infolist()):
            target = folder / entry.filename
            if entry.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                _copy(archive, entry, file)


@contextmanager
def _opened(path: Path, purpose: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive and check its list of entries; what zipfile cannot read is an InputError that names the file."""
    if not os.path.exists(path):  # Path.exists raises OSError for a name that is too long
        raise InputError(f"{path}: there is no such file; build_fmus.py builds FMUs")
    check_file(path, MOST_BYTES)
    try:
        with _Reader(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
            _check(archive.infolist(), os.fstat(file.fileno()).st_size)
            yield archive
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be {purpose}: {error.strerror or error}") from error
    except Exception as error:  # zipfile raises what it met in damaged bytes, from struct.error to RuntimeError
        raise InputError(f"{path}: not a readable FMU: {shortened(' '.join(str(error).split()))}") from error


def _check(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > MOST_ENTRIES:
        raise InputError(f"it has {len(entries)} entries; at most {MOST_ENTRIES} are taken")
    names = set()
    for entry in entries:
        name = entry.orig_filename  # zipfile ends the other one at a null byte
        fault = "there twice" if name in names else _fault(entry)
        if fault:
            raise InputError(f"its entry {shortened(name)!r} is {fault}")
        if _is_used(entry) and not entry.is_dir():
            names.add(name)
    total = sum(entry.file_size for entry in filter(_is_used, entries))
    most = min(MOST_UNPACKED, max(FREE_OF_RATIO, MOST_RATIO * size))
    if total > most:
        raise InputError(
            f"it unpacks to {total} bytes; at most {most} are taken: {MOST_UNPACKED}, and beyond {FREE_OF_RATIO} "
            f"no more than {MOST_RATIO} times its own {size} bytes"
        )


def _fault(entry: zipfile.ZipInfo) -> str:
    """Return why an entry is refused; empty where it is not."""
    name, mode = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    if _LEADS_OUT.search(name) or (_is_used(entry) and _is_unclear(name)):
        return "no relative path of names with forward slashes"
    if not _is_used(entry):
        return ""
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or a device; files and folders are allowed"
    if entry.flag_bits & _ENCRYPTED:
        return "encrypted"
    if entry.compress_type not in _METHODS:
        return f"compressed by method {entry.compress_type}; allowed are 0, stored, and 8, deflated"
    return ""


def _is_unclear(name: str) -> bool:
    """Return whether systems differ in where they put a file of that name."""
    parts = name.removesuffix("/").split("/")
    controls = any(unicodedata.category(letter) == "Cc" for letter in name)
    return controls or "\\" in name or ":" in name or not {"", "."}.isdisjoint(parts)


def _is_used(entry: zipfile.ZipInfo) -> bool:
    """Return whether an entry is read or unpacked, or would be by those who read its name in another way."""
    place = "/".join(part for part in re.split(r"[/\\]", entry.filename) if part not in ("", "."))
    return place == DESCRIPTION or f"{place}/".startswith(UNPACKED)


def _is_unpacked(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith(UNPACKED)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: IO[bytes]) -> None:
    with archive.open(entry) as source:
        shutil.copyfileobj(source, target)  # zipfile gives no byte more than the entry is said to have
    if target.tell() != entry.file_size:
        raise InputError(
            f"its entry {shortened(entry.filename)!r} has {target.tell()} bytes, not {entry.file_size} as it says"
        )
