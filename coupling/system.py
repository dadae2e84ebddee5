"""Systems: components by name, and the connections between their ports.

A connection joins whole arrays: ``PackNetwork.current -> Cell.current``. It is checked when the system is made:
both ends exist, an output drives an input, kinds, sizes and units agree, and no input is driven twice.

Within a layer the components step in the order in which the system lists them, and what one has computed is
handed on at once. In the pack the network is listed before the cells, so that the cells take the currents that
the network has computed for the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..core.errors import InputError
from ..core.model import Update
from ..core.variable import Causality
from .operations import Connection
from .port import Port
from .slave import Slave


@dataclass(frozen=True, order=True)
class Layer:
    """A layer of a plan; its components share a period.

    Parameters
    ----------
    rank : int
        The order of the layers, the fastest first.
    name : str
        What messages and tables call it.
    jumps : bool
        Whether one of its steps may be a jump over a long time in which the other layers do not move. Only the
        slowest layer of a plan may.
    """

    rank: int
    name: str
    jumps: bool = False

    def __str__(self) -> str:
        return self.name


FLOWS = ("A", "W")
"""Units of flows: of these a slower component takes the mean."""


@dataclass(frozen=True, eq=False)
class Component:
    """A part of a system.

    Parameters
    ----------
    name : str
        A Python identifier, unique in the system.
    layer : Layer
        The layer in which it steps.
    ports : mapping of str to Port
        Its parameters, inputs and outputs by name.
    open : callable
        ``open(inputs, outputs)`` makes the running instance; the names are the inputs that will be written and
        the outputs that will be read.
    update : Update
        How it steps.
    source : str
        The file that it comes from; empty where there is none.
    set_identity : str
        Of the components that were built together; empty where it belongs to no set.
    """

    name: str
    layer: Layer
    ports: Mapping[str, Port]
    open: Callable[[Sequence[str], Sequence[str]], Slave]
    update: Update = Update.EXPLICIT
    source: str = ""
    set_identity: str = ""

    def port(self, name: str) -> Port:
        """Return a port; InputError names the component and what it has."""
        if name not in self.ports:
            raise InputError(f"{self.name} has no variable {name!r}; it has {', '.join(self.ports)}")
        return self.ports[name]


def check_set(components: Iterable[Component]) -> None:
    """Raise InputError where two components were built with different sets; one that tells no set fits all."""
    told = [component for component in components if component.set_identity]
    for other in told:
        if other.set_identity != told[0].set_identity:
            raise InputError(
                f"{told[0].source} and {other.source} do not belong together: they were built of different parts, or "
                "by different versions; build all of them again"
            )


@dataclass(frozen=True, eq=False)
class System:
    """Components and their connections, checked.

    Parameters
    ----------
    components : tuple of Component
        In the order in which those of one layer step.
    connections : tuple of Connection
        In the order in which values are handed on.

    Raises
    ------
    InputError
        When a name occurs twice or a connection does not fit; the message names both ends and what is allowed.
    """

    components: tuple[Component, ...]
    connections: tuple[Connection, ...]

    def __post_init__(self) -> None:
        names = [component.name for component in self.components]
        for name in names:
            if not name.isidentifier():
                raise InputError(f"component {name!r}: the name must be an identifier (letters, digits, underscores)")
            if names.count(name) > 1:
                raise InputError(f"component {name}: the name occurs {names.count(name)} times; names are unique")
        drivers: dict[tuple[str, str], Connection] = {}
        for connection in self.connections:
            self._check(connection)
            other = drivers.setdefault(connection.target, connection)
            if other is not connection:
                raise InputError(
                    f"input {'.'.join(connection.target)} is driven twice, by {'.'.join(other.source)} and by "
                    f"{'.'.join(connection.source)}; an input takes one connection"
                )

    def component(self, name: str) -> Component:
        """Return a component; InputError names what there is."""
        for component in self.components:
            if component.name == name:
                return component
        known = ", ".join(component.name for component in self.components)
        raise InputError(f"there is no component {name!r}; there is {known}")

    def port(self, end: tuple[str, str]) -> Port:
        """Return the port at one end of a connection."""
        return self.component(end[0]).port(end[1])

    def has(self, end: tuple[str, str]) -> bool:
        """Whether there is such a component with such a port."""
        return any(c.name == end[0] and end[1] in c.ports for c in self.components)

    def _check(self, connection: Connection) -> None:
        source, target = self.port(connection.source), self.port(connection.target)
        if source.causality is not Causality.OUTPUT or target.causality is not Causality.INPUT:
            raise InputError(
                f"connection {connection} joins {source.causality.value} to {target.causality.value}; "
                "a connection joins an output to an input"
            )
        for what, left, right in (
            ("kind", source.data_type.value, target.data_type.value),
            ("size", _size(source), _size(target)),
            ("unit", source.unit, target.unit),
        ):
            if left != right:
                raise InputError(
                    f"connection {connection}: {what} {left} does not fit {what} {right}; "
                    f"{'.'.join(connection.target)} takes an output of {what} {right}"
                )


def _size(port: Port) -> str:
    return "x".join(str(extent) for extent in port.shape) or "scalar"
