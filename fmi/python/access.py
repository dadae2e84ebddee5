"""Bulk access to an instance's memory by value references.

A master asks for the same list of references in every step, so what follows from a list is kept: the places of
its values, their bounds, and what a user may do with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.block.memory_bounds import MemoryBounds
from ...core.bounds import first_beyond, out_of_bounds
from ...core.variable import Causality

if TYPE_CHECKING:
    from ...core.model import Model


class Role(IntEnum):
    """What a variable is to a master."""

    FIXED = 0
    TUNABLE = 1
    INPUT = 2
    OUTPUT = 3


ROLES = {Causality.PARAMETER: Role.FIXED, Causality.INPUT: Role.INPUT, Causality.OUTPUT: Role.OUTPUT}
"""What a variable of a causality is, unless it is a tunable parameter."""


class AccessError(Exception):
    """A value or reference that does not fit; the message is complete."""


@dataclass(frozen=True)
class Selection:
    """The variables of one list of references.

    Parameters
    ----------
    references : tuple of int
        The list.
    where : slice or (n,) array
        Their places in the memory.
    minimum, maximum : (n,) array
        Bounds of their values.
    roles : (n,) array
        A `Role` each.
    """

    references: tuple[int, ...]
    where: slice | NDArray[np.intp]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    roles: NDArray[np.int8]

    @property
    def has_outputs(self) -> bool:
        """Whether an output is among them."""
        return bool((self.roles == Role.OUTPUT).any())


class Layout:
    """The interface of a model by value reference.

    Parameters
    ----------
    model : Model
        Its parameters, inputs and outputs are referred to.
    """

    def __init__(self, model: Model) -> None:
        variables = model.interface
        counts = [variable.count for variable in variables]
        roles = [Role.TUNABLE if variable.tunable else ROLES[variable.causality] for variable in variables]
        self.model = model
        self.bounds = MemoryBounds(model)
        self.roles = np.repeat(roles, counts).astype(np.int8)
        self.kinds = np.repeat(["" if variable.hidden else variable.data_type.value for variable in variables], counts)
        self._selections: dict[tuple[str, tuple[int, ...]], Selection] = {}

    def select(self, references: list[int], kind: str) -> Selection:
        """Return what is known of a list of references to variables of a kind: ``Real``, ``Integer``, ``Boolean``.

        Raises
        ------
        AccessError
            When a reference is no variable of this kind.
        """
        key = (kind, tuple(references))
        selection = self._selections.get(key)
        if selection is None:
            selection = self._selections[key] = self._new_selection(key[1], kind)
        return selection

    def check(self, selection: Selection, values: NDArray[np.float64]) -> None:
        """Raise AccessError, naming the first offender and its bounds, unless all values are finite and within them."""
        first = first_beyond(values, selection.minimum, selection.maximum)
        if first is not None:
            variable = self.bounds.variable(selection.references[first])
            name = self.bounds.name(selection.references[first])
            raise AccessError(out_of_bounds(name, float(values[first]), variable.unit, variable.min, variable.max))

    def _new_selection(self, references: tuple[int, ...], kind: str) -> Selection:
        for reference in references:
            if not 0 <= reference < self.kinds.size or self.kinds[reference] != kind:
                raise AccessError(f"value reference {reference} is no {kind} variable of {self.model.name}")
        index = np.array(references, dtype=np.intp)
        start = references[0] if references else 0
        contiguous = references == tuple(range(start, start + len(references)))
        return Selection(
            references,
            slice(start, start + len(references)) if contiguous else index,
            self.bounds.least[index],
            self.bounds.greatest[index],
            self.roles[index],
        )
