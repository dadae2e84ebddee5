"""Tables taken apart and put together again with checksums that fit, whatever was changed in them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from packfmu.fmi.native.tables import BEGIN, PIECE, REFUSAL, REST, VARIABLE, checksum

PARTS = ("start", "constants", "layouts", "variables", "refusals", "pieces", "text")
NAMES = ("stamp", "guid", "identity")
X, P, U, Y, C = range(5)


@dataclass
class Forged:
    """The header's numbers and names, and the parts after it, all to be changed."""

    begin: list
    names: dict[str, bytes]
    numbers: list[int]
    start: np.ndarray
    constants: np.ndarray
    layouts: np.ndarray
    variables: np.ndarray
    refusals: np.ndarray
    pieces: np.ndarray
    text: np.ndarray

    def content(self) -> bytes:
        """Return the bytes of the file."""
        content = b"".join(getattr(self, part).tobytes() for part in PARTS)
        rest = REST.pack(checksum(content.ljust(-(-len(content) // 8) * 8, b"\0")), *self.names.values(), *self.numbers)
        return BEGIN.pack(*self.begin, checksum(rest)) + rest + content

    def string(self, place: int) -> str:
        """Return the string at a place of the text."""
        return self.text.tobytes()[place:].partition(b"\0")[0].decode()

    def variable(self, name: str) -> np.void:
        """Return the row of a variable, which can be written to."""
        found, *_ = [row for row in self.variables if self.string(row["name"]) == name]  # states may share it
        return found


def take_apart(data: bytes) -> Forged:
    """Return the parts of tables."""
    *begin, _ = BEGIN.unpack_from(data)
    _, *rest = REST.unpack_from(data, BEGIN.size)
    names, numbers = rest[:3], rest[3:]
    given, (layouts, variables, refusals, pieces, text) = numbers[P] + numbers[U], numbers[5:]
    counts = (("<f8", given), ("<i8", numbers[C]), ("<i8", layouts), (VARIABLE, variables), (REFUSAL, refusals),
              (PIECE, pieces), ("u1", text))  # fmt: skip
    parts, place = [], BEGIN.size + REST.size
    for kind, count in counts:
        parts.append(np.frombuffer(data, kind, count, place).copy())
        place += parts[-1].nbytes
    assert place == len(data)
    return Forged(begin, dict(zip(NAMES, names, strict=True)), list(numbers), *parts)


def spoil(forged: Forged, generator: np.random.Generator) -> None:
    """Change something in tables: a byte, a word to a number that is small or large, or a number in the header.

    Layouts and constants stay as they are, for kernels index by them.
    """
    odd = (0, 1, 2, 3, 5, 11, 12, 13, 36, 255, 2**16, 2**31, 2**32 - 1)
    part = generator.choice(["numbers", *(part for part in PARTS if part not in ("constants", "layouts"))])
    if part == "numbers":
        forged.numbers[generator.integers(len(forged.numbers))] = int(generator.choice(odd))
    elif generator.random() < 0.5:
        view = getattr(forged, part).view("u1")
        view[generator.integers(view.size)] = generator.integers(256)
    else:
        view = getattr(forged, part)[: getattr(forged, part).nbytes // 4 * 4].view("u4")
        view[generator.integers(view.size)] = generator.choice(odd)


def flipped(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit changed."""
    byte, place = divmod(bit, 8)
    return data[:byte] + struct.pack("B", data[byte] ^ 1 << place) + data[byte + 1 :]
