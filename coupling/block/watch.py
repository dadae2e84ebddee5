"""What a block tells of its timescales: the constants of its components, and whether they are kept apart.

The output ``separation`` is true while the demands of `coupling.enforcement` on the time constants hold at the end of a
communication step, and every held value has kept to its tolerance in each step of its component (`coupling.holding`).
``timescale.fastest`` and ``timescale.slowest`` are the shortest and the longest constant of all components.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...core.fields import flag, state
from ...core.model import Model, Place
from ...core.timescale import timescale_variables
from ...core.variable import DataType, Variable
from ..enforcement import FASTEST, SLOWEST
from .wiring import Wiring, output_field

SEPARATION = Variable(
    "separation", "1", None, 1.0, 0.0, 1.0, 1.0,
    "Whether timescales are kept apart: all rules of the plan hold, and held values keep to their tolerances",
    data_type=DataType.BOOLEAN,
)  # fmt: skip
"""The output that tells it."""


def outputs() -> tuple[Variable, ...]:
    """Return the outputs that a watched block has besides."""
    return (*timescale_variables(), SEPARATION)


def watched(wiring: Wiring) -> dict[Place, Variable]:
    """Return the held outputs that are watched; their place here is the number in the names of states."""
    if not wiring.limits:
        return {}
    sources = dict.fromkeys(connection.source for connection in wiring.connections)
    variables = {source: wiring.variable(source) for source in sources}
    return {source: variable for source, variable in variables.items() if variable.hold_tolerance > 0.0}


def states(wiring: Wiring) -> list[Variable]:
    """Return what the watch remembers."""
    if not wiring.limits:
        return []
    held = [
        state(f"held_{number}", v.unit, v.size, f"{place[0]}.{place[1]} in its last step")
        for number, (place, v) in enumerate(watched(wiring).items())
    ]
    return [flag("separated", None, "Whether timescales were kept apart in the communication step so far"), *held]


def look(wiring: Wiring, member: str) -> Iterator[str]:
    """Yield lines that look at what a component has held, after its step."""
    for number, (place, variable) in enumerate(watched(wiring).items()):
        if place[0] == member:
            held, value = f"x.held_{number}", output_field(place)
            change = f"take_change({held}, {value})" if variable.shape else f"abs({value} - {held})"
            yield f"if {change} > {variable.hold_tolerance!r}:"
            yield "    x.separated = 0.0"
            if not variable.shape:
                yield f"{held} = {value}"


def restart(wiring: Wiring) -> Iterator[str]:
    """Yield lines that take what is held at the start for what was held before."""
    for number, (place, variable) in enumerate(watched(wiring).items()):
        held, value = f"x.held_{number}", output_field(place)
        yield f"copy({value}, {held})" if variable.shape else f"{held} = {value}"


def begin(wiring: Wiring) -> list[str]:
    """Return the line before the first step of a communication step."""
    return ["x.separated = 1.0"] if wiring.limits else []


def end(wiring: Wiring) -> Iterator[str]:
    """Yield lines that check the demands of the plan, and write the flag."""
    for limits in wiring.limits:
        constant = output_field((limits.component, _named(wiring.members[limits.component], limits.output)))
        terms = [f"{constant} >= {limits.least * wiring.base!r} * x.scale"] if limits.least is not None else []
        terms += [f"{constant} <= {limits.most * wiring.base!r} * x.scale"] if limits.most is not None else []
        yield f"if not ({' and '.join(terms)}):"
        yield "    x.separated = 0.0"
    if wiring.limits:
        yield "y.separation = x.separated"


def write(wiring: Wiring) -> Iterator[str]:
    """Yield lines that write the shortest and the longest time constant of all components."""
    if wiring.limits:
        yield f"y.timescale_fastest = {_over_all(wiring, FASTEST, 'min')}"
        yield f"y.timescale_slowest = {_over_all(wiring, SLOWEST, 'max')}"


def sources(wiring: Wiring, scale: Place) -> dict[str, tuple[Place, ...]]:
    """Return the constants that each of these outputs is made of; the demands follow the `scale` of the periods."""
    if not wiring.limits:
        return {}
    limited = [(limits.component, _named(wiring.members[limits.component], limits.output)) for limits in wiring.limits]
    return {
        "timescale_fastest": tuple(_reported(wiring, FASTEST)),
        "timescale_slowest": tuple(_reported(wiring, SLOWEST)),
        SEPARATION.name: (scale, *limited),
    }


def _over_all(wiring: Wiring, output: str, function: str) -> str:
    told = [output_field(place) for place in _reported(wiring, output)]
    return told[0] if len(told) == 1 else f"{function}({', '.join(told)})"


def _reported(wiring: Wiring, output: str) -> list[Place]:
    """Return the components' outputs of this name."""
    reporting = {member: _reporting(model) for member, model in wiring.members.items()}
    return [(member, names[output]) for member, names in reporting.items() if output in names]


def _named(model: Model, output: str) -> str:
    return _reporting(model)[output]


def _reporting(model: Model) -> Mapping[str, str]:
    """Return the fields of a model's scalar outputs by their names in the FMU."""
    return {variable.listed_name: variable.name for variable in model.outputs if not variable.shape}
