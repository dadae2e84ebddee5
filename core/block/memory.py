"""A block in the memory of a process, its fields as attributes, as the interpreter and compiled kernels share it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..variable import Variable
from .structure import Place, Structure, layout_of, size_of, structure_of


class BlockMemory:
    """The memory of a block: ``block.voltage`` or ``block["voltage"]`` is a scalar, a view of an array, or a block.

    Kernels take it as it is. A value that is set fills the whole field.

    Parameters
    ----------
    structure : Structure
        Its fields.
    layout : (n,) array of int64
        Where they lie.
    memory : (m,) array
        The values, contiguous; float64, int64 or complex128.

    Raises
    ------
    AttributeError, KeyError
        When there is no such field; the message names those that there are.
    """

    __slots__ = ("_addresses", "_layout", "_memory", "_structure")

    _addresses: tuple[int, int]
    _structure: Structure
    _layout: NDArray[np.int64]
    _memory: NDArray[Any]

    def __init__(self, structure: Structure, layout: NDArray[np.int64], memory: NDArray[Any]) -> None:
        object.__setattr__(self, "_structure", structure)
        object.__setattr__(self, "_layout", layout)
        object.__setattr__(self, "_memory", memory)
        object.__setattr__(self, "_addresses", (memory.ctypes.data, layout.ctypes.data))

    @property
    def structure(self) -> Structure:
        """What kernels are compiled for."""
        return self._structure

    @property
    def memory(self) -> NDArray[Any]:
        """The values."""
        return self._memory

    @property
    def addresses(self) -> tuple[int, int]:
        """Where memory and layout are in this process."""
        return self._addresses

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(self._structure.places)

    def copy(self) -> BlockMemory:
        """Return the same block in memory of its own."""
        return BlockMemory(self._structure, self._layout, self._memory.copy())

    def __getitem__(self, name: str) -> Any:
        place = self._place(name)
        offset = int(self._layout[place.entry])
        if place.field.block is not None:
            told = self._layout[place.entry + 1 : place.entry + place.field.length]
            memory = self._memory[offset : offset + size_of(place.field.block, told)]
            return BlockMemory(place.field.block, told, memory)
        return self._values(place, offset) if place.field.extents else self._memory[offset]

    def __setitem__(self, name: str, value: Any) -> None:
        place = self._place(name)
        offset = int(self._layout[place.entry])
        if place.field.extents:
            self._values(place, offset)[...] = value
        else:
            self._memory[offset] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_numba_type_":  # what protocols ask for is no field
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            self[name] = value
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def _place(self, name: str) -> Place:
        try:
            return self._structure.places[name]
        except KeyError:
            raise KeyError(f"there is no field {name!r} in a block of {', '.join(self.names) or 'nothing'}") from None

    def _values(self, place: Place, offset: int) -> NDArray[Any]:
        shape = self._layout[place.entry + 1 : place.entry + place.field.length].tolist()
        return self._memory[offset : offset + prod(shape)].reshape(shape)


def block_of(variables: Sequence[Variable], scalar: type[Any] = np.float64) -> BlockMemory:
    """Return a block of these variables, all 0.

    Parameters
    ----------
    variables : sequence of Variable
        In the order of the memory.
    scalar : type
        float64, int64, or complex128 for derivatives by a complex step.
    """
    size = sum(variable.count for variable in variables)
    return BlockMemory(structure_of(variables), layout_of(variables), np.zeros(size, dtype=scalar))
