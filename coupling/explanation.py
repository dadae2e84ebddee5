"""A plan as tables for people: layers with their time constants, what is held, and what is handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.bounds import unit_suffix
from ..core.duration import format_duration, seconds
from ..core.model import Update
from ..core.timescale import NONE
from .enforcement import Timescale
from .holding import HeldChange
from .operations import endpoint
from .schedule import Plan, aligned, transfer_rule
from .system import System

TextTable = list[tuple[str, ...]]
"""Rows of text; the first one is the head."""


def explain(system: System, plan: Plan, timescales: Mapping[str, Timescale], held: Sequence[HeldChange] = ()) -> str:
    """Return layers with time constants and ratios to the period, what is held, and the transfers as aligned tables."""
    return "\n\n".join(aligned(each) for each in tables(system, plan, timescales, held))


def tables(
    system: System, plan: Plan, timescales: Mapping[str, Timescale], held: Sequence[HeldChange] = ()
) -> list[TextTable]:
    """Return layers with time constants and ratios to the period, what is held, and the transfers; no empty table."""
    rows: TextTable = [
        ("layer", "period", "component", "update", "fastest", "slowest", "fastest/period", "slowest/period")
    ]
    rows += [_switching(name, timescale) for name, timescale in timescales.items() if timescale.switching_period]
    rows += [_transient(name, timescale) for name, timescale in timescales.items() if timescale.transient[0]]
    for layer, period in plan.periods.items():
        for name in plan.members[layer]:
            update = system.component(name).update.value
            rows.append((str(layer), format_duration(period), name, update, *_constants(timescales.get(name), period)))
    values: TextTable = [("held value", "every", "constant", "constant/period", "changed by", "tolerated", "effect")]
    values += [_held_value(system, plan, change, timescales) for change in held]
    table: TextTable = [("from", "to", "rule", "every")]
    for c in system.connections:
        rule = transfer_rule(system, c)
        slower = max(plan.period_of(c.source[0]), plan.period_of(c.target[0]))
        table.append((".".join(c.source), ".".join(c.target), rule.value, format_duration(slower)))
    return [each for each in (rows, values, table) if len(each) > 1]


def _switching(name: str, timescale: Timescale) -> tuple[str, str, str, str, str, str, str, str]:
    """Return the row of what switches inside a component."""
    period, settling = timescale.switching_period, timescale.switching_settling
    constant, ratio = (time_text(settling), f"{settling / period:.3g}") if settling else ("none", "")
    return "switching", time_text(period), f"within {name}", Update.EXACT.value, constant, constant, ratio, ratio


def _transient(name: str, timescale: Timescale) -> tuple[str, str, str, str, str, str, str, str]:
    """Return the row of transients inside a component; its period is the next of its sub-steps."""
    substep, *constants = timescale.transient
    if constants[0] >= NONE:
        return "transient", time_text(substep), f"within {name}", Update.IMPLICIT.value, "none", "none", "", ""
    fastest, slowest = constants
    ratios = (f"{fastest / substep:.3g}", f"{slowest / substep:.3g}")
    told = (time_text(fastest), time_text(slowest))
    return "transient", time_text(substep), f"within {name}", Update.IMPLICIT.value, *told, *ratios


def _constants(timescale: Timescale | None, period: int) -> tuple[str, str, str, str]:
    if timescale is None:
        return "unknown", "", "", ""
    first, last = timescale.fastest, timescale.slowest
    if last == 0.0:  # nothing relaxes; what drifts is told by its own constants
        drifts = [constant for constant in timescale.quantities.values() if constant < NONE]
        if not drifts:
            return "none", "none", "", ""
        first, last = min(drifts), max(drifts)
    ratios = [f"{constant / seconds(period):.3g}" if constant < NONE else "" for constant in (first, last)]
    return time_text(first), time_text(last), ratios[0], ratios[1]


def _held_value(system: System, plan: Plan, change: HeldChange, timescales: Mapping[str, Timescale]) -> tuple[str, ...]:
    """Return the row of a held value: its time constant, and how it has changed so far."""
    component, output = endpoint(change.name)
    reports = system.port((component, output)).time_constant
    period, suffix = plan.period_of(component), unit_suffix(change.unit)
    constant = timescales[component].quantities.get(reports, NONE) if component in timescales else NONE
    told = (time_text(constant), f"{constant / seconds(period):.3g}") if constant < NONE else ("none", "")
    effect = "unknown" if change.effect is None else f"{1e3 * change.effect:.3g} mV"
    moved = (f"{change.change:.3g}{suffix}", f"{change.tolerance:g}{suffix}", effect)
    return change.name, format_duration(period), *told, *moved


def time_text(value: float) -> str:
    """Write a time constant [s] with three digits; "none" where nothing ever changes."""
    return f"{value:.3g} s" if value < NONE else "none"
