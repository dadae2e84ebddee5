"""Values of which is known what they depend on.

A value is a number, where it is the same whatever the parameters and inputs are; a `Dependent`; a tuple of values; or
an array or a block of them. Sets of parameters and inputs are the bits of an integer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MAYBE = 1
"""The bit that says that something may happen or not; no parameter or input has it."""


class Dependent:
    """A number that depends on what the bits of `on` stand for."""

    __slots__ = ("on",)

    def __init__(self, on: int) -> None:
        self.on = on


NOBODY_KNOWS = Dependent(0)
"""A number that depends on no parameter and no input, but is not known either."""


def dependence(values: Any) -> int:
    """Return on what numbers, or tuples of them, depend together."""
    on = 0
    for value in values:
        if type(value) is Dependent:
            on |= value.on
        elif isinstance(value, tuple):
            on |= dependence(value)
    return on


def is_known(value: Any) -> bool:
    """Whether a value is a number."""
    return type(value) is not Dependent


def joined(old: Any, new: Any, on: int) -> Any:
    """Return a value that is the one or the other by what the bits of `on` stand for; the old one where it covers that.

    Raises
    ------
    TypeError
        When it is one of two arrays.
    """
    if old is new:
        return old
    if type(old) is Dependent or type(new) is Dependent:
        union = dependence((old, new)) | on & ~MAYBE
        return old if type(old) is Dependent and union == old.on else Dependent(union)
    if isinstance(old, tuple) and isinstance(new, tuple):
        each = [joined(a, b, on) for a, b in zip(old, new, strict=True)]
        if all(a is b for a, b in zip(each, old, strict=True)):
            return old
        return tuple(each) if type(old) is tuple else type(old)(*each)
    if isinstance(old, np.ndarray):
        if isinstance(new, np.ndarray) and old.ctypes.data == new.ctypes.data and old.shape == new.shape:
            return old
        raise TypeError("a kernel takes one of two arrays by a condition")
    return old if old == new else Dependent(on & ~MAYBE)


def read(values: Any, index: Any) -> Any:
    """Return the element at an index, or what all that it may be depend on."""
    places = index if type(index) is tuple else (index,)
    try:
        if all(map(is_known, places)):
            return values[index]
    except IndexError:  # on a way that is never taken
        return NOBODY_KNOWS
    return Dependent(dependence(places) | dependence(_all_at(values, places)))


def write(values: Any, index: Any, value: Any, control: int) -> bool:
    """Write an element or, where the index is not known, all that it may be; return whether that changed anything.

    With a `control` other than 0 what is there may stay.
    """
    places = index if type(index) is tuple else (index,)
    if not all(map(is_known, places)):
        control |= MAYBE | dependence(places)
        index = tuple(slice(None) if type(place) is Dependent else place for place in places)
    try:
        there = values[index]
    except IndexError:  # on a way that is never taken
        return False
    if not isinstance(there, np.ndarray):
        result = joined(there, value, control) if control else value
        values[index] = result
        return result is not there
    changed = False
    for place in np.ndindex(there.shape):
        before = there[place]
        there[place] = joined(before, value, control)
        changed |= there[place] is not before
    return changed


def _all_at(values: Any, places: tuple[Any, ...]) -> Any:
    """Return all elements at an index that is not known."""
    if isinstance(values, tuple):
        return values
    if len(places) < values.ndim:
        raise TypeError("a kernel takes a row of an array by an index that depends on parameters or inputs")
    return values[tuple(slice(None) if type(place) is Dependent else place for place in places)].flat
