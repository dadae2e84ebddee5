"""The fields of a block's records as its source names them."""

from __future__ import annotations

from ..core.variable import Variable
from .wiring import Place, Wiring


def blocks(wiring: Wiring, member: str) -> str:
    """Return the arguments of a component's kernel; an empty block is never looked at, so a number will do."""
    model = wiring.members[member]
    blocks = (
        (model.states, f"x.{member}_states"),
        (model.parameters, f"p.{member}"),
        (model.inputs, f"x.{member}_inputs"),
        (model.outputs, f"x.{member}_outputs"),
        (model.constants, f"c.{member}"),
    )
    return ", ".join(record if variables else "0.0" for variables, record in blocks)


def parameter_field(place: Place) -> str:
    """Return where a component's parameter lies."""
    return f"p.{place[0]}.{place[1]}"


def input_field(place: Place) -> str:
    """Return where a component's input lies."""
    return f"x.{place[0]}_inputs.{place[1]}"


def output_field(place: Place) -> str:
    """Return where a component's output lies."""
    return f"x.{place[0]}_outputs.{place[1]}"


def copy_line(source: str, target: str, variable: Variable) -> str:
    """Return the line that copies a value like `variable`."""
    return f"copy({source}, {target})" if variable.shape else f"{target} = {source}"


def fill_lines(target: str, variable: Variable) -> list[str]:
    """Return lines that give an input its declared start value, which is the same for a whole array."""
    value = repr(float(variable.start_values().flat[0]))
    if variable.shape:
        return [f"for k in range({variable.count}):", f"    {target}[k] = {value}"]
    return [f"{target} = {value}"]
