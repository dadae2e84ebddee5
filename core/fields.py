"""Fields: the variables that an effect declares, and the sum of them that a model is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .variable import Causality, Variable

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
