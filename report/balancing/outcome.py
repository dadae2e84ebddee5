"""How the balancing of a pack went: times, energies, and what the pack has gained.

Times count from when charge begins to flow: before, the battery management finds out what the groups' SOC are. The
usable capacity is that of PackNetwork, ``min_g Q_g z_g + min_g Q_g (1 - z_g)``, at most the capacity of the weakest
group; what of the difference has come back is the share regained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...core.timescale import NONE
from ...pack.file import Pack
from ...pack.parts import parts
from ..run_record import RunRecord, read_run_record

Values = NDArray[np.float64]

HOUR = 3600.0
"""[s]; as many C are an Ah and as many J a Wh."""

BALANCED = "Balancer.balanced"
"""The output that says so; a step ``Rest for TIME or until balanced`` ends with it."""

USED = {
    "usable_capacity": "PackNetwork.usable_capacity",
    "heat_rate": "Balancer.heat_rate",
    "predicted_time": "Balancer.predicted_time",
    "algebraic_connectivity": "Balancer.algebraic_connectivity",
}
USED_OF_CONVERTERS = {"refreshes": "Balancer.refreshes", "efficiency": "Balancer.efficiency"}
"""What has to be recorded besides `pack.recorded.RECORD`: of every pack, and where converters balance."""

HELD = ("network to cells, energy", "balancer to network, energy")
"""Balances across ports whose values are held or linearised over a step; all others close to rounding."""

LEAST = 1e-3
"""What mismatches are relative to at least [J or C]."""


def used(pack: Pack) -> dict[str, str]:
    """Return what has to be recorded of a pack for an `Outcome`: name in the results, and output."""
    return USED | ({} if pack.balancer.is_passive else USED_OF_CONVERTERS)


def outcome(name: str, title: str, pack: Pack, recorded: xr.Dataset) -> Outcome:
    """Return how the balancing of a pack went.

    Parameters
    ----------
    name, title : str
        A short name, and what tables and figures call it.
    pack : Pack
        That was run.
    recorded : xarray.Dataset
        The results of its run, with what `used` names.

    Raises
    ------
    InputError
        When the results do not tell how the run went.
    """
    drawn = {part.name: part.start for part in parts(pack)}
    return Outcome(
        name=name,
        title=title,
        links=len(pack.balancer.ends(pack.strings)),
        balanced_spread=pack.balancer.balanced_spread,
        group_capacity=np.asarray(drawn["Balancer"]["group_capacity"]),
        recorded=recorded,
        run=read_run_record(recorded),
    )


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
        One row at the start and one after each period, with what `used` names.
    run : RunRecord
        What the results tell of the run.
    """

    name: str
    title: str
    links: int
    balanced_spread: float
    group_capacity: Values
    recorded: xr.Dataset
    run: RunRecord

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
    def is_balanced(self) -> bool:
        """Whether the Balancer ended the run."""
        return any(BALANCED in step.ended_by for step in self.run.steps[-1:])

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
        return float(self.hours[-1] - self.hours[self.begin]) if self.is_balanced and self.begin >= 0 else np.nan

    @property
    def true_time(self) -> float:
        """Time until the pack is balanced, estimates aside [h]; NaN where the run ended before."""
        rows = np.flatnonzero(self.spread() <= 100.0 * self.balanced_spread)
        return float(self.hours[rows[0]] - self.hours[self.begin]) if rows.size and self.begin >= 0 else np.nan

    @property
    def moved(self) -> float:
        """Energy that was taken from groups and pack [Wh]."""
        return self.run.totals["Balancer.moved_energy"] / HOUR

    @property
    def lost(self) -> float:
        """Energy that became heat in the balancer [Wh]."""
        return self.run.totals["Balancer.heat"] / HOUR

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
        moved = {unit: self.run.totals[f"Balancer.moved_{what}"] for unit, what in (("C", "charge"), ("J", "energy"))}
        rows = [row for row in self.run.balances if (row.name in HELD) == held]
        return max(abs(row.mismatch) / max(row.turnover, moved[row.unit], LEAST) for row in rows)

    @property
    def estimated_spread(self) -> float:
        """Spread of the estimated SOC at the end [%]; NaN where the SOC is known."""
        return float(self.spread("estimated_group_soc")[-1]) if "estimated_group_soc" in self.recorded else np.nan
