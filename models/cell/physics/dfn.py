"""Cells as porous electrodes by Doyle, Fuller and Newman: particles, solid and electrolyte across the layers.

Equations
---------
`porous` has them: `mesh`, `reaction`, `transport`, `solution`, `stage`. The current I_x from the negative collector to
the positive one is ``-i_m``, i_m the current that is stored (`terminals`); ``v = V + R_contact i``.

References
----------
M. Doyle, T. F. Fuller, J. Newman, J. Electrochem. Soc. 140 (1993) 1526, doi:10.1149/1.2221597.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import DONE, Model, Update
from ....core.timescale import include_timescale
from ....core.variable import Count, counted
from ...electrochemistry import electrolyte, films, lithium, materials, particles
from ...electrochemistry.kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ...electrochemistry.porous import anode as face
from ...electrochemistry.porous import (
    booking,
    continuation,
    extrapolation,
    mesh,
    reaction,
    sensitivity,
    solution,
    stage,
)
from .. import port, reported
from . import anode, common, terminals

UNSOLVED, DEPLETED, BEYOND = 3, 4, 5
"""Statuses of a step without a solution that was found, without salt somewhere, with more or less lithium in the
surface of a particle than it has sites.
"""

LEAST_TIME = 1e-6
"""That the port looks ahead [s]: an equation of the electrolyte over no time is none."""

DEPLETION = 1.0
"""Concentration that counts as none [mol/m3]."""

REFUSALS = reported.REFUSALS | {
    UNSOLVED: "cell[{x.refused:.0f}]: no currents were found that solve the equations of its electrodes; take less "
    "current, or shorter steps",
    DEPLETED: "cell[{x.refused:.0f}]: the electrolyte would be depleted somewhere; take less current, or shorter steps",
    BEYOND: "cell[{x.refused:.0f}]: the surface of its particles would be full or empty of lithium; take less current",
}


def declare(cells: int, kind: ElectrochemicalParameters, capacity: float) -> Model:
    """Declare n cells of one kind as porous electrodes.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    kind : ElectrochemicalParameters
        Start values of every cell.
    capacity : float
        Between SOC 0 and 1 of the nominal cell [C].
    """
    count = counted("cells", cells, "cell")
    fields = (
        common.fields(count, kind, capacity, mesh.particles(kind))
        + electrolyte.fields(count, kind)
        + stage.fields(count, kind)
        + Fields(
            states=(
                state("stage_voltage", "V", 2, "Voltage between the collectors after each half of the step"),
                state("stage_anode", "V", 2, "Anode potential after each half of the step"),
                state(
                    "anode_profile",
                    "V",
                    Count(kind.mesh.negative, "negative_node"),
                    "Potential under the film of each volume of the negative electrode in the middle of the step",
                ),
                state("refused", "1", None, "The cell that a step was refused for, from 1 on"),
            )
        )
    )
    return Model(
        name="Cell",
        description="Cells as porous electrodes with electrolyte, diffusion, charge transfer, self-discharge and heat",
        fields=Fields(modules=(__name__,)) + fields,
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=REFUSALS,
        update=Update.IMPLICIT,
        alike=count.of,
    )


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the temperature of cell k [K] and what follows from it."""
    terminals.warm(x, p, k, temperature)
    mesh.warm(x, p, k, temperature)


@kernel
def look_ahead(x: Block, p: Block, k: int, current: float) -> int:
    """Take a trial of cell k, which is prepared, under I_x [A]; return how it ended."""
    ahead = max(p.lookahead, LEAST_TIME)
    stage.recall(x, k, current)
    particles.prepare(x, p, k, ahead)
    return stage.find(x, p, k, current, ahead)


