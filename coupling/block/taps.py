"""The outputs of a block: what it reports of its components' outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ...core.model import Model
from ...core.variable import Detail, Variable
from ..operations import Action, Operation, endpoint


class Summary(Enum):
    """What an output reports of a communication step."""

    LAST = "last"
    """The value at its end."""
    MEAN = "mean"
    """The mean over it."""
    INTEGRAL = "integral"
    """The sum of what the component computed for each of its steps."""
    RATE = "rate"
    """That sum over the length of the step: energy becomes power, charge current."""
    MAXIMUM = "maximum"
    """The greatest value; of a flag, whether it was ever true."""


RATE_UNITS = {"J": "W", "C": "A"}
"""Units of integrals, and of their rates."""


ALWAYS = min(Detail)
"""The detail of what every description lists."""


@dataclass(frozen=True)
class Tap:
    """An output of the block.

    Parameters
    ----------
    name : str
        Its name.
    source : str
        The component's output, ``"Component.output"``.
    summary : Summary
        What is reported of the communication step; all but `Summary.LAST` are for scalars, and all but `Summary.LAST`
        and `Summary.INTEGRAL` for components of the fastest layer.
    detail : Detail
        The coarsest detail in which it is listed.
    listed : str
        Its name in the FMU where that differs.
    """

    name: str
    source: str
    summary: Summary = Summary.LAST
    detail: Detail = ALWAYS
    listed: str = ""


def output(members: Mapping[str, Model], operations: Sequence[Operation], tap: Tap) -> Variable:
    """Return the output of a block that a tap makes; ValueError where it cannot be made."""
    member, name = endpoint(tap.source)
    variable, how = members[member].variable(name), tap.summary.value
    fast = Operation(Action.STEP, 1, member) in operations
    if tap.summary is not Summary.LAST and variable.shape:
        raise ValueError(f"{tap.name}: the {how} of the array {tap.source} cannot be computed")
    if tap.summary not in (Summary.LAST, Summary.INTEGRAL) and not fast:
        raise ValueError(f"{tap.name}: {member} is not in the fastest layer; its {how} cannot be computed")
    changed: dict[str, Any] = {"name": tap.name, "fmi_name": tap.listed, "detail": tap.detail}
    changed |= {"hold_tolerance": 0.0, "time_constant": "", "sensitivity": ""}  # are watched within
    if tap.summary is Summary.RATE:
        changed["unit"] = RATE_UNITS[variable.unit]
    if tap.summary is not Summary.LAST:
        changed["slow"] = False
        changed["description"] = f"{variable.description.removesuffix(', over the step')}: {_SUMMARIES[tap.summary]}"
    return replace(variable, **changed)


_SUMMARIES = {
    Summary.MEAN: "mean over the step",
    Summary.INTEGRAL: "integral over the step",
    Summary.RATE: "mean rate over the step",
    Summary.MAXIMUM: "in any base period of the step",
}
