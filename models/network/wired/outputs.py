"""What the network of a pack that is wired in any way tells: voltages, cut-offs, charge and energy of a step.

Equations
---------
All follow from the currents of the step, and from the potentials under these (`nodal`). Voltages are those that the
ports of the cells foresee. Each integral over the step comes from currents and voltages of its own, and so their sum
tells how well the books close.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.variable import Count, Detail, Variable
from .. import insulation, ladder, report
from . import faults, limits, nodal, strings


def fields(cells: Count) -> Fields:
    """Return the voltages that are foreseen."""
    foreseen = Variable("foreseen_voltage", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 3.7,
                        "Voltage of the cell that its port foresees", detail=Detail.CELL)  # fmt: skip
    return Fields(outputs=(foreseen,), modules=(__name__,))


@kernel
def write_voltages(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the voltages of cells, groups and pack under the currents of this step."""
    for k in range(y.current.shape[0]):
        x.cell_voltage[k] = y.foreseen_voltage[k] = u.emf[k] + u.resistance[k] * y.current[k]
    for g in range(y.group_voltage.shape[0]):
        y.group_voltage[g] = nodal.group_voltage(x, u, c, g)
    y.pack_voltage = (1.0 - y.open_circuit) * nodal.pack_voltage(x, u, c)
    insulation.write(p, u, y)
    faults.write(x, u, y)
    report.write_group_voltage_extremes(y.group_voltage, y)


@kernel
def write_terminals(x: Block, u: Block, y: Block, c: Block, current: float) -> None:
    """Write the currents into the pack and through the short between its terminals, of one [A] that enters there."""
    y.external_short_current = x.terminal_short * (1.0 - y.open_circuit) * nodal.pack_voltage(x, u, c)
    y.pack_current_actual = current - y.external_short_current


@kernel
def write_energies(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Write the integrals over a step of h [s]; each comes from currents and voltages of its own."""
    y.pack_charge = h * y.pack_current_actual
    y.pack_energy = y.pack_charge * y.pack_voltage
    y.external_short_energy = h * y.external_short_current * y.pack_voltage
    y.level_charge = c.terminal_level[0] * y.pack_charge
    for b in range(y.conductor_current.shape[0]):
        y.level_charge -= h * c.conductor_rise[b] * y.conductor_current[b]
    y.short_energy = y.short_charge = 0.0
    balancing, lost, stored = nodal.balancing_power(x, u, c, y.pack_voltage), 0.0, 0.0
    for b in range(y.conductor_current.shape[0]):
        lost += p.conductor_resistance[b] * y.conductor_current[b] * y.conductor_current[b]
    for k in range(y.current.shape[0]):
        lost += p.contact_resistance[k] * x.contact_current[k] * x.contact_current[k]
        stored += x.cell_voltage[k] * y.current[k]
        y.short_heat_rate[k] = faults.short_power(x, u, k, y.current[k])
        y.short_energy += h * y.short_heat_rate[k]
        y.short_charge += h * (x.contact_current[k] - y.current[k])
    y.balancing_energy, y.busbar_loss, y.cell_energy = h * balancing, h * lost, h * stored


@kernel
def write_outputs(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Write the outputs that follow from the currents of a step of h [s]."""
    write_states(x, p, u, y, c)
    write_energies(x, p, u, y, c, h)


@kernel
def write_states(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write all outputs that follow from the currents but energies."""
    write_voltages(x, p, u, y, c)
    ladder.write_current_extremes(y.current, y)
    report.write_cut_offs(x, p, y)
    limits.write_cut_offs(x, p, y)
    strings.write_currents(x, u, y, c)
    strings.write_charge(x, p, u, y, c)
    y.charge_complete = x.finished
