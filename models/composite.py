"""A block of several components that exchange their values inside, at the periods of a plan.

Time
----

The components step on a grid of base periods that begins with the first step. A communication step that is a whole
number of base periods runs them one by one; any other one ends within a base period, which is then divided: the
components of the fastest layer take a shorter step, and the next communication step begins with the rest of the
base period. Slower components step at the end of their own periods, over the whole of them, and what they told is
held meanwhile.

A remainder of up to a millionth of the base period is not stepped but kept for the next step: communication steps
come rounded. A communication step takes at most a million base periods.

Exchange
--------

The rows of the plan, in their order: a component steps, and hands on at once what it has computed. To a slower
component flows (A, W) are handed on as their mean over its period, weighted by the length of each step, so that
charge and energy are conserved; of other values the last one counts. The results are those of the separate
components under the same plan, to the last bit.

Inputs of the block are held during the communication step. Its outputs tell the end of the step; currents are means
over it, energies and charges integrals, and flags are true where they were so after any of its base periods.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import FunctionType
from typing import Any

from .composite_code import TOO_LONG, Layout, status_of, write
from .duration import format_duration, seconds
from .model import Detail, Kind, Model, Variable, kernel
from .operations import Action, Connection, Operation, endpoint


class Summary(Enum):
    """What an output tells of a communication step."""

    LAST = "last"
    """The value at its end."""
    MEAN = "mean"
    """The mean over it."""
    INTEGRAL = "integral"
    """The sum of what the component told for each of its steps."""
    RATE = "rate"
    """That sum over the length of the step: energy becomes power, charge current."""
    MAXIMUM = "maximum"
    """The greatest value; of a flag, whether it was ever true."""


RATE_UNITS = {"J": "W", "C": "A"}
"""Units of integrals, and of their rates."""


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
        What is told of the communication step; all but `Summary.LAST` are for scalars, and all but `Summary.LAST`
        and `Summary.INTEGRAL` for components of the fastest layer.
    detail : Detail
        The coarsest detail in which it is listed.
    """

    name: str
    source: str
    summary: Summary = Summary.LAST
    detail: Detail = Detail.PACK


def compose(
    name: str,
    description: str,
    members: Mapping[str, Model],
    base: int,
    operations: Sequence[Operation],
    taps: Sequence[Tap],
    settings: Mapping[str, float],
    shared: Mapping[str, str],
) -> Model:
    """Return a plan over components as one model, its kernels calling theirs directly.

    Parameters
    ----------
    name, description : str
        Of the block.
    members : mapping of str to Model
        The components, in the order in which they are initialised.
    base : int
        The base period [ns].
    operations : sequence of Operation
        The table of the plan. Every connection is transferred by one of its rows.
    taps : sequence of Tap
        The outputs.
    settings : mapping of str to float
        Parameters, ``"Component.parameter"``, that belong to the plan [unit of the parameter]; they cannot be set.
    shared : mapping of str to str
        Parameters that take the values of others, of the same shape, at the initialisation; they are not listed.

    Returns
    -------
    Model
        Its parameters are those of the components, ``Component.parameter``; its inputs those of the components that
        no connection drives.

    Raises
    ------
    ValueError
        When a tap, setting or shared parameter does not fit, two components have an undriven input of one name, or an
        array of two dimensions would have to be exchanged.
    """
    parameters = {
        f"{member}.{variable.name}": _parameter(variable, member, settings, shared)
        for member, model in members.items()
        for variable in model.parameters
    }
    unknown = sorted({*settings, *shared, *shared.values()} - set(parameters))
    if unknown:
        raise ValueError(f"{name}: there is no parameter {unknown[0]}; there are {', '.join(parameters)}")
    connections = {operation.subject for operation in operations if isinstance(operation.subject, Connection)}
    driven = {connection.target for connection in connections}
    inputs = {
        (member, variable.name): variable
        for member, model in members.items()
        for variable in model.inputs
        if (member, variable.name) not in driven
    }
    outputs = tuple(_output(members, operations, tap) for tap in taps)
    layout = Layout(
        members=members,
        base=seconds(base),
        operations=tuple(operations),
        inputs=tuple(inputs),
        outputs=tuple((tap.name, endpoint(tap.source), tap.summary.value) for tap in taps),
        shared=tuple((endpoint(led), endpoint(leader)) for led, leader in shared.items()),
    )
    layout.check()
    initialize, outputs_kernel, advance = _kernels(write(layout), members)
    return Model(
        name=name,
        description=description,
        parameters=tuple(parameters.values()),
        inputs=tuple(inputs.values()),
        outputs=outputs,
        states=_states(layout),
        constants=tuple(_owned(v, member, member) for member, model in members.items() for v in model.constants),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=_refusals(layout, base),
    )


