"""Particles in each cell: their mean stoichiometry, and how their surface departs from it.

Equations
---------
A particle gets the reaction current I, positive where lithium leaves it; its material has the charge Q in a particle's
share of the electrode. Its mean falls by ``r = -I/Q``. After h seconds under constant I the surface has the
stoichiometry ``A + B r``: a response that is affine in the current.

Particles of constant diffusivity depart from the mean by modes, see `sphere`, which are exact over any time. What
remains of the modes after a time is kept while time and temperature stay the same: a step of h uses its half, as does a
port that looks half a step ahead. Particles whose diffusivity depends on the stoichiometry have `volumes`.

Shared states
-------------
`mean_stoichiometry`, `mean_remainder` and `mode` are written here; the models use them. `profile` is written by
`volumes`.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.elementary import exp
from ..numerics.summation import add
from . import sphere, volumes
from .kind import ElectrochemicalParameters


def fields(cells: Count, particles: int, kind: ElectrochemicalParameters) -> Fields:
    """Return so many particles in each of n cells of one kind."""
    modes, materials = kind.mesh.modes, Count(len(kind.materials), "material")
    resolved = [not material.diffusivity.constant for material in kind.materials]
    found = sphere.modes(modes)
    each = Count(modes, "mode")
    shape = cells, Count(particles * modes, "particle_mode")
    decay = cells, Count(materials * modes, "material_mode")
    own = Fields(
        parameters=(
            Variable("resolved", "1", materials, resolved, 0.0, 1.0, 1.0,
                     "Whether volumes resolve the particles of each material, not modes", hidden=True),
            Variable("mode_rate", "1", each, found.rates, 0.0, UNBOUNDED, 1.0, "lambda of each mode", hidden=True),
            Variable("mode_time", "1", each, 1.0 / found.rates, 0.0, UNBOUNDED, 1.0, "1/lambda of each mode", hidden=True),
            Variable("mode_gain", "1", each, found.gains, 0.0, UNBOUNDED, 1.0, "g of each mode", hidden=True),
            Variable("mode_direct", "1", None, found.direct, -1.0, 1.0, 1.0, "d, what follows at once", hidden=True),
        ),
        states=(
            state("mean_stoichiometry", "1", (cells, Count(particles, "particle")), "Mean stoichiometry of each particle"),
            state("mean_remainder", "1", (cells, Count(particles, "particle")), "What rounding cut off it"),
            state("mode", "1", shape, "Each mode of each particle"),
            state("decay", "1", decay, "What remains of each mode after the time that it holds for", 0.0, 1.0),
            state("decay_rate", "1/s", (cells, materials), "Diffusion rate that the decays hold for", 0.0),
            state("decay_time", "s", cells, "Time that they hold for", 0.0),
        ),
        modules=(__name__, sphere.__name__),
    )  # fmt: skip
    return own + volumes.fields(cells, particles, kind.mesh.volumes if any(resolved) else 0)


@kernel
def prepare(x: Block, p: Block, k: int, time: float) -> None:
    """Prepare the responses of cell k after a time [s], unless they are known."""
    same = x.decay_time[k] == time
    x.decay_time[k] = time
    for m in range(x.diffusion_rate.shape[1]):
        if not (same and x.decay_rate[k, m] == x.diffusion_rate[k, m]):
            decay(x, p, k, m, time)


@kernel
def decay(x: Block, p: Block, k: int, m: int, time: float) -> None:
    """Compute what remains of the modes of material m after a time [s]."""
    modes, rate = p.mode_rate.shape[0], x.diffusion_rate[k, m]
    x.decay_rate[k, m] = rate
    for i in range(modes):
        x.decay[k, m * modes + i] = exp(-p.mode_rate[i] * rate * time)


@kernel
def respond(x: Block, p: Block, k: int, particle: int, m: int) -> tuple[float, float]:
    """Return A [1] and B [s] of a particle of material m, for the time that is prepared.

    After that time under a rate r of its mean [1/s] the surface will be at ``A + B r``.
    """
    if p.resolved[m] != 0.0:
        return volumes.respond(x, p, k, particle, m, x.decay_time[k])
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
    if p.resolved[m] != 0.0:
        return volumes.surface(x, k, particle)
    modes = p.mode_rate.shape[0]
    level = x.mean_stoichiometry[k, particle] + p.mode_direct / x.diffusion_rate[k, m] * r
    for i in range(modes):
        level += p.mode_gain[i] * x.mode[k, particle * modes + i]
    return level


@kernel
def advance(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> float:
    """Step a particle under a rate r of its mean [1/s] over twice the time that is prepared.

    Returns by how much its mean has changed.
    """
    return follow(x, p, k, particle, m, r, 2.0)


@kernel
def follow(x: Block, p: Block, k: int, particle: int, m: int, r: float, times: float) -> float:
    """Step a particle under a rate r of its mean [1/s] over the time that is prepared, or twice that: once or twice.

    Returns by how much its mean has changed.
    """
    time = times * x.decay_time[k]
    if p.resolved[m] != 0.0:
        volumes.advance(x, p, k, particle, m, r, time)
    else:
        relax(x, p, k, particle, m, r, times)
    before, cut_off = x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle]
    after, remainder = add(before, cut_off, time * r)
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = after, remainder
    return after - before + (remainder - cut_off)


@kernel
def relax(x: Block, p: Block, k: int, particle: int, m: int, r: float, times: float) -> None:
    """Step the modes of a particle under a rate r of its mean [1/s] over once or twice the time that is prepared."""
    modes, rate = p.mode_rate.shape[0], x.diffusion_rate[k, m]
    for i in range(modes):
        remains, place = x.decay[k, m * modes + i], particle * modes + i
        settled = r / (p.mode_rate[i] * rate)
        left = remains * remains if times == 2.0 else remains
        x.mode[k, place] = settled + (x.mode[k, place] - settled) * left


@kernel
def settle(x: Block, k: int, particle: int, stoichiometry: float) -> None:
    """Set a particle to one stoichiometry throughout."""
    modes = x.decay.shape[1] // x.decay_rate.shape[1]
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = stoichiometry, 0.0
    for i in range(modes):
        x.mode[k, particle * modes + i] = 0.0
    for i in range(x.sweep.shape[1]):
        x.profile[k, particle * x.sweep.shape[1] + i] = 0.0
