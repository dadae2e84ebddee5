"""Cycle life of parallel cells that differ, against published results: python benchmarks/parallel_mismatch.py.

The resistances of the other cells exceed that of the first by the mismatch; together they have the resistance of a
matched group. Charge and discharge without rests use 90 % of the capacity that is left. Life ends at 80 % of the
capacity, of the group and of its worst cell. Convection keeps matched cells 20 K above the air of 25 degC at 4.5C,
unless all cells have its temperature. No cell heats another.

Peers: R. Gogoana, M. B. Pinson, M. Z. Bazant, S. E. Sarma, J. Power Sources 252 (2014) 8,
doi:10.1016/j.jpowsour.2013.11.101 (highlights and abstract); Effect of terminal resistance and SoH asymmetry on
parallel cell interaction, J. Energy Storage, article 118536, Kyungpook National University (KNU; abstract).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from parallel_cells import FIXED, Cycles, Group, Life, live, lossless

from packfmu.models.aging.kind import AgingParameters
from packfmu.models.aging.plating import Plating
from packfmu.models.cell.kind import CellParameters
from packfmu.models.parameters import graphite_film_aging, nissan_leaf_2013, nissan_leaf_aging, sanyo_ur18650e_aging

LEAF = lossless(nissan_leaf_2013.PARAMETERS)
SOC = np.linspace(0.0, 1.0, LEAF.open_circuit_voltage.size)
FLAT = replace(
    LEAF,
    open_circuit_voltage=3.3 + 0.04 * (SOC - 0.5) + 0.25 * np.exp((SOC - 1.0) / 0.02) - 0.7 * np.exp(-SOC / 0.03),
    entropic_coefficient=np.zeros(SOC.size),
)
"""The same cell with roughly the open-circuit voltage of iron phosphate: 40 mV between steep ends."""

WANG = nissan_leaf_aging.PARAMETERS
SCHMALSTIEG = sanyo_ur18650e_aging.PARAMETERS
PLATING = graphite_film_aging.PARAMETERS
FILM = replace(PLATING, plating=Plating())

HARD = Cycles(c_rate=4.5)
SLOW = Cycles(c_rate=1.0)
DRIVE = Cycles(c_rate=1.0, steps=648, swing=2.0)
"""A mean of 1C, in pulses of 10 s between 3C one way and 1C the other."""

WARM = 20.0
"""Temperature of the matched cells above the air [K]."""

GOGOANA = 0.2
KNU = 0.1


@dataclass(frozen=True)
class Case:
    """A line of the first table."""

    name: str
    kind: CellParameters
    wear: AgingParameters
    convection: float


def mismatched(branches: int, mismatch: float) -> NDArray[np.float64]:
    """Return the factors on the resistances; the mean of their reciprocals is 1."""
    scale = np.full(branches, 1.0 + mismatch)
    scale[0] = 1.0
    return scale * np.mean(1.0 / scale)


def convection() -> float:
    """Return the convection [W/K] that leaves new matched cells `WARM` above the air."""
    group = Group(LEAF, WANG, np.ones(2))
    group.cells.u["temperature"] = 298.15 + WARM
    return float(group.settled_cycle(HARD).heat_rate.mean() / WARM)


def life(case: Case, mismatch: float, cycles: Cycles = HARD, branches: int = 2) -> Life:
    """Return the life of a group."""
    return live(Group(case.kind, case.wear, mismatched(branches, mismatch), case.convection), cycles)


def shorter(one: Life, than: Life) -> tuple[float, float]:
    """Return the share by which the life of the group and of its worst cell is shorter."""
    return 1.0 - one.group / than.group, 1.0 - one.worst / than.worst


def cases(cooled: float) -> tuple[Case, ...]:
    """Return the lines of the first table."""
    return (
        Case("Wang, held at 25 degC", LEAF, WANG, FIXED),
        Case("Wang", LEAF, WANG, cooled),
        Case("Wang, flat open-circuit voltage", FLAT, WANG, cooled),
        Case("Schmalstieg", LEAF, SCHMALSTIEG, cooled),
        Case("Schmalstieg, flat open-circuit voltage", FLAT, SCHMALSTIEG, cooled),
        Case("film alone", LEAF, FILM, cooled),
        Case("film alone, flat open-circuit voltage", FLAT, FILM, cooled),
        Case("film and plating", LEAF, PLATING, cooled),
        Case("film and plating, cooled 4 times as well", LEAF, PLATING, 4.0 * cooled),
        Case("film and plating, held at 25 degC", LEAF, PLATING, FIXED),
    )


def print_laws(cooled: float) -> None:
    """Print the effect of 20 % on two cells at 4.5C, by law."""
    print(f"{'two cells, 20 % apart, 4.5C':<41} matched    group    worst  throughput  warmer   largest")
    print(f"{'':<41}  cycles  shorter  shorter       ratio      by   current")
    for case in cases(cooled):
        matched, unlike = life(case, 0.0), life(case, GOGOANA)
        group, worst = shorter(unlike, matched)
        first = unlike.first
        charge, (low, high) = first.added["charge_throughput"], first.temperature
        largest = 3600.0 * first.largest_current.max() / LEAF.capacity
        print(
            f"{case.name:<41}{matched.group:8.0f}{group:9.1%}{worst:9.1%}{charge[0] / charge[1]:12.3f}"
            f"{low - high:6.1f} K{largest:9.1f}C"
        )
    print(f"{'Gogoana 2014':<41}{'':8}{'about 40 %':>18}")


def uneven(case: Case) -> float:
    """Return the share by which the worst cell's life would be shorter with currents in proportion to conductances."""
    share = float(1.0 / mismatched(2, GOGOANA)[0])
    matched = life(case, 0.0)
    hurried = life(case, 0.0, replace(HARD, c_rate=share * HARD.c_rate))
    return 1.0 - hurried.worst / share / matched.worst


