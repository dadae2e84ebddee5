"""A stage of a cell by the equations that are linearised about an earlier one of the same time and current.

Equations
---------
The second half of a step and the port, which looks half a step ahead, take as long as the first half, so their
linearised equations have one matrix. What differs is known: the concentrations that the stage starts from, and the
levels A of the particles. One solution gives the stage. How far it is from where the equations are linearised tells its
error, as in `solution`; where that is beyond the tolerance, Newton's iteration goes on from there.

Particles that volumes resolve respond otherwise in each stage: theirs are solved anew.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from .. import particles
from ..materials import ELECTRODES
from . import elimination, mesh, solution


@kernel
def varying(p: Block) -> bool:
    """Whether volumes resolve any particles."""
    for m in range(p.resolved.shape[0]):
        if p.resolved[m] != 0.0:
            return True
    return False


@kernel
def find(x: Block, p: Block, k: int, current: float, h: float) -> int:
    """Solve a stage of cell k, h [s] long, under I_x [A], from `before` and the `level` of the particles."""
    for particle in range(x.level.shape[0]):
        x.level_rise[particle] = x.level[particle] - x.response_level[particle]
    if solution.good(p, solution.substitute(x, p, k, elimination.HALF, current, h)):
        return solution.CONVERGED
    for particle in range(x.level.shape[0]):
        x.response_level[particle] = x.level[particle]
    return solution.solve(x, p, k, current, h)


@kernel
def second(x: Block, p: Block, k: int, current: float, h: float) -> int:
    """Solve the second half of a step of cell k, h [s] long, under I_x [A], after the first."""
    for i in range(x.before.shape[0]):
        x.before[i] = x.iterate[i]
    for particle in range(x.level.shape[0]):
        steeper = x.whole_slope[particle] - x.response_slope[particle]
        x.level[particle] = x.whole_level[particle] - steeper * x.reaction[particle]
    if not varying(p):
        return find(x, p, k, current, h)
    for i in range(x.before.shape[0]):
        x.iterate[i] = max(2.0 * x.before[i] - x.concentration[k, i], 0.5 * x.before[i])
    follow(x, p, k)
    respond(x, p, k)
    return solution.solve(x, p, k, current, h)


@kernel
def follow(x: Block, p: Block, k: int) -> None:
    """Let the particles of cell k that volumes resolve follow the reactions of a stage."""
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                if p.resolved[m] != 0.0:
                    charge = mesh.width(p, e, n) * x.material_charge[k, m]
                    particles.follow(x, p, k, particle, m, -x.reaction[particle] / charge)
                particle += 1


@kernel
def respond(x: Block, p: Block, k: int) -> None:
    """Write how the particles of cell k respond in a stage with the `level` of those that have modes."""
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                x.response_level[particle] = x.level[particle]
                if p.resolved[m] != 0.0:
                    x.response_level[particle], slope = particles.respond(x, p, k, particle, m)
                    x.response_slope[particle] = slope / (mesh.width(p, e, n) * x.material_charge[k, m])
                particle += 1
