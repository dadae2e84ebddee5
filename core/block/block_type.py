"""The type by which numba knows blocks: two pointers, to the values and to the layout.

A scalar field is a load or store; an array field is an array over the block's memory; a field that is a block is a
block. Offsets and extents that the structure does not tell are loads from the layout, which no code writes, so that
LLVM keeps them in registers.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import make_array

from ..compilation.compiler import in_compilation
from .array_type import FieldArray
from .memory import BlockMemory
from .structure import ANY, Place, Structure


class BlockType(types.Type):  # type: ignore[misc]
    """A block as numba knows it.

    Parameters
    ----------
    structure : Structure
        Its fields.
    scalar : numba type
        Of every value.
    """

    def __init__(self, structure: Structure, scalar: Any = types.float64) -> None:
        self.structure = structure
        self.scalar = scalar if structure.fields else types.float64
        super().__init__(name=f"block_{structure.digest}_{self.scalar}")

    def field(self, place: Place) -> Any:
        """Return the type of a field."""
        if place.field.block is not None:
            return BlockType(place.field.block, self.scalar)
        return FieldArray(self.scalar, len(place.field.extents)) if place.field.extents else self.scalar


EMPTY = BlockType(Structure())
"""A block without fields."""


@register_model(BlockType)
class BlockModel(models.StructModel):  # type: ignore[misc]
    """Two pointers."""

    def __init__(self, manager: Any, kind: BlockType) -> None:
        members = [("values", types.CPointer(kind.scalar)), ("layout", types.CPointer(types.int64))]
        super().__init__(manager, kind, members)


@typeof_impl.register(BlockMemory)
def _type_of(block: BlockMemory, context: Any) -> BlockType:
    return BlockType(block.structure, numba.from_dtype(block.memory.dtype))


@infer_getattr
class BlockFields(AttributeTemplate):  # type: ignore[misc]
    """Types the fields of blocks."""

    key = BlockType

    def generic_resolve(self, kind: BlockType, name: str) -> Any:
        """Return the type of a field; TypingError names block and field."""
        place = kind.structure.places.get(name)
        if place is None:
            kernel, block = in_compilation(kind)
            known = ", ".join(kind.structure.places) or "none"
            raise TypingError(f"kernel {kernel}: block {block} has no field {name!r}; it has {known}")
        return kind.field(place)


@lower_getattr_generic(BlockType)
def _get(context: Any, builder: Any, kind: BlockType, value: Any, name: str) -> Any:
    block = cgutils.create_struct_proxy(kind)(context, builder, value)
    place = kind.structure.places[name]
    pointer = _pointer(builder, block, place)
    if place.field.block is not None:
        inner = cgutils.create_struct_proxy(kind.field(place))(context, builder)
        inner.values = pointer
        inner.layout = builder.gep(block.layout, [_number(place.entry + 1)])
        return inner._getvalue()
    if not place.field.extents:
        return builder.load(pointer)
    return _array(context, builder, kind, block.layout, place, pointer)


@lower_setattr_generic(BlockType)
def _set(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    kind, given = signature.args
    place = kind.structure.places[name]
    if place.field.extents or place.field.block is not None:
        raise TypingError(f"field {name!r} of a block is no scalar; its elements can be set")
    block = cgutils.create_struct_proxy(kind)(context, builder, arguments[0])
    builder.store(context.cast(builder, arguments[1], given, kind.scalar), _pointer(builder, block, place))


@unbox(BlockType)
def _unbox(kind: BlockType, given: Any, c: Any) -> NativeValue:
    """Take the two addresses of a `BlockMemory`."""
    block = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    addresses = c.pyapi.object_getattr_string(given, "addresses")
    for position, name in enumerate(("values", "layout")):
        number = c.pyapi.long_as_ulonglong(c.pyapi.tuple_getitem(addresses, position))
        setattr(block, name, c.builder.inttoptr(number, getattr(block, name).type))
    c.pyapi.decref(addresses)
    return NativeValue(block._getvalue(), is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


def _number(value: int) -> Any:
    return ir.Constant(ir.IntType(64), value)


def _told(builder: Any, layout: Any, entry: int) -> Any:
    """Load an entry of the layout, which never changes while code runs."""
    loaded = builder.load(builder.gep(layout, [_number(entry)]))
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def _pointer(builder: Any, block: Any, place: Place) -> Any:
    offset = _told(builder, block.layout, place.entry) if place.offset is None else _number(place.offset)
    return builder.gep(block.values, [offset])


def _array(context: Any, builder: Any, kind: BlockType, layout: Any, place: Place, pointer: Any) -> Any:
    extents = [
        _told(builder, layout, place.entry + 1 + k) if extent is ANY else _number(extent)
        for k, extent in enumerate(place.field.extents)
    ]
    made = cgutils.create_struct_proxy(kind.field(place))(context, builder)
    made.values, made.shape = pointer, cgutils.pack_array(builder, extents)
    return made._getvalue()


def taker(kind: BlockType, number: int) -> Any:
    """Return what compiled code calls to take a block by its addresses.

    It takes an array of int64: for each block in turn where its values and its layout are, as `BlockMemory.addresses`
    tells. `number` says which of the blocks it takes, from 0.
    """

    @intrinsic
    def take(context: Any, addresses: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = make_array(signature.args[0])(context, builder, arguments[0]).data
            block = cgutils.create_struct_proxy(kind)(context, builder)
            for position, name in enumerate(("values", "layout")):
                address = builder.load(builder.gep(data, [_number(2 * number + position)]))
                setattr(block, name, builder.inttoptr(address, getattr(block, name).type))
            return block._getvalue()

        return kind(addresses), generate

    take.fingerprint = f"block {number}: {kind.name}"
    return take


@intrinsic
def nothing(context: Any) -> Any:
    """Return the block without fields."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.get_constant_null(EMPTY)

    return EMPTY(), generate


nothing.fingerprint = "nothing"
