"""What the components of a system are opened with: the ports that are used, and the values that they start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ..core.duration import seconds
from ..core.errors import InputError
from ..core.variable import Causality, DataType
from ..coupling.operations import endpoint
from ..coupling.schedule import Plan, Scheme
from ..coupling.slave import Slave, blamed
from ..coupling.system import Component, System
from .phase import Duty

LOOKAHEAD = "lookahead"
"""The parameter [s] that the master sets to half the component's period, which makes the exchange of second order; in
the Jacobi scheme, in which values come one step late, to the whole period."""

BASE_PERIOD = "base_period"
"""The parameter [s] that the master sets to the base period of the plan."""

STEP_SCALE = "step_scale"
"""The parameter that the master sets to the pace: a factor on the periods of a plan inside the component."""


def flags(system: System, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return component and output of flags that end a run; InputError unless each is a scalar Boolean output."""
    for name in names:
        port = system.port(endpoint(name))
        if port.causality is not Causality.OUTPUT or port.data_type is not DataType.BOOLEAN or port.count != 1:
            raise InputError(
                f"{name} is {port.causality.value} of {port.count} {port.data_type.value}; "
                "a run can be stopped by a scalar Boolean output"
            )
    return [endpoint(name) for name in names]


def ends(system: System, duty: Duty | None) -> list[tuple[str, str]]:
    """Return component and output of what ends the phases of a duty; InputError unless each is a scalar output."""
    found = [endpoint(condition.output) for phase in (duty.phases if duty else ()) for condition in phase.until]
    for place in dict.fromkeys(found):
        port = system.port(place)
        if port.causality is not Causality.OUTPUT or port.count != 1:
            raise InputError(
                f"{'.'.join(place)} is {port.causality.value} of {port.count} {port.data_type.value}; "
                "a phase can be ended by a scalar output"
            )
    return list(dict.fromkeys(found))


def ahead(component: Component, plan: Plan, scale: int) -> dict[str, NDArray[Any]]:
    """Return the lookahead of a component that has one, for steps of `scale` of its periods."""
    port = component.ports.get(LOOKAHEAD)
    if port is None or port.causality is not Causality.PARAMETER:
        return {}
    share = 0.5 if plan.scheme is Scheme.SEQUENTIAL else 1.0
    value = scale * seconds(plan.periods[component.layer]) * share
    return {LOOKAHEAD: port.values(f"{component.name}.{LOOKAHEAD}", value)}


def open_component(system: System, component: Component, read: Sequence[tuple[str, str]], stack: ExitStack) -> Slave:
    """Open a component with what is connected or read; it is closed with the stack."""
    inputs = [c.target[1] for c in system.connections if c.target[0] == component.name]
    outputs = [c.source[1] for c in system.connections if c.source[0] == component.name]
    outputs += [name for owner, name in read if owner == component.name]
    with blamed(component.name, "cannot be opened"):
        slave = component.open(inputs, list(dict.fromkeys(outputs)))
    stack.callback(slave.close)
    return slave


def start_values(system: System, plan: Plan, given: Mapping[str, ArrayLike]) -> dict[str, dict[str, NDArray[Any]]]:
    """Check what is to be set, and add what the master sets; flat, by component."""
    values: dict[str, dict[str, NDArray[Any]]] = {}
    for component in system.components:
        values[component.name] = ahead(component, plan, 1)
        port = component.ports.get(BASE_PERIOD)
        if port is not None and port.causality is Causality.PARAMETER and port.unit == "s":
            values[component.name][BASE_PERIOD] = port.values(BASE_PERIOD, seconds(plan.base))
    drivers = {connection.target: connection for connection in system.connections}
    for text, value in given.items():
        end = endpoint(text)
        port = system.port(end)
        if port.causality is Causality.OUTPUT:
            raise InputError(f"{text} is an output; parameters and inputs can be set")
        if end in drivers:
            raise InputError(f"{text} is driven by {'.'.join(drivers[end].source)}; it cannot be set")
        values[end[0]][end[1]] = port.values(text, value)
    return values
