"""A model with memory of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .block.memory import BlockMemory
from .block.structure import layout_of
from .compilation.entry import entries
from .model import Model
from .variable import Variable


class Instance:
    """A model with memory: the blocks in one buffer of float64, so that saving a state is one copy.

    The buffer holds parameters, inputs, outputs and states in the order of their declaration; `Model.offsets`
    returns the places. The caller checks the values that it sets.

    Parameters
    ----------
    model : Model
        What to instantiate; parameters and inputs get their start values.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.memory, (self.x, self.p, self.u, self.y, self.c) = blocks_of(model)
        self._entries = entries(model)
        self._addresses = np.array([block.addresses for block in (self.x, self.p, self.u, self.y, self.c)]).ravel()

    def initialize(self) -> None:
        """Compute states and outputs from parameters and inputs."""
        self._entries.initialize(self._addresses)

    def update_outputs(self) -> None:
        """Let the outputs follow a changed tunable parameter."""
        self._entries.update_outputs(self._addresses)

    def advance(self, t: float, h: float) -> int:
        """Step from t to t + h [s]; return ``DONE`` or the status of the refusal."""
        return self._entries.advance(self._addresses, t, h)

    def refusal(self, status: int) -> str:
        """Say why a step ended with this status; call before the memory is put back."""
        return self.model.refusals[status].format(x=self.x, p=self.p, u=self.u, y=self.y)


def blocks_of(model: Model) -> tuple[NDArray[np.float64], tuple[BlockMemory, ...]]:
    """Return the buffer of a new instance and its blocks ``x, p, u, y, c``, parameters and inputs at start values."""
    blocks = (model.parameters, model.inputs, model.outputs, model.states)
    sizes = [sum(variable.count for variable in block) for block in blocks]
    memory = np.zeros(sum(sizes))
    memory[: sizes[0] + sizes[1]] = _start_values(model.parameters + model.inputs)
    p, u, y, x = np.split(memory, np.cumsum(sizes[:-1]))
    c = _start_values(model.constants).astype(np.int64)
    variables = (model.states, model.parameters, model.inputs, model.outputs, model.constants)
    return memory, tuple(
        BlockMemory(structure, layout_of(block), values)
        for structure, block, values in zip(model.structures, variables, (x, p, u, y, c), strict=True)
    )


def _start_values(variables: Sequence[Variable]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *(variable.start_values().ravel() for variable in variables)])
