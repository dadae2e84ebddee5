"""Outcomes of balancing as tables: how fast each balancer was, and what it cost."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...fmi.files import replacing
from .outcome import Outcome

Column = tuple[str, str, str, Callable[[Outcome], float]]
"""Head, unit, format and value."""

SPEED: tuple[Column, ...] = (
    ("links", "", ".0f", lambda o: o.links or np.nan),
    ("connectivity", "", ".3f", lambda o: o.connectivity or np.nan),
    ("refreshes", "", ".0f", lambda o: o.refreshes),
    ("predicted", "h", ".2f", lambda o: o.predicted),
    ("actual", "h", ".2f", lambda o: o.taken),
    ("in truth", "h", ".2f", lambda o: o.true_time),
    ("spread at start", "%", ".2f", lambda o: float(o.spread()[0])),
    ("at end", "%", ".2f", lambda o: float(o.spread()[-1])),
    ("as estimated", "%", ".2f", lambda o: o.estimated_spread),
)
COST: tuple[Column, ...] = (
    ("moved", "Wh", ".2f", lambda o: o.moved),
    ("lost", "Wh", ".2f", lambda o: o.lost),
    ("of it", "%", ".1f", lambda o: 100.0 * o.lost / o.moved if o.moved else np.nan),
    ("efficiency", "%", ".1f", lambda o: 100.0 * o.efficiency),
    ("heat", "W", ".2f", lambda o: o.heat),
    ("warmer", "K", ".2f", lambda o: o.warming),
    ("usable at start", "Ah", ".2f", lambda o: float(o.usable[0])),
    ("at end", "Ah", ".2f", lambda o: float(o.usable[-1])),
    ("regained", "%", "z.0f", lambda o: o.regained),
    ("ledger", "", ".0e", lambda o: o.mismatch(held=False)),
    ("held ports", "", ".0e", lambda o: o.mismatch(held=True)),
)


NOTES = """times from when charge begins to flow: as predicted then, until the Balancer says so, until it is true
efficiency: of the converters, of which charge may take several; heat, warmer: the greatest, of balancer and board
ledger: greatest relative mismatch of charge, energy and heat; beside it that of energy at ports where a step holds or
extends currents and voltages"""


def report(outcomes: Sequence[Outcome]) -> str:
    """Return what the balancers did as two tables, and what is to be known of them.

    Parameters
    ----------
    outcomes : sequence of Outcome
        At least one; all began with the same pack.
    """
    first = outcomes[0]
    soc = 100.0 * first.recorded["group_soc"][0].values
    violations = [f"{outcome.title}: {text}" for outcome in outcomes for text in outcome.run.violations]
    return "\n".join([
        f"{soc.size} groups, SOC {soc.min():.2f} to {soc.max():.2f} %, weakest group {first.weakest:.2f} Ah",
        "", *formatted(outcomes, SPEED), "", *formatted(outcomes, COST), "",
        NOTES, *violations,
    ])  # fmt: skip


def formatted(outcomes: Sequence[Outcome], columns: Sequence[Column]) -> list[str]:
    """Return a table, a line for each outcome below heads and units."""
    rows = [["", *(head for head, *_ in columns)], ["", *(f"[{unit}]" if unit else "" for _, unit, *_ in columns)]]
    rows += [[o.title, *(shown(value(o), form) for *_, form, value in columns)] for o in outcomes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows
    ]  # fmt: skip


def shown(value: float, form: str) -> str:
    """Return a value as text; an infinite time is never, what is not a number a dash."""
    if np.isnan(value):
        return "-"
    return "never" if np.isinf(value) else f"{value:{form}}"


def save_table(outcomes: Sequence[Outcome], path: Path) -> None:
    """Save both tables as comma-separated values, a row for each outcome; InputError where that fails."""
    columns = [("time", SPEED), ("cost", COST)]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        heads = [f"{kind}: {head} [{unit or 1}]" for kind, some in columns for head, unit, *_ in some]
        writer.writerow(["balancer", *heads])
        for outcome in outcomes:
            values = [value(outcome) for _, some in columns for *_, value in some]
            writer.writerow([outcome.title, *(f"{value:.9g}" for value in values)])
