"""Whether the timescales of a plan are separated: four rules, checked before a run and during it.

1. A component whose update is neither exact nor implicit steps no slower than its own fastest time constant.
2. What a layer holds constant is slow against the layer that sees it held: the fastest time constant of a slower
   component, whose outputs a faster one sees held or extended by a line, is at least `separation` times the period of
   the faster one.
3. Where a short window stands for a long time, what is fast has settled in it: `separation` times its slowest time
   constant fits into the window.
4. What is held does not move much meanwhile: the time constant of a quantity that a component of a shorter period sees
   held is at least the period of its own component. It is that of the quantity, not of the fastest mode within the
   component: modes that are updated exactly or implicitly take no part.

Constants alone do not tell an error. So what is held is watched, too (`coupling.holding`).

The mean of a flow that is handed on from fast to slow needs no rule: it conserves, at any timescales. Components report
their time constants by the outputs ``timescale.fastest`` and ``timescale.slowest``, and that of a held quantity by the
output that its port names; what is not reported is not checked. Switching inside a component does not cross its boundary; only averages do. The component reports how fast it
switches by ``switching.period`` and ``switching.settling``, and the third rule checks its step against these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..core.bounds import unit_suffix
from ..core.duration import at_most, format_duration, seconds
from ..core.model import Update
from ..core.timescale import NONE
from .holding import HeldChange
from .operations import Connection, Rule, endpoint
from .schedule import Plan, aligned, transfer_rule
from .system import System

FASTEST, SLOWEST = "timescale.fastest", "timescale.slowest"
SWITCHING_PERIOD, SWITCHING_SETTLING = "switching.period", "switching.settling"

WATCH = 5
"""Number of what is no rule on constants: a held value has changed by more than is tolerated."""

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
    quantities : mapping of str to float
        Time constant [s] of each output that reports its own.
    """

    fastest: float
    slowest: float
    switching_period: float = 0.0
    switching_settling: float = 0.0
    quantities: Mapping[str, float] = field(default_factory=dict)


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


def has_timescale(system: System, name: str) -> bool:
    """Whether a component reports its time constants."""
    return all(system.has((name, output)) for output in (FASTEST, SLOWEST))


def check_plan(
    system: System, plan: Plan, timescales: Mapping[str, Timescale], separation: float = SEPARATION
) -> list[Violation]:
    """Return what of the first, second and fourth rule a plan breaks, and of the third by what switches inside components.

    Parameters
    ----------
    system : System
        What the plan was made for.
    plan : Plan
        The plan.
    timescales : mapping of str to Timescale
        Time constants by component; components that are missing are not checked.
    separation : float
        Least ratio of a held component's fastest time constant to the period that it is held in.
    """
    found = [_explicit(system, plan, name, timescale) for name, timescale in timescales.items()]
    held = {(c.source[0], c.target[0]): None for c in system.connections if _is_held(system, c)}
    found += [_held(plan, *ends, timescales[ends[0]], separation) for ends in held if ends[0] in timescales]
    found += [_averaged(plan, name, timescale, separation) for name, timescale in timescales.items()]
    found += [
        _outlived(plan, name, output, seen_by, constant)
        for (name, output), seen_by in _seen_held(system, plan).items()
        for constant in (timescales[name].quantities.get(output) if name in timescales else None,)
    ]
    return [violation for violation in found if violation is not None]


def check_window(
    names: Sequence[str], timescales: Mapping[str, Timescale], window: int, separation: float = SEPARATION
) -> list[Violation]:
    """Return what of the third rule a window [ns] breaks that stands for a long time."""
    return [
        Violation(
            3,
            (name,),
            f"{name} does not settle in a window of {format_duration(window)}: its slowest time constant is "
            f"{_time(timescales[name].slowest)}; a window of at least "
            f"{_time(separation * timescales[name].slowest)} would do, or a start from its periodic steady state",
        )
        for name in names
        if separation * timescales[name].slowest > seconds(window)
    ]


def explain(system: System, plan: Plan, timescales: Mapping[str, Timescale], held: Sequence[HeldChange] = ()) -> str:
    """Return layers, periods, time constants and their ratios to the period; what is held; and the transfers as tables."""
    rows = [("layer", "period", "component", "update", "fastest", "slowest", "fastest/period", "slowest/period")]
    rows += [_switching(name, timescale) for name, timescale in timescales.items() if timescale.switching_period]
    for layer, period in plan.periods.items():
        for name in plan.members[layer]:
            update = system.component(name).update.value
            rows.append((str(layer), format_duration(period), name, update, *_constants(timescales.get(name), period)))
    values = [("held value", "every", "constant", "constant/period", "changed by", "tolerated", "voltage")]
    values += [_held_value(plan, change, timescales) for change in held]
    table = [("from", "to", "rule", "every")]
    for c in system.connections:
        rule = transfer_rule(system, c)
        slower = max(plan.period_of(c.source[0]), plan.period_of(c.target[0]))
        table.append((".".join(c.source), ".".join(c.target), rule.value, format_duration(slower)))
    return "\n\n".join(aligned(each) for each in (rows, values, table) if len(each) > 1)


