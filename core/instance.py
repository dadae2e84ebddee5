"""A model with memory of its own."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Block, Model
from .variable import Variable


def block_dtype(variables: tuple[Variable, ...], scalar: str = "f8") -> np.dtype[Any]:
    """Return the structured dtype of a block: a field a variable; those of an owner in a record of that name."""
    fields: list[tuple[Any, ...]] = []
    for owner, members in groupby(variables, key=lambda variable: variable.owner):
        own = [(variable.name, scalar, variable.shape) for variable in members]
        fields += [(owner, np.dtype(own))] if owner else own
    return np.dtype(fields)


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
        blocks = (model.parameters, model.inputs, model.outputs, model.states)
        sizes = [sum(variable.count for variable in block) for block in blocks]
        self.memory = np.zeros(sum(sizes))
        for variables in blocks[:2]:
            for variable in variables:
                begin = model.offsets()[variable.path]
                self.memory[begin : begin + variable.count] = variable.start_values().ravel()
        edges = np.cumsum([0, *sizes])
        self.p, self.u, self.y, self.x = (
            _record(self.memory[begin:end], block_dtype(block))
            for block, begin, end in zip(blocks, edges[:-1], edges[1:], strict=True)
        )
        constants = np.zeros(1, dtype=block_dtype(model.constants, "i8"))
        for variable in model.constants:
            record = constants[variable.owner] if variable.owner else constants
            record[variable.name] = variable.start_values()
        self.c = constants[0]

    def initialize(self) -> None:
        """Compute states and outputs from parameters and inputs."""
        self.model.initialize(self.x, self.p, self.u, self.y, self.c)

    def update_outputs(self) -> None:
        """Let the outputs follow a changed tunable parameter."""
        self.model.outputs_kernel(self.x, self.p, self.u, self.y, self.c)

    def advance(self, t: float, h: float) -> int:
        """Step from t to t + h [s]; return ``DONE`` or the status of the refusal."""
        return self.model.advance(self.x, self.p, self.u, self.y, self.c, t, h)

    def refusal(self, status: int) -> str:
        """Say why a step ended with this status; call before the memory is put back."""
        return self.model.refusals[status].format(**{name: _Fields(getattr(self, name)) for name in "puyx"})


class _Fields:
    """A record's fields as attributes, for format strings."""

    def __init__(self, record: Block) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        value = self._record[name]
        return _Fields(value) if value.dtype.names else value


def _record(memory: NDArray[np.float64], dtype: np.dtype[Any]) -> Block:
    return memory.view(dtype)[0] if memory.size else np.zeros(1, dtype)[0]
