"""A run in progress: consistent initial values, and the operations of the plan as calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..models.duration import seconds
from ..models.errors import InputError
from ..models.operations import Action, Connection, Operation, Rule
from .exchange import Gathered, Line
from .ledger import Totals
from .schedule import Plan
from .slave import Slave, SlaveError, Values, blamed
from .system import System

GATHERING = (Rule.MEAN, Rule.INTEGRAL, Rule.MAX)
"""Rules under which a connection gathers what a faster source tells."""

Call = Callable[[int, int], None]
"""``call(begin, length)``: serve the interval that starts at `begin` [ns] and is `length` [ns] long."""


def settle(system: System, slaves: Mapping[str, Slave], announce: Callable[[str], None]) -> None:
    """Initialise the components and hand their outputs on until nothing changes; then end the initialisation.

    Parameters
    ----------
    system : System
        Components and connections.
    slaves : mapping of str to Slave
        The components, prepared.
    announce : callable
        Told what is done next; an FMU may compile for seconds.

    Raises
    ------
    InputError
        When a component fails, or the values still change after as many rounds as there are components and one more.
    """
    joined = [(connection, *_views(slaves, connection)) for connection in system.connections]
    rounds = len(slaves) + 1
    for _ in range(rounds):
        for name, slave in slaves.items():
            announce(f"initialising {name}")
            with blamed(name, "cannot be initialised"):
                slave.initialize()
        changed = [join for join in joined if not np.array_equal(join[1], join[2], equal_nan=True)]
        _hand_on(changed)
        if not changed:
            break
    else:
        raise InputError(
            f"the initial values do not settle: {changed[0][0]} still changes after {rounds} rounds; "
            "break the loop of initial values or give consistent ones"
        )
    for name, slave in slaves.items():
        with blamed(name, "cannot be initialised"):
            slave.begin()
    _hand_on(joined)


class Execution:
    """Runs the operations of a plan.

    Parameters
    ----------
    plan : Plan
        The plan.
    slaves : mapping of str to Slave
        The running components.
    totals : sequence of (str, str)
        Integrals to be summed over the steps, by component and output.
    start : int
        Time at which the run starts [ns].
    """

    def __init__(self, plan: Plan, slaves: Mapping[str, Slave], totals: Sequence[tuple[str, str]], start: int) -> None:
        self._slaves = slaves
        self._start = start
        self._base = plan.base
        self._gathered: dict[Connection, Gathered] = {}
        self._lines: dict[Connection, Line] = {}
        self._plan = plan
        self._totals = {
            name: Totals(own, [slaves[name].outputs[output] for output in own])
            for name in slaves
            if (own := [output for component, output in totals if component == name])
        }
        self._calls = [(operation.every, self._call(operation)) for operation in plan.operations]

    def tick(self, number: int) -> None:
        """Do what is due at the end of base period `number`, counted from 1."""
        for every, call in self._calls:
            if number % every == 0:
                call(self._start + (number - every) * self._base, every * self._base)

    def complete(self, number: int) -> None:
        """Bring the layers whose period is not complete after base period `number` up to it by shorter steps."""
        for every, call in self._calls:
            rest = number % every
            if rest:
                call(self._start + (number - rest) * self._base, rest * self._base)

    def sums(self) -> dict[str, float]:
        """Return the sums so far, by ``"Component.output"``."""
        return {
            f"{component}.{name}": value
            for component, totals in self._totals.items()
            for name, value in totals.sums().items()
        }

    def _call(self, operation: Operation) -> Call:
        if isinstance(operation.subject, str):
            return self._step(operation.subject)
        if operation.rule in GATHERING:
            return self._gather(operation, operation.subject, operation.rule)
        if operation.rule is Rule.LINEAR:
            return self._extend(operation, operation.subject)
        source, target = _views(self._slaves, operation.subject)
        return lambda begin, length: np.copyto(target, source, casting="unsafe")

    def _gather(self, operation: Operation, connection: Connection, rule: Rule) -> Call:
        source, target = _views(self._slaves, connection)
        gathered = self._gathered.setdefault(connection, Gathered(rule, len(source)))
        if operation.action is Action.TRANSFER:
            return lambda begin, length: gathered.take(target)
        period = operation.every * self._base
        return lambda begin, length: gathered.add(source, length / period)

    def _extend(self, operation: Operation, connection: Connection) -> Call:
        source, target = _views(self._slaves, connection)
        line = self._lines.setdefault(connection, Line(source))
        if operation.action is Action.ACCUMULATE:
            return lambda begin, length: line.add(source)
        base, period = self._base, self._plan.period_of(connection.source[0]) // self._base

        def call(begin: int, length: int) -> None:
            line.take(((begin - self._start) // base % period + 0.5 * length / base) / period, target)

        return call

    def _step(self, name: str) -> Call:
        slave, totals = self._slaves[name], self._totals.get(name)

        def call(begin: int, length: int) -> None:
            t, h = seconds(begin), seconds(length)
            try:
                slave.step(t, h)
            except SlaveError as error:
                raise InputError(f"{name} does not step from t = {t:.9g} s by {h:.9g} s: {error}") from error
            if totals is not None:
                totals.add()

        return call


def _hand_on(joined: Sequence[tuple[Connection, Values, Values]]) -> None:
    for _, source, target in joined:
        np.copyto(target, source, casting="unsafe")


def _views(slaves: Mapping[str, Slave], connection: Connection) -> tuple[Values, Values]:
    source, target = connection.source, connection.target
    return slaves[source[0]].outputs[source[1]], slaves[target[0]].inputs[target[1]]
