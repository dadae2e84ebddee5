"""Multirate plans in integer time: which operation comes when.

Each layer has a period [ns], an integer multiple of that of the next faster layer. The period of the fastest
layer is the base period; all layers start together. A component of a slower layer steps at the end of its period,
over the whole of it: it takes the mean of the flows that faster components have produced meanwhile, and the last
value of everything else. What it computes is held for the faster components until its next step.

Within a layer the components step in the order of the system, and each hands on at once what it has computed. At
an instant where several layers are due, the faster ones come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ..models.duration import format_duration
from ..models.errors import InputError
from ..models.model import Kind
from ..models.operations import Action, Connection, Operation, Rule
from .system import FLOWS, Component, Layer, System


@dataclass(frozen=True)
class Plan:
    """A plan: the flat table of operations that each base period runs through.

    An operation is due after base period n (n = 1, 2, ...) where n is a multiple of its `every`; those that are
    due are done in the order of the table. Expanded over one hyperperiod this is the complete schedule.

    Parameters
    ----------
    periods : mapping of Layer to int
        Period of each layer in use [ns], fastest first.
    members : mapping of Layer to tuple of str
        The components of each layer, in the order of their steps.
    operations : tuple of Operation
        The table.
    """

    periods: Mapping[Layer, int]
    members: Mapping[Layer, tuple[str, ...]]
    operations: tuple[Operation, ...]

    @property
    def base(self) -> int:
        """The period of the fastest layer [ns]."""
        return min(self.periods.values())

    @property
    def hyperperiod(self) -> int:
        """The period after which the plan repeats [ns]: that of the slowest layer."""
        return max(self.periods.values())

    def expand(self) -> Iterator[tuple[int, Operation]]:
        """Yield the operations of one hyperperiod in order, each with its instant [ns]."""
        for tick in range(1, self.hyperperiod // self.base + 1):
            for operation in self.operations:
                if tick % operation.every == 0:
                    yield tick * self.base, operation

    def steps(self, duration: int) -> int:
        """Return the number of base periods in a duration [ns].

        Raises
        ------
        InputError
            When the duration is not a positive multiple of the base period; the message names the nearest ones.
        """
        if duration < 1 or duration % self.base:
            raise InputError(
                f"duration {format_duration(duration)} is not a positive multiple of the base period "
                f"{format_duration(self.base)}; {_nearest(duration, self.base)} would do"
            )
        return duration // self.base

    def __str__(self) -> str:
        rows = [("layer", "period", "components")]
        rows += [
            (str(layer), format_duration(period), ", ".join(self.members[layer]))
            for layer, period in self.periods.items()
        ]
        table = [("", "every", "operation")]
        table += [
            (str(number), format_duration(operation.every * self.base), str(operation))
            for number, operation in enumerate(self.operations, 1)
        ]
        return _aligned(rows) + "\n\n" + _aligned(table)


def check_harmonic(periods: Mapping[Layer, int]) -> None:
    """Raise InputError unless every period [ns] is a multiple of that of the next faster layer.

    The message names both layers, both periods and the nearest periods that would do.
    """
    ordered = sorted(periods)
    for layer in ordered:
        if periods[layer] < 1:
            raise InputError(f"{layer} period {periods[layer]} ns must be at least 1 ns")
    for fast, slow in pairwise(ordered):
        if periods[slow] % periods[fast]:
            raise InputError(
                f"{slow} period {format_duration(periods[slow])} is not a multiple of the {fast} period "
                f"{format_duration(periods[fast])}; {_nearest(periods[slow], periods[fast])} would do"
            )


def make_plan(system: System, periods: Mapping[Layer, int]) -> Plan:
    """Make the plan of a system.

    Parameters
    ----------
    system : System
        Components with their layers, and connections.
    periods : mapping of Layer to int
        Period of each layer [ns]; layers without a component are ignored.

    Returns
    -------
    Plan
        Deterministic: it depends on the order in which the system lists components and connections, and on
        nothing else.

    Raises
    ------
    InputError
        When a layer in use has no period, or the periods are not harmonic.
    """
    used = sorted({component.layer for component in system.components})
    for layer in used:
        if layer not in periods:
            raise InputError(f"the {layer} layer has components but no period; give it one")
    chosen = {layer: periods[layer] for layer in used}
    check_harmonic(chosen)
    members = {layer: tuple(c.name for c in system.components if c.layer is layer) for layer in used}
    base = min(chosen.values(), default=1)
    operations = [
        operation
        for layer in used
        for name in members[layer]
        for operation in _operations(system, system.component(name), chosen[layer] // base)
    ]
    return Plan(chosen, members, tuple(operations))


def transfer_rule(system: System, connection: Connection) -> Rule:
    """Return how a connection is served: by the layers of its ends and, from fast to slow, by its unit."""
    source, target = (system.component(end[0]).layer for end in (connection.source, connection.target))
    port = system.port(connection.source)
    if source > target:
        return Rule.HOLD
    if source < target and port.kind is Kind.REAL and port.unit in FLOWS:
        return Rule.MEAN
    return Rule.LAST


def _operations(system: System, component: Component, every: int) -> Iterator[Operation]:
    """Yield what one component does when it is due: take, step, hand on."""

    def layer(end: tuple[str, str]) -> Layer:
        return system.component(end[0]).layer

    for connection in system.connections:
        if connection.target[0] == component.name and layer(connection.source) < component.layer:
            yield Operation(Action.TRANSFER, every, connection, transfer_rule(system, connection))
    yield Operation(Action.STEP, every, component.name)
    for connection in system.connections:
        if connection.source[0] == component.name:
            rule = transfer_rule(system, connection)
            if rule is Rule.MEAN:
                yield Operation(Action.ACCUMULATE, every, connection, rule)
            elif layer(connection.target) <= component.layer:
                yield Operation(Action.TRANSFER, every, connection, rule)


def _nearest(value: int, unit: int) -> str:
    below, above = value // unit * unit, -(-value // unit) * unit
    return " or ".join(format_duration(candidate) for candidate in (below, max(above, unit)) if candidate > 0)


def _aligned(rows: list[tuple[str, str, str]]) -> str:
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "\n".join(f"{a:<{first}}  {b:<{second}}  {c}".rstrip() for a, b, c in rows)
