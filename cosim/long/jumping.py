"""The component ``Jumps``: it stands between counters and the components that jump, and adds what was jumped over."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.variable import Causality, DataType
from ...coupling.operations import Connection, Rule
from ...coupling.port import Port
from ...coupling.schedule import transfer_rule
from ...coupling.slave import Slave, SlaveError, Values, fill, packed, unpacked
from ...coupling.system import Component, System

ARRIVED = 0.25
"""Share of the elements of a carried state that may come to the lowest in a jump; they would have stopped there."""

FREE = 0.005
"""How far elements of a carried state may move against each other in a jump where nothing controls them, as a share of
the state's nominal value."""


class JumpSlave:
    """Adds to the counters what was jumped over, hands them on, and writes the shifts of the carried states.

    Parameters
    ----------
    counters : mapping of str to Port
        The counters, by the input ``"Component.input"`` that takes each.
    carried : mapping of str to Port
        The carried states, by the input that shifts each.
    together : int
        Neighbouring elements of a carried state that are shifted alike.
    """

    NAME = "Jumps"

    def __init__(self, counters: Mapping[str, Port], carried: Mapping[str, Port], together: int) -> None:
        self.counters = tuple(counters)
        self._carried = carried
        self._together = together
        self.sizes = sizes = {name: port.count for name, port in {**counters, **carried}.items()}
        ends = np.cumsum([0, *sizes.values()])
        self._memory = np.zeros((2, ends[-1]))
        places = {name: slice(ends[k], ends[k + 1]) for k, name in enumerate(sizes)}
        self.inputs: Mapping[str, Values] = {_so_far(name): self._memory[0, where] for name, where in places.items()}
        self.outputs: Mapping[str, Values] = {name: self._memory[1, where] for name, where in places.items()}
        self._jumped = {name: np.zeros(sizes[name]) for name in sizes}

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Do nothing: there is nothing to set."""

    def initialize(self) -> None:
        """Write the outputs from the inputs."""
        self.step(0.0, 0.0)

    def end_initialization(self) -> None:
        """Write the outputs from the inputs."""
        self.step(0.0, 0.0)

    def step(self, t: float, h: float) -> None:
        """Write the outputs from the inputs."""
        for name in self.counters:
            np.add(self.inputs[_so_far(name)], self._jumped[name], out=self.outputs[name])
        for name in self._carried:
            self.outputs[name][:] = self._jumped[name]

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Refuse: there are no parameters."""
        raise SlaveError(f"{', '.join(values)}: there are no parameters")

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def save(self) -> bytes:
        """Return how it jumps, what is handed on and what was jumped over."""
        arrays = (np.array(self._together), self._memory, *self._jumped.values())
        return packed([array.tobytes() for array in arrays])

    def restore(self, saved: bytes) -> None:
        """Put back what `save` has returned."""
        arrays = (self._memory, *self._jumped.values())
        for array, part in zip(arrays, unpacked(saved, 1 + len(arrays))[1:], strict=True):
            fill(array, part)

    def counted(self) -> dict[str, NDArray[np.float64]]:
        """Return the counters, and the carried states without their shifts, as of the last step."""
        counters = {name: self.inputs[_so_far(name)].copy() for name in self.counters}
        return counters | {name: self.inputs[_so_far(name)] - self._jumped[name] for name in self._carried}

    def feed(self, name: str, slave: Slave, added: Mapping[str, NDArray[np.float64]]) -> None:
        """Write the counters, and what a jump adds to them, to the inputs of a jumping component."""
        for counter in self.counters:
            component, _, port = counter.partition(".")
            if component == name:
                jumped = self._jumped[counter] + added[counter]
                np.add(self.inputs[_so_far(counter)], jumped, out=slave.inputs[port])

    def keep(self, added: Mapping[str, NDArray[np.float64]]) -> None:
        """Add to the counters what was jumped over; the next outputs are those of `feed`, without a rounding error."""
        for name in self.counters:
            self._jumped[name] += added[name]
            np.add(self.inputs[_so_far(name)], self._jumped[name], out=self.outputs[name])

    def shift(self, rates: Mapping[str, NDArray[np.float64]], length: float) -> None:
        """Shift the carried states by their rates [1/s] over a length [s], within their bounds."""
        for name in self._carried:
            means, drift = self._means(self.inputs[_so_far(name)]), self._means(rates[name]) * length
            shift = np.repeat(relative_shift(means, drift), self._together)
            self._jumped[name] += shift
            self.inputs[_so_far(name)] += shift
            self.outputs[name][:] = self._jumped[name]

    def reach(self, rates: Mapping[str, NDArray[np.float64]]) -> float:
        """Return how long [s] the carried states may be shifted by their rates [1/s]."""
        reaches = (
            reach(self._means(self.inputs[_so_far(name)]), self._means(rates[name]), FREE * state.nominal)
            for name, state in self._carried.items()
        )
        return min(reaches, default=math.inf)

    def _means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values.reshape(-1, self._together).mean(axis=1)


