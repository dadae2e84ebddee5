"""Voltages of groups and pack at the communication point, and the cut-offs that cell voltages cross there.

A network knows the voltages that the ports of the cells foresee, in the middle of a step. When the cells have stepped,
their terminal voltages are those of the communication point; this model makes of them those of groups and pack.

Equations
---------
In a group, rung k of the busbar ladder (`ladder`) offers a voltage between the group's terminals, by way of its cell::

    V_k = voltage_k + contact_resistance_k c_k + r (sum_{j<k} A_j + sum_back A_j')

with the currents c_k of the cells, A_j that in the positive busbar past rung j, and A_j' that in the negative one
between rung k and its terminal: A_j for j < k, and with opposite terminals I - A_j for j >= k. At one instant all rungs
of a group offer the same. As the currents are means over a step, they differ a little, in the second order of the step.
The group's voltage is their mean, weighted by the conductance of cell and contacts, as in ideal busbars::

    group_voltage = sum_k V_k / (resistance_k + contact_resistance_k) / sum_k 1 / (resistance_k + contact_resistance_k)

The cut-offs are set while a cell is strictly beyond its limit.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import DONE, Model, Update
from ...core.statistics import extremes
from ...core.variable import Count, Variable, counted
from . import kinds, ladder, report

LEAST_RESISTANCE = 1e-12
"""Stands for no resistance in the weights [Ohm]."""

READ = ("group_voltage", "pack_voltage", "undervoltage", "overvoltage")
"""The network's outputs that are read anew; besides them the extremes of the groups."""

SHARED = ("contact_resistance", "segment_resistance", "minimum_cell_voltage", "maximum_cell_voltage", *kinds.OWN)
"""The parameters of the network that the meter has to know."""


def declare(series: int, parallel: int, opposite_terminals: bool) -> Model:
    """Declare the meter of a pack.

    Parameters
    ----------
    series, parallel : int
        Groups in the pack and cells in a group, >= 1.
    opposite_terminals : bool
        Whether a group's negative terminal is at its last cell; else both are at its first.
    """
    groups = counted("series", series, "group")
    cells = Count(series * counted("parallel", parallel, "cell"), "cell")
    return Model(
        name="Meter",
        description="Voltages of groups and pack at the communication point",
        fields=fields(cells, groups, opposite_terminals),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        update=Update.EXACT,
    )


def fields(cells: int, groups: int, opposite_terminals: bool) -> Fields:
    """Return the busbars and limits of the network, what the cells offer, and the outputs that it has in common."""
    network, busbar = report.fields(cells, groups), ladder.fields(cells, groups, opposite_terminals)
    return Fields(
        parameters=tuple(v for v in busbar.parameters + network.parameters if v.name in SHARED),
        inputs=(
            Variable("voltage", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 3.7, "Terminal voltage of the cell"),
            Variable("current", "A", cells, 0.0, -UNBOUNDED, UNBOUNDED, 100.0, "Current into the cell"),
            Variable("resistance", "Ohm", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1e-3, "Resistance of the cell's port"),
        ),
        outputs=(*(v for v in network.outputs if v.name in READ), *report.GROUP_VOLTAGE_EXTREMES.variables),
        constants=busbar.constants,
        modules=(__name__,),
    )


@kernel
def total_current(u: Block, first: int, last: int) -> float:
    """Return the current into a group [A], the sum of those of its cells from `first` to `last`."""
    total = 0.0
    for k in range(first, last + 1):
        total += u.current[k]
    return total


@kernel
def group_voltage(p: Block, u: Block, c: Block, first: int, last: int) -> float:
    """Return the voltage [V] of the group of the cells from `first` to `last`."""
    current = total_current(u, first, last)
    r = p.segment_resistance
    forth = back = 0.0  # drops along the busbars between the terminals and rung k
    if c.opposite_terminals == 1:
        past = current
        for k in range(first, last):
            past -= u.current[k]
            back += r * (current - past)
    past, weight, total = current, 0.0, 0.0
    for k in range(first, last + 1):
        conductance = 1.0 / max(u.resistance[k] + p.contact_resistance[k], LEAST_RESISTANCE)
        total += conductance * (u.voltage[k] + p.contact_resistance[k] * u.current[k] + forth + back)
        weight += conductance
        past -= u.current[k]
        forth += r * past
        back += r * past if c.opposite_terminals == 0 else -r * (current - past)
    return total / weight


@kernel
def read(p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the voltages of groups and pack, and the cut-offs."""
    groups = y.group_voltage.shape[0]
    cells = u.voltage.shape[0] // groups
    pack_voltage = 0.0
    for g in range(groups):
        voltage = group_voltage(p, u, c, g * cells, (g + 1) * cells - 1)
        y.group_voltage[g] = voltage
        pack_voltage += voltage
    y.pack_voltage = pack_voltage
    report.write_group_voltage_extremes(y.group_voltage, y)
    least, greatest, _, _, _ = extremes(u.voltage)
    y.undervoltage = 1.0 if least < p.minimum_cell_voltage else 0.0
    y.overvoltage = 1.0 if greatest > p.maximum_cell_voltage else 0.0
    kinds.note_voltages(u.voltage, p, y)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Read the voltages at the start."""
    read(p, u, y, c)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: the limits hold from the next step on."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Read the voltages at the end of a step."""
    read(p, u, y, c)
    return DONE
