"""The second half of a step of a cell, by the equations that solved the first.

Equations
---------
Both halves take the same time, so their linearised equations have one matrix. What differs is known: the concentrations
that the half starts from, and the levels A of the particles, which move U by dU/dx (A_2 - A_1). One solution
for the difference gives the second half. How far it is from where the equations were linearised tells its error, as in
`solution`; where that is beyond the tolerance, Newton's iteration goes on from there.

Particles that volumes resolve respond otherwise in each half: theirs are solved anew.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from .. import electrolyte, particles
from ..kind import NEGATIVE, POSITIVE
from ..materials import ELECTRODES
from . import elimination, mesh, solution, stage


@kernel
def find(x: Block, p: Block, k: int, current: float, h: float) -> int:
    """Solve the second half of a step of cell k, h [s] long, under I_x [A]; return how that ended."""
    for m in range(p.resolved.shape[0]):
        if p.resolved[m] != 0.0:
            stage.go_on(x, k)
            return stage.find(x, p, k, current, h)
    put_aside(x)
    start(x, k, h)
    for e in range(ELECTRODES):
        shift_levels(x, p, k, e)
    elimination.solve(x, p)
    moved = max(move_reactions(x, p, NEGATIVE), move_reactions(x, p, POSITIVE))
    moved = max(moved, move_concentrations(x, electrolyte.diffusion_voltage(x, p, k))) + x.correction
    if not moved * moved < p.tolerance / solution.CURVATURE:
        return solution.solve(x, p, k, current, h)
    solution.close(x, p, NEGATIVE, current)
    solution.close(x, p, POSITIVE, -current)
    return solution.CONVERGED


@kernel
def put_aside(x: Block) -> None:
    """Put the solution of the first half aside, to where its known sides were."""
    for i in range(x.change.shape[0]):
        x.known_c[i], x.known_p[i] = x.change[i], x.potential[i]


@kernel
def start(x: Block, k: int, h: float) -> None:
    """Start from the concentrations of cell k: write by what they change the known sides."""
    for i in range(x.change.shape[0]):
        x.change[i] = x.node_capacity[i] / h * (x.concentration[k, i] - x.before[i])
        x.potential[i], x.before[i] = 0.0, x.concentration[k, i]


@kernel
def shift_levels(x: Block, p: Block, k: int, e: int) -> None:
    """Take the levels of the particles of an electrode, and add what they change to the known sides."""
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    node = mesh.first(p, 2 * e)
    for i in range(node, node + mesh.volumes(p, e)):
        driven = 0.0
        for m in range(first, first + count):
            level, _ = particles.respond(x, p, k, particle, m)
            x.level_rise[particle] = level - x.response_level[particle]
            x.response_level[particle] = level
            raised = x.reaction_by_surface[particle] * x.level_rise[particle]
            driven -= raised / x.reaction_resistance[particle]
            particle += 1
        x.change[i] += (1.0 - p.transference) * driven
        x.potential[i] = driven


@kernel
def move_reactions(x: Block, p: Block, e: int) -> float:
    """Move the reactions of an electrode by the difference; return the greatest move of a potential [V]."""
    count, particle, greatest = mesh.materials_of(p, e), mesh.first_particle(p, e), 0.0
    node = mesh.first(p, 2 * e)
    for i in range(node, node + mesh.volumes(p, e)):
        potential, change = x.potential[i], x.change[i]
        for _ in range(count):
            raised = x.reaction_by_surface[particle] * x.level_rise[particle]
            lost = potential - raised - x.reaction_by_concentration[particle] * change
            rise = lost / x.reaction_resistance[particle]
            greatest = max(greatest, abs(lost), abs(raised))
            x.reaction[particle] += rise
            x.rest_potential[particle] += x.rest_by_surface[particle] * x.level_rise[particle]
            x.rest_potential[particle] += x.rest_by_current[particle] * rise
            particle += 1
    return greatest


@kernel
def move_concentrations(x: Block, scale: float) -> float:
    """Move the solution by the difference; return the greatest move of a concentration times `scale` [V]."""
    greatest = 0.0
    for i in range(x.iterate.shape[0]):
        greatest = max(greatest, abs(x.change[i]) / x.iterate[i])
        x.iterate[i] = max(x.iterate[i] + x.change[i], solution.LEAST_SHARE * x.iterate[i])
        x.change[i] += x.known_c[i]
        x.potential[i] += x.known_p[i]
    return greatest * scale