def _owned(variable: Variable, member: str, owner: str) -> Variable:
    return replace(variable, owner=owner, fmi_name=f"{member}.{variable.fmi_name or variable.name}")


def _parameter(variable: Variable, member: str, settings: Mapping[str, float], shared: Mapping[str, str]) -> Variable:
    own = _owned(variable, member, member)
    if own.path in shared:
        return replace(own, hidden=True)
    value = settings.get(own.path)
    return own if value is None else replace(own, start=value, min=value, max=value, tunable=False)


def _output(members: Mapping[str, Model], operations: Sequence[Operation], tap: Tap) -> Variable:
    member, output = endpoint(tap.source)
    variable = members[member].variable(output)
    fast = Operation(Action.STEP, 1, member) in operations
    if tap.summary is not Summary.LAST and variable.shape:
        raise ValueError(f"{tap.name}: the {tap.summary.value} of the array {tap.source} cannot be told")
    if tap.summary not in (Summary.LAST, Summary.INTEGRAL) and not fast:
        raise ValueError(f"{tap.name}: {member} is not in the fastest layer; its {tap.summary.value} cannot be told")
    changed: dict[str, Any] = {"name": tap.name, "fmi_name": "", "detail": tap.detail}
    if tap.summary is Summary.RATE:
        changed["unit"] = RATE_UNITS[variable.unit]
    if variable.kind is Kind.REAL and tap.summary is not Summary.LAST:
        changed["description"] = f"{variable.description.removesuffix(', over the step')}: {_SUMMARIES[tap.summary]}"
    return replace(variable, **changed)


_SUMMARIES = {
    Summary.MEAN: "mean over the step",
    Summary.INTEGRAL: "integral over the step",
    Summary.RATE: "mean rate over the step",
    Summary.MAXIMUM: "greatest value in the step",
}


def _states(layout: Layout) -> tuple[Variable, ...]:
    """Return what the block remembers: its clock, its sums, and the whole memory of each component but parameters."""
    own = [
        Variable(name, unit, size, 0.0, -math.inf, math.inf, 1.0, name.replace("_", " "))
        for name, unit, size in layout.own_states()
    ]
    for member, model in layout.members.items():
        blocks = (("states", model.states), ("inputs", model.inputs), ("outputs", model.outputs))
        own += [_owned(variable, member, f"{member}_{block}") for block, variables in blocks for variable in variables]
    return tuple(own)


def _kernels(source: str, members: Mapping[str, Model]) -> list[Callable[..., Any]]:
    namespace: dict[str, Any] = {"__name__": __name__}
    for member, model in members.items():
        namespace[f"{member}_initialize"] = model.initialize
        namespace[f"{member}_outputs_kernel"] = model.outputs_kernel
        namespace[f"{member}_advance"] = model.advance
    exec(compile(source, "<plan>", "exec"), namespace)
    for name in [name for name, value in namespace.items() if isinstance(value, FunctionType)]:
        namespace[name] = kernel(namespace[name])
    return [namespace[name] for name in ("initialize", "outputs_kernel", "advance")]


def _refusals(layout: Layout, base: int) -> dict[int, str]:
    texts = {
        TOO_LONG: f"a communication step takes at most a million base periods of {format_duration(base)}; "
        "make it shorter"
    }
    for member, model in layout.members.items():
        records = {"p": f"p.{member}", "u": f"x.{member}_inputs", "y": f"x.{member}_outputs"}
        for status, text in model.refusals.items():
            for block, record in records.items():
                text = text.replace(f"{{{block}.", f"{{{record}.")  # noqa: PLW2901
            texts[status_of(layout, member, status)] = f"{member}: {text}"
    return texts
