"""Values of which is known on what they depend.

A value is a number, where it is the same whatever the parameters and inputs are; a `Dependent`; a tuple of values; or
an `Array` or a `Record` of them. Sets of parameters and inputs are the bits of an integer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from math import prod
from typing import Any

from ..variable import Variable

MAYBE = 1
"""The bit that says that something may happen or not; no parameter or input has it."""


class Dependent:
    """A number that depends on what the bits of `on` stand for."""

    __slots__ = ("on",)

    def __init__(self, on: int) -> None:
        self.on = on


class Array:
    """Values in a row, seen as an array of any shape; a part of an array shares its values.

    Parameters
    ----------
    values : list
        The values.
    shape : tuple of int
        The shape.
    offset : int
        Where the first value is.
    unions : dict, optional
        What parts of the values depend on together, as far as it has been found since the last change.
    """

    __slots__ = ("offset", "shape", "unions", "values")

    def __init__(
        self, values: list[Any], shape: tuple[int, ...], offset: int = 0, unions: dict[Any, int] | None = None
    ) -> None:
        self.values, self.shape, self.offset = values, shape, offset
        self.unions = {} if unions is None else unions

    def part(self, index: Any) -> tuple[int, int, int]:
        """Return offset, number of axes that are left, and number of values, at an index as far as it is known.

        Raises
        ------
        IndexError
            When that is outside.
        """
        places = index if type(index) is tuple else (index,)
        offset, axis, count = self.offset, 0, prod(self.shape)
        for place, extent in zip(places, self.shape, strict=False):
            if type(place) is Dependent:
                break
            if not 0 <= place < extent:
                raise IndexError
            count //= extent
            offset, axis = offset + place * count, axis + 1
        return offset, len(self.shape) - axis, count

    def union(self, offset: int, count: int) -> int:
        """Return what `count` values depend on together."""
        found = self.unions.get((offset, count))
        if found is None:
            found = self.unions[offset, count] = dependence(self.values[offset : offset + count])
        return found


class Record:
    """A block: scalars, arrays, and records of its owners' fields are its attributes."""

    def __init__(self, variables: Sequence[Variable], values: dict[str, list[Any]]) -> None:
        for variable in variables:
            owner = self
            for name in filter(None, variable.owner.split(".")):
                owner = vars(owner).setdefault(name, Record((), {}))
            given = values[variable.path]
            setattr(owner, variable.name, Array(given, variable.shape) if variable.shape else given[0])

    def values(self, variable: Variable) -> list[Any]:
        """Return the values of a variable."""
        value = reduce(getattr, variable.path.split("."), self)
        return value.values if isinstance(value, Array) else [value]


def is_known(value: Any) -> bool:
    """Whether a value is a number, or a tuple of numbers."""
    if type(value) is Dependent:
        return False
    return not isinstance(value, tuple) or all(map(is_known, value))


def dependence(values: Iterable[Any]) -> int:
    """Return on what numbers, or tuples of them, depend together."""
    on = 0
    for value in values:
        if type(value) is Dependent:
            on |= value.on
        elif isinstance(value, tuple):
            on |= dependence(value)
    return on


def same(old: Any, new: Any) -> bool:
    """Whether two values depend on the same; numbers are equal then."""
    if old is new:
        return True
    if type(old) is Dependent or type(new) is Dependent:
        return type(old) is type(new) and bool(old.on == new.on)
    if isinstance(old, tuple) and isinstance(new, tuple):
        return all(map(same, old, new))
    if isinstance(old, Array) and isinstance(new, Array):
        return old.values is new.values and (old.offset, old.shape) == (new.offset, new.shape)
    return bool(old == new)


def joined(old: Any, new: Any, on: int) -> Any:
    """Return a value that is the one or the other by what the bits of `on` stand for; both may be one object.

    Raises
    ------
    TypeError
        When it is one of two arrays.
    """
    if old is new:
        return old
    if isinstance(old, tuple) and isinstance(new, tuple):
        each = [joined(a, b, on) for a, b in zip(old, new, strict=True)]
        return tuple(each) if type(old) is tuple else type(old)(*each)
    if isinstance(old, Array | Record):
        if same(old, new):
            return old
        raise TypeError("a kernel takes one of two arrays by a condition")
    if is_known(old) and is_known(new) and old == new:
        return old
    return Dependent(dependence((old, new)) | on & ~MAYBE)


def read(values: Any, index: Any) -> Any:
    """Return the element at an index, or what all that it may be depend on."""
    if type(values) is Array and type(index) is int and len(values.shape) == 1 and 0 <= index < values.shape[0]:
        return values.values[values.offset + index]
    if isinstance(values, tuple):
        return values[index] if is_known(index) else Dependent(index.on | dependence(values))
    try:
        offset, axes, count = values.part(index)
    except IndexError:  # on a way that is never taken
        return Dependent(0)
    places = index if type(index) is tuple else (index,)
    if all(map(is_known, places)):
        return Array(values.values, values.shape[-axes:], offset, values.unions) if axes else values.values[offset]
    if len(places) < len(values.shape):
        raise TypeError("a kernel takes a row of an array by an index that depends on parameters or inputs")
    return Dependent(dependence(places) | values.union(offset, count))


def write(array: Array, index: Any, value: Any, control: int) -> bool:
    """Write an element or, where the index is not known, all that it may be; return whether that changed anything.

    With a `control` other than 0 what is there may stay.
    """
    try:
        offset, axes, count = array.part(index)
    except IndexError:  # on a way that is never taken
        return False
    if axes:
        control |= MAYBE | dependence(index if type(index) is tuple else (index,))
    changed = False
    for place in range(offset, offset + count):
        before = array.values[place]
        after = array.values[place] = joined(before, value, control) if control else value
        changed = changed or not same(before, after)
    if changed:
        array.unions.clear()
    return changed


def write_scalar(record: Record, name: str, value: Any, control: int) -> bool:
    """Write a scalar of a block like `write` does."""
    before = getattr(record, name)
    after = joined(before, value, control) if control else value
    setattr(record, name, after)
    return not same(before, after)
