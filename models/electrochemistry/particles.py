"""Particles of constant diffusivity in each cell: their mean stoichiometry and the modes of their diffusion.

Equations
---------
A particle gets the reaction current I, positive where lithium leaves it; its material has the charge Q in a particle's
share of the electrode. Its mean falls by ``r = -I/Q``, and its modes follow `sphere`. After h seconds under constant I
the surface has the stoichiometry ``A + B r``, exactly: a response that is affine in the current. What remains of the
modes after a time is kept while time and temperature stay the same: a step of h uses its half, as does a port that
looks half a step ahead.

Shared states
-------------
`mean_stoichiometry`, `mean_remainder` and `mode` are written here; the models use them.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.elementary import exp
from ..numerics.summation import add
from . import sphere


def fields(cells: Count, particles: Count, materials: Count, modes: int) -> Fields:
    """Return the particles of n cells, each with so many modes.

    Parameters
    ----------
    cells, materials : Count
        Number of cells and of materials.
    particles : Count
        Number of particles in a cell.
    modes : int
        Of each particle.
    """
    found = sphere.modes(modes)
    each = Count(modes, "mode")
    shape = cells, Count(particles * modes, "particle_mode")
    decay = cells, Count(materials * modes, "material_mode")
    return Fields(
        parameters=(
            Variable("mode_rate", "1", each, found.rates, 0.0, UNBOUNDED, 1.0, "lambda of each mode", hidden=True),
            Variable("mode_time", "1", each, 1.0 / found.rates, 0.0, UNBOUNDED, 1.0, "1/lambda of each mode", hidden=True),
            Variable("mode_gain", "1", each, found.gains, 0.0, UNBOUNDED, 1.0, "g of each mode", hidden=True),
            Variable("mode_direct", "1", None, found.direct, -1.0, 1.0, 1.0, "d, what follows at once", hidden=True),
        ),
        states=(
            state("mean_stoichiometry", "1", (cells, particles), "Mean stoichiometry of each particle"),
            state("mean_remainder", "1", (cells, particles), "What rounding cut off it"),
            state("mode", "1", shape, "Each mode of each particle"),
            state("decay", "1", decay, "What remains of each mode after the time that it holds for", 0.0, 1.0),
            state("decay_rate", "1/s", (cells, materials), "Diffusion rate that the decays hold for", 0.0),
            state("decay_time", "s", cells, "Time that they hold for", 0.0),
        ),
        modules=(__name__, sphere.__name__),
    )


@kernel
def prepare(x: Block, p: Block, k: int, time: float) -> None:
    """Compute what remains of the modes of cell k after a time [s], unless it is known."""
    modes, same = p.mode_rate.shape[0], x.decay_time[k] == time
    x.decay_time[k] = time
    for m in range(x.diffusion_rate.shape[1]):
        rate = x.diffusion_rate[k, m]
        if not (same and x.decay_rate[k, m] == rate):
            x.decay_rate[k, m] = rate
            for i in range(modes):
                x.decay[k, m * modes + i] = exp(-p.mode_rate[i] * rate * time)


@kernel
def respond(x: Block, p: Block, k: int, particle: int, m: int) -> tuple[float, float]:
    """Return A [1] and B [s] of a particle of material m, for the time that the decays hold for.

    After that time under a rate r of its mean [1/s] the surface will be at ``A + B r``.
    """
    modes, rate = p.mode_rate.shape[0], x.diffusion_rate[k, m]
    level, slope = x.mean_stoichiometry[k, particle], 0.0
    for i in range(modes):
        remains, gain = x.decay[k, m * modes + i], p.mode_gain[i]
        level += gain * x.mode[k, particle * modes + i] * remains
        slope += gain * (1.0 - remains) / p.mode_rate[i]
    return level, x.decay_time[k] + (slope + p.mode_direct) / rate


@kernel
def surface(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> float:
    """Return the stoichiometry at the surface of a particle at the present state, under a rate r of its mean [1/s]."""
    modes = p.mode_rate.shape[0]
    level = x.mean_stoichiometry[k, particle] + p.mode_direct / x.diffusion_rate[k, m] * r
    for i in range(modes):
        level += p.mode_gain[i] * x.mode[k, particle * modes + i]
    return level


@kernel
def advance(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> float:
    """Step a particle under a rate r of its mean [1/s] over twice the time that the decays hold for.

    Returns by how much its mean has changed.
    """
    modes, rate = p.mode_rate.shape[0], x.diffusion_rate[k, m]
    before, cut_off = x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle]
    after, remainder = add(before, cut_off, 2.0 * x.decay_time[k] * r)
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = after, remainder
    for i in range(modes):
        remains, place = x.decay[k, m * modes + i], particle * modes + i
        settled = r / (p.mode_rate[i] * rate)
        x.mode[k, place] = settled + (x.mode[k, place] - settled) * remains * remains
    return after - before + (remainder - cut_off)


@kernel
def follow(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> None:
    """Step a particle under a rate r of its mean [1/s] over the time that the decays hold for."""
    modes = p.mode_rate.shape[0]
    mean, cut_off = x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle]
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = add(mean, cut_off, x.decay_time[k] * r)
    settled = r / x.diffusion_rate[k, m]
    for i in range(modes):
        place, goal = particle * modes + i, settled * p.mode_time[i]
        x.mode[k, place] = goal + (x.mode[k, place] - goal) * x.decay[k, m * modes + i]


@kernel
def settle(x: Block, k: int, particle: int, stoichiometry: float) -> None:
    """Set a particle to one stoichiometry throughout."""
    modes = x.decay.shape[1] // x.decay_rate.shape[1]
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = stoichiometry, 0.0
    for i in range(modes):
        x.mode[k, particle * modes + i] = 0.0
