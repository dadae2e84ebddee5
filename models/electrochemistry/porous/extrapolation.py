"""A time step of second order: two stages of half the step, and what one stage of the whole step would have given.

Equations
---------
A stage is of first order (`stage`). Two of them take the step to ``z_2``; one over all of it would lead to ``z_whole``.
Then ``2 z_2 - z_whole`` is of second order, and as stable for any step (Richardson's extrapolation); likewise all that
is counted over the step. The whole stage is solved by one more solution of the linear equations, linearised about the
second half: what differs is known, the responses of the particles and the time. The error of that is of fourth order,
in the step after a jump of the current of second. Particles of varying diffusivity take the whole step anew.

References
----------
E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., Springer 1996, section IV.9.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from .. import particles
from ..kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ..materials import ELECTRODES
from . import elimination, mesh, reaction, solution, transport


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return what a step remembers of a cell until its end."""
    each, node = Count(mesh.particles(kind), "particle"), Count(mesh.nodes(kind), "node")
    return Fields(
        states=(
            state("whole_level", "1", each, "A over the whole step"),
            state("whole_slope", "1/A", each, "B over Q over the whole step"),
            state("first_reaction", "A", each, "Reaction currents of the first half"),
            state("second_reaction", "A", each, "Reaction currents of the second half"),
            state("middle_surface", "1", each, "Stoichiometry at the surface in the middle of the step"),
            state("mean_before", "1", each, "Mean stoichiometry before the step"),
            state("start_concentration", "mol/m3", node, "Concentration before the step"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def remember(x: Block, p: Block, k: int) -> None:
    """Remember where the step of cell k starts, and how its particles respond over all of it; half is prepared."""
    for i in range(x.concentration.shape[1]):
        x.start_concentration[i] = x.concentration[k, i]
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                level, slope = particles.respond_twice(x, p, k, particle, m)
                x.whole_level[particle] = level
                x.whole_slope[particle] = slope / (mesh.width(p, e, n) * x.material_charge[k, m])
                particles.remember(x, p, k, particle, m)
                x.mean_before[particle] = x.mean_stoichiometry[k, particle]
                particle += 1


@kernel
def note_first(x: Block) -> None:
    """Note the reactions of the first half, and where the surfaces are at its end."""
    for particle in range(x.reaction.shape[0]):
        x.first_reaction[particle] = x.reaction[particle]
        x.middle_surface[particle] = reaction.surface(x, particle)


@kernel
def note_second(x: Block) -> None:
    """Note the reactions of the second half."""
    for particle in range(x.reaction.shape[0]):
        x.second_reaction[particle] = x.reaction[particle]


@kernel
def carry(x: Block) -> None:
    """Carry the electrolyte's linearised properties to the iterate, which the solution has moved by `change`."""
    for i in range(x.iterate.shape[0]):
        change = x.change[i]
        x.log_concentration[i] += change / (x.iterate[i] - 0.5 * change)
        x.diffusion_resistance[i] += x.diffusion_by_concentration[i] * change
        x.conduction_resistance[i] += x.conduction_by_concentration[i] * change
        x.factor[i] += x.factor_by_concentration[i] * change


@kernel
def lengthen(x: Block, p: Block, e: int) -> None:
    """Linearise the reactions of an electrode over the whole step about the solution of the second half."""
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    for n in range(mesh.volumes(p, e)):
        potential = x.potential[start + n]
        for s in range(particle, particle + count):
            rise = x.whole_level[s] - x.response_level[s]
            steeper = x.whole_slope[s] - x.response_slope[s]
            rise -= steeper * x.reaction[s]
            x.rest_potential[s] += x.rest_by_surface[s] * rise
            x.rest_by_current[s] -= x.rest_by_surface[s] * steeper
            x.reaction_potential[s] = potential + x.reaction_by_surface[s] * rise
            x.reaction_resistance[s] -= x.reaction_by_surface[s] * steeper
        reaction.gather(x, start + n, particle, count)
        particle += count


@kernel
def solve_whole(x: Block, p: Block, k: int, current: float, h: float) -> None:
    """Find the stage over the whole step of h [s] of cell k under I_x [A] from the solution of the second half."""
    carry(x)
    for i in range(x.iterate.shape[0]):
        x.before[i] = x.start_concentration[i]
    lengthen(x, p, NEGATIVE)
    lengthen(x, p, POSITIVE)
    transport.assemble(x, p, k, current, h)
    elimination.factorise(x, p)
    solution.substitute(x, p)
    solution.correct_reactions(x, p, NEGATIVE)
    solution.correct_reactions(x, p, POSITIVE)
    for i in range(x.iterate.shape[0]):
        x.iterate[i] += x.change[i]
    solution.close(x, p, NEGATIVE, current)
    solution.close(x, p, POSITIVE, -current)


@kernel
def extrapolate(x: Block, p: Block, k: int) -> float:
    """Extrapolate electrolyte and particles of cell k; return the least concentration [mol/m3]."""
    least = x.concentration[k, 0]
    for i in range(x.concentration.shape[1]):
        x.concentration[k, i] = 2.0 * x.concentration[k, i] - x.iterate[i]
        least = min(least, x.concentration[k, i])
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                per_current = -1.0 / (mesh.width(p, e, n) * x.material_charge[k, m])
                one, two = x.first_reaction[particle] * per_current, x.second_reaction[particle] * per_current
                particles.extrapolate(x, p, k, particle, m, one, two, x.reaction[particle] * per_current)
                particle += 1
    return least
