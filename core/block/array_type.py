"""The type by which numba knows the arrays of blocks: a pointer to the values, and the extents.

numba's own arrays take negative indices for places from the end, which costs a comparison at every access, and count
who holds them. Kernels need neither: an index lies within 0 and the extent.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import infer_getattr, lower_builtin, lower_getattr, models, register_model


class FieldArray(types.Type):  # type: ignore[misc]
    """An array in a block, its last index running fastest.

    Parameters
    ----------
    scalar : numba type
        Of every value.
    dimensions : int
        Number of indices, >= 1; with fewer of them it is a row.
    """

    def __init__(self, scalar: Any, dimensions: int) -> None:
        self.scalar, self.dimensions = scalar, dimensions
        self.extents = types.UniTuple(types.intp, dimensions)
        super().__init__(name=f"field_{scalar}_{dimensions}")

    def element(self, indices: int) -> Any:
        """Return the type of what so many indices choose; None where they are too many."""
        left = self.dimensions - indices
        return None if left < 0 else FieldArray(self.scalar, left) if left else self.scalar


@register_model(FieldArray)
class FieldArrayModel(models.StructModel):  # type: ignore[misc]
    """A pointer and the extents."""

    def __init__(self, manager: Any, kind: FieldArray) -> None:
        super().__init__(manager, kind, [("values", types.CPointer(kind.scalar)), ("shape", kind.extents)])


@infer_getattr
class FieldArrayAttributes(AttributeTemplate):  # type: ignore[misc]
    """Types the attributes of arrays."""

    key = FieldArray

    def resolve_shape(self, kind: FieldArray) -> Any:
        """Return the type of the extents."""
        return kind.extents


@lower_getattr(FieldArray, "shape")
def _shape(context: Any, builder: Any, kind: FieldArray, value: Any) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value).shape


def _index(kind: Any) -> tuple[Any, int]:
    """Return the type that an index is cast to, and how many indices it is; 0 where it is none."""
    if isinstance(kind, types.Integer):
        return types.intp, 1
    if isinstance(kind, types.BaseTuple) and all(isinstance(each, types.Integer) for each in kind):
        return types.UniTuple(types.intp, len(kind)), len(kind)
    return None, 0


@infer_global(operator.getitem)
class GetElement(AbstractTemplate):  # type: ignore[misc]
    """Types ``array[index]``."""

    def generic(self, arguments: Any, keywords: Any) -> Any:
        """Return the signature; None for what is no array of a block."""
        array, given = arguments
        if isinstance(array, FieldArray):
            index, count = _index(given)
            element = array.element(count) if count else None
            return None if element is None else signature(element, array, index)
        return None


@infer_global(operator.setitem)
class SetElement(AbstractTemplate):  # type: ignore[misc]
    """Types ``array[index] = value``."""

    def generic(self, arguments: Any, keywords: Any) -> Any:
        """Return the signature; None for what is no array of a block, or no element of it."""
        array, given, _ = arguments
        if isinstance(array, FieldArray):
            index, count = _index(given)
            return signature(types.none, array, index, array.scalar) if count == array.dimensions else None
        return None


def _chosen(context: Any, builder: Any, kind: FieldArray, value: Any, index: Any, count: int) -> tuple[Any, list[Any]]:
    """Return where the chosen values begin, and the extents that are left."""
    array = cgutils.create_struct_proxy(kind)(context, builder, value)
    extents = cgutils.unpack_tuple(builder, array.shape)
    indices = cgutils.unpack_tuple(builder, index) if count > 1 else [index]
    place = indices[0]
    for position in range(1, kind.dimensions):
        place = builder.mul(place, extents[position])
        if position < count:
            place = builder.add(place, indices[position])
    return builder.gep(array.values, [place]), extents[count:]


@lower_builtin(operator.getitem, FieldArray, types.Integer)
@lower_builtin(operator.getitem, FieldArray, types.UniTuple)
def _get(context: Any, builder: Any, call: Any, arguments: Any) -> Any:
    kind, index = call.args
    pointer, left = _chosen(context, builder, kind, arguments[0], arguments[1], _index(index)[1])
    if not left:
        return builder.load(pointer)
    row = cgutils.create_struct_proxy(call.return_type)(context, builder)
    row.values, row.shape = pointer, cgutils.pack_array(builder, left)
    return row._getvalue()


@lower_builtin(operator.setitem, FieldArray, types.Integer, types.Any)
@lower_builtin(operator.setitem, FieldArray, types.UniTuple, types.Any)
def _set(context: Any, builder: Any, call: Any, arguments: Any) -> Any:
    kind, index, _ = call.args
    pointer, _ = _chosen(context, builder, kind, arguments[0], arguments[1], _index(index)[1])
    builder.store(arguments[2], pointer)
    return context.get_dummy_value()
