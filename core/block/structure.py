"""What kernels know of a block: its fields, and where they lie; nothing of its sizes.

A block is memory for the variables of a model, one after another in the order of their declaration. Compiled code
knows the names of the fields, their number of dimensions, and the extents that belong to the structure, such as a
number of RC pairs. Every other extent, and the places that follow from it, stands in a *layout*: whole numbers, which
the code reads when it runs. So one code serves packs of any size.

A layout has for each field, in order, its offset from the start of its block [scalars], and then its extents. A field
that is a block has its offset, and then its own layout.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..variable import Count, Variable

ANY = None
"""An extent that the layout tells."""

Owned = list[tuple[str, Variable]]
"""Variables, each with the block that it lies in."""


@dataclass(frozen=True)
class Field:
    """A field of a block.

    Parameters
    ----------
    name : str
        A Python identifier.
    extents : tuple of int or None
        Empty for a scalar; `ANY` where the layout tells the extent.
    block : Structure, optional
        The structure of a field that is a block.
    """

    name: str
    extents: tuple[int | None, ...] = ()
    block: Structure | None = None

    @property
    def count(self) -> int | None:
        """Number of scalars; `ANY` where it depends on the layout."""
        if self.block is not None:
            return self.block.count
        known = [extent for extent in self.extents if extent is not ANY]
        return prod(known) if len(known) == len(self.extents) else ANY

    @property
    def length(self) -> int:
        """Number of entries in the layout."""
        return 1 + (len(self.extents) if self.block is None else self.block.length)


@dataclass(frozen=True)
class Place:
    """Where compiled code finds a field.

    Parameters
    ----------
    field : Field
        The field.
    entry : int
        Where its entries in the layout begin.
    offset : int or None
        Its offset [scalars], where that does not depend on the layout.
    """

    field: Field
    entry: int
    offset: int | None


@dataclass(frozen=True)
class Structure:
    """The fields of a block, in the order of the memory.

    Parameters
    ----------
    fields : tuple of Field
        No name occurs twice.
    """

    fields: tuple[Field, ...] = ()

    @cached_property
    def places(self) -> dict[str, Place]:
        """The place of each field, by its name."""
        found: dict[str, Place] = {}
        entry = 0
        offset: int | None = 0
        for field in self.fields:
            found[field.name] = Place(field, entry, offset)
            entry += field.length
            offset = None if offset is None or field.count is ANY else offset + field.count
        return found

    @cached_property
    def count(self) -> int | None:
        """Number of scalars; `ANY` where it depends on the layout."""
        counts = [field.count for field in self.fields]
        known = [count for count in counts if count is not ANY]
        return sum(known) if len(known) == len(counts) else ANY

    @cached_property
    def length(self) -> int:
        """Number of entries in a layout."""
        return sum(field.length for field in self.fields)

    @cached_property
    def digest(self) -> str:
        """A hash of all this, in 16 hexadecimal digits."""
        return hashlib.sha256(repr(self.fields).encode()).hexdigest()[:16]


def size_of(structure: Structure, layout: NDArray[np.int64]) -> int:
    """Return the number of scalars in a block with this layout."""
    entry, total = 0, 0
    for field in structure.fields:
        told = layout[entry + 1 : entry + field.length]
        total += prod(told.tolist()) if field.block is None else size_of(field.block, told)
        entry += field.length
    return total


def structure_of(variables: Sequence[Variable]) -> Structure:
    """Return the structure of a block of these variables; those of an owner are a block of that name.

    An owner ``outer.inner`` is the block ``inner`` of the block ``outer``.
    """
    return _structure([(variable.owner, variable) for variable in variables])


def layout_of(variables: Sequence[Variable]) -> NDArray[np.int64]:
    """Return the layout of a block of these variables."""
    entries, _ = _entries([(variable.owner, variable) for variable in variables])
    return np.array(entries, dtype=np.int64)


def _parts(owned: Owned) -> Iterator[tuple[str, Owned]]:
    """Yield the blocks within a block, each with its variables and their owners in it; its own ones without a name."""
    for owner, group in groupby(owned, key=lambda pair: pair[0].partition(".")[0]):
        yield owner, [(path.partition(".")[2], variable) for path, variable in group]


def _structure(owned: Owned) -> Structure:
    fields: list[Field] = []
    for owner, part in _parts(owned):
        if owner:
            fields.append(Field(owner, block=_structure(part)))
        else:
            fields += [Field(v.name, tuple(ANY if isinstance(n, Count) else n for n in v.shape)) for _, v in part]
    return Structure(tuple(fields))


def _entries(owned: Owned) -> tuple[list[int], int]:
    """Return the entries of the layout of a block, and how many scalars it has."""
    entries, offset = [], 0
    for owner, part in _parts(owned):
        if owner:
            within, count = _entries(part)
            entries += [offset, *within]
            offset += count
            continue
        for _, variable in part:
            entries += [offset, *variable.shape]
            offset += variable.count
    return entries, offset
