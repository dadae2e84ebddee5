"""Whether the timescales of a plan are separated: four rules, checked before a run and during it.

1. A component whose update is neither exact nor implicit steps no slower than its own fastest time constant.
2. What a layer holds constant is slow against the layer that sees it held: the fastest time constant of a slower
   component, whose outputs a faster one sees held or extended by a line, is at least `separation` times the period of
   the faster one.
3. Where a short window stands for a long time, what is fast has settled in it: `separation` times its slowest time
   constant fits into the window.
4. What is held does not move much meanwhile: the time constant of a quantity that a component of a faster layer sees
   held is at least the period of its own component. It is that of the quantity, not of the fastest mode within the
   component: modes that are updated exactly or implicitly take no part.

Constants alone do not tell an error. So what is held is watched, too (`coupling.holding`).

The mean of a flow that is handed on from fast to slow needs no rule: it conserves, at any timescales. Components report
their time constants by the outputs ``timescale.fastest`` and ``timescale.slowest``, and that of a held quantity by the
output that its port names; what is not reported is not checked. Switching inside a component does not cross its
boundary; only averages do. The component reports how fast it switches by ``switching.period`` and
``switching.settling``, and the third rule checks its step against these. Transients inside a component, faster than its
step, are states that go on from step to step: it takes them in sub-steps of its own and keeps their error within its
tolerance. It tells ``transient.substep``, ``transient.fastest`` and ``transient.slowest``; where they outlast its step
no rule is broken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..core.duration import at_most, format_duration, seconds
from ..core.errors import InputError
from ..core.model import Update
from ..core.timescale import NONE
from .operations import Connection, Rule
from .schedule import Plan, transfer_rule
from .system import System

FASTEST, SLOWEST = "timescale.fastest", "timescale.slowest"
SWITCHING_PERIOD, SWITCHING_SETTLING = "switching.period", "switching.settling"
TRANSIENT = ("transient.substep", "transient.fastest", "transient.slowest")
REPORTS = (FASTEST, SLOWEST, SWITCHING_PERIOD, SWITCHING_SETTLING, *TRANSIENT)
"""The outputs that report the time constants of a component as a whole."""

HELD, WATCH = 4, 5
"""Numbers of the rule on held quantities, and of what is no rule on constants: a held value has changed too much."""

SEPARATION = 5.0
"""Least ratio of timescales that are held apart."""


@dataclass(frozen=True)
class Timescale:
    """Time constants of a component at one instant.

    Parameters
    ----------
    fastest, slowest : float
        Shortest and longest time constant [s]; a component without any has a fastest of 1e300 s and a slowest of 0.
    switching_period, switching_settling : float
        Of the switching inside the component [s]: its period, and its slowest time constant; 0 where nothing switches.
    transient : (float, float, float)
        Of the transients inside the component [s]: the next sub-step, the shortest and the longest time constant; 0
        where there are none.
    quantities : mapping of str to float
        Time constants of held quantities [s], by the outputs that report them.
    """

    fastest: float
    slowest: float
    switching_period: float = 0.0
    switching_settling: float = 0.0
    transient: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quantities: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def reported(cls, values: Mapping[str, float]) -> Timescale:
        """Return the time constants [s] that a component reports, by the outputs that report them."""
        held = {output: value for output, value in values.items() if output not in REPORTS}
        return cls(
            values[FASTEST],
            values[SLOWEST],
            values.get(SWITCHING_PERIOD, 0.0),
            values.get(SWITCHING_SETTLING, 0.0),
            (values.get(TRANSIENT[0], 0.0), values.get(TRANSIENT[1], 0.0), values.get(TRANSIENT[2], 0.0)),
            held,
        )

    def of(self, output: str) -> float | None:
        """Return the time constant that an output reports [s]; None where it reports none."""
        if output in REPORTS:
            own = (self.fastest, self.slowest, self.switching_period, self.switching_settling, *self.transient)
            return own[REPORTS.index(output)]
        return self.quantities.get(output)


@dataclass(frozen=True)
class Violation:
    """A rule that a plan breaks.

    Parameters
    ----------
    rule : int
        Its number, see the module.
    components : tuple of str
        Whom it concerns.
    text : str
        Components, figures, and a period that would do.
    """

    rule: int
    components: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Demand:
    """What a rule demands of a time constant, by a plan.

    Parameters
    ----------
    rule : int
        Its number, see the module.
    components : tuple of str
        Whom it concerns.
    component, output : str
        Which component reports the constant, and the output that does.
    least, most : float
        Bounds of the constant [s], both allowed.
    text : callable
        Makes of the component's time constants what to say where the constant is beyond them.
    """

    rule: int
    components: tuple[str, ...]
    component: str
    output: str
    least: float
    most: float
    text: Callable[[Timescale], str]

    def check(self, timescale: Timescale) -> Violation | None:
        """Return how the constant breaks the rule; None where it does not, or is not reported."""
        constant = timescale.of(self.output)
        if constant is None or self.least <= constant <= self.most:
            return None
        return Violation(self.rule, self.components, self.text(timescale))


def has_timescale(system: System, name: str) -> bool:
    """Whether a component reports its time constants."""
    return all(system.has((name, output)) for output in (FASTEST, SLOWEST))


def demands(system: System, plan: Plan, separation: float = SEPARATION) -> list[Demand]:
    """Return what the rules demand of the time constants of a system; of the third, of what switches inside components.

    Parameters
    ----------
    system : System
        What the plan was made for.
    plan : Plan
        The plan.
    separation : float
        Least ratio of timescales that are held apart.
    """
    names = [component.name for component in system.components]
    seen = _seen_held(system)
    held = dict.fromkeys((c.source[0], c.target[0]) for c in system.connections if _is_held(system, c))
    return [
        *(_explicit(plan, name) for name in names if system.component(name).update is Update.EXPLICIT),
        *(_held(plan, *ends, separation) for ends in held),
        *(demand for name in names for demand in _averaged(plan, name, separation)),
        *(_outlived(plan, *source, system.port(source).time_constant, seen_by) for source, seen_by in seen.items()),
    ]


def check_plan(
    system: System, plan: Plan, timescales: Mapping[str, Timescale], separation: float = SEPARATION
) -> list[Violation]:
    """Return what of its `demands` on time constants a plan breaks."""
    return check(demands(system, plan, separation), timescales)


def check(asked: Sequence[Demand], timescales: Mapping[str, Timescale]) -> list[Violation]:
    """Return which demands the time constants do not meet; components that are missing are not checked."""
    known = [demand for demand in asked if demand.component in timescales]
    found = (demand.check(timescales[demand.component]) for demand in known)
    return list(dict.fromkeys(violation for violation in found if violation is not None))


def refuse(found: Sequence[Violation], what: str = "plan") -> None:
    """Raise InputError where a plan, or `what` else, breaks rules; the message names each once."""
    if found:
        texts = dict.fromkeys(violation.text for violation in found)
        raise InputError(f"the {what} mixes timescales: " + "; ".join(texts))


def check_window(
    names: Sequence[str], timescales: Mapping[str, Timescale], window: int, separation: float = SEPARATION
) -> list[Violation]:
    """Return what of the third rule a window [ns] breaks that stands for a long time."""
    short = [name for name in names if separation * timescales[name].slowest > seconds(window)]
    return [Violation(3, (name,), _unsettled(name, timescales[name].slowest, window, separation)) for name in short]


def _unsettled(name: str, slowest: float, window: int, separation: float) -> str:
    """Return that a component does not settle in a window [ns], and which one would do."""
    if slowest >= NONE:
        return (
            f"{name} does not settle in a window of {format_duration(window)}: its slowest time constant has no bound"
        )
    return (
        f"{name} does not settle in a window of {format_duration(window)}: its slowest time constant is "
        f"{_time(slowest)}; a window of at least {_time(separation * slowest)} would do, or a start from its periodic "
        "steady state"
    )


def _is_held(system: System, connection: Connection) -> bool:
    return transfer_rule(system, connection) in (Rule.HOLD, Rule.LINEAR)


def _seen_held(system: System) -> dict[tuple[str, str], str]:
    """Return the quantities of known constants that faster layers see held, and the first component that does."""
    seen: dict[tuple[str, str], str] = {}
    for connection in system.connections:
        if _is_held(system, connection) and system.port(connection.source).time_constant:
            seen.setdefault(connection.source, connection.target[0])
    return seen


def _explicit(plan: Plan, name: str) -> Demand:
    period = plan.period_of(name)

    def text(told: Timescale) -> str:
        return (
            f"{name} steps every {format_duration(period)} and its update is explicit, but its fastest time constant "
            f"is {_time(told.fastest)}; a period of at most {at_most(told.fastest)} would do"
        )

    return Demand(1, (name,), name, FASTEST, seconds(period), math.inf, text)


def _held(plan: Plan, slow: str, fast: str, separation: float) -> Demand:
    period = plan.period_of(fast)

    def text(told: Timescale) -> str:
        return (
            f"{fast} steps every {format_duration(period)} and sees {slow} held, but the fastest time constant of "
            f"{slow} is {_time(told.fastest)}, less than {separation:g} times that; a period of {fast} of at most "
            f"{at_most(told.fastest / separation)} would do"
        )

    return Demand(2, (slow, fast), slow, FASTEST, separation * seconds(period), math.inf, text)


def _averaged(plan: Plan, name: str, separation: float) -> Iterator[Demand]:
    period = plan.period_of(name)

    def text(told: Timescale) -> str:
        slowest = max(told.switching_period, told.switching_settling)
        return (
            f"the averages of a step stand for the switching within {name}, which does not settle in its period of "
            f"{format_duration(period)}: it switches every {_time(told.switching_period)}, and its slowest time "
            f"constant is {_time(told.switching_settling)}; a period of at least {_time(separation * slowest)} would do"
        )

    for output in (SWITCHING_PERIOD, SWITCHING_SETTLING):
        yield Demand(3, (name,), name, output, 0.0, seconds(period) / separation, text)


def _outlived(plan: Plan, name: str, quantity: str, constant: str, seen_by: str) -> Demand:
    period = plan.period_of(name)

    def text(told: Timescale) -> str:
        own = told.quantities[constant]
        return (
            f"{seen_by} sees {name}.{quantity} held for {format_duration(period)}, but its time constant is "
            f"{_time(own)}; a period of {name} of at most {at_most(own)} would do"
        )

    return Demand(HELD, (f"{name}.{quantity}",), name, constant, seconds(period), math.inf, text)


def _time(value: float) -> str:
    return f"{value:.3g} s"