def _switching(name: str, timescale: Timescale) -> tuple[str, str, str, str, str, str, str, str]:
    """Return the row of what switches inside a component."""
    period, settling = timescale.switching_period, timescale.switching_settling
    constant, ratio = (_time(settling), f"{settling / period:.3g}") if settling else ("none", "")
    return "switching", _time(period), f"within {name}", Update.EXACT.value, constant, constant, ratio, ratio


def _constants(timescale: Timescale | None, period: int) -> tuple[str, str, str, str]:
    if timescale is None:
        return "unknown", "", "", ""
    first, last = timescale.fastest, timescale.slowest
    if last == 0.0:  # nothing relaxes; what drifts is told by its own constants
        drifts = [constant for constant in timescale.quantities.values() if constant < NONE]
        if not drifts:
            return "none", "none", "", ""
        first, last = min(drifts), max(drifts)
    return _time(first), _time(last), f"{first / seconds(period):.3g}", f"{last / seconds(period):.3g}"


def _held_value(plan: Plan, change: HeldChange, timescales: Mapping[str, Timescale]) -> tuple[str, ...]:
    """Return the row of a held value: its time constant, and how it has changed so far."""
    component, output = endpoint(change.name)
    period, suffix = plan.period_of(component), unit_suffix(change.unit)
    constant = timescales[component].quantities.get(output, NONE) if component in timescales else NONE
    told = (_time(constant), f"{constant / seconds(period):.3g}") if constant < NONE else ("none", "")
    effect = "unknown" if change.effect is None else f"{1e3 * change.effect:.3g} mV"
    moved = (f"{change.change:.3g}{suffix}", f"{change.tolerance:g}{suffix}", effect)
    return change.name, format_duration(period), *told, *moved


def _seen_held(system: System, plan: Plan) -> dict[tuple[str, str], str]:
    """Return the outputs that a component of a shorter period sees held, and the first that does."""
    seen: dict[tuple[str, str], str] = {}
    for connection in system.connections:
        (source, _), (target, _) = connection.source, connection.target
        if _is_held(system, connection) and plan.period_of(target) < plan.period_of(source):
            seen.setdefault(connection.source, target)
    return seen


def _is_held(system: System, connection: Connection) -> bool:
    return transfer_rule(system, connection) in (Rule.HOLD, Rule.LINEAR)


def _explicit(system: System, plan: Plan, name: str, timescale: Timescale) -> Violation | None:
    period = plan.period_of(name)
    if system.component(name).update is not Update.EXPLICIT or seconds(period) <= timescale.fastest:
        return None
    return Violation(
        1,
        (name,),
        f"{name} steps every {format_duration(period)} and its update is explicit, but its fastest time constant is "
        f"{_time(timescale.fastest)}; a period of at most {at_most(timescale.fastest)} would do",
    )


def _held(plan: Plan, slow: str, fast: str, timescale: Timescale, separation: float) -> Violation | None:
    period = plan.period_of(fast)
    if timescale.fastest >= separation * seconds(period):
        return None
    return Violation(
        2,
        (slow, fast),
        f"{fast} steps every {format_duration(period)} and sees {slow} held, but the fastest time constant of {slow} "
        f"is {_time(timescale.fastest)}, less than {separation:g} times that; a period of {fast} of at most "
        f"{at_most(timescale.fastest / separation)} would do, or {slow} in the same layer",
    )


def _averaged(plan: Plan, name: str, timescale: Timescale, separation: float) -> Violation | None:
    period = plan.period_of(name)
    if separation * max(timescale.switching_period, timescale.switching_settling) <= seconds(period):
        return None
    return Violation(
        3,
        (name,),
        f"the averages of a step stand for the switching within {name}, which does not settle in its period of "
        f"{format_duration(period)}: it switches every {_time(timescale.switching_period)}, and its slowest time "
        f"constant is {_time(timescale.switching_settling)}; a period of at least "
        f"{_time(separation * max(timescale.switching_period, timescale.switching_settling))} would do",
    )


def _outlived(plan: Plan, name: str, output: str, seen_by: str, constant: float | None) -> Violation | None:
    period = plan.period_of(name)
    if constant is None or constant >= seconds(period):
        return None
    return Violation(
        4,
        (f"{name}.{output}",),
        f"{seen_by} sees {name}.{output} held for {format_duration(period)}, but its time constant is "
        f"{_time(constant)}; a period of {name} of at most {at_most(constant)} would do",
    )


def _time(value: float) -> str:
    return f"{value:.3g} s"
