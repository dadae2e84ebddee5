"""A block of several components that exchange their values inside, at the periods of a plan.

Time
----

The components step on a grid of base periods that begins with the first step. A communication step that is a whole
number of base periods runs them one by one; any other one ends within a base period, which is then divided: the
components of the fastest layer take a shorter step, and the next communication step begins with the rest of the
base period. Slower components step at the end of their own periods, over the whole of them; their outputs are
held meanwhile.

The ports of the cells then look ahead by half of the shorter step, so that the order of the exchange is kept.

A remainder of up to a millionth of the base period is not stepped but kept for the next step: communication steps
come rounded. A communication step takes at most a million base periods.

``step_scale`` multiplies all periods, and how far the ports look ahead. A change is taken up where all components
have completed their periods: at the beginning of the next step, or in a later one where they have not.

Exchange
--------

The rows of the plan, in their order: a component steps, and hands on at once what it has computed. To a slower
component flows (A, W) are handed on as their mean over its period, weighted by the length of each step, so that
charge and energy are conserved; of other values the last one counts. The results are those of the separate
components under the same plan, to the last bit.

An undriven input that several components have feeds each of them. A held input keeps its start value.

Inputs of the block are held during the communication step. What a component is given must be within the bounds of its
inputs, else the step is refused.

Outputs
-------

An output is the value that its component computed last, at the end of its own last step and as of the instants that
its documentation gives: voltages of groups and pack are those at the communication point, undervoltage and overvoltage
those at the ends of base periods; of the network, limits are those half a base period after the beginning of the last
base period, SOC, usable capacity and state of energy those at its beginning, and currents those that flowed in it.
Outputs that are called a mean, an integral or a rate over the step, or that hold in any base period of the step,
are made of all base periods of the communication step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import inf
from types import FunctionType
from typing import Any

from ...core.block.block_type import nothing
from ...core.bounds import UNBOUNDED
from ...core.compilation.compiler import Kernel
from ...core.compilation.generated import execute
from ...core.duration import seconds
from ...core.fields import Fields
from ...core.kernel import kernel
from ...core.model import Composition, Model, Place, Update
from ...core.variable import DataType, Variable
from .. import transfers
from ..operations import Connection, Operation, endpoint
from . import watch
from .code import write
from .taps import Summary, Tap, output
from .wiring import STEP_SCALE, Limits, Wiring, refusals


def compose(
    name: str,
    description: str,
    members: Mapping[str, Model],
    base: int,
    operations: Sequence[Operation],
    taps: Sequence[Tap],
    lookaheads: Sequence[str],
    shared: Mapping[str, str],
    held: Sequence[str] = (),
    limits: Sequence[Limits] = (),
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
    lookaheads : sequence of str
        Parameters, ``"Component.parameter"``, that are half the length of a step [s]; they cannot be set.
    shared : mapping of str to str
        Parameters that take the values of others, of the same shape, at the initialisation; they are not listed.
    held : sequence of str
        Inputs, ``"Component.input"``, that no connection drives and that keep their start values; they are not listed.
    limits : sequence of Limits
        What the plan demands of the components' time constants; with any the block watches its timescales, and tells
        the output ``separation``.

    Returns
    -------
    Model
        Its parameters are those of the components, ``Component.parameter``, and ``step_scale``; its inputs those of
        the components that no connection drives and that are not held, one for those of the same name.

    Raises
    ------
    ValueError
        When a tap, lookahead, shared parameter or held input does not fit, undriven inputs of one name differ, or an
        array of two dimensions would have to be exchanged.
    """
    parameters = _parameters(name, members, {path: 0.5 * seconds(base) for path in lookaheads}, shared)
    connections = {operation.subject for operation in operations if isinstance(operation.subject, Connection)}
    driven = {connection.target for connection in connections}
    undriven = [(m, v.name) for m, model in members.items() for v in model.inputs if (m, v.name) not in driven]
    for path in held:
        if endpoint(path) not in undriven:
            raise ValueError(f"{name}: {path} is not an input that no connection drives")
    led_outside = [place for place in undriven if ".".join(place) not in held]
    outputs = tuple(output(members, operations, tap) for tap in taps)
    wiring = Wiring(
        members=members,
        base=seconds(base),
        operations=tuple(operations),
        inputs=tuple(led_outside),
        outputs=tuple((tap.name, endpoint(tap.source), tap.summary.value) for tap in taps),
        shared=tuple((endpoint(led), endpoint(leader)) for led, leader in shared.items()),
        lookaheads=tuple(endpoint(path) for path in lookaheads),
        limits=tuple(limits),
    )
    wiring.check()
    kernels = tuple((m, model.initialize, model.outputs_kernel, model.advance) for m, model in members.items())
    initialize, outputs_kernel, advance = _kernels(write(wiring), kernels)
    return Model(
        name=name,
        description=description,
        fields=Fields(
            parameters=(*parameters.values(), STEP_SCALE),
            inputs=_inputs(members, led_outside, taps),
            outputs=(*outputs, *(watch.outputs() if limits else ())),
            states=_states(wiring),
            constants=tuple(_owned(v, member, member) for member, model in members.items() for v in model.constants),
        ),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=refusals(wiring, base),
        update=Update.EXACT,
        composition=_composition(wiring),
    )


