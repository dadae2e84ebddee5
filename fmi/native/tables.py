"""model.bin: what a library reads of a pack when it is instantiated, its sizes, values, variables and refusals.

``shim/tables.h`` describes the file. Two checksums cover all that is behind them.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from ...core.block.structure import layout_of
from ...core.model import Model
from ...core.variable import Causality, DataType, Variable

MAGIC = b"fmtable"
VERSION = 2
BYTE_ORDER = 1

BEGIN = struct.Struct("<8sIIQ")
"""Magic, version, byte order, checksum of the rest of the header."""

REST = struct.Struct("<Q32s40s32s10I")
"""Checksum of the content; stamp, GUID, identity of states; number of scalars in each of x, p, u, y, c; number of
entries of layouts, of variables, refusals, pieces, and bytes of text."""

LONGEST_STAMP, LONGEST_GUID = 31, 39
"""Most bytes that fit, with a zero behind them."""

VARIABLE = np.dtype([
    ("name", "<u4"), ("unit", "<u4"), ("first", "<u4"), ("count", "<u4"), ("extent", "<u4", 2),
    ("rank", "<u2"), ("role", "<u2"), ("kind", "<u2"), ("unused", "<u2"),
    ("min", "<f8"), ("max", "<f8"), ("nominal", "<f8"),
])  # fmt: skip
REFUSAL = np.dtype([("status", "<i8"), ("first", "<u4"), ("count", "<u4")])
PIECE = np.dtype([("literal", "<u4"), ("place", "<u4"), ("form", "<u4"), ("digits", "<u4")])

FIXED, TUNABLE, INPUT, OUTPUT, HIDDEN, STATE = range(6)
KINDS = (DataType.REAL, DataType.INTEGER, DataType.BOOLEAN)

PLAIN = 0
FORMS = ("", "e", "f", "g")
"""What follows a literal: nothing, or a value in one of these formats."""

FORMAT = re.compile(r"\.(\d{1,2})([efg])")
"""Formats that a refusal may use: they mean the same to Python and to C."""

FIELD = re.compile(r"([puyx]\.\w+(?:\.\w+)*)((?:\[\d+\])*)")
"""An element of a block, as a refusal names it; a variable with an owner by both names."""


def tables(model: Model, identity: str, stamp: str) -> bytes:
    """Return model.bin.

    Parameters
    ----------
    model : Model
        What is described, with its start values.
    identity : str
        The GUID.
    stamp : str
        The stamp of the library; see `header`.

    Raises
    ------
    ValueError
        When a refusal asks for more than a scalar in one of C's formats, or GUID or stamp are too long.
    """
    if len(stamp.encode()) > LONGEST_STAMP or len(identity.encode()) > LONGEST_GUID:
        raise ValueError(
            f"{model.name}: stamp {stamp} or GUID {identity} has more than {LONGEST_STAMP} or {LONGEST_GUID} bytes"
        )
    pool = _Pool()
    variables = _variables(model, pool)
    refusals, pieces = _refusals(model, pool)
    layouts, text = _layouts(model), pool.content()
    parts = (start_values(model), _constants(model), layouts, variables, refusals, pieces)
    content = b"".join((*(part.tobytes() for part in parts), text))
    lengths = (len(layouts), len(variables), len(refusals), len(pieces), len(text))
    numbers = (*(sum(variable.count for variable in block) for block in _blocks(model)), *lengths)
    names = (stamp.encode(), identity.encode(), state_identity(model, stamp).encode())
    rest = REST.pack(checksum(content), *names, *numbers)
    return BEGIN.pack(MAGIC, VERSION, BYTE_ORDER, checksum(rest)) + rest + content


def checksum(content: bytes) -> int:
    """Return the checksum of words of 8 bytes, as ``shim/checksum.c`` has it."""
    total = 0xCBF29CE484222325
    for word in np.frombuffer(content, "<u8").tolist():
        total = (total ^ word) * 0x100000001B3 % 2**64
        total ^= total >> 32
    return total


def start_values(model: Model) -> NDArray[np.float64]:
    """Return the start values of parameters and inputs in the order of the memory, with low bytes first."""
    return _joined(model.parameters + model.inputs).astype("<f8")


def state_identity(model: Model, stamp: str) -> str:
    """Return what tells states of a model from those of others: a hash of its library, its sizes and its constants."""
    total = hashlib.sha256(stamp.encode())
    for part in (_layouts(model), _constants(model)):
        total.update(part.tobytes())
    return total.hexdigest()[:16]


class _Pool:
    """Strings one after the other, each with a zero at its end and no two alike."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._size = 0

    def place(self, text: str) -> int:
        """Return where a string begins; it is added where it is not there."""
        if text not in self._places:
            self._places[text] = self._size
            self._size += len(text.encode()) + 1
        return self._places[text]

    def content(self) -> bytes:
        """Return all strings, and zeros up to the next multiple of 8 bytes."""
        text = b"".join(text.encode() + b"\0" for text in self._places)
        return text.ljust(8 * (len(text) // 8 + 1), b"\0")


def _blocks(model: Model) -> tuple[tuple[Variable, ...], ...]:
    """Return the blocks in the order of the kernels' arguments."""
    return model.states, model.parameters, model.inputs, model.outputs, model.constants


def _joined(variables: Sequence[Variable]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *(variable.start_values().ravel() for variable in variables)])


def _constants(model: Model) -> NDArray[np.int64]:
    return _joined(model.constants).astype("<i8")


def _layouts(model: Model) -> NDArray[np.int64]:
    return np.concatenate([layout_of(block) for block in _blocks(model)]).astype("<i8")


def _variables(model: Model, pool: _Pool) -> NDArray[np.void]:
    """Return the table of the interface and, behind it, of the states."""
    variables = model.interface + model.states
    places = accumulate((v.count for v in variables), initial=0)
    rows = [
        (
            pool.place(v.listed_name), pool.place(v.unit), place, v.count, (*v.shape, 0, 0)[:2],
            len(v.shape), _role(v), KINDS.index(v.data_type), 0, v.min, v.max, v.nominal,
        )
        for v, place in zip(variables, places, strict=False)
    ]  # fmt: skip
    return np.array(rows, dtype=VARIABLE)


def _role(variable: Variable) -> int:
    if variable.hidden:
        return HIDDEN
    if variable.causality is Causality.STATE:
        return STATE
    if variable.causality is Causality.PARAMETER:
        return TUNABLE if variable.tunable else FIXED
    return INPUT if variable.causality is Causality.INPUT else OUTPUT


def _refusals(model: Model, pool: _Pool) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return the table of refusals, and that of the pieces of their texts."""
    places = _places(model)
    rows: list[tuple[int, int, int]] = []
    pieces: list[tuple[int, int, int, int]] = []
    for status, text in sorted(model.refusals.items()):
        own = list(_pieces(model, status, text, pool, places))
        rows.append((status, len(pieces), len(own)))
        pieces += own
    return np.array(rows, dtype=REFUSAL), np.array(pieces, dtype=PIECE)


def _pieces(
    model: Model, status: int, text: str, pool: _Pool, places: Mapping[str, tuple[int, Variable]]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the pieces of a format string over ``p``, ``u``, ``y`` and ``x``: a literal, and a value after it."""
    for literal, field, wanted, conversion in Formatter().parse(text):
        if field is None:
            yield pool.place(literal), 0, PLAIN, 0
            continue
        form = FORMAT.fullmatch(wanted or "")
        if conversion or not form:
            raise ValueError(f"{model.name}: refusal {status} formats {field} as {wanted!r}; C knows .9g and its like")
        place = _place(field, places)
        if place is None:
            raise ValueError(f"{model.name}: refusal {status} names {field}, which is no scalar of p, u, y or x")
        yield pool.place(literal), place, FORMS.index(form[2]), int(form[1])


def _places(model: Model) -> dict[str, tuple[int, Variable]]:
    """Return where the variables lie in the memory p, u, y, x, by block and path."""
    blocks = {"p": model.parameters, "u": model.inputs, "y": model.outputs, "x": model.states}
    found, place = {}, 0
    for block, variables in blocks.items():
        for variable in variables:
            found[f"{block}.{variable.path}"] = place, variable
            place += variable.count
    return found


def _place(field: str, places: Mapping[str, tuple[int, Variable]]) -> int | None:
    """Return the place of a scalar such as ``p.lookahead`` or ``u.rate[0]``; None where there is none."""
    parts = FIELD.fullmatch(field)
    if parts is None or parts[1] not in places:
        return None
    place, variable = places[parts[1]]
    index = tuple(int(i) for i in re.findall(r"\d+", parts[2]))
    if len(index) != len(variable.shape) or any(i >= n for i, n in zip(index, variable.shape, strict=True)):
        return None
    return place + (int(np.ravel_multi_index(index, variable.shape)) if index else 0)
