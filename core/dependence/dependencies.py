"""On which parameters and inputs the outputs depend after the initialisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model import Model
from ..variable import Variable
from .frame import Frame
from .statements import followed
from .values import Dependent, Record, dependence


def initial_dependencies(model: Model, known: Mapping[str, int], former: int = 0) -> dict[str, list[int]]:
    """Find on what each scalar output depends after `Model.initialize`, by following the kernels.

    Parameters
    ----------
    model : Model
        A model.
    known : mapping of str to int
        The first bit, 1 or more, of each parameter and input that counts, by its path; its scalars have the bits that
        follow. Others have their start values.
    former : int
        The bits of what states and outputs hold before.

    Returns
    -------
    dict of str to list of int
        By the path of the output, for each of its scalars the sum of the bits of what it may depend on: of all that
        can change it, and of few others.
    """
    x, y = (
        _record(block, lambda v: [Dependent(former) for _ in range(v.count)]) for block in (model.states, model.outputs)
    )
    p, u = (_record(block, lambda v: _given(v, known.get(v.path))) for block in (model.parameters, model.inputs))
    c = _record(model.constants, lambda v: v.start_values().astype(int).ravel().tolist())
    follow = followed(model.initialize)
    assert follow is not None
    follow(Frame({}, 0), (x, p, u, y, c))
    return {variable.path: [dependence((value,)) for value in y.values(variable)] for variable in model.outputs}


def _record(block: Sequence[Variable], values: Callable[[Variable], list[Any]]) -> Record:
    """Return a block with these values before the initialisation."""
    return Record(block, {variable.path: values(variable) for variable in block})


def _given(variable: Variable, first: int | None) -> list[Any]:
    if first is None:
        return list(variable.start_values().ravel().tolist())
    return [Dependent(1 << bit) for bit in range(first, first + variable.count)]
