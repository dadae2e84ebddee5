"""Checkpoints: the whole state of a long run in one file that is either complete and intact, or refused.

The file holds, in this order: a magic text, the version of the format and the length of the header (little-endian),
the header (JSON: identity, names and lengths of the parts), the parts, and a SHA-256 over all that.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from glob import escape
from pathlib import Path

from ...core.errors import InputError
from ...fmi.files import replacing

MAGIC = b"packfmu checkpoint\n"
VERSION = 1

_LENGTHS = struct.Struct("<IQ")  # version, length of the header
_HEAD = len(MAGIC) + _LENGTHS.size
_DIGEST = hashlib.sha256().digest_size


def save_checkpoint(path: Path, identity: str, content: Mapping[str, bytes]) -> None:
    """Write a checkpoint; what was at `path` is there, whole, until the new one is, whole, on the disk.

    Parameters
    ----------
    path : Path
        The file to write or replace.
    identity : str
        A digest of everything that determines the run.
    content : mapping of str to bytes
        The parts by name.

    Raises
    ------
    InputError
        When the file cannot be written; the message names it.
    """
    parts = [(name, len(part)) for name, part in content.items()]
    header = json.dumps({"identity": identity, "parts": parts}).encode()
    body = MAGIC + _LENGTHS.pack(VERSION, len(header)) + header + b"".join(content.values())
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(body + hashlib.sha256(body).digest())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def load_checkpoint(path: Path, identity: str) -> dict[str, bytes]:
    """Read a checkpoint, which stays as it is.

    Parameters
    ----------
    path : Path
        The file.
    identity : str
        What the checkpoint must have been saved with.

    Returns
    -------
    dict of str to bytes
        The parts.

    Raises
    ------
    InputError
        When the file is missing, not a checkpoint, of another version, damaged, or of another run.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"checkpoint {path} cannot be read: {error.strerror or error}") from error
    header = json.loads(_checked(path, data))
    if header["identity"] != identity:
        raise InputError(
            f"checkpoint {path} belongs to another run: that was given other FMUs, another system or duty, or other "
            "settings; start anew in another folder, or remove the file"
        )
    content = {}
    end = len(data) - _DIGEST - sum(length for _, length in header["parts"])
    for name, length in header["parts"]:
        begin, end = end, end + length
        content[name] = data[begin:end]
    return content


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that killed processes have left beside the checkpoint `path`."""
    for leftover in path.parent.glob(f".{escape(path.name)}.*.part"):
        leftover.unlink(missing_ok=True)


def _checked(path: Path, data: bytes) -> bytes:
    """Return the header of an intact file."""
    damaged = f"checkpoint {path} is damaged; restore it from a copy, or remove it and start anew"
    if not data.startswith(MAGIC):
        raise InputError(f"{path} is not a checkpoint; name one, or start anew in another folder")
    if len(data) < _HEAD + _DIGEST:
        raise InputError(damaged)
    version, length = _LENGTHS.unpack_from(data, len(MAGIC))
    if version != VERSION:
        raise InputError(
            f"checkpoint {path} has the format {version}, not {VERSION}: another version of packfmu wrote it, or it is "
            "damaged; go on with that version, or remove it and start anew"
        )
    if hashlib.sha256(data[:-_DIGEST]).digest() != data[-_DIGEST:]:
        raise InputError(damaged)
    return data[_HEAD : _HEAD + length]


def sync_folder(folder: Path) -> None:
    """Let the new name in a folder survive a loss of power, where the system can say so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"folder {folder} cannot be written: {error.strerror or error}") from error
