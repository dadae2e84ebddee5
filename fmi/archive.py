"""Writes .fmu files: the same content gives the same bytes, and a file is complete or not there."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from .files import replacing

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every entry, the earliest that a zip file can hold."""

UNIX = 3
"""The system that made the entries, whatever the host is."""


def write_archive(target: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a zip archive, sorted by name, the model description first.

    Parameters
    ----------
    target : Path
        The file to write or replace.
    files : mapping of str to bytes
        Content by path, with forward slashes.

    Raises
    ------
    InputError
        When the file cannot be written; what was there before is untouched.
    """
    with replacing(target) as draft, zipfile.ZipFile(draft, "w") as archive:
        for name in sorted(files, key=lambda name: (name != "modelDescription.xml", name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
