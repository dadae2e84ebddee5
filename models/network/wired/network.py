"""The electrical network of a pack that is wired in any way, under a load and with balancing currents.

Equations
---------
`nodal` has the currents of cells and conductors, affine in the pack current; the load sets that (`loads`). The currents
hold during the step. The voltages, limits and cut-offs are those that the ports of the cells foresee under these
currents, at the start of the step plus the cells' `lookahead`. After the initialisation all currents are 0, and the
voltages are those of the open circuit.

Over a step of h, with ``pack_energy = h V I`` and the busbar loss from the squares of the currents::

    pack_energy + balancing_energy = cell_energy + busbar_loss + short_energy

and with inductances `inductive_energy` and `method_loss` on the right (`inductive`).
"""

from __future__ import annotations

from dataclasses import replace

from ....core.bounds import LARGE
from ....core.errors import InputError
from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import DONE, Model, Update
from ....core.timescale import reset_timescales
from ....core.variable import Count
from ...numerics import laplacian, tables
from .. import anode_limit, charge, ladder, loads, network, report
from . import faults, inductive, limits, nodal, refinement, strings, substeps
from .netlist import Netlist, NodalSystem, wire

INFEASIBLE_POWER, NO_RESISTANCE = network.INFEASIBLE_POWER, nodal.NO_RESISTANCE

REFUSALS = {
    NO_RESISTANCE: "a cell has resistance + contact_resistance = 0; one of them must be above 0",
}


def declare(netlist: Netlist, nodes: int, anodes: bool = False) -> Model:
    """Declare the network of a netlist.

    Parameters
    ----------
    netlist : Netlist
        Cells, conductors, taps and terminals.
    nodes : int
        Length of the open-circuit voltage table, >= 2.
    anodes : bool
        Whether the cells tell the potentials of their negative electrodes, which a load may hold.

    Raises
    ------
    InputError
        When the netlist is none of a pack, or has inductance and a load should hold negative electrodes.
    """
    wiring = wire(netlist)
    resistive = Model(
        name="PackNetwork",
        description="Electrical network of a pack that is wired by a netlist, under a load",
        fields=fields(wiring, nodes, anodes),
        initialize=initialize_with_anodes if anodes else initialize,
        outputs_kernel=network.outputs_kernel,
        advance=advance_with_anodes if anodes else advance,
        update=Update.EXACT,
        refusals={INFEASIBLE_POWER: network.INFEASIBLE} | REFUSALS,
    )
    if not wiring.inductances.any():
        return resistive
    if anodes:
        raise InputError("netlist: no load holds negative electrodes at a potential where conductors have inductance")
    return replace(
        resistive,
        fields=resistive.fields + inductive.fields(wiring),
        initialize=initialize_inductive,
        advance=advance_inductive,
        refusals={**resistive.refusals, **inductive.REFUSALS},
    )


def fields(wiring: NodalSystem, nodes: int, anodes: bool) -> Fields:
    """Return what the network of a ladder has too, and the wiring."""
    groups, cells = Count(len(wiring.taps.first), "group"), Count(len(wiring.cells.first), "cell")
    return (
        network.terminal_fields(groups)
        + ladder.port_fields(cells)
        + nodal.fields(wiring)
        + limits.fields(cells)
        + loads.fields(groups, anodes)
        + report.fields(cells, groups)
        + charge.fields(cells, groups, Count(nodes, "node"))
        + strings.fields(wiring)
        + faults.fields(wiring)
        + (anode_limit.fields(cells) if anodes else Fields())
        + Fields(modules=(__name__,))
    )


@kernel
def solve(x: Block, p: Block, u: Block, y: Block, c: Block) -> tuple[int, float, float]:
    """Eliminate the equations; return ``DONE`` or the status of a refusal, and EMF [V] and resistance [Ohm]."""
    if faults.has_moved(x, u):
        nodal.prepare(x, p, u, c)
    if not nodal.assemble(x, p, u, c):
        return NO_RESISTANCE, 0.0, 0.0
    return offer(x, u, y, c)


@kernel
def offer(x: Block, u: Block, y: Block, c: Block) -> tuple[int, float, float]:
    """Eliminate the equations, which are assembled; return as `solve` does."""
    laplacian.eliminate(x, c)
    strings.count_cells(x, u, c)
    emf, resistance = nodal.port(x, u, c)
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    y.open_circuit = 1.0 if resistance >= LARGE else 0.0
    if u.load_mode == loads.POWER and y.open_circuit == 0.0 and not loads.feasible(u.pack_power, emf, resistance):
        return INFEASIBLE_POWER, emf, resistance
    return DONE, emf, resistance


@kernel
def write_voltages(x: Block, u: Block, y: Block, c: Block) -> None:
    """Write the voltages of cells, groups and pack under the currents of this step."""
    for k in range(y.current.shape[0]):
        x.cell_voltage[k] = u.emf[k] + u.resistance[k] * y.current[k]
    for g in range(y.group_voltage.shape[0]):
        y.group_voltage[g] = nodal.group_voltage(x, u, c, g)
    y.pack_voltage = (1.0 - y.open_circuit) * nodal.pack_voltage(x, u, c)
    report.write_group_voltage_extremes(y.group_voltage, y)


