"""Extremes over cells or groups: an array summarised in five numbers, declared and computed by one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .bounds import UNBOUNDED
from .kernel import Block, generated, kernel
from .variable import DataType, Variable

SUMMARIES = {"minimum": "Least", "maximum": "Greatest", "mean": "Mean"}
"""The three values, and how their descriptions begin."""


@kernel
def extremes(values: Block) -> tuple[float, float, float, int, int]:
    """Return minimum, maximum and mean of `values`, and the numbers, from 1, of the least and the greatest."""
    least = greatest = 0
    lowest = highest = values[0]
    total = 0.0
    for k in range(values.shape[0]):
        value = values[k]
        total += value
        if value < lowest:
            lowest, least = value, k
        if value > highest:
            highest, greatest = value, k
    return lowest, highest, total / values.shape[0], least + 1, greatest + 1


class Extremes(NamedTuple):
    """The extremes of an array.

    Parameters
    ----------
    variables : tuple of Variable
        The outputs: minimum, maximum and mean, and the numbers of the least and the greatest element.
    write : kernel
        ``write(values, y)`` computes these outputs from an array.
    """

    variables: tuple[Variable, ...]
    write: Callable[[Any, Block], None]


def extremes_of(of: Variable, whose: str = "cell") -> Extremes:
    """Return the outputs that summarise an array, and the kernel that writes them.

    Parameters
    ----------
    of : Variable
        The array, of any size; name, unit, display unit and nominal are taken over.
    whose : str
        What the array counts: ``cell`` or ``group``.
    """
    name = of.name.replace("_", " ").replace("soc", "SOC")
    values = tuple(
        Variable(f"{of.name}_{summary}", of.unit, None, 0.0, -UNBOUNDED, UNBOUNDED, of.nominal,
                 f"{word} {name} of the {whose}s", display_unit=of.display_unit)
        for summary, word in SUMMARIES.items()
    )  # fmt: skip
    numbers = tuple(
        Variable(f"{of.name}_{summary}_{whose}", "1", None, 1.0, 1.0, UNBOUNDED, 1.0,
                 f"Number of the {whose} with the {SUMMARIES[summary].lower()} {name}", data_type=DataType.INTEGER)
        for summary in ("minimum", "maximum")
    )  # fmt: skip
    fields = ", ".join(f"y.{variable.name}" for variable in values + numbers)
    body, called = f"{fields} = extremes(values)", {"extremes": extremes}
    return Extremes(values + numbers, generated(f"write_{of.name}_extremes", "values, y", body, called, __name__))