def print_mismatches(case: Case) -> None:
    """Print the effect of other mismatches."""
    matched = life(case, 0.0)
    print(f"\n{'two cells, Wang, 4.5C; apart by':<41}{'':8}    group    worst")
    for mismatch in (0.05, 0.1, 0.2, 0.4):
        group, worst = shorter(life(case, mismatch), matched)
        print(f"{mismatch:<41.0%}{'':8}{group:9.1%}{worst:9.1%}")
    group, worst = shorter(life(case, GOGOANA, SLOW), life(case, 0.0, SLOW))
    print(f"{'20 %, at 1C':<49}{group:9.1%}{worst:9.1%}")
    print(f"{'20 %, shared by the conductances throughout':<58}{uneven(case):9.1%}")


def print_branches(case: Case) -> None:
    """Print the effect of a cell that is 10 % below the others, by their number."""
    matched = {cycles: life(case, 0.0, cycles) for cycles in (HARD, DRIVE)}
    print(f"\n{'Wang, one cell 10 % below the others':<41}    4.5C: group    worst    pulses: group    worst     KNU")
    for branches in (2, 3, 4, 6):
        hard, drive = (shorter(life(case, KNU, cycles, branches), matched[cycles]) for cycles in (HARD, DRIVE))
        published = 0.032 + 0.008 * (branches - 2)
        print(
            f"{f'{branches} branches':<41}{hard[0]:15.1%}{hard[1]:9.1%}{drive[0]:17.1%}{drive[1]:9.1%}{published:8.1%}"
        )


def main() -> int:
    """Print the tables."""
    cooled = convection()
    print(f"convection {cooled:.2f} W/K; lives in cycles of 90 % of what is left\n")
    print_laws(cooled)
    leaf = Case("Wang", LEAF, WANG, cooled)
    print_mismatches(leaf)
    print_branches(leaf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
