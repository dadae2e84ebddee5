"""The electrical network of a pack that is wired in any way, under a load and with balancing currents.

Equations
---------
`nodal` has the currents of cells and conductors, affine in the pack current; the load sets that (`loads`). The currents
hold during the step. The voltages, limits and cut-offs are those that the ports of the cells foresee under these
currents, at the start of the step plus the cells' `lookahead`. After the initialisation all currents are 0, and the
voltages are those of the open circuit.

Over a step of h, with ``pack_energy = h V I`` and the busbar loss from the squares of the currents::

    pack_energy + balancing_energy = cell_energy + busbar_loss + short_energy

and with inductances and fuses `inductive_energy`, `method_loss` and `arc_energy` on the right (`inductive`, `fuses`).
Into the pack flows the current of the load less that of a short between the terminals.
"""

from __future__ import annotations

from dataclasses import replace

from ....core.errors import InputError
from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import DONE, Model, Update
from ....core.timescale import reset_timescales
from ....core.variable import Count
from .. import anode_limit, charge, insulation, kinds, ladder, loads, network, report
from . import contactors, deliverable, faults, limits, link, nodal, outputs, redistribution, refinement, strings
from .netlist import Netlist
from .system import NodalSystem, wire
from .transients import fuses, inductive, mutual, substeps, time_constants

INFEASIBLE_POWER, NO_RESISTANCE = limits.INFEASIBLE_POWER, nodal.NO_RESISTANCE

REFUSALS = {
    NO_RESISTANCE: "a cell has resistance + contact_resistance = 0; one of them must be above 0",
}


def declare(netlist: Netlist, nodes: int, anodes: bool = False, linked: bool = False, heats: bool = False) -> Model:
    """Declare the network of a netlist.

    Parameters
    ----------
    netlist : Netlist
        Cells, conductors, taps and terminals.
    nodes : int
        Length of the open-circuit voltage table, >= 2.
    anodes : bool
        Whether the cells tell the potentials of their negative electrodes, which a load may hold.
    linked : bool
        Whether the load acts at a link with a capacitor, behind a contactor and a pre-charge path.
    heats : bool
        Whether conductors and contacts tell their heats.

    Raises
    ------
    InputError
        When the netlist is none of a pack, or has inductance or a fuse, and a link, or a load that should hold negative
        electrodes.
    """
    wiring = wire(netlist)
    resistive = Model(
        name="PackNetwork",
        description="Electrical network of a pack that is wired by a netlist, under a load",
        fields=fields(wiring, nodes, anodes, heats),
        initialize=initialize_with_anodes if anodes else initialize,
        outputs_kernel=network.outputs_kernel,
        advance=advance_with_anodes if anodes else advance,
        update=Update.EXACT,
        refusals={INFEASIBLE_POWER: network.INFEASIBLE} | REFUSALS,
    )
    if linked:
        resistive = _linked(resistive, max(abs(wiring.level), 1), anodes)
    if not wiring.inductances.any() and not fuses.any_fuse(wiring):
        return resistive
    if linked:
        raise InputError("netlist: no link with a capacitor stands behind conductors that have inductance or a fuse")
    if anodes:
        raise InputError(
            "netlist: no load holds negative electrodes at a potential where conductors have inductance or a fuse"
        )
    return replace(
        resistive,
        fields=resistive.fields
        + inductive.fields(wiring)
        + fuses.fields(wiring)
        + mutual.fields(wiring)
        + time_constants.fields(),
        initialize=initialize_inductive,
        advance=advance_inductive,
        update=Update.IMPLICIT,
        refusals={**resistive.refusals, **inductive.REFUSALS},
    )


def _linked(model: Model, series: int, anodes: bool) -> Model:
    return replace(
        model,
        fields=model.fields + contactors.fields() + link.fields(series),
        initialize=initialize_linked_with_anodes if anodes else initialize_linked,
        advance=contactors.advance_with_anodes if anodes else contactors.advance,
    )


