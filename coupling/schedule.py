"""Multirate plans in integer time: which operation comes when.

Each layer has a period [ns], an integer multiple of that of the next faster layer. The period of the fastest
layer is the base period; all layers start together. A component of a slower layer steps at the end of its period,
over the whole of it: it takes the mean of the flows that faster components have produced meanwhile, and the last
value of everything else. What it computes is held for the faster components until its next step.

Within a layer the components step in the order of the system, and each hands on at once what it has computed. At
an instant where several layers are due, the faster ones come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from ..core.duration import format_duration
from ..core.errors import InputError
from ..core.variable import DataType
from .operations import Action, Connection, Operation, Rule
from .system import FLOWS, Component, Layer, System


class Scheme(Enum):
    """When the components of a layer hand on what they have computed."""

    SEQUENTIAL = "sequential"
    """At once, so that those that step later take it for the same interval."""
    JACOBI = "jacobi"
    """When all of the layer have stepped, so that it is taken one step late."""


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
    scheme : Scheme
        How the components of a layer exchange.
    """

    periods: Mapping[Layer, int]
    members: Mapping[Layer, tuple[str, ...]]
    operations: tuple[Operation, ...]
    scheme: Scheme = Scheme.SEQUENTIAL

    @property
    def jumping(self) -> Layer | None:
        """The layer whose steps may be jumps; None where there is none."""
        return next((layer for layer in self.periods if layer.jumps), None)

    @property
    def base(self) -> int:
        """The period of the fastest layer [ns]."""
        return min(self.periods.values())

    @property
    def hyperperiod(self) -> int:
        """The period after which the plan repeats [ns]: that of the slowest layer."""
        return max(self.periods.values())

    def period_of(self, name: str) -> int:
        """Return the period [ns] of a component."""
        return next(self.periods[layer] for layer, names in self.members.items() if name in names)

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
        return aligned(rows) + "\n\n" + aligned(table)


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


def make_plan(system: System, periods: Mapping[Layer, int], scheme: Scheme = Scheme.SEQUENTIAL) -> Plan:
    """Make the plan of a system.

    Parameters
    ----------
    system : System
        Components with their layers, and connections.
    periods : mapping of Layer to int
        Period of each layer [ns]; layers without a component are ignored.
    scheme : Scheme
        How the components of a layer exchange.

    Returns
    -------
    Plan
        Deterministic: it depends on the order in which the system lists components and connections, and on
        nothing else.

    Raises
    ------
    InputError
        When a layer in use has no period or jumps but is not the slowest, the periods are not harmonic, or a
        connection's rule does not suit its ends.
    """
    used = sorted({component.layer for component in system.components})
    for layer in used:
        if layer not in periods:
            raise InputError(f"the {layer} layer has components but no period; give it one")
        if layer.jumps and layer != used[-1]:
            raise InputError(
                f"the {layer} layer jumps, but the {used[-1]} layer is slower; only the slowest layer may jump"
            )
    chosen = {layer: periods[layer] for layer in used}
    check_harmonic(chosen)
    members = {layer: tuple(c.name for c in system.components if c.layer == layer) for layer in used}
    base = min(chosen.values(), default=1)
    operations = [
        operation for layer in used for operation in _layer(system, members[layer], chosen[layer] // base, scheme)
    ]
    return Plan(chosen, members, tuple(operations), scheme)


TO_SLOWER = (Rule.LAST, Rule.MEAN, Rule.INTEGRAL, Rule.MAX)
TO_FASTER = (Rule.HOLD, Rule.LINEAR)


def transfer_rule(system: System, connection: Connection) -> Rule:
    """Return how a connection is served: by its own rule, or by the layers of its ends and its unit.

    Raises
    ------
    InputError
        When its own rule does not suit them; the message names those that do.
    """
    source, target = (system.component(end[0]).layer for end in (connection.source, connection.target))
    port = system.port(connection.source)
    suitable = TO_FASTER if source > target else TO_SLOWER if source < target else (Rule.LAST,)
    if port.data_type is not DataType.REAL:
        suitable = suitable[:1]
    if connection.rule is None:
        return Rule.MEAN if Rule.MEAN in suitable and port.unit in FLOWS else suitable[0]
    if connection.rule not in suitable:
        raise InputError(
            f"connection {connection}: the rule {connection.rule.value} does not suit a {port.data_type.value} from "
            f"the {source} to the {target} layer; {' or '.join(rule.value for rule in suitable)} would"
        )
    return connection.rule


def _layer(system: System, names: Sequence[str], every: int, scheme: Scheme) -> Iterator[Operation]:
    """Yield what the components of a layer do when it is due: take, step, hand on."""
    rounds = [list(names)] if scheme is Scheme.JACOBI else [[name] for name in names]
    for together in rounds:
        for name in together:
            yield from _takes(system, system.component(name), every)
        for name in together:
            yield Operation(Action.STEP, every, name)
        for name in together:
            yield from _gives(system, system.component(name), every)


def _takes(system: System, component: Component, every: int) -> Iterator[Operation]:
    for connection in system.connections:
        if connection.target[0] == component.name:
            rule = transfer_rule(system, connection)
            faster = system.component(connection.source[0]).layer < component.layer
            if faster or rule is Rule.LINEAR:
                yield Operation(Action.TRANSFER, every, connection, rule)


def _gives(system: System, component: Component, every: int) -> Iterator[Operation]:
    for connection in system.connections:
        if connection.source[0] == component.name:
            rule = transfer_rule(system, connection)
            if rule in (Rule.MEAN, Rule.INTEGRAL, Rule.MAX, Rule.LINEAR):
                yield Operation(Action.ACCUMULATE, every, connection, rule)
            elif system.component(connection.target[0]).layer <= component.layer:
                yield Operation(Action.TRANSFER, every, connection, rule)


def _nearest(value: int, unit: int) -> str:
    below, above = value // unit * unit, -(-value // unit) * unit
    return " or ".join(format_duration(candidate) for candidate in (below, max(above, unit)) if candidate > 0)


def aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as a table whose columns are aligned, a line a row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)
