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

NOWHERE = -1e9
"""A mean stoichiometry that no particle has."""


def fields(cells: Count, particles: int, kind: ElectrochemicalParameters) -> Fields:
    """Return so many particles in each of n cells of one kind."""
    modes, materials = kind.mesh.modes, Count(len(kind.materials), "material")
    resolved = [not material.diffusivity.constant for material in kind.materials]
    found = sphere.modes(modes)
    each = Count(modes, "mode")
    particle, shape = (cells, Count(particles, "particle")), (cells, Count(particles * modes, "particle_mode"))
    decay = cells, Count(materials * modes, "material_mode")
    own = Fields(
        parameters=(
            Variable("resolved", "1", materials, resolved, 0.0, 1.0, 1.0,
                     "Whether volumes resolve the particles of each material, not modes", hidden=True),
            Variable("mode_rate", "1", each, found.rates, 0.0, UNBOUNDED, 1.0, "lambda of each mode", hidden=True),
            Variable("mode_share", "1", each, found.gains / found.rates, 0.0, UNBOUNDED, 1.0,
                     "g/lambda of each mode: where it settles under a rate of 1", hidden=True),
            Variable("mode_direct", "1", None, found.direct, -1.0, 1.0, 1.0, "d, what follows at once", hidden=True),
        ),
        states=(
            state("mean_stoichiometry", "1", particle, "Mean stoichiometry of each particle"),
            state("mean_remainder", "1", particle, "What rounding cut off it"),
            state("enthalpy", "V", particle, "Integral of the enthalpy up to a mean, as last booked (`heat`)"),
            state("enthalpy_mean", "1", particle, "That mean", -UNBOUNDED),
            state("mode", "1", shape, "What each mode of each particle adds at the surface"),
            state("decay", "1", decay, "What remains of each mode after the time that it holds for", 0.0, 1.0),
            state("decay_rate", "1/s", (cells, materials), "Diffusion rate that the decays hold for", 0.0),
            state("decay_slope", "s", (cells, materials), "B of particles of each material after the time", 0.0),
            state("decay_slope_twice", "s", (cells, materials), "B of each material, for twice that time"),
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
    """Compute what remains of the modes of material m after a time [s], and how its particles respond."""
    modes, rate = p.mode_rate.shape[0], x.diffusion_rate[k, m]
    slope = twice = p.mode_direct
    x.decay_rate[k, m] = rate
    for i in range(modes):
        remains = exp(-p.mode_rate[i] * rate * time)
        x.decay[k, m * modes + i] = remains
        slope += p.mode_share[i] * (1.0 - remains)
        twice += p.mode_share[i] * (1.0 - remains * remains)
    x.decay_slope[k, m], x.decay_slope_twice[k, m] = time + slope / rate, 2.0 * time + twice / rate


@kernel
def respond(x: Block, p: Block, k: int, particle: int, m: int) -> tuple[float, float]:
    """Return A [1] and B [s] of a particle of material m, for the time that is prepared.

    After that time under a rate r of its mean [1/s] the surface will be at ``A + B r``.
    """
    if p.resolved[m] != 0.0:
        return volumes.respond(x, p, k, particle, m, x.decay_time[k])
    modes, level = p.mode_rate.shape[0], x.mean_stoichiometry[k, particle]
    for i in range(modes):
        level += x.mode[k, particle * modes + i] * x.decay[k, m * modes + i]
    return level, x.decay_slope[k, m]


@kernel
def respond_twice(x: Block, p: Block, k: int, particle: int, m: int) -> tuple[float, float]:
    """Return A [1] and B [s] of a particle of material m, for twice the time that is prepared."""
    if p.resolved[m] != 0.0:
        return volumes.respond(x, p, k, particle, m, 2.0 * x.decay_time[k])
    modes, level = p.mode_rate.shape[0], x.mean_stoichiometry[k, particle]
    for i in range(modes):
        remains = x.decay[k, m * modes + i]
        level += x.mode[k, particle * modes + i] * remains * remains
    return level, x.decay_slope_twice[k, m]


@kernel
def surface(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> float:
    """Return the stoichiometry at the surface of a particle at the present state, under a rate r of its mean [1/s]."""
    if p.resolved[m] != 0.0:
        return volumes.surface(x, k, particle)
    modes = p.mode_rate.shape[0]
    level = x.mean_stoichiometry[k, particle] + p.mode_direct / x.diffusion_rate[k, m] * r
    for i in range(modes):
        level += x.mode[k, particle * modes + i]
    return level


@kernel
def follow(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> float:
    """Step a particle under a rate r of its mean [1/s] over the time that is prepared.

    Returns by how much its mean has changed.
    """
    if p.resolved[m] != 0.0:
        volumes.advance(x, p, k, particle, m, r, x.decay_time[k])
        return rise(x, k, particle, x.decay_time[k] * r)
    modes, relative = p.mode_rate.shape[0], r / x.diffusion_rate[k, m]
    for i in range(modes):
        place, settled = particle * modes + i, p.mode_share[i] * relative
        x.mode[k, place] = settled + (x.mode[k, place] - settled) * x.decay[k, m * modes + i]
    return rise(x, k, particle, x.decay_time[k] * r)


@kernel
def advance(x: Block, p: Block, k: int, particle: int, m: int, r: float) -> float:
    """Step a particle under a rate r of its mean [1/s] over twice the time that is prepared.

    Returns by how much its mean has changed.
    """
    time = 2.0 * x.decay_time[k]
    if p.resolved[m] != 0.0:
        volumes.advance(x, p, k, particle, m, r, time)
        return rise(x, k, particle, time * r)
    modes, relative = p.mode_rate.shape[0], r / x.diffusion_rate[k, m]
    for i in range(modes):
        remains, place, settled = x.decay[k, m * modes + i], particle * modes + i, p.mode_share[i] * relative
        x.mode[k, place] = settled + (x.mode[k, place] - settled) * remains * remains
    return rise(x, k, particle, time * r)


@kernel
def rise(x: Block, k: int, particle: int, change: float) -> float:
    """Change the mean of a particle; return by how much it has changed, which rounding does not spoil."""
    before, cut_off = x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle]
    after, remainder = add(before, cut_off, change)
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = after, remainder
    return after - before + (remainder - cut_off)


@kernel
def remember(x: Block, p: Block, k: int, particle: int, m: int) -> None:
    """Remember what `extrapolate` needs of a particle at the start of a step."""
    if p.resolved[m] != 0.0:
        volumes.remember(x, k, particle)


@kernel
def extrapolate(x: Block, p: Block, k: int, particle: int, m: int, first: float, second: float, whole: float) -> None:
    """Extrapolate a particle that has followed two rates, each over the time that is prepared, and one over both times.

    It becomes what two steps make of it twice, less what one step of twice the time under `whole` [1/s] does.
    `remember` knows the start.
    """
    time = x.decay_time[k]
    if p.resolved[m] != 0.0:
        mean = x.mean_stoichiometry[k, particle] - time * (first + second)
        volumes.extrapolate(x, p, k, particle, m, mean, whole, 2.0 * time)
        rise(x, k, particle, time * (first + second - 2.0 * whole))
        return
    modes, relative, whole_relative = p.mode_rate.shape[0], 1.0 / x.diffusion_rate[k, m], whole / x.diffusion_rate[k, m]
    for i in range(modes):
        remains, place = x.decay[k, m * modes + i], particle * modes + i
        halves = relative * (first * remains + second)
        x.mode[k, place] += p.mode_share[i] * (1.0 - remains) * (halves - whole_relative * (1.0 + remains))
    rise(x, k, particle, time * (first + second - 2.0 * whole))


@kernel
def settle(x: Block, k: int, particle: int, stoichiometry: float) -> None:
    """Set a particle to one stoichiometry throughout."""
    modes = x.decay.shape[1] // x.decay_rate.shape[1]
    x.mean_stoichiometry[k, particle], x.mean_remainder[k, particle] = stoichiometry, 0.0
    x.enthalpy_mean[k, particle] = NOWHERE
    x.profile_rate[k, particle] = 0.0
    for i in range(modes):
        x.mode[k, particle * modes + i] = 0.0
    for i in range(x.sweep.shape[1]):
        x.profile[k, particle * x.sweep.shape[1] + i] = 0.0
