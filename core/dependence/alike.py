"""Models that compute many things alike: their kernels are followed for three of them, and the rest is known by that.

What the initialisation computes for one thing depends on this one alone, on the things together, or on what is no
thing's own. So what the middle one of three depends on tells what each one of many does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..model import Model
from ..variable import Count, Variable

FEW, MIDDLE = 3, 1
"""How many are followed, and which of them tells."""


def few(model: Model) -> Model:
    """Return a model of few of the things that it computes alike; the model itself where it has no more, or none."""
    blocks = ("parameters", "inputs", "outputs", "states", "constants")
    counts = {int(n) for block in blocks for v in getattr(model, block) for n in _sizes(v) if _is_of(n, model.alike)}
    if not counts or min(counts) <= FEW:
        return model
    made: dict[str, Any] = {block: tuple(_few(v, model.alike) for v in getattr(model, block)) for block in blocks}
    return replace(model, fields=replace(model.fields, **made))


def numbered(model: Model, known: Mapping[str, int]) -> dict[str, int]:
    """Return first bits in a model of few for those in the model of all; the bits before them stay."""
    bit, followed = min(known.values(), default=1), {}
    for variable in model.parameters + model.inputs:
        if variable.path in known:
            followed[variable.path] = bit
            bit += variable.count
    return followed


def spread(
    model: Model, known: Mapping[str, int], followed: Mapping[str, int], found: Mapping[str, list[int]]
) -> dict[str, list[int]]:
    """Return by the path of each output the bits that its scalars depend on, from those of few.

    Parameters
    ----------
    model : Model
        That of all.
    known, followed : mapping of str to int
        The first bit of each parameter and input, in the model of all and in that of few.
    found : mapping of str to list of int
        What the outputs of few depend on.
    """
    given = [v for v in model.parameters + model.inputs if v.path in known]
    spans = [_Span(v, model.alike, known[v.path], followed[v.path]) for v in given]
    others = (1 << min(followed.values())) - 1 if followed else -1

    def bits(told: int, thing: int | None) -> int:
        on = told & others
        for span in spans if told != on else ():
            on |= span.bits(told, thing)
        return on

    def each(variable: Variable) -> list[int]:
        number, row = _rows(variable, model.alike)
        if not number:
            return [bits(told, None) for told in found[variable.path]]
        return [bits(found[variable.path][MIDDLE * row + j], k) for k in range(number) for j in range(row)]

    return {variable.path: each(variable) for variable in model.outputs}


def differing(variable: Variable, alike: str) -> bool:
    """Whether the start values of a variable differ between things that a model computes alike."""
    if not (variable.shape and _is_of(_sizes(variable)[0], alike)):
        return False
    values = variable.start_values()
    return bool(np.any(values != values[:1]))


class _Span:
    """The bits of a parameter or input, in the model of all and in that of few."""

    def __init__(self, variable: Variable, alike: str, first: int, followed: int) -> None:
        self.first, self.followed = first, followed
        self.number, self.row = _rows(variable, alike)

    def bits(self, told: int, thing: int | None) -> int:
        """Return the bits of all for those of few that were `told`, of one thing or of the things together."""
        if not self.number:
            return (told >> self.followed & (1 << self.row) - 1) << self.first
        mask = (1 << self.row) - 1
        rows = [told >> self.followed + i * self.row & mask for i in range(FEW)]
        if thing is not None and not any(rows[i] for i in range(FEW) if i != MIDDLE):
            return rows[MIDDLE] << self.first + thing * self.row
        together, every = rows[0] | rows[1] | rows[2], 0
        for k in range(self.number if together else 0):
            every |= together << self.first + k * self.row
        return every


def _rows(variable: Variable, alike: str) -> tuple[int, int]:
    """Return how many things a variable has values of, 0 where it has none, and how many values each or all have."""
    if variable.shape and _is_of(_sizes(variable)[0], alike):
        return variable.shape[0], variable.count // variable.shape[0]
    return 0, variable.count


def _sizes(variable: Variable) -> tuple[Any, ...]:
    return variable.size if isinstance(variable.size, tuple) else (variable.size,)


def _is_of(extent: Any, alike: str) -> bool:
    return bool(alike) and isinstance(extent, Count) and extent.of == alike


def _few(variable: Variable, alike: str) -> Variable:
    sizes = _sizes(variable)
    if not _is_of(sizes[0], alike):
        return variable
    size: Any = (Count(FEW, alike), *sizes[1:])
    return replace(variable, size=size if len(size) > 1 else size[0], start=variable.start_values()[:FEW])
