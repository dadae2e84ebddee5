"""What cells of several kinds have in common: arrays over all cells, and how values of the kinds make one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....core.bounds import UNBOUNDED
from ....core.model import Model
from ....core.statistics import extremes_of
from ....core.variable import Count, DataType, Variable

CELL = "cell"

TOGETHER = ("lookahead",)
"""Parameters without extents that are one for all kinds."""

SUMS = ("J", "C")
"""Units of outputs without extents that are sums over the cells."""


@dataclass(frozen=True)
class Merged:
    """What a model of several kinds has in common.

    Parameters
    ----------
    cells : int
        Number of all cells.
    parameters, inputs, outputs : dict of str to Variable
        Those of all cells, by name.
    gathered : tuple of str
        Outputs that are arrays over the cells.
    folds : dict of str to str
        How the other outputs are made of those of the kinds: the name of a function of two values, or ``sum``.
    extremes : dict of str to kernel
        The kernels that write the extremes of an array of outputs, by its name.
    sources : dict of str to str
        The output of each kind that one without extents is made of.
    """

    cells: int
    parameters: dict[str, Variable]
    inputs: dict[str, Variable]
    outputs: dict[str, Variable]
    gathered: tuple[str, ...]
    folds: dict[str, str]
    extremes: dict[str, Callable[..., None]]
    sources: dict[str, str]

    @property
    def taken(self) -> set[str]:
        """Names of the parameters and inputs that the kinds take from those of all cells."""
        return {*self.parameters, *self.inputs}


def merge(members: Mapping[str, Model], shares: Mapping[str, Sequence[int]]) -> Merged:
    """Return what kinds of cells have in common.

    Parameters
    ----------
    members : mapping of str to Model
        The model of the cells of each kind.
    shares : mapping of str to sequence of int
        Which of all cells they are, from 0.

    Raises
    ------
    ValueError
        When nothing tells how an output of all kinds is made of theirs.
    """
    models, places = list(members.values()), [np.array(share) for share in shares.values()]
    count = Count(sum(map(len, places)), CELL)
    parameters = {
        name: over_all([model.variable(name) for model in models], places, count)
        for name in _common(model.parameters for model in models)
    }
    told = _common(model.outputs for model in models)
    outputs = {name: over_all([model.variable(name) for model in models], places, count) for name in told}
    gathered = tuple(name for name, variable in outputs.items() if variable.shape)
    extremes = {name: extremes_of(outputs[name]) for name in gathered if f"{name}_minimum" in outputs}
    summaries = {v.name: name for name, each in extremes.items() for v in each.variables}
    return Merged(
        cells=int(count),
        parameters={name: v for name, v in parameters.items() if v.shape or name in TOGETHER},
        inputs=_inputs(models, places, count),
        outputs=outputs,
        gathered=gathered,
        folds={name: _fold(v) for name, v in outputs.items() if not v.shape and name not in summaries},
        extremes={name: each.write for name, each in extremes.items()},
        sources={name: summaries.get(name, name) for name, v in outputs.items() if not v.shape},
    )


def over_all(variables: Sequence[Variable], places: Sequence[NDArray[np.int64]], count: Count) -> Variable:
    """Return a variable of all cells for those of each kind: start values at their places, and the bounds of all."""
    first = variables[0]
    least, greatest = max(v.min for v in variables), min(v.max for v in variables)
    if not first.shape:
        return replace(first, min=least, max=greatest)
    start = np.zeros(count)
    for variable, place in zip(variables, places, strict=True):
        start[place] = variable.start_values()
    return replace(first, size=count, start=start, min=least, max=greatest)


def remembered(port: Variable, owner: str) -> Variable:
    """Return an input or output of a kind as the model of all remembers it."""
    return replace(port, owner=owner, min=-UNBOUNDED, max=UNBOUNDED, data_type=DataType.REAL)


def _is_of_cells(variable: Variable) -> bool:
    return len(variable.shape) == 1 and variable.dimension == CELL


def _common(blocks: Iterable[Sequence[Variable]]) -> list[str]:
    """Return the names of what every kind has, once or for each of its cells."""
    kinds = [{v.name: _is_of_cells(v) for v in block if not v.shape or _is_of_cells(v)} for block in blocks]
    return [name for name, of_cells in kinds[0].items() if all(kind.get(name) == of_cells for kind in kinds)]


def _inputs(models: Sequence[Model], places: Sequence[NDArray[np.int64]], count: Count) -> dict[str, Variable]:
    """Return the inputs of any kind, for all cells; those that do not take one have its first kind's start value."""
    found: dict[str, Variable] = {}
    for name in dict.fromkeys(v.name for model in models for v in model.inputs):
        having = [any(v.name == name for v in model.inputs) for model in models]
        first = next(model.variable(name) for model, has in zip(models, having, strict=True) if has)
        each: list[Any] = [
            model.variable(name) if has else replace(first, size=len(place), start=first.start_values().flat[0])
            for model, has, place in zip(models, having, places, strict=True)
        ]
        found[name] = over_all(each, places, count)
    return found


def _fold(variable: Variable) -> str:
    """Return how values of the kinds make one of all cells."""
    if variable.name == "timescale_slowest" or variable.name.startswith("sensitivity_"):
        return "max"
    if variable.name.startswith("timescale_"):
        return "min"
    if variable.unit in SUMS:
        return "sum"
    raise ValueError(f"nothing tells how {variable.name} of several kinds of cells makes one")
