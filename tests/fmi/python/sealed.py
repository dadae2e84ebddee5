"""States of the Python flavour as bytes: their parts, and other values in them with the seal that fits."""

from __future__ import annotations

import struct
from hashlib import sha256

SEAL, BODY = 72, 104
"""Where SHA-256 is, and what it covers: phase, stale, time, size of the memory; the memory; what is amiss."""

MEMORY = BODY + 18


def sealed(data: bytes, place: int, form: str, *values: float) -> bytes:
    """Return a state with other numbers in it, and the seal that fits."""
    changed = struct.pack(form, *values)
    body = (data[:place] + changed + data[place + len(changed) :])[BODY:]
    return data[:SEAL] + sha256(body).digest() + body
