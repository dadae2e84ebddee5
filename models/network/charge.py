"""State of charge and of energy of a pack, and the capacity that its weakest groups leave usable.

Equations
---------
A cell that has lost the share `capacity_loss` of its capacity holds ``Q = capacity (1 - capacity_loss)`` between SOC 0
and 1. The capacity Q_g of a group is the sum of those of its cells, its state of charge z_g their mean, weighted by
capacity. The pack is empty when the first group is, and full when the first group is::

    usable_capacity = min_g Q_g z_g + min_g Q_g (1 - z_g),   pack_soc = min_g Q_g z_g / usable_capacity
    state_of_energy = given / (given + taken)

Here `given` is the open-circuit energy that all groups give until the first is empty, `taken` what they take until the
first is full. Both ratios are 0 in a pack that can neither give nor take. All of these hold at the start of the step.

Limits
------
The state of energy takes one open-circuit voltage over SOC for each group (`kinds`); offsets that single cells have are
left out.

Where `capacity_loss` is lithium, as of cells of physics, the capacity is an estimate: the limits of SOC move with the
lithium, and a cell loses somewhat less of its charge between them. Of `chen_2020` it is 0.981 to 0.982 of the lithium,
so that a cell that has lost a tenth of that is counted 0.2 % too small.

References
----------
G. L. Plett, Battery Management Systems, Volume II: Equivalent-Circuit Methods, Artech House 2016: the energy and the
capacity of a pack.
"""

from __future__ import annotations

import math

import numpy as np

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.statistics import extremes_of
from ...core.variable import Count, Variable
from . import kinds
from .bounds import VOLTAGE


def soc(cells: int) -> Variable:
    """Return the input that holds the state of charge of each cell."""
    return Variable("soc", "1", cells, 0.5, -1.0, 2.0, 1.0, "State of charge of the cell", display_unit="%")


def group_soc(groups: int) -> Variable:
    """Return the output that holds the state of charge of each group."""
    return Variable("group_soc", "1", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                    "State of charge of the group, its cells weighted by capacity", display_unit="%")  # fmt: skip


SOC_EXTREMES = extremes_of(soc(1))
GROUP_SOC_EXTREMES = extremes_of(group_soc(1), "group")

write_soc_extremes = SOC_EXTREMES.write
write_group_soc_extremes = GROUP_SOC_EXTREMES.write


def fields(cells: Count, groups: Count, nodes: Count) -> Fields:
    """Return capacities, the open-circuit table of `nodes` entries, and the charge and energy that are left."""
    return Fields(
        parameters=(
            Variable("capacity", "C", cells, 180e3, 1e-3, 1e12, 180e3,
                     "Charge of the cell between SOC 0 and 1", display_unit="A.h"),
            Variable("open_circuit_voltage", "V", nodes, np.linspace(3.2, 4.2, nodes), -VOLTAGE, VOLTAGE, 3.7,
                     "Open-circuit voltage of a cell over SOC 0 to 1, for the state of energy"),
        ),
        inputs=(
            soc(cells),
            Variable("capacity_loss", "1", cells, 0.0, 0.0, 0.9, 0.1, "Share of the capacity that the cell has lost",
                     display_unit="%"),
        ),
        outputs=(
            group_soc(groups),
            Variable("pack_soc", "1", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Share of the usable capacity that is left", display_unit="%"),
            Variable("state_of_energy", "1", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Share of the open-circuit energy that is left", display_unit="%"),
            Variable("usable_capacity", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 180e3,
                     "Charge between the first group being empty and the first being full", display_unit="A.h"),
            *(SOC_EXTREMES.variables + GROUP_SOC_EXTREMES.variables),
        ),
        states=(
            Variable("group_capacity", "C", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Capacity of the group"),
            Variable("open_circuit_area", "V", nodes, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Integral of the open-circuit voltage over SOC from 0 to a node"),
        ),
        modules=(__name__,),
    ) + kinds.curves(groups, nodes)  # fmt: skip


@kernel
def write_group_charge(x: Block, p: Block, u: Block, y: Block) -> tuple[float, float]:
    """Write capacity and SOC of the groups; return the least charge that a group still gives, and still takes [C]."""
    groups = y.group_soc.shape[0]
    cells = u.soc.shape[0] // groups
    remaining = room = math.inf
    for g in range(groups):
        capacity = charge = 0.0
        for k in range(g * cells, (g + 1) * cells):
            left = p.capacity[k] * (1.0 - u.capacity_loss[k])
            capacity += left
            charge += left * u.soc[k]
        x.group_capacity[g] = capacity
        y.group_soc[g] = charge / capacity
        remaining, room = min(remaining, charge), min(room, capacity - charge)
    return remaining, room


@kernel
def share_of_whole(part: float, rest: float) -> float:
    """Return ``part / (part + rest)``; 0 where there is no whole."""
    whole = part + rest
    return part / whole if whole > 0.0 else 0.0


@kernel
def write_charge(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write SOC, usable capacity and state of energy of groups and pack, for the SOC of the cells."""
    remaining, room = write_group_charge(x, p, u, y)
    y.usable_capacity = remaining + room
    y.pack_soc = share_of_whole(remaining, room)
    given = taken = 0.0
    for g in range(y.group_soc.shape[0]):
        soc, capacity = y.group_soc[g], x.group_capacity[g]
        empty = kinds.open_circuit_area(x, p, c, g, soc - remaining / capacity)
        present = kinds.open_circuit_area(x, p, c, g, soc)
        given += capacity * (present - empty)
        taken += capacity * (kinds.open_circuit_area(x, p, c, g, soc + room / capacity) - present)
    y.state_of_energy = share_of_whole(given, taken)
    write_soc_extremes(u.soc, y)
    write_group_soc_extremes(y.group_soc, y)
