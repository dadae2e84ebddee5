"""What the memory of an instance may hold: values within bounds, numbers that are finite."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..bounds import UNBOUNDED, first_beyond, out_of_bounds
from ..variable import Causality, DataType, Variable

if TYPE_CHECKING:
    from ..model import Model


class MemoryBounds:
    """The bounds of each value in the memory of an instance; an output may be any finite number.

    Parameters
    ----------
    model : Model
        Its parameters, inputs, outputs and states lie in the memory in this order; `inputs`, `results` and `states` are
        where the others begin.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        variables = model.interface + model.states
        counts = [variable.count for variable in variables]
        bounds = [_bounds(variable) for variable in variables]
        self.inputs, self.results, self.states = accumulate(
            sum(variable.count for variable in block) for block in (model.parameters, model.inputs, model.outputs)
        )
        self.least: NDArray[np.float64] = np.repeat([least for least, _, _ in bounds], counts)
        self.greatest: NDArray[np.float64] = np.repeat([greatest for _, greatest, _ in bounds], counts)
        self.whole: NDArray[np.bool_] = np.repeat([whole for _, _, whole in bounds], counts)

    def fault(self, memory: NDArray[np.float64], begin: int = 0, end: int | None = None) -> str | None:
        """Return which value from `begin` up to `end` no instance can have, and why; None where there is none."""
        part = slice(begin, end)
        first = first_beyond(memory[part], self.least[part], self.greatest[part], self.whole[part])
        if first is None:
            return None
        place = begin + first
        value, whole = float(memory[place]), bool(self.whole[place])
        least, greatest, unit = float(self.least[place]), float(self.greatest[place]), self.variable(place).unit
        return out_of_bounds(self.name(place), value, unit, least, greatest, whole)

    def variable(self, place: int) -> Variable:
        """Return the variable at a place in the memory."""
        return self._find(place)[0]

    def name(self, place: int) -> str:
        """Return the name of the scalar at a place in the memory; hidden states are called so."""
        variable, position = self._find(place)
        prefix = "hidden state " if place >= self.states else ""
        return f"{prefix}{variable.scalar_names()[position]}"

    def _find(self, place: int) -> tuple[Variable, int]:
        position = place
        for variable in self._model.interface + self._model.states:
            if position < variable.count:
                return variable, position
            position -= variable.count
        raise IndexError(f"{self._model.name} has no place {place} in its memory")


def _bounds(variable: Variable) -> tuple[float, float, bool]:
    """Return the least and the greatest value, and whether it must be whole."""
    if variable.causality is Causality.OUTPUT:
        return -UNBOUNDED, UNBOUNDED, False
    return variable.min, variable.max, variable.data_type is not DataType.REAL
