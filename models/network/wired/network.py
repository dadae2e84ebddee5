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
from ...numerics import laplacian
from .. import anode_limit, charge, kinds, ladder, loads, network, report
from . import faults, limits, nodal, outputs, redistribution, refinement, strings
from .netlist import Netlist
from .system import NodalSystem, wire
from .transients import inductive, substeps

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
        + redistribution.fields(wiring)
        + outputs.fields(cells)
        + (anode_limit.fields(cells) if anodes else Fields())
        + Fields(modules=(__name__,))
    )


@kernel
def solve(x: Block, p: Block, u: Block, y: Block, c: Block) -> tuple[int, float, float]:
    """Eliminate the equations; return ``DONE`` or the status of a refusal, and EMF [V] and resistance [Ohm]."""
    if faults.has_moved(x, u, c):
        nodal.prepare(x, p, u, c)
    if not nodal.assemble(x, p, u, c):
        return NO_RESISTANCE, 0.0, 0.0
    emf, resistance = offer(x, u, y, c)
    return allow(u, y, emf, resistance), emf, resistance


@kernel
def offer(x: Block, u: Block, y: Block, c: Block) -> tuple[float, float]:
    """Eliminate the equations, which are assembled; return EMF [V] and resistance [Ohm] between the terminals."""
    laplacian.eliminate(x, c)
    strings.count_cells(x, u, c)
    emf, resistance = nodal.port(x, u, c)
    y.open_circuit = 1.0 if resistance >= LARGE else 0.0
    return emf, resistance


@kernel
def allow(u: Block, y: Block, emf: float, resistance: float) -> int:
    """Write what a port delivers at most; return ``DONE``, or the status of a power that has no current."""
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    if u.load_mode == loads.POWER and y.open_circuit == 0.0 and not loads.feasible(u.pack_power, emf, resistance):
        return INFEASIBLE_POWER
    return DONE


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, at the voltages of the open circuit."""
    nodal.prepare(x, p, u, c)
    start(x, p, u, y, c)
    redistribution.write(x, p, u, y, c)


@kernel
def start(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, those of balancing too; the conductances of conductors are set."""
    reset_timescales(y)
    kinds.prepare(x, p)
    nodal.assemble_idle(x, p, u, c)
    emf, resistance = offer(x, u, y, c)
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    nodal.settle(x, c)
    loads.reset_charge(x)
    y.pack_current_actual = 0.0
    for k in range(y.current.shape[0]):
        y.current[k] = 0.0
    for b in range(y.conductor_current.shape[0]):
        y.conductor_current[b] = 0.0
    outputs.write_outputs(x, p, u, y, c, 0.0)


@kernel
def finish(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, h: float) -> int:
    """Write all outputs of a step of h [s] under a pack current [A]."""
    y.pack_current_actual = current
    nodal.set_currents(x, u, y, c)
    refinement.correct(x, u, y, c, current)
    outputs.write_outputs(x, p, u, y, c, h)
    redistribution.write(x, p, u, y, c)
    return DONE


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start."""
    status, emf, resistance = solve(x, p, u, y, c)
    if status != DONE:
        return status
    return finish(x, p, u, y, c, limits.flow(x, p, u, y, c, emf, resistance), h)


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
    current = limits.load_by_anodes(x, u, y, c) if by_anodes else limits.flow(x, p, u, y, c, emf, resistance)
    status = finish(x, p, u, y, c, current, h)
    anode_limit.keep(x, u, y)
    return status


@kernel
def initialize_inductive(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, inductances included, at the voltages of the open circuit."""
    inductive.reset(x, u, y, c)
    inductive.set_length(x, p, c, inductive.INSTANT)
    start(x, p, u, y, c)
    write_redistribution(x, p, u, y, c)


@kernel
def advance_inductive(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the step of h seconds in sub-steps; the load sets its current for all of it."""
    inductive.begin(x, p, u, y, c, h)
    if not nodal.assemble(x, p, u, c):
        return NO_RESISTANCE
    inductive.drive_conductors(x, c)
    emf, resistance = offer(x, u, y, c)
    status = allow(u, y, emf, resistance)
    if status != DONE:
        return status
    current = limits.flow(x, p, u, y, c, emf, resistance)
    status = substeps.run(x, p, u, y, c, current, h)
    y.pack_current_actual, y.pack_charge, y.level_charge = current, h * current, c.terminal_level[0] * h * current
    inductive.write_currents(x, y, h)
    outputs.write_states(x, p, u, y, c)
    write_redistribution(x, p, u, y, c)
    return status


@kernel
def write_redistribution(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the redistribution currents by resistances alone, in a network with inductances."""
    if redistribution.any_open(u):
        redistribution.solve(x, p, u, c, y.pack_current_actual)
    redistribution.write(x, p, u, y, c)
