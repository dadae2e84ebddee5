"""Voltages of cells, groups and pack, the cut-offs that they cross, and the energies of a step.

Equations
---------
Under the currents of the step, the voltage of cell k is ``emf_k + resistance_k c_k``, contacts left out, and that of
group g is ``group_emf_g + group_resistance_g I_g``; the voltages of the groups sum to that of the pack. A cut-off is
set while a voltage or a current of a cell, or the pack current without balancing, is strictly beyond its limit. Each
step sets the cut-offs anew; to act on them is the master's part.

Over a step of h, with ``pack_energy = h V I`` and the busbar loss from the squares of the currents::

    pack_energy + balancing_energy = cell_energy + busbar_loss

Shared states
-------------
`cell_voltage` is written here; `cell_limit` uses it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.statistics import extremes, extremes_of
from ...core.variable import DataType, Variable
from . import kinds, ladder
from .bounds import CURRENT, VOLTAGE


def group_voltage(groups: int) -> Variable:
    """Return the output that holds the voltage of each group."""
    return Variable("group_voltage", "V", groups, 0.0, -UNBOUNDED, UNBOUNDED, 3.7,
                    "Voltage between the group's terminals")  # fmt: skip


GROUP_VOLTAGE_EXTREMES = extremes_of(group_voltage(1), "group")

write_group_voltage_extremes = GROUP_VOLTAGE_EXTREMES.write


def fields(cells: int, groups: int) -> Fields:
    """Return limits and cut-offs, voltages, and the integrals over a step."""
    cut_offs = (
        ("undervoltage", "A cell is below its minimum voltage"),
        ("overvoltage", "A cell is above its maximum voltage"),
        ("overcurrent", "The pack current is beyond its limit"),
        ("cell_overcurrent", "The current of a cell is beyond its limit"),
    )
    integrals = (
        ("pack_charge", "C", 100.0, "Charge that entered at the pack's terminals from the load"),
        ("pack_energy", "J", 1e4, "Energy that entered at the pack's terminals from the load"),
        ("balancing_energy", "J", 1.0, "Energy that entered from balancing, at taps and pack terminals"),
        ("busbar_loss", "J", 10.0, "Energy lost in busbar segments and contacts"),
        ("cell_energy", "J", 1e4, "Energy that entered the cells, their voltages being those of their ports"),
    )
    return Fields(
        parameters=(
            Variable("minimum_cell_voltage", "V", None, 2.5, -VOLTAGE, VOLTAGE, 3.7,
                     "Cell voltage below which undervoltage is set", tunable=True),
            Variable("maximum_cell_voltage", "V", None, 4.3, -VOLTAGE, VOLTAGE, 3.7,
                     "Cell voltage above which overvoltage is set", tunable=True),
            Variable("maximum_charge_current", "A", None, 1e3, 0.0, CURRENT, 100.0,
                     "Pack current above which overcurrent is set", tunable=True),
            Variable("maximum_discharge_current", "A", None, 1e3, 0.0, CURRENT, 100.0,
                     "Size of the discharging pack current above which overcurrent is set", tunable=True),
            Variable("maximum_cell_charge_current", "A", None, 1e3, 0.0, CURRENT, 100.0,
                     "Cell current above which cell_overcurrent is set", tunable=True),
            Variable("maximum_cell_discharge_current", "A", None, 1e3, 0.0, CURRENT, 100.0,
                     "Size of a cell's discharging current above which cell_overcurrent is set", tunable=True),
        ),
        outputs=(
            group_voltage(groups),
            Variable("pack_voltage", "V", None, 0.0, -UNBOUNDED, UNBOUNDED, 4.0 * groups,
                     "Voltage between the terminals"),
            *(
                Variable(name, "1", None, 0.0, 0.0, 1.0, 1.0, text, data_type=DataType.BOOLEAN)
                for name, text in cut_offs
            ),
            *(
                Variable(name, unit, None, 0.0, -UNBOUNDED, UNBOUNDED, nominal, f"{text}, over the step")
                for name, unit, nominal, text in integrals
            ),
            *GROUP_VOLTAGE_EXTREMES.variables,
        ),
        states=(
            Variable("cell_voltage", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Voltage of the cell, by its port"),
        ),
        modules=(__name__,),
    ) + kinds.limits()  # fmt: skip


@kernel
def write_voltages(x: Block, u: Block, y: Block) -> None:
    """Write the voltages of cells, groups and pack under the currents of this step."""
    for k in range(y.current.shape[0]):
        x.cell_voltage[k] = u.emf[k] + u.resistance[k] * y.current[k]
    pack_voltage = 0.0
    for g in range(y.group_voltage.shape[0]):
        voltage = x.group_emf[g] + x.group_resistance[g] * x.group_current[g]
        y.group_voltage[g] = voltage
        pack_voltage += voltage
    y.pack_voltage = pack_voltage
    write_group_voltage_extremes(y.group_voltage, y)


@kernel
def write_cut_offs(x: Block, p: Block, y: Block) -> None:
    """Set the cut-offs that voltages and currents cross; the extremes of the cell currents are known."""
    least, greatest, _, _, _ = extremes(x.cell_voltage)
    y.undervoltage = 1.0 if least < p.minimum_cell_voltage else 0.0
    y.overvoltage = 1.0 if greatest > p.maximum_cell_voltage else 0.0
    kinds.note_voltages(x.cell_voltage, p, y)
    within = -p.maximum_discharge_current <= y.pack_current_actual <= p.maximum_charge_current
    y.overcurrent = 0.0 if within else 1.0
    least, greatest = y.current_minimum, y.current_maximum
    within = -p.maximum_cell_discharge_current <= least and greatest <= p.maximum_cell_charge_current
    y.cell_overcurrent = 0.0 if within else 1.0
    kinds.note_currents(p, y)


@kernel
def write_energies(x: Block, p: Block, u: Block, y: Block, opposite: bool, h: float) -> None:
    """Write the integrals over a step of h [s]; each comes from currents and voltages of its own."""
    groups = y.group_voltage.shape[0]
    cells = y.current.shape[0] // groups
    y.pack_charge = h * y.pack_current_actual
    y.pack_energy = h * y.pack_current_actual * y.pack_voltage
    balancing, lost, stored = h * u.balancing_pack_current * y.pack_voltage, 0.0, 0.0
    for g in range(groups):
        balancing += h * u.balancing_current[g] * y.group_voltage[g]
        lost += h * ladder.busbar_power(x, p, y, g, cells, opposite, x.group_current[g])
    for k in range(y.current.shape[0]):
        stored += h * x.cell_voltage[k] * y.current[k]
    y.balancing_energy, y.busbar_loss, y.cell_energy = balancing, lost, stored