def falling(drift: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which elements fall faster, against the lowest one, than any other rises: something controls them."""
    return drift < -max(float(drift.max()), 0.0)


def relative_shift(states: NDArray[np.float64], drift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how elements move against each other; their mean, which the cycle sets, does not move.

    Parameters
    ----------
    states, drift : (count,) array
        Where the elements are, and how far they would drift. Where some are controlled, these fall, no further than to
        the lowest one, and the others stay: what rises would be controlled too.
    """
    lowest = np.argmin(states)
    drift = drift - drift[lowest]
    controlled = falling(drift)
    if controlled.any():
        drift = np.where(controlled, np.maximum(drift, states[lowest] - states), 0.0)
    return np.asarray(drift - drift.mean())


def reach(states: NDArray[np.float64], rates: NDArray[np.float64], free: float) -> float:
    """Return how long [s] elements may be shifted by their rates [1/s].

    Until the share `ARRIVED` of them has come to the lowest one where they are controlled, else until one has moved by
    `free` against the lowest one.
    """
    lowest = np.argmin(states)
    rates = rates - rates[lowest]
    controlled = falling(rates)
    if not controlled.any():
        most = float(np.abs(rates).max())
        return free / most if most > 0.0 else math.inf
    times = np.full(len(states), math.inf)
    times[controlled] = (states[controlled] - states[lowest]) / -rates[controlled]
    return float(np.sort(times)[int(ARRIVED * (len(states) - 1))])


def with_jumps(system: System, together: int = 1) -> System:
    """Put the component ``Jumps`` between the counters and the jumping components that take them.

    Parameters
    ----------
    system : System
        With components in the jumping layer, that whose `Layer.jumps` is true.
    together : int
        Neighbouring elements of a carried state that even out among themselves within a cycle, as cells in parallel do:
        they move together.

    Returns
    -------
    System
        The same system, able to jump.

    Raises
    ------
    InputError
        When no component of the jumping layer takes a counter of a faster one, or none hands a faster one anything;
        when it exchanges anything but counters and held values with a faster one; or when a carried state is not slow,
        or has a number of elements that is no multiple of `together`.
    """
    counters = _counters(system)
    carried = _carried(system)
    for state in carried:
        port = system.port(state)
        if not port.slow:
            raise InputError(f"{'.'.join(state)} cannot be shifted: its FMU does not say that it is slow")
        if together < 1 or port.count % together:
            raise InputError(f"{'.'.join(state)} has {port.count} elements; they cannot move together in {together}s")
    counted = {".".join(connection.target): system.port(connection.source) for connection in counters}
    shifted = {".".join(shift): system.port(state) for state, shift in carried.items()}
    first = next(component for component in system.components if component.layer.jumps)
    jumps = Component(
        name=JumpSlave.NAME,
        layer=first.layer,
        ports=dict(pair for name, port in {**counted, **shifted}.items() for pair in _pair(name, port)),
        open=lambda inputs, outputs: JumpSlave(counted, shifted, together),
    )
    place = system.components.index(first)
    components = (*system.components[:place], jumps, *system.components[place:])
    return System(components, _rewired(system, counters, carried))


def _rewired(
    system: System, counters: list[Connection], carried: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[Connection, ...]:
    name = JumpSlave.NAME
    kept = tuple(connection for connection in system.connections if connection not in counters)
    taken = tuple(Connection(c.source, (name, _so_far(".".join(c.target))), Rule.LAST) for c in counters)
    given = tuple(Connection((name, ".".join(c.target)), c.target) for c in counters)
    watched = tuple(Connection(state, (name, _so_far(".".join(shift))), Rule.LAST) for state, shift in carried.items())
    shifted = tuple(Connection((name, ".".join(shift)), shift) for shift in carried.values())
    return (*kept, *taken, *watched, *given, *shifted)


def _counters(system: System) -> list[Connection]:
    """Return the connections that hand counters to the jumping layer."""
    jumps = {component.name: component.layer.jumps for component in system.components}
    across = [c for c in system.connections if jumps[c.target[0]] and not jumps[c.source[0]]]
    back = [c for c in system.connections if jumps[c.source[0]] and not jumps[c.target[0]]]
    for connections, what in ((across, "takes a counter of"), (back, "hands anything to")):
        if not connections:
            raise InputError(f"nothing can be jumped over: no component of the jumping layer {what} a faster one")
    for connection in across + back:
        rule, kind = transfer_rule(system, connection), system.port(connection.source).data_type
        if rule not in (Rule.LAST, Rule.HOLD) or (rule is Rule.LAST and kind is not DataType.REAL):
            raise InputError(
                f"connection {connection} cannot be jumped over: it hands on a {kind.value} by the rule {rule.value}; "
                "the jumping layer takes Real counters (last) and is held (hold)"
            )
    return across


def _carried(system: System) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the carried states, each with the input that shifts it, unless something else drives that input."""
    driven = {connection.target for connection in system.connections}
    return {
        (component.name, port.shifts): (component.name, name)
        for component in system.components
        for name, port in component.ports.items()
        if port.shifts
        and port.causality is Causality.INPUT
        and not component.layer.jumps
        and (component.name, name) not in driven
    }


def _pair(name: str, port: Port) -> Iterator[tuple[str, Port]]:
    """Yield the input that reads a counter or a state, and the output that hands on the counter or the shift."""
    alone = replace(port, hold_tolerance=0.0, time_constant="", sensitivity="")
    yield _so_far(name), replace(alone, name=_so_far(name), causality=Causality.INPUT)
    yield name, replace(alone, name=name, causality=Causality.OUTPUT)


def _so_far(name: str) -> str:
    return f"{name} so far"
