"""A time step of second order: two stages of half the step, and what one stage of the whole step would have given.

Equations
---------
A stage is of first order (`stage`). Two of them take the step to ``z_2``; one over all of it would lead to ``z_whole``.
Then ``2 z_2 - z_whole`` is of second order, and as stable for any step (Richardson's extrapolation); likewise all that
is counted over the step. The whole stage is solved by the linear equations of the halves, with other responses of the
particles and another time: what the linearisation leaves out is alike in both ends of the step, and so most of it
cancels. Particles of varying diffusivity take the whole step anew.

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
from . import elimination, mesh, reaction, solution


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return what a step remembers of a cell until its end."""
    each, node = Count(mesh.particles(kind), "particle"), Count(mesh.nodes(kind), "node")
    return Fields(
        states=(
            state("whole_level", "1", each, "A over the whole step"),
            state("whole_slope", "1/A", each, "B over Q over the whole step"),
            state("first_reaction", "A", each, "Reaction currents of the first half"),
            state("second_reaction", "A", each, "Reaction currents of the second half"),
            state("middle_entropic", "V/K", each, "dU/dT at the surface in the middle of the step"),
            state("mean_before", "1", each, "Mean stoichiometry before the step"),
            state("second_concentration", "mol/m3", node, "Concentration after the second half"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def begin(x: Block, p: Block, k: int) -> None:
    """Begin the step of cell k: write how its particles respond over half of it, which is prepared, and all of it."""
    modes = p.mode_rate.shape[0]
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                x.mean_before[particle] = level = twice = x.mean_stoichiometry[k, particle]
                per_current = 1.0 / (mesh.width(p, e, n) * x.material_charge[k, m])
                slope, steeper = x.decay_slope[k, m], x.decay_slope_twice[k, m]
                if p.resolved[m] != 0.0:
                    level, slope = particles.respond(x, p, k, particle, m)
                    twice, steeper = particles.respond_twice(x, p, k, particle, m)
                    particles.remember(x, p, k, particle, m)
                else:
                    for i in range(modes):
                        remains = x.decay[k, m * modes + i]
                        left = x.mode[k, particle * modes + i] * remains
                        level += left
                        twice += left * remains
                x.response_level[particle], x.response_slope[particle] = level, slope * per_current
                x.whole_level[particle], x.whole_slope[particle] = twice, steeper * per_current
                particle += 1


@kernel
def note_first(x: Block) -> None:
    """Note the reactions of the first half, and the entropy of the surfaces at its end."""
    for particle in range(x.reaction.shape[0]):
        x.first_reaction[particle] = x.reaction[particle]
        moved = x.surface[particle] - x.linear_surface[particle]
        x.middle_entropic[particle] = x.entropic[particle] + x.entropic_by_surface[particle] * moved


@kernel
def note_second(x: Block) -> None:
    """Note the reactions and the concentrations of the second half."""
    for particle in range(x.reaction.shape[0]):
        x.second_reaction[particle] = x.reaction[particle]
    for i in range(x.iterate.shape[0]):
        x.second_concentration[i] = x.iterate[i]


@kernel
def solve_whole(x: Block, p: Block, k: int, current: float, h: float) -> None:
    """Find the stage over the whole step of h [s] of cell k under I_x [A] by the equations of the second half."""
    for i in range(x.iterate.shape[0]):
        x.before[i] = x.concentration[k, i]
    reaction.lengthen(x, p, NEGATIVE)
    reaction.lengthen(x, p, POSITIVE)
    elimination.factorise(x, p, elimination.WHOLE, h)
    solution.substitute(x, p, k, elimination.WHOLE, current, h)


@kernel
def extrapolate(x: Block, p: Block, k: int) -> float:
    """Extrapolate electrolyte and particles of cell k; return the least concentration [mol/m3].

    It leaves in `before` and `level` what a stage from there on starts with.
    """
    least = x.concentration[k, 0]
    for i in range(x.concentration.shape[1]):
        x.concentration[k, i] = x.before[i] = 2.0 * x.second_concentration[i] - x.iterate[i]
        least = min(least, x.concentration[k, i])
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                per_current = -1.0 / (mesh.width(p, e, n) * x.material_charge[k, m])
                one, two = x.first_reaction[particle] * per_current, x.second_reaction[particle] * per_current
                x.level[particle] = move(x, p, k, particle, m, one, two, x.reaction[particle] * per_current)
                particle += 1
    return least


@kernel
def move(x: Block, p: Block, k: int, particle: int, m: int, first: float, second: float, whole: float) -> float:
    """Move a particle by the step, of which the halves had the rates `first` and `second`, and the whole `whole`.

    Returns A of a stage that follows. Particles that volumes resolve have followed the halves.
    """
    if p.resolved[m] != 0.0:
        particles.extrapolate(x, p, k, particle, m, first, second, whole)
        return 0.0
    modes, relative = p.mode_rate.shape[0], 1.0 / x.diffusion_rate[k, m]
    early, late = relative * (2.0 * first - whole), relative * (2.0 * second - whole)
    particles.rise(x, k, particle, 2.0 * x.decay_time[k] * (first + second - whole))
    level = x.mean_stoichiometry[k, particle]
    for i in range(modes):
        remains, place = x.decay[k, m * modes + i], particle * modes + i
        taken = p.mode_share[i] * (1.0 - remains)
        x.mode[k, place] = after = remains * (remains * x.mode[k, place] + taken * early) + taken * late
        level += remains * after
    return level
