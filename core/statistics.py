"""Extremes over cells or groups: how an array is told in five numbers."""

from __future__ import annotations

import math

from .model import Block, kernel
from .variable import DataType, Variable


@kernel
def extremes(values: Block) -> tuple[float, float, float, int, int]:
    """Return minimum, maximum and mean of `values`, and the numbers, from 1, of the least and the greatest."""
    least = greatest = 0
    total = 0.0
    for k in range(values.shape[0]):
        total += values[k]
        if values[k] < values[least]:
            least = k
        if values[k] > values[greatest]:
            greatest = k
    return values[least], values[greatest], total / values.shape[0], least + 1, greatest + 1


def extreme_variables(of: Variable, whose: str = "cell") -> tuple[Variable, ...]:
    """Return the outputs that tell an array's extremes, in the order of `extremes`.

    Parameters
    ----------
    of : Variable
        The array; unit, display unit and nominal are taken over.
    whose : str
        What the array counts: ``cell`` or ``group``.
    """
    kinds = (("minimum", "Least"), ("maximum", "Greatest"), ("mean", "Mean"))
    name = of.name.replace("_", " ").replace("soc", "SOC")
    values = tuple(
        Variable(f"{of.name}_{kind}", of.unit, None, 0.0, -math.inf, math.inf, of.nominal,
                 f"{word} {name} of the {whose}s", display_unit=of.display_unit)
        for kind, word in kinds
    )  # fmt: skip
    numbers = tuple(
        Variable(f"{of.name}_{kind}_{whose}", "1", None, 1.0, 1.0, math.inf, 1.0,
                 f"Number of the {whose} with the {word.lower()} {name}", data_type=DataType.INTEGER)
        for kind, word in kinds[:2]
    )  # fmt: skip
    return values + numbers