@kernel
def offer_port(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the Thévenin equivalent of cell k, linearised about its last current, from a trial that is found."""
    current = x.current[k]
    flowing = -terminals.stored(x, p, k)
    voltage = solution.voltage(x, p, flowing)
    least = face.potential(x, p, k)
    slope, share = solution.differentiate(x, p), terminals.storing(p, k, current)
    sensitivity.include(x, p, y, k, flowing)
    stage.keep(x, k, flowing)
    contact = x.contact_resistance[k]
    resistance = contact - share * slope
    anode.offer(y, k, current, least, share * face.slope(x, p, k))
    y.emf[k] = voltage + contact * current - resistance * current
    y.resistance[k] = resistance
    for m in range(x.diffusion_rate.shape[1]):
        slowest = 1.0 / (p.mode_rate[0] * x.diffusion_rate[k, m])
        include_timescale(y, slowest, slowest)


@kernel
def unsolved(x: Block) -> int:
    """Return the status of a cell without a solution: whether its electrolyte is why."""
    for i in range(x.iterate.shape[0]):
        if x.iterate[i] < DEPLETION:
            return DEPLETED
    return UNSOLVED


@kernel
def book_half(x: Block, p: Block, y: Block, k: int, current: float, h: float, half: int) -> None:
    """Book a half of a step of h [s] of cell k twice, as the extrapolation asks for."""
    warmth, x.stage_voltage[half] = booking.book(x, p, y, current, h)
    y.heat_rate[k] += warmth / h
    x.stage_anode[half] = face.potential(x, p, k)


@kernel
def halve(x: Block, p: Block, y: Block, k: int, current: float, h: float) -> int:
    """Take both halves of a step of h [s] of cell k under I_x [A]; return a status."""
    extrapolation.begin(x, p, k)
    stage.recall(x, k, current)
    for i in range(x.concentration.shape[1]):
        x.before[i] = x.concentration[k, i]
    if solution.solve(x, p, k, current, 0.5 * h) == solution.NOT_CONVERGED:
        return unsolved(x)
    book_half(x, p, y, k, current, h, 0)
    extrapolation.note_first(x)
    face.keep(x, p)
    if continuation.second(x, p, k, current, 0.5 * h) == solution.NOT_CONVERGED:
        return unsolved(x)
    book_half(x, p, y, k, current, h, 1)
    extrapolation.note_second(x)
    return DONE if reaction.within_range(x, p) else BEYOND


@kernel
def advance_cell(x: Block, p: Block, y: Block, k: int, h: float) -> int:
    """Step cell k over h [s], its current and temperature being in x already, and add it to the ledger."""
    main = terminals.stored(x, p, k)
    current = -main
    y.heat_rate[k] = y.anode_potential[k] = y.voltage[k] = 0.0
    stage.prepare(x, p, k)
    particles.prepare(x, p, k, 0.5 * h)
    status = halve(x, p, y, k, current, h)
    if status != DONE:
        return status
    if continuation.varying(p):
        continuation.follow(x, p, k)
    extrapolation.solve_whole(x, p, k, current, h)
    warmth, whole = booking.book(x, p, y, current, -h)
    y.anode_potential[k], x.anode_middle[k] = 2.0 * x.stage_anode[1] - face.potential(x, p, k), x.stage_anode[0]
    if extrapolation.extrapolate(x, p, k) <= DEPLETION:
        return DEPLETED
    warmth += booking.store(x, p, y, k, NEGATIVE) + booking.store(x, p, y, k, POSITIVE)
    warmth += terminals.book(x, p, y, k, main, x.stage_voltage[0] + x.stage_voltage[1] - whole, h)
    y.heat_rate[k] += warmth / h
    y.voltage[k] = 2.0 * x.stage_voltage[1] - whole + x.contact_resistance[k] * x.current[k]
    return DONE


@kernel
def write_cell(x: Block, p: Block, y: Block, k: int, h: float) -> int:
    """Write the outputs of cell k at the communication point after a step of h [s], or after none."""
    y.soc[k] = x.soc[k] = lithium.soc_at(x, k, stage.filling(x, p, k))
    current, half = -terminals.stored(x, p, k), 0.5 * h
    if p.lookahead == half and half > 0.0 and not continuation.varying(p):
        ended = continuation.find(x, p, k, current, half)
    else:
        ended = look_ahead(x, p, k, current)
    offer_port(x, p, y, k)
    return DONE if ended == solution.CONVERGED else unsolved(x)


@kernel
def begin(x: Block, p: Block, y: Block, k: int) -> None:
    """Start cell k at rest, its lithium and its temperature being in x already."""
    x.current[k] = y.heat_rate[k] = 0.0
    settle(x, p, k)
    stage.prepare(x, p, k)
    write_cell(x, p, y, k, 0.0)
    y.voltage[k] = y.emf[k]
    y.anode_potential[k] = x.anode_middle[k] = y.anode_emf[k]


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells new and at rest."""
    common.reset_sums(x, y)
    for k in range(x.soc.shape[0]):
        lithium.renew(x, p, k)
        films.renew(x, p, k)
        electrolyte.measure(x, p, k)
        warm(x, p, k, u.temperature[k])
        begin(x, p, y, k)
    common.write_sums(x, y, 0.0)


@kernel
def settle(x: Block, p: Block, k: int) -> None:
    """Set cell k to rest at its first state of charge."""
    stage.rest(x, p, k)
    for e in range(materials.ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        filling = lithium.stoichiometry_of(x, k, e, p.initial_soc[k])
        for _ in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                particles.settle(x, k, particle, lithium.material_at(p, m, filling))
                particle += 1


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Compute the ports for the present `lookahead`."""
    port.reset_reports(y)
    for k in range(x.soc.shape[0]):
        stage.prepare(x, p, k)
        look_ahead(x, p, k, -terminals.stored(x, p, k))
        offer_port(x, p, y, k)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Advance every cell by h seconds under constant current and temperature."""
    common.reset_sums(x, y)
    for k in range(x.soc.shape[0]):
        if x.temperature[k] != u.temperature[k]:
            warm(x, p, k, u.temperature[k])
        x.current[k] = u.current[k]
        status = advance_cell(x, p, y, k, h)
        if status == DONE:
            status = write_cell(x, p, y, k, h)
        if status != DONE:
            x.refused = k + 1.0
            return status
    common.write_sums(x, y, h)
    return reported.within_range(y)
