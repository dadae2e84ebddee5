"""On which parameters and inputs the outputs depend after the initialisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..block.memory import BlockMemory, block_of
from ..model import Model
from ..variable import Causality, Variable
from .frame import Frame
from .statements import followed
from .values import NOBODY_KNOWS, Dependent, dependence


def initial_dependencies(model: Model, known: Mapping[str, int]) -> dict[str, list[int]]:
    """Find on what each scalar output depends after `Model.initialize`, by following the kernels.

    Parameters
    ----------
    model : Model
        A model.
    known : mapping of str to int
        The first bit, 1 or more, of each parameter and input that counts, by its path; its scalars have the bits that
        follow. Others have their start values.

    Returns
    -------
    dict of str to list of int
        By the path of the output, for each of its scalars the sum of the bits of what it may depend on: all of which a
        change can change the output, and mostly few others.
    """
    x, y = (_filled(block, known) for block in (model.states, model.outputs))
    p, u, c = (_filled(block, known) for block in (model.parameters, model.inputs, model.constants))
    follow = followed(model.initialize)
    assert follow is not None
    follow(Frame({}, 0), (x, p, u, y, c))
    offset, found = 0, {}
    for variable in model.outputs:
        found[variable.path] = [dependence((value,)) for value in y.memory[offset : offset + variable.count]]
        offset += variable.count
    return found


def _filled(block: Sequence[Variable], known: Mapping[str, int]) -> BlockMemory:
    """Return a block of what is known before the initialisation."""
    values: list[object] = []
    for variable in block:
        first = known.get(variable.path)
        if first is not None:
            values += [Dependent(1 << bit) for bit in range(first, first + variable.count)]
        elif variable.causality in (Causality.STATE, Causality.OUTPUT):
            values += [NOBODY_KNOWS] * variable.count
        else:
            kind = int if variable.causality is Causality.CONSTANT else float
            values += [kind(value) for value in variable.start_values().flat]
    filled = block_of(block, object)
    filled.memory[:] = values
    return filled
