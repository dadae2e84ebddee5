"""Which groups are balanced with each other: those of a row, in series from one terminal of the pack to the other.

Equations
---------
Strings in parallel share a voltage and equalise by themselves, whatever a balancer does. So a group is compared with
the groups of its own row alone: its string, and the strings at the same place of the other modules, which are in series
with it. Were it compared with all, one weak group of one string would have others bleed that are in no way in series
with it. Least, mean and spread of SOC are those of a row. A pack is balanced where the greatest spread of a row is
small, and the Lyapunov function is the sum of those of the rows. Converters join groups of a row. A link to the pack's
terminals reaches all rows: of its current there each row takes an equal share, at the voltage of the row.

A pack without strings in parallel is one row.

Limits
------
The rows of modules that are cross-connected need not carry equal currents; the shares are taken as equal.

Shared states
-------------
`mean_soc` is written here; `links`, `laws` and `objective` read it. `lowest` is written here; `bleeding` reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count
from ..numerics.laplacian import constant


def fields(groups: int, row_of_groups: Sequence[int]) -> Fields:
    """Return the rows of `groups`, from 0 to one less than their number."""
    rows = Count(max(row_of_groups) + 1, "row")
    return Fields(
        modules=(__name__,),
        states=(
            state("mean_soc", "1", groups, "Mean SOC of each group's row, weighted by capacity"),
            state("lowest", "1", rows, "Work: least value of a row"),
        ),
        constants=(constant("row_of_group", row_of_groups, "group", "Row of each group"),),
    )


@kernel
def find_lowest(x: Block, c: Block, values: Block) -> None:
    """Write the least value of each row to x.lowest."""
    for r in range(x.lowest.shape[0]):
        x.lowest[r] = 1e300
    for g in range(values.shape[0]):
        r = int(c.row_of_group[g])
        x.lowest[r] = min(x.lowest[r], values[g])


@kernel
def greatest_spread(x: Block, c: Block, values: Block) -> float:
    """Return the greatest of the spreads within the rows."""
    find_lowest(x, c, values)
    spread = 0.0
    for g in range(values.shape[0]):
        spread = max(spread, values[g] - x.lowest[int(c.row_of_group[g])])
    return spread


@kernel
def find_means(x: Block, u: Block, c: Block) -> None:
    """Write the mean SOC of each group's row, weighted by capacity, to x.mean_soc."""
    for r in range(x.lowest.shape[0]):
        total = weight = 0.0
        for g in range(u.group_soc.shape[0]):
            if int(c.row_of_group[g]) == r:
                total += u.group_capacity[g] * u.group_soc[g]
                weight += u.group_capacity[g]
        for g in range(u.group_soc.shape[0]):
            if int(c.row_of_group[g]) == r:
                x.mean_soc[g] = total / weight


@kernel
def centre(x: Block, c: Block, vector: Block) -> None:
    """Make a vector over the groups orthogonal to that of ones of each row."""
    for r in range(x.lowest.shape[0]):
        total, count = 0.0, 0
        for g in range(vector.shape[0]):
            if int(c.row_of_group[g]) == r:
                total += vector[g]
                count += 1
        for g in range(vector.shape[0]):
            if int(c.row_of_group[g]) == r:
                vector[g] -= total / count


@kernel
def moved_mean(x: Block, u: Block, y: Block, c: Block) -> float:
    """Return the sum over the rows of the squared sum of their balancing currents over their capacity [A2/C]."""
    moved, rows = 0.0, x.lowest.shape[0]
    for r in range(rows):
        total = capacity = 0.0
        for g in range(u.group_capacity.shape[0]):
            if int(c.row_of_group[g]) == r:
                total += y.balancing_current[g] + y.balancing_pack_current / rows
                capacity += u.group_capacity[g]
        moved += total * total / capacity
    return moved
