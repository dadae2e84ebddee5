"""Reads which names an object file in ELF format leaves to others."""

from __future__ import annotations

import struct

SYMBOL_TABLE = 2
"""Type of the section that holds the symbols."""

UNDEFINED = 0
"""Section of a symbol that is defined elsewhere."""

_HEADER = struct.Struct("<40xQ10xHHH")  # place of the section headers; their size, number, index of the names'
_SECTION = struct.Struct("<4xI16xQQI12xQ")  # type; place, size, linked section; size of an entry
_SYMBOL = struct.Struct("<IBBHQQ")  # name, info, other, section, value, size


def undefined_symbols(content: bytes) -> list[str]:
    """Return the names that a 64-bit little-endian ELF object leaves undefined, sorted.

    The layout is that of the System V ABI, chapter 4.
    """
    place, size, number, _ = _HEADER.unpack_from(content)
    sections = [_SECTION.unpack_from(content, place + k * size) for k in range(number)]
    found = set()
    for kind, start, length, linked, entry in sections:
        if kind != SYMBOL_TABLE:
            continue
        names = sections[linked][1]
        for position in range(start + entry, start + length, entry):  # the first symbol is empty
            name, _, _, section, _, _ = _SYMBOL.unpack_from(content, position)
            if section == UNDEFINED:
                found.add(content[names + name : content.index(b"\0", names + name)].decode())
    return sorted(found)
