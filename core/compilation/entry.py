"""The kernels of a model as they are called from outside: by the addresses of its blocks, compiled beforehand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from numba import types

from ..block.block_type import BlockType, taker
from ..block.structure import Structure
from ..kernel import kernel
from ..model import Model
from .compiler import together
from .kept import compile_once

ADDRESSES = types.Array(types.int64, 1, "C")
"""The type of what `taker` takes."""


class Entries(NamedTuple):
    """The compiled kernels of a model; each takes the addresses of the blocks in the order ``x, p, u, y, c``."""

    initialize: Callable[[Any], None]
    """``initialize(addresses)``."""
    update_outputs: Callable[[Any], None]
    """``update_outputs(addresses)``."""
    advance: Callable[[Any, float, float], int]
    """``advance(addresses, t, h)``, the status."""


def entries(model: Model) -> Entries:
    """Return the kernels of a model, compiled, or loaded where this machine has compiled models of its structure."""
    return _entries(model.initialize, model.outputs_kernel, model.advance, model.structures)


def block_types(structures: tuple[Structure, ...]) -> tuple[BlockType, ...]:
    """Return the types of the blocks ``x, p, u, y`` of float64, and ``c`` of int64."""
    *values, constants = structures
    return (*(BlockType(structure) for structure in values), BlockType(constants, types.int64))


@cache
def _entries(initialize: Any, outputs_kernel: Any, advance: Any, structures: tuple[Structure, ...]) -> Entries:
    x, p, u, y, c = (taker(kind, number) for number, kind in enumerate(block_types(structures)))

    def initialize_at(addresses: Any) -> None:
        initialize(x(addresses), p(addresses), u(addresses), y(addresses), c(addresses))

    def update_outputs_at(addresses: Any) -> None:
        outputs_kernel(x(addresses), p(addresses), u(addresses), y(addresses), c(addresses))

    def advance_at(addresses: Any, t: float, h: float) -> int:
        status: int = advance(x(addresses), p(addresses), u(addresses), y(addresses), c(addresses), t, h)
        return status

    with together():
        return Entries(
            compile_once(kernel(initialize_at), (ADDRESSES,)),
            compile_once(kernel(update_outputs_at), (ADDRESSES,)),
            compile_once(kernel(advance_at), (ADDRESSES, types.float64, types.float64)),
        )