def _composition(wiring: Wiring) -> Composition:
    """Return what the initialisation hands on; a lookahead follows the scale of the periods."""
    own = {(member, v.path): ("", f"{member}.{v.path}") for member, m in wiring.members.items() for v in m.parameters}
    scale = ("", STEP_SCALE.name)
    led = {place: ("", ".".join(leader)) for place, leader in wiring.shared}
    inputs = {place: ("", place[1]) for place in wiring.inputs}
    return Composition(
        members=wiring.members,
        given=own | led | dict.fromkeys(wiring.lookaheads, scale) | inputs,
        driven={connection.target: connection.source for connection in wiring.connections},
        outputs={name: (source,) for name, source, _ in wiring.outputs} | watch.sources(wiring, scale),
    )


def _owned(variable: Variable, member: str, owner: str) -> Variable:
    within = f"{owner}.{variable.owner}" if variable.owner else owner
    return replace(variable, owner=within, fmi_name=f"{member}.{variable.listed_name}")


def _parameters(
    name: str, members: Mapping[str, Model], settings: Mapping[str, float], shared: Mapping[str, str]
) -> dict[str, Variable]:
    """Return the parameters by path: those that are set by the plan pinned, those that follow others hidden."""
    own = {f"{m}.{v.path}": _owned(v, m, m) for m, model in members.items() for v in model.parameters}
    unknown = sorted({*settings, *shared, *shared.values()} - set(own))
    if unknown:
        raise ValueError(f"{name}: there is no parameter {unknown[0]}; there are {', '.join(own)}")
    for path, value in settings.items():
        own[path] = replace(own[path], start=value, min=value, max=value, tunable=False)
    for path, leader in shared.items():
        led, least, greatest = own[path], max(own[path].min, own[leader].min), min(own[path].max, own[leader].max)
        own[path] = replace(led, hidden=True, start=own[leader].start, min=least, max=greatest)
        own[leader] = replace(own[leader], min=least, max=greatest)
    return own


def _inputs(members: Mapping[str, Model], led_outside: Sequence[Place], taps: Sequence[Tap]) -> tuple[Variable, ...]:
    """Return an input for each name, within the bounds of all that it feeds; what it shifts has the tap's name."""
    names = {tap.source: tap.listed or tap.name for tap in taps if tap.summary is Summary.LAST}
    inputs: dict[str, tuple[str, Variable]] = {}
    for member, name in led_outside:
        variable = members[member].variable(name)
        owner, other = inputs.get(name, (member, variable))
        for what, left, right in (
            ("shape", other.shape, variable.shape),
            ("unit", other.unit, variable.unit),
            ("type", other.data_type.value, variable.data_type.value),
            ("start", other.start_values().tolist(), variable.start_values().tolist()),
        ):
            if left != right:
                raise ValueError(
                    f"{owner}.{name} and {member}.{name} are one input of the block; {what} {left} does not fit {right}"
                )
        least, greatest = max(other.min, variable.min), min(other.max, variable.max)
        shifts, sensitivity = (
            names.get(f"{member}.{_field(members[member], listed)}", "")
            for listed in (variable.shifts, variable.sensitivity)
        )
        if name in inputs:
            shifts, sensitivity = other.shifts, other.sensitivity or sensitivity
        feeding = replace(other, min=least, max=greatest, shifts=shifts, sensitivity=sensitivity)
        inputs[name] = owner, feeding
    return tuple(variable for _, variable in inputs.values())


def _field(model: Model, listed: str) -> str:
    """Return the field of the output that has this name in the FMU; empty where there is none."""
    return next((variable.name for variable in model.outputs if variable.listed_name == listed), "")


def _states(wiring: Wiring) -> tuple[Variable, ...]:
    """Return what the block remembers: its clock, its sums, and the whole memory of each component but parameters."""
    own = wiring.own_states() + watch.states(wiring)
    for member, model in wiring.members.items():
        ports = tuple(map(_unbounded, model.inputs)), tuple(map(_unbounded, model.outputs))
        blocks = (("states", model.states), ("inputs", ports[0]), ("outputs", ports[1]))
        own += [_owned(variable, member, f"{member}_{block}") for block, variables in blocks for variable in variables]
    return tuple(own)


def _unbounded(port: Variable) -> Variable:
    """Return an input or output as the block remembers it: what is beyond its bounds is refused before a step."""
    return replace(port, min=-UNBOUNDED, max=UNBOUNDED, data_type=DataType.REAL)


@cache
def _kernels(source: str, members: tuple[tuple[str, Any, Any, Any], ...]) -> list[Callable[..., Any]]:
    """Return the kernels of a source; it calls those of the members, of each its name and its three kernels."""
    namespace: dict[str, Any] = {"__name__": __name__, "inf": inf, "nothing": nothing}
    namespace |= {name: value for name, value in vars(transfers).items() if isinstance(value, Kernel)}
    for member, initialize, outputs_kernel, advance in members:
        namespace[f"{member}_initialize"] = initialize
        namespace[f"{member}_outputs_kernel"] = outputs_kernel
        namespace[f"{member}_advance"] = advance
    execute(source, "plan", namespace)
    for name in [name for name, value in namespace.items() if isinstance(value, FunctionType)]:
        namespace[name] = kernel(namespace[name])
    return [namespace[name] for name in ("initialize", "outputs_kernel", "advance")]