@kernel
def write_energies(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Write the integrals over a step of h [s]; each comes from currents and voltages of its own."""
    y.pack_charge = h * y.pack_current_actual
    y.pack_energy = y.pack_charge * y.pack_voltage
    y.short_energy = 0.0
    balancing, lost, stored = nodal.balancing_power(x, u, c, y.pack_voltage), 0.0, 0.0
    for b in range(y.conductor_current.shape[0]):
        lost += p.conductor_resistance[b] * y.conductor_current[b] * y.conductor_current[b]
    for k in range(y.current.shape[0]):
        lost += p.contact_resistance[k] * x.contact_current[k] * x.contact_current[k]
        stored += x.cell_voltage[k] * y.current[k]
        y.short_heat_rate[k] = faults.short_power(u, k, y.current[k])
        y.short_energy += h * y.short_heat_rate[k]
    y.balancing_energy, y.busbar_loss, y.cell_energy = h * balancing, h * lost, h * stored


@kernel
def write_outputs(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Write the outputs that follow from the currents of a step of h [s]."""
    write_states(x, p, u, y, c)
    write_energies(x, p, u, y, c, h)


@kernel
def write_states(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write all outputs that follow from the currents but energies."""
    write_voltages(x, u, y, c)
    ladder.write_current_extremes(y.current, y)
    report.write_cut_offs(x, p, y)
    strings.write_charge(x, p, u, y, c)
    y.charge_complete = x.finished


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, at the voltages of the open circuit."""
    nodal.prepare(x, p, u, c)
    start(x, p, u, y, c)


@kernel
def start(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents; the conductances of conductors are set."""
    reset_timescales(y)
    tables.integrate(p.open_circuit_voltage, x.open_circuit_area)
    solve(x, p, u, y, c)
    nodal.settle(x, c)
    loads.reset_charge(x)
    y.pack_current_actual = 0.0
    for k in range(y.current.shape[0]):
        y.current[k] = 0.0
    for b in range(y.conductor_current.shape[0]):
        y.conductor_current[b] = 0.0
    write_outputs(x, p, u, y, c, 0.0)


@kernel
def load_at_terminals(x: Block, p: Block, u: Block, c: Block, emf: float, resistance: float) -> float:
    """Let the current of a load that knows of the terminals alone flow; return it [A]."""
    current = loads.terminal_current(x, p, u, emf, resistance)
    nodal.load(x, current)
    nodal.settle(x, c)
    return current


@kernel
def load_by_cells(x: Block, p: Block, u: Block, y: Block, c: Block) -> float:
    """Let the current of a charge or discharge that keeps to the voltages of the cells flow; return it [A]."""
    loads.begin_charge(x, u)
    limits.prepare(x, u, c)
    current = loads.charge_current(x, p, u, limits.cell_limited_current(x, p, u, y, u.pack_current))
    nodal.load_settled(x, current)
    return current


@kernel
def load_by_anodes(x: Block, u: Block, y: Block, c: Block) -> float:
    """Let the current of a charge that keeps to the potentials of negative electrodes flow; return it [A]."""
    loads.begin_charge(x, u)
    limits.prepare(x, u, c)
    current = limits.anode_limited_current(x, u, y, u.pack_current)
    nodal.load_settled(x, current)
    return current


@kernel
def flow(x: Block, p: Block, u: Block, y: Block, c: Block, emf: float, resistance: float) -> float:
    """Let the current flow that the load sets, none through an open circuit; return it [A]."""
    if y.open_circuit == 1.0:
        nodal.settle(x, c)
        return 0.0
    if u.load_mode == loads.CONSTANT_CURRENT_CELL_VOLTAGE:
        return load_by_cells(x, p, u, y, c)
    return load_at_terminals(x, p, u, c, emf, resistance)


@kernel
def finish(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, h: float) -> int:
    """Write all outputs of a step of h [s] under a pack current [A]."""
    y.pack_current_actual = current
    nodal.set_currents(x, u, y, c)
    refinement.correct(x, u, y, c, current)
    write_outputs(x, p, u, y, c, h)
    return DONE


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start."""
    status, emf, resistance = solve(x, p, u, y, c)
    if status != DONE:
        return status
    return finish(x, p, u, y, c, flow(x, p, u, y, c, emf, resistance), h)


@kernel
def initialize_with_anodes(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, the negative electrodes at rest."""
    initialize(x, p, u, y, c)
    anode_limit.keep(x, u, y)


@kernel
def advance_with_anodes(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start, those of negative electrodes too."""
    status, emf, resistance = solve(x, p, u, y, c)
    if status != DONE:
        return status
    by_anodes = u.load_mode == loads.ANODE_POTENTIAL and y.open_circuit == 0.0
    current = load_by_anodes(x, u, y, c) if by_anodes else flow(x, p, u, y, c, emf, resistance)
    status = finish(x, p, u, y, c, current, h)
    anode_limit.keep(x, u, y)
    return status


@kernel
def initialize_inductive(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, inductances included, at the voltages of the open circuit."""
    inductive.reset(x, u, y)
    inductive.set_length(x, p, c, inductive.INSTANT)
    start(x, p, u, y, c)


@kernel
def advance_inductive(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the step of h seconds in sub-steps; the load sets its current for all of it."""
    inductive.begin(x, p, u, y, c, h)
    if not nodal.assemble(x, p, u, c):
        return NO_RESISTANCE
    inductive.drive_conductors(x, c)
    status, emf, resistance = offer(x, u, y, c)
    if status != DONE:
        return status
    current = flow(x, p, u, y, c, emf, resistance)
    status = substeps.run(x, p, u, y, c, current, h)
    y.pack_current_actual, y.pack_charge = current, h * current
    inductive.write_currents(x, y, h)
    write_states(x, p, u, y, c)
    return status