def fields(wiring: NodalSystem, nodes: int, anodes: bool, heats: bool) -> Fields:
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
        + deliverable.fields(Count(len(wiring.strings) - 1, "string"), groups)
        + outputs.fields(wiring, heats)
        + insulation.fields(abs(wiring.level))
        + (anode_limit.fields(cells) if anodes else Fields())
        + Fields(modules=(__name__,))
    )


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, at the voltages of the open circuit."""
    faults.begin(x, p, u, 0.0)
    nodal.prepare(x, p, u, c)
    start(x, p, u, y, c)
    redistribution.write(x, p, u, y, c)
    deliverable.write(x, p, u, y, c)


@kernel
def start(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, those of balancing too; the conductances of conductors are set."""
    reset_timescales(y)
    kinds.prepare(x, p)
    faults.count(x, c)
    nodal.assemble_idle(x, p, u, c)
    emf, resistance = limits.offer(x, u, y, c)
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    nodal.settle(x, c)
    loads.reset_charge(x)
    y.pack_current_actual = y.external_short_current = 0.0
    for k in range(y.current.shape[0]):
        y.current[k] = 0.0
    for b in range(y.conductor_current.shape[0]):
        y.conductor_current[b] = 0.0
    outputs.write_outputs(x, p, u, y, c, 0.0)
    outputs.clear_heats(y)
    for s in range(y.string_current.shape[0]):
        y.string_current[s] = 0.0


@kernel
def finish(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, h: float) -> int:
    """Write all outputs of a step of h [s] under a current [A] of the load."""
    outputs.write_terminals(x, u, y, c, current)
    nodal.set_currents(x, u, y, c)
    refinement.correct(x, u, y, c, y.pack_current_actual)
    outputs.write_outputs(x, p, u, y, c, h)
    redistribution.write(x, p, u, y, c)
    deliverable.write(x, p, u, y, c)
    return DONE


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start."""
    faults.begin(x, p, u, t)
    status, emf, resistance = limits.solve(x, p, u, y, c)
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
    faults.begin(x, p, u, t)
    status, emf, resistance = limits.solve(x, p, u, y, c)
    if status != DONE:
        return status
    by_anodes = u.load_mode == loads.ANODE_POTENTIAL and y.open_circuit == 0.0
    current = limits.load_by_anodes(x, u, y, c) if by_anodes else limits.flow(x, p, u, y, c, emf, resistance)
    status = finish(x, p, u, y, c, current, h)
    anode_limit.keep(x, u, y)
    return status


@kernel
def initialize_linked(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents; a closed contactor has charged the link."""
    initialize(x, p, u, y, c)
    contactors.reset(x, p, u, y)


@kernel
def initialize_linked_with_anodes(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, the negative electrodes at rest; a closed contactor has charged the link."""
    initialize_linked(x, p, u, y, c)
    anode_limit.keep(x, u, y)


@kernel
def initialize_inductive(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, inductances included, at the voltages of the open circuit."""
    fuses.reset(x, y)
    faults.begin(x, p, u, 0.0)
    inductive.reset(x, p, u, y, c)
    time_constants.write(x, p, u, y, c)
    time_constants.tell(x, y)
    inductive.set_length(x, p, c, inductive.INSTANT)
    start(x, p, u, y, c)
    write_prospects(x, p, u, y, c)


@kernel
def load_of_step(x: Block, p: Block, u: Block, y: Block, c: Block) -> tuple[int, float]:
    """Let the current flow that the load sets for a step in sub-steps; return a status and the current [A].

    A load that finds no current for its power while an arc burns, or a short is between the terminals, takes none.
    """
    emf, resistance = limits.offer(x, u, y, c)
    status = limits.allow(u, y, emf, resistance)
    if status == INFEASIBLE_POWER and (fuses.any_arcing(x) or x.terminal_short > 0.0):
        nodal.settle(x, c)
        return DONE, 0.0
    return status, limits.flow(x, p, u, y, c, emf, resistance) if status == DONE else 0.0


@kernel
def advance_inductive(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the step of h seconds in sub-steps; the load sets its current for all of it."""
    faults.begin(x, p, u, t)
    inductive.begin(x, p, u, y, c, h)
    outputs.clear_heats(y)
    faults.count(x, c)
    if not nodal.assemble(x, p, u, c):
        return NO_RESISTANCE
    inductive.drive_conductors(x, c)
    status, current = load_of_step(x, p, u, y, c)
    if status != DONE:
        return status
    status = substeps.run(x, p, u, y, c, current, t, h)
    faults.count(x, c)
    inductive.write_currents(x, y, c, h)
    time_constants.tell(x, y)
    fuses.write(x, p, y)
    outputs.write_states(x, p, u, y, c)
    write_prospects(x, p, u, y, c)
    return status


@kernel
def write_prospects(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write redistribution currents and deliverable capacity by resistances alone, in a network with inductances."""
    if redistribution.any_open(u) or p.stated_power > 0.0:
        redistribution.solve(x, p, u, c, y.pack_current_actual)
    redistribution.write(x, p, u, y, c)
    deliverable.write(x, p, u, y, c)
