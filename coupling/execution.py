"""A run in progress: consistent initial values, and the operations of the plan as calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..core.duration import seconds
from ..core.errors import InputError
from .exchange import Gathered, Line, Totals
from .holding import Holding
from .operations import Action, Connection, Operation, Rule
from .schedule import Plan
from .slave import Slave, SlaveError, Values, blamed, fill, packed, unpacked
from .system import System

GATHERING = (Rule.MEAN, Rule.INTEGRAL, Rule.MAX)
"""Rules under which a connection gathers the values of a faster source."""

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
    joined = [(connection, *views(slaves, connection)) for connection in system.connections]
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
            slave.end_initialization()
    _hand_on(joined)


class _Stage:
    """Operations that are due together, and how far they have come."""

    def __init__(self, every: int, period: int, start: int) -> None:
        self.every = every
        self.period = period
        self.reached = start
        self.calls: list[Call] = []
        self.steps = 0

    def run(self, until: int) -> None:
        """Serve the interval from where they are."""
        begin, self.reached = self.reached, until
        length = until - begin
        for call in self.calls:
            call(begin, length)


class Execution:
    """Runs the operations of a plan.

    The jumping layer is due by the time, at the first tick that reaches a multiple of its period. All other layers
    are due by a count of ticks, however long these are.

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
    holdings : sequence of Holding
        The values that are watched as they are held.
    """

    def __init__(
        self,
        plan: Plan,
        slaves: Mapping[str, Slave],
        totals: Sequence[tuple[str, str]],
        start: int,
        holdings: Sequence[Holding] = (),
    ) -> None:
        self.time = start
        self._skipped = 0
        self._holdings = holdings
        self.work = 0
        self._ticks = 0
        self._slaves = slaves
        self._start = start
        self._base = plan.base
        self._gathered: dict[Connection, Gathered] = {}
        self._lines: dict[Connection, Line] = {}
        self._totals = {
            name: Totals(own, [slaves[name].outputs[output] for output in own])
            for name in slaves
            if (own := [output for component, output in totals if component == name])
        }
        self._jumpers = plan.members[plan.jumping] if plan.jumping else ()
        self._scaled: list[_Stage] = []
        self._timed: list[_Stage] = []
        for operation in plan.operations:
            self._add(operation, self._timed if self._is_timed(operation) else self._scaled)

    def _is_timed(self, operation: Operation) -> bool:
        """Whether an operation is due with the jumping layer."""
        if isinstance(operation.subject, str):
            return operation.subject in self._jumpers
        source, target = (end[0] in self._jumpers for end in (operation.subject.source, operation.subject.target))
        if operation.action is Action.ACCUMULATE:
            return source
        return target if operation.rule is Rule.LINEAR else source or target

    def _add(self, operation: Operation, stages: list[_Stage]) -> None:
        if not stages or stages[-1].every != operation.every:
            stages.append(_Stage(operation.every, operation.every * self._base, self._start))
        stages[-1].calls.append(self._call(operation))
        stages[-1].steps += operation.action is Action.STEP

    @property
    def skipped(self) -> int:
        """What is added to the times [ns] at which components of the jumping layer are stepped."""
        return self._skipped

    @skipped.setter
    def skipped(self, length: int) -> None:
        self._skipped = length
        for holding in self._holdings:  # nobody has seen anything held over a jump
            holding.restart()

    @property
    def is_whole(self) -> bool:
        """Whether all layers but the jumping layer have just stepped."""
        return not self._scaled or self._scaled[-1].reached == self.time

    def tick(self, stride: int) -> None:
        """Do what is due at the end of the next `stride` base periods."""
        self._ticks += 1
        self.time += stride * self._base
        ticks, time = self._ticks, self.time
        for stage in self._scaled:
            if ticks % stage.every == 0:
                stage.run(time)
                self.work += stage.steps
        for stage in self._timed:
            if (time - self._start) // stage.period > (stage.reached - self._start) // stage.period:
                stage.run(time)
                self.work += stage.steps

    def complete(self) -> None:
        """Bring the layers that have not stepped up to the present time there by shorter steps."""
        for stage in self._scaled + self._timed:
            if stage.reached < self.time:
                stage.run(self.time)
                self.work += stage.steps

    def sums(self) -> dict[str, float]:
        """Return the sums so far, by ``"Component.output"``."""
        return {
            f"{component}.{name}": value
            for component, totals in self._totals.items()
            for name, value in totals.sums().items()
        }

    def save(self) -> bytes:
        """Return the clock, what connections and totals have gathered, and what was seen held; not the components."""
        clock = [self.time, self._skipped, self._ticks, *(stage.reached for stage in self._scaled + self._timed)]
        return packed([np.array(clock).tobytes(), *(kept.save() for kept in self._kept())])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned; `work` stays as it is. SlaveError where no clock can stand so."""
        kept, stages = self._kept(), self._scaled + self._timed
        clock, *parts = unpacked(saved, 1 + len(kept))
        times = np.zeros(3 + len(stages), np.int64)
        fill(times, clock)
        now, skipped, ticks, *reached = times.tolist()
        if not (
            all(self._start <= time <= now for time in (now, *reached))
            and 0 <= ticks <= now - self._start
            and skipped >= 0
        ):
            raise SlaveError(f"the saved state is damaged: its clocks say {', '.join(map(str, times.tolist()))} ns")
        for each, part in zip(kept, parts, strict=True):
            each.restore(part)
        self.time, self._skipped, self._ticks = now, skipped, ticks
        for stage, time in zip(stages, reached, strict=True):
            stage.reached = time

    def _kept(self) -> list[Gathered | Line | Totals | Holding]:
        return [*self._gathered.values(), *self._lines.values(), *self._totals.values(), *self._holdings]

    def _call(self, operation: Operation) -> Call:
        if isinstance(operation.subject, str):
            return self._step(operation.subject)
        if operation.rule in GATHERING:
            return self._gather(operation, operation.subject, operation.rule)
        if operation.rule is Rule.LINEAR:
            return self._extend(operation, operation.subject)
        source, target = views(self._slaves, operation.subject)
        return lambda begin, length: np.copyto(target, source, casting="unsafe")

    def _gather(self, operation: Operation, connection: Connection, rule: Rule) -> Call:
        source, target = views(self._slaves, connection)
        gathered = self._gathered.setdefault(connection, Gathered(rule, len(source)))
        if operation.action is Action.TRANSFER:
            return lambda begin, length: gathered.take(target)
        period = operation.every * self._base
        return lambda begin, length: gathered.add(source, length / period)

    def _extend(self, operation: Operation, connection: Connection) -> Call:
        source, target = views(self._slaves, connection)
        line = self._lines.setdefault(connection, Line(source, self._start))
        if operation.action is Action.ACCUMULATE:
            return lambda begin, length: line.add(source, begin + length)
        return lambda begin, length: line.take(begin, length, target)

    def _step(self, name: str) -> Call:
        slave, totals, jumps = self._slaves[name], self._totals.get(name), name in self._jumpers
        holdings = [holding for holding in self._holdings if holding.place[0] == name]

        def call(begin: int, length: int) -> None:
            t, h = seconds(begin + self._skipped if jumps else begin), seconds(length)
            try:
                slave.step(t, h)
            except SlaveError as error:
                raise InputError(f"{name} does not step from t = {t:.9g} s by {h:.9g} s: {error}") from error
            if totals is not None:
                totals.add()
            for holding in holdings:
                holding.take(begin + length, length)

        return call


def _hand_on(joined: Sequence[tuple[Connection, Values, Values]]) -> None:
    for _, source, target in joined:
        np.copyto(target, source, casting="unsafe")


def views(slaves: Mapping[str, Slave], connection: Connection) -> tuple[Values, Values]:
    """Return what a connection reads, and where it writes."""
    source, target = connection.source, connection.target
    return slaves[source[0]].outputs[source[1]], slaves[target[0]].inputs[target[1]]
