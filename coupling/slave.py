"""What the master runs: an instance whose inputs are written, stepped, and whose outputs are read."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

Values = NDArray[Any]
"""Values of one port, flat."""


class SlaveError(Exception):
    """A component refused or failed; the message gives the reason and does not name the component."""


@contextmanager
def blamed(name: str, on: str) -> Iterator[None]:
    """Turn a SlaveError into an InputError that names the component and what it was doing."""
    try:
        yield
    except SlaveError as error:
        raise InputError(f"{name} {on}: {error}") from error


def packed(parts: Sequence[bytes]) -> bytes:
    """Return the parts as one piece, which `unpacked` separates again."""
    lengths = [len(part) for part in parts]
    return b"".join([struct.pack(f"<{len(parts) + 1}Q", len(parts), *lengths), *parts])


def unpacked(whole: bytes, expected: int) -> list[bytes]:
    """Return the parts that `packed` has joined; SlaveError where the piece is damaged or has more or fewer."""
    try:
        (count,) = struct.unpack_from("<Q", whole)
        count = min(count, len(whole))  # a damaged count may be anything
        lengths = struct.unpack_from(f"<{count}Q", whole, 8)
    except struct.error:
        raise SlaveError(f"the saved state is damaged: {len(whole)} bytes without its parts") from None
    if count != expected:
        raise SlaveError(f"the saved state does not fit: {count} parts where there are {expected}")
    place = 8 * (count + 1)
    if place + sum(lengths) != len(whole):
        raise SlaveError(f"the saved state is damaged: {len(whole)} bytes, {place + sum(lengths)} expected")
    parts = []
    for length in lengths:
        parts.append(whole[place : place + length])
        place += length
    return parts


def fill(array: Values, saved: bytes) -> None:
    """Write to an array, in place, what its ``tobytes`` returned; SlaveError where the size does not fit."""
    if len(saved) != array.nbytes:
        raise SlaveError(f"the saved state does not fit: {len(saved)} bytes where there are {array.nbytes}")
    if saved:
        array[...] = np.frombuffer(saved, array.dtype).reshape(array.shape)


class Slave(Protocol):
    """A running component.

    Between two calls the master writes into the arrays of `inputs` and reads those of `outputs`: flat views of the
    instance's own buffers, so that each step costs one bulk set and one bulk get.
    """

    inputs: Mapping[str, Values]
    outputs: Mapping[str, Values]

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Set start values of parameters and of inputs that are not in `inputs`; start the initialisation at t [s]."""

    def initialize(self) -> None:
        """Compute the outputs from parameters and present inputs; may be repeated until `end_initialization`."""

    def end_initialization(self) -> None:
        """End the initialisation; the next call is a step."""

    def step(self, t: float, h: float) -> None:
        """Step from t to t + h [s] with the present inputs, and refresh the outputs."""

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Set tunable parameters between two steps; the outputs follow at once."""

    def save(self) -> bytes:
        """Return the complete state with inputs and outputs, between two steps; SlaveError where it cannot."""

    def restore(self, saved: bytes) -> None:
        """Return to what `save` of this or of an equal component returned, inputs and outputs included."""

    def close(self) -> None:
        """Free all that the instance holds; called once, after a failure too."""
