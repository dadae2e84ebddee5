"""Shares of two parallel cells whose resistances grow at rates of 1:2: python benchmarks/parallel_shares.py.

Growth follows the cycles of the group, or each cell's own throughput. The group is cycled over 90 % of its capacity at
C/2, or over half a second of it, which leaves the open-circuit voltages equal. The table shows the current of the first
cell over that of the second in the first instant (0+) after a rest, and the ratio of their throughputs over a cycle.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from parallel_cells import HOUR, Cycles, Group, lossless

from packfmu.models.aging.plating import Plating
from packfmu.models.aging.sei import Sei
from packfmu.models.parameters import graphite_film_aging, nissan_leaf_2013

CELL = lossless(nissan_leaf_2013.PARAMETERS)
UNWORN = replace(graphite_film_aging.PARAMETERS, sei=Sei(), plating=Plating())
"""No aging but the growth of resistance."""

RATES = np.array([1e-3, 2e-3])
FULL = Cycles(c_rate=0.5, steps=240)
SHORT = Cycles(c_rate=0.5, depth=7e-5, steps=8)
"""Cycles of about a second."""

LARGEST = 99.0
"""Growth of the second cell at the end; inputs allow up to 100."""

JUMP = 1.1
"""Factor on a resistance in a jump."""


GROWTHS = (0.0, 1.0, 3.0, 10.0)
"""Growth of the first cell in the table."""


class Count(Enum):
    """The quantity that the resistances grow with."""

    GROUP = "cycles of the group"
    OWN = "own throughput"


@dataclass(frozen=True)
class Shares:
    """Ratios of the first cell over the second at a growth of the resistances."""

    growth: np.ndarray
    at_once: float
    over_cycle: float


def sample(group: Group, probe: Group, cycles: Cycles) -> tuple[Shares, np.ndarray]:
    """Return the shares now, and the throughput of a cycle [C] by cell."""
    counted = group.settled_cycle(cycles).added["charge_throughput"]
    probe.cells.u["resistance_growth"] = group.growth
    first = probe.first_currents(group.capacity)
    return Shares(group.growth, float(first[0] / first[1]), float(counted[0] / counted[1])), counted


def shares(count: Count, cycles: Cycles) -> list[Shares]:
    """Return the shares over a life, jump by jump."""
    group, probe = (Group(CELL, UNWORN, np.ones(2), resistance_rate=RATES) for _ in range(2))
    found = []
    while True:
        now, own = sample(group, probe, cycles)
        found.append(now)
        if now.growth[1] > LARGEST - 1e-9:
            return found
        each = np.full(2, 2.0 * cycles.depth * group.capacity) if count is Count.GROUP else own
        a_cycle = RATES * 0.5 * each / group.capacity
        number = min(((JUMP - 1.0) * (1.0 + now.growth) / a_cycle).min(), ((LARGEST - now.growth) / a_cycle).min())
        group.aging.u["charge_throughput"] += number * each
        group.aging.advance(0.0, number * 2.0 * HOUR * cycles.depth / cycles.c_rate)
        group.cells.u["resistance_growth"] = group.growth


def main() -> int:
    """Print the table."""
    print(f"{'growth of the first resistance':<48}" + "".join(f"{growth:8.0f}" for growth in GROWTHS) + "     end")
    for count in Count:
        for cycles, name in ((FULL, "full cycles"), (SHORT, "short cycles")):
            found = shares(count, cycles)
            grown = [now.growth[0] for now in found]
            for label, values in (
                ("at 0+", [s.at_once for s in found]),
                ("over a cycle", [s.over_cycle for s in found]),
            ):
                row = np.interp([*GROWTHS, grown[-1]], grown, values)
                print(f"{count.value:<20} {name:<13} {label:<13}" + "".join(f"{value:8.3f}" for value in row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
