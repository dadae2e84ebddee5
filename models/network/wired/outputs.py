"""What the network of a pack that is wired in any way tells: voltages, cut-offs, charge and energy of a step.

Equations
---------
All follow from the currents of the step, and from the potentials under these (`nodal`). Voltages are those that the
ports of the cells foresee. Each integral over the step comes from currents and voltages of its own, and so their sum
tells how well the books close.

Where asked, each conductor tells its heat, and so do the contacts of each cell, as means over the step of h. They are
the terms of the busbar loss, which is their sum times h::

    busbar_loss = h (sum_b conductor_heat_rate_b + sum_k contact_heat_rate_k)

Limits
------
The energy of arcs in fuses and of the main contactor before a link have columns of their own, and so has what the
sub-steps of inductances lose: none of them is part of a conductor's heat.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.variable import Count, Detail, Variable
from .. import insulation, ladder, report
from . import faults, limits, nodal, strings
from .system import NodalSystem


def fields(wiring: NodalSystem, heats: bool = False) -> Fields:
    """Return the voltages that are foreseen, and the heats of conductors and contacts; none of these unless asked."""
    cells, conductors = Count(len(wiring.cells.first), "cell"), Count(len(wiring.names), "conductor")

    def heat(name: str, size: Count, text: str) -> Variable:
        return Variable(f"{name}_heat_rate", "W", size if heats else Count(0), 0.0, 0.0, UNBOUNDED, 1.0,
                        f"Heat of {text}, mean over the step", detail=Detail.CELL)  # fmt: skip

    foreseen = Variable("foreseen_voltage", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 3.7,
                        "Voltage of the cell that its port foresees", detail=Detail.CELL)  # fmt: skip
    told = foreseen, heat("conductor", conductors, "each conductor"), heat("contact", cells, "the contacts of the cell")
    return Fields(outputs=told, modules=(__name__,))


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
    write_heats(x, p, y)


@kernel
def clear_heats(y: Block) -> None:
    """Set the heats of conductors and contacts to 0."""
    for b in range(y.conductor_heat_rate.shape[0]):
        y.conductor_heat_rate[b] = 0.0
    for k in range(y.contact_heat_rate.shape[0]):
        y.contact_heat_rate[k] = 0.0


@kernel
def write_heats(x: Block, p: Block, y: Block) -> None:
    """Write the heats of conductors and contacts under constant currents."""
    for b in range(y.conductor_heat_rate.shape[0]):
        y.conductor_heat_rate[b] = p.conductor_resistance[b] * y.conductor_current[b] * y.conductor_current[b]
    for k in range(y.contact_heat_rate.shape[0]):
        y.contact_heat_rate[k] = p.contact_resistance[k] * x.contact_current[k] * x.contact_current[k]


@kernel
def add_variance(x: Block, p: Block, y: Block, c: Block, variance: float) -> None:
    """Add to these heats what a variance of the pack current [A2] does; the responses to that current are known."""
    for b in range(y.conductor_heat_rate.shape[0]):
        through = x.response[c.conductor_second[b]] - x.response[c.conductor_first[b]]
        y.conductor_heat_rate[b] += variance * x.conductor_conductance[b] * through * through
    for k in range(y.contact_heat_rate.shape[0]):
        share = nodal.share(x, c, k)
        y.contact_heat_rate[k] += variance * p.contact_resistance[k] * share * share


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
