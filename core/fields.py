"""Fields: the variables that an effect declares, and the sum of them that a model is.

States are quantities, truth values or whole numbers, each within what a kernel may write. Bytes that are restored as a
state are refused where a value is beyond its bounds, or not whole where it must be. A kernel that indexes by a state
limits the index itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .bounds import UNBOUNDED
from .variable import Causality, DataType, Variable

Size = int | tuple[int, int] | None

MOST = 2.0**53
"""Up to here float64 counts by ones."""

BLOCKS = {
    "parameters": Causality.PARAMETER,
    "inputs": Causality.INPUT,
    "outputs": Causality.OUTPUT,
    "states": Causality.STATE,
    "constants": Causality.CONSTANT,
}
"""The blocks of a model, and what their variables are."""


@dataclass(frozen=True)
class Fields:
    """Variables in the five blocks of a model; a sum has those of its first summand first.

    Parameters
    ----------
    parameters, inputs, outputs, states, constants : tuple of Variable
        The blocks ``p``, ``u``, ``y``, ``x`` and ``c``. Each variable learns its causality from its block.
    modules : tuple of str
        Names of the modules whose docstrings hold the equations; the page of the FMU is made from them.
    """

    parameters: tuple[Variable, ...] = ()
    inputs: tuple[Variable, ...] = ()
    outputs: tuple[Variable, ...] = ()
    states: tuple[Variable, ...] = ()
    constants: tuple[Variable, ...] = ()
    modules: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for block, causality in BLOCKS.items():
            variables = getattr(self, block)
            object.__setattr__(self, block, tuple(_with_causality(variable, causality) for variable in variables))

    def __add__(self, other: Fields) -> Fields:
        blocks = {block: getattr(self, block) + getattr(other, block) for block in BLOCKS}
        return Fields(**blocks, modules=tuple(dict.fromkeys(self.modules + other.modules)))


def _with_causality(variable: Variable, causality: Causality) -> Variable:
    return variable if variable.causality is causality else replace(variable, causality=causality)


def state(
    name: str,
    unit: str,
    size: Size,
    description: str,
    least: float = -UNBOUNDED,
    greatest: float = UNBOUNDED,
    start: float = 0.0,
) -> Variable:
    """Return a quantity [unit]; without bounds, any finite value will do."""
    return Variable(name, unit, size, start, least, greatest, 1.0, description)


def flag(name: str, size: Size, description: str) -> Variable:
    """Return a truth value: 0 or 1."""
    return Variable(name, "1", size, 0.0, 0.0, 1.0, 1.0, description, data_type=DataType.BOOLEAN)


def whole(name: str, size: Size, description: str, least: float = 0.0, greatest: float = MOST) -> Variable:
    """Return a whole number."""
    start = min(max(least, 0.0), greatest)
    return Variable(name, "1", size, start, least, greatest, 1.0, description, data_type=DataType.INTEGER)
