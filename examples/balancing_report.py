"""What examples/balancing.py tells: how fast each balancer was, and what it cost.

Times count from when charge begins to flow: before, the battery management finds out what the groups' SOC are. The
usable capacity is that of PackNetwork, ``min_g Q_g z_g + min_g Q_g (1 - z_g)``, at most the capacity of the weakest
group; what of the difference has come back is the share regained.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.core.timescale import NONE
from packfmu.cosim.experiment import RunSummary
from packfmu.fmi.files import replacing
from packfmu.pack.balances import Balance

Values = NDArray[np.float64]

HOUR = 3600.0
"""[s]; as many C are an Ah and as many J a Wh."""

HELD = ("network to cells, energy", "balancer to network, energy")
"""Balances across ports whose values are held or linearised over a step; all others close to rounding."""


LEAST = 1e-3
"""What mismatches are relative to at least [J or C]."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """How the balancing of a pack went.

    Parameters
    ----------
    name, title : str
        Of its files, and in tables.
    links : int
        Number of converters; 0 of a balancer that bleeds.
    balanced_spread : float
        Greatest less least SOC up to which it counts as balanced.
    group_capacity : (groups,) array
        [C].
    recorded : xarray.Dataset
        One row at the start and one after each period: what `examples/balancing.py` records.
    ended : RunSummary
        How the run ended.
    layers : str
        Those of its plan, with periods and time constants at the start, as a table.
    balances : tuple of Balance
        The ledger.
    """

    name: str
    title: str
    links: int
    balanced_spread: float
    group_capacity: Values
    recorded: xr.Dataset
    ended: RunSummary
    layers: str
    balances: tuple[Balance, ...]

    @property
    def hours(self) -> Values:
        """When the rows were recorded [h]."""
        return self.recorded["time"].values / HOUR

    def spread(self, soc: str = "group_soc") -> Values:
        """Return the greatest less the least SOC of the groups in each row [%]."""
        groups = self.recorded[soc]
        return 100.0 * (groups.max("group") - groups.min("group")).values

    @property
    def begin(self) -> int:
        """Row in which charge begins to flow; -1 where it never does."""
        flows = np.flatnonzero(self.recorded["active_groups"].values)
        return int(flows[0]) if flows.size else -1

    @property
    def predicted(self) -> float:
        """Time to balance as it was predicted at the beginning [h]; infinite where it was never, NaN without any."""
        if self.begin < 0:
            return np.nan
        told = float(self.recorded["predicted_time"][self.begin])
        return told / HOUR if told < NONE else np.inf

    @property
    def taken(self) -> float:
        """Time until the Balancer says that the pack is balanced [h]; NaN where the run ended before."""
        is_balanced = "Balancer.balanced" in self.ended.stopped_by
        return float(self.hours[-1] - self.hours[self.begin]) if is_balanced and self.begin >= 0 else np.nan

    @property
    def true_time(self) -> float:
        """Time until the pack is balanced, estimates aside [h]; NaN where the run ended before."""
        rows = np.flatnonzero(self.spread() <= 100.0 * self.balanced_spread)
        return float(self.hours[rows[0]] - self.hours[self.begin]) if rows.size and self.begin >= 0 else np.nan

    @property
    def moved(self) -> float:
        """Energy that was taken from groups and pack [Wh]."""
        return self.ended.totals["Balancer.moved_energy"] / HOUR

    @property
    def lost(self) -> float:
        """Energy that became heat in the balancer [Wh]."""
        return self.ended.totals["Balancer.heat"] / HOUR

    @property
    def efficiency(self) -> float:
        """Energy that came out of the converters over what went in; NaN where there are none."""
        if "efficiency" not in self.recorded:
            return np.nan
        during, heat = self.recorded["efficiency"].values[:-1], self.recorded["heat_rate"].values[1:]
        flows = (during > 0.0) & (during < 1.0)
        return float(1.0 - heat[flows].sum() / np.sum(heat[flows] / (1.0 - during[flows])))

    @property
    def heat(self) -> float:
        """Greatest heat rate of the balancer [W]."""
        return float(self.recorded["heat_rate"].max())

    @property
    def warming(self) -> float:
        """Greatest rise of the board's temperature [K]."""
        board = self.recorded["board_temperature"]
        return float(board.max() - board[0])

    @property
    def usable(self) -> Values:
        """Capacity that the pack gives in each row [Ah]."""
        return self.recorded["usable_capacity"].values / HOUR

    @property
    def weakest(self) -> float:
        """Capacity of the weakest group [Ah]: what a balanced pack gives."""
        return float(self.group_capacity.min() / HOUR)

    @property
    def regained(self) -> float:
        """Share of the capacity lost by imbalance that came back [%]."""
        return float(100.0 * (self.usable[-1] - self.usable[0]) / (self.weakest - self.usable[0]))

    @property
    def connectivity(self) -> float:
        """Second eigenvalue of the graph's Laplacian."""
        return float(self.recorded["algebraic_connectivity"].max())

    @property
    def refreshes(self) -> float:
        """Periodic steady states that were computed; NaN where nothing switches."""
        return float(self.recorded["refreshes"][-1]) if "refreshes" in self.recorded else np.nan

    def mismatch(self, held: bool) -> float:
        """Return the greatest mismatch of the balances across held ports, or of all others.

        It is relative to what was turned over or, where terms cancel each other, to what was moved.
        """
        moved = {unit: self.ended.totals[f"Balancer.moved_{what}"] for unit, what in (("C", "charge"), ("J", "energy"))}
        rows = [row for row in self.balances if (row.name in HELD) == held]
        return max(abs(row.mismatch) / max(row.turnover, moved[row.unit], LEAST) for row in rows)

    @property
    def estimated_spread(self) -> float:
        """Spread of the estimated SOC at the end [%]; NaN where the SOC is known."""
        return float(self.spread("estimated_group_soc")[-1]) if "estimated_group_soc" in self.recorded else np.nan


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
    """Return what the balancers did as two tables, and what is to be known of them."""
    first = outcomes[0]
    soc = 100.0 * first.recorded["group_soc"][0].values
    shown_plan = next((o for o in outcomes if o.links and o.begin == 0), outcomes[-1])
    violations = [f"{outcome.title}: {text}" for outcome in outcomes for text in outcome.ended.violations]
    return "\n".join([
        f"{soc.size} groups, SOC {soc.min():.2f} to {soc.max():.2f} %, weakest group {first.weakest:.2f} Ah",
        "", *formatted(outcomes, SPEED), "", *formatted(outcomes, COST), "",
        NOTES, "",
        f"layers and time constants at the start: {shown_plan.title}", shown_plan.layers,
        *violations,
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
    """Save both tables as comma-separated values, a row for each outcome."""
    columns = [("time", SPEED), ("cost", COST)]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        heads = [f"{kind}: {head} [{unit or 1}]" for kind, some in columns for head, unit, *_ in some]
        writer.writerow(["balancer", *heads])
        for outcome in outcomes:
            values = [value(outcome) for _, some in columns for *_, value in some]
            writer.writerow([outcome.title, *(f"{value:.9g}" for value in values)])
