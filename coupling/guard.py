"""Watching the timescales of a run in progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.duration import format_duration
from .enforcement import (
    REPORTS,
    WATCH,
    Timescale,
    Violation,
    check,
    check_plan,
    demands,
    has_timescale,
    refuse,
)
from .explanation import TextTable, explain, tables
from .holding import HeldChange, Holding, held_outputs
from .schedule import Plan
from .slave import Slave
from .system import System


def watched_outputs(system: System) -> list[tuple[str, str]]:
    """Return component and output of every time constant that is reported, and of every sensitivity to what is held."""
    names = [component.name for component in system.components if has_timescale(system, component.name)]
    constants = [(name, output) for name in names for output in _reports(system, name)]
    return [*constants, *(place for places in held_outputs(system).values() for place in places)]


def _reports(system: System, name: str) -> list[str]:
    """Return the outputs that report the time constants of a component, and of its held quantities."""
    ports = system.component(name).ports
    held = dict.fromkeys(port.time_constant for port in ports.values() if port.time_constant)
    return [output for output in (*REPORTS, *held) if output in ports]


class Guard:
    """Checks the rules of `coupling.enforcement` at the start of a run, and while it lasts.

    Parameters
    ----------
    system : System
        What is run.
    plan : Plan
        By which plan.
    slaves : mapping of str to Slave
        The running components.
    separation : float
        Least ratio of timescales that are held apart.
    holdings : sequence of Holding
        The values that are watched as they are held.

    Raises
    ------
    InputError
        Unless the plan keeps the rules; the message names each rule that it breaks.
    """

    def __init__(
        self,
        system: System,
        plan: Plan,
        slaves: Mapping[str, Slave],
        separation: float,
        holdings: Sequence[Holding] = (),
    ) -> None:
        self._system, self._plan, self._separation = system, plan, separation
        self._holdings = holdings
        self._outputs = {
            name: {output: slave.outputs[output] for output in _reports(system, name)}
            for name, slave in slaves.items()
            if has_timescale(system, name)
        }
        self._seen: dict[tuple[int, tuple[str, ...]], str] = {}
        self._demands = demands(system, plan, separation)
        refuse(check(self._demands, self.timescales()))

    @property
    def seen(self) -> tuple[str, ...]:
        """The violations of the run, each as it was first seen."""
        return tuple(self._seen.values())

    def timescales(self) -> dict[str, Timescale]:
        """Return the time constants at this instant."""
        return {
            name: Timescale.reported({output: float(value[0]) for output, value in values.items()})
            for name, values in self._outputs.items()
        }

    def held(self) -> tuple[HeldChange, ...]:
        """Return the greatest change so far of each value that is held."""
        return tuple(holding.greatest() for holding in self._holdings)

    def explain(self) -> str:
        """Return plan, time constants at this instant and transfers as text."""
        return explain(self._system, self._plan, self.timescales(), self.held())

    def tables(self) -> list[TextTable]:
        """Return plan, time constants at this instant, what is held and transfers as tables."""
        return tables(self._system, self._plan, self.timescales(), self.held())

    def check(self, plan: Plan) -> list[Violation]:
        """Return what of the rules a plan for the same system breaks at this instant."""
        return check_plan(self._system, plan, self.timescales(), self._separation)

    def beyond(self) -> list[Violation]:
        """Return the held values that have changed by more than is tolerated."""
        return [Violation(WATCH, (change.name,), str(change)) for change in self.held() if change.is_beyond]

    def watch(self, time: int) -> list[str]:
        """Check the rules and what is held at a time [ns]; return the violations that are seen for the first time."""
        new = []
        for violation in check(self._demands, self.timescales()) + self.beyond():
            key = (violation.rule, violation.components)
            if key not in self._seen:
                self._seen[key] = f"at t = {format_duration(time)}: {violation.text}"
                new.append(self._seen[key])
        return new
