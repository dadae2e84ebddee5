"""On which parameters and inputs the outputs depend after the initialisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..model import Model
from ..variable import Causality, Variable
from .frame import Frame
from .statements import followed
from .values import Dependent, Record, dependence


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
    return {variable.path: [dependence((value,)) for value in y.values(variable)] for variable in model.outputs}


def _filled(block: Sequence[Variable], known: Mapping[str, int]) -> Record:
    """Return a block of what is known before the initialisation."""
    return Record(block, {variable.path: _values(variable, known.get(variable.path)) for variable in block})


def _values(variable: Variable, first: int | None) -> list[Any]:
    if first is not None:
        return [Dependent(1 << bit) for bit in range(first, first + variable.count)]
    if variable.causality in (Causality.STATE, Causality.OUTPUT):
        return [Dependent(0) for _ in range(variable.count)]
    values = variable.start_values().ravel()
    return (values.astype(int) if variable.causality is Causality.CONSTANT else values).tolist()
