"""Particles whose diffusivity depends on the stoichiometry: control volumes about nodes along the radius.

Equations
---------
A particle of radius R has nodes at radii from 0 to R, closer towards the surface. Its stoichiometry is straight between
them. The volume about each node ends half-way to the next; with radii in R, and D at the mean of neighbours::

    M dx/dt = -K(x) x + b r,   K: 3 f^2 D/R^2 / (distance of the nodes) at each face f

M integrates the profile over the volumes, b is 1 at the surface, and the mean changes at the rate r. The profile
departs from the mean, so that rounding leaves the mean alone. A time is taken by the stiffly accurate method of two
equal implicit stages, of second order and stable for any step, whose matrix holds for both. A step takes D of the
profile predicted for its middle; a response that of the middle under the rate that the particle followed last.

References
----------
R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006, doi:10.1137/0714068 (the method, order 2). E. Hairer, G. Wanner,
Solving Ordinary Differential Equations II, 2nd ed., Springer 1996, section IV.6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.curves import interpolate, place

SPREAD = 30.0
"""Greatest distance of neighbouring nodes, at the centre, over the least, at the surface."""

STAGE = 1.0 - 0.5**0.5
"""Share of a step that each of the two stages takes."""

BEYOND = (1.0 - STAGE) / STAGE
"""How far beyond the start the second stage begins, in steps of the first one."""

SWEEPS = 5
"""Rows of numbers between two sweeps through a particle: the matrix, and two profiles."""

LOWER, INVERSE, UPPER, LEVEL, SLOPE = range(SWEEPS)


class Volumes(NamedTuple):
    """The volumes of a sphere of radius 1.

    What each holds of the nodes below, its own and above; 3 f^2 over the distance of the nodes at the face above; the
    force of a rate of 1 on the departure from the mean; and each node's share in the mean.
    """

    below: NDArray[np.float64]
    own: NDArray[np.float64]
    above: NDArray[np.float64]
    face: NDArray[np.float64]
    force: NDArray[np.float64]
    share: NDArray[np.float64]


def volumes(count: int) -> Volumes:
    """Return so many volumes, 2 or more; their masses sum to 1."""
    distances = SPREAD ** -np.linspace(0.0, 1.0, count - 1) if count > 2 else np.ones(count - 1)
    nodes = np.concatenate([[0.0], np.cumsum(distances)]) / distances.sum()
    faces = 0.5 * (nodes[1:] + nodes[:-1])
    below, own, above = np.zeros(count), np.zeros(count), np.zeros(count)
    for i in range(count - 1):
        near, far = _shares(nodes[i], faces[i], nodes[i], nodes[i + 1])
        own[i] += near
        above[i] += far
        near, far = _shares(faces[i], nodes[i + 1], nodes[i], nodes[i + 1])
        below[i + 1] += near
        own[i + 1] += far
    force = np.append(np.zeros(count - 1), 1.0) - (below + own + above)
    share = own + np.append(0.0, above[:-1]) + np.append(below[1:], 0.0)
    return Volumes(below, own, above, np.append(3.0 * faces**2 / np.diff(nodes), 0.0), force, share)


def _shares(start: float, end: float, low: float, high: float) -> tuple[float, float]:
    """Return what the values at two nodes add to the integral of 3 r^2 times the straight line between them."""
    whole, moment = end**3 - start**3, 0.75 * (end**4 - start**4)
    far = (moment - low * whole) / (high - low)
    return whole - far, far


def fields(cells: Count, particles: int, count: int) -> Fields:
    """Return the volumes of the particles of n cells, each with so many; 0 where no particle has any."""
    found = volumes(count) if count else Volumes(*np.zeros((6, 0)))
    each = Count(count, "volume")
    texts = "held of the node below", "held of its node", "held of the node above", "face", "force", "share in the mean"
    return Fields(
        parameters=tuple(
            Variable(f"volume_{name}", "1", each, values, -UNBOUNDED, UNBOUNDED, 1.0, f"Volumes: {text}", hidden=True)
            for (name, values), text in zip(found._asdict().items(), texts, strict=True)
        ),
        states=(
            state("profile", "1", (cells, Count(particles * count, "particle_volume")),
                  "How far the stoichiometry of each volume departs from the mean"),
            state("profile_rate", "1/s", (cells, Count(particles, "particle")), "Rate that each profile followed last"),
            state("start_profile", "1", Count(particles * count, "particle_volume"),
                  "Profiles of a cell at the start of the step that is extrapolated"),
            state("sweep", "1", (SWEEPS, each), "Numbers between two sweeps through a particle"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def load(x: Block, k: int, particle: int) -> None:
    """Copy the profile of a particle to the row `LEVEL`."""
    count = x.sweep.shape[1]
    for i in range(count):
        x.sweep[LEVEL, i] = x.profile[k, particle * count + i]


@kernel
def factor(x: Block, p: Block, k: int, m: int, mean: float, time: float) -> None:
    """Factor the matrix of an implicit stage of so many seconds, with D_s of the profile in `LEVEL` about a mean."""
    last, low, values, slopes = x.sweep.shape[1] - 1, p.stoichiometry_low[m], p.diffusivity[m], p.diffusivity_slope[m]
    nodes = values.shape[0]
    width = (p.stoichiometry_high[m] - low) / (nodes - 1)
    per_width, scaled = 1.0 / width, time * x.diffusion_rate[k, m] / p.diffusivity_middle[m]
    below = above = 0.0
    for i in range(last + 1):
        here = mean + 0.5 * (x.sweep[LEVEL, i] + x.sweep[LEVEL, min(i + 1, last)])
        segment, within = place(nodes, low, per_width, here)
        diffusivity, _ = interpolate(values, slopes, width, per_width, segment, within)
        face = scaled * diffusivity * p.volume_face[i]
        lower = p.volume_below[i] - below
        inverse = 1.0 / (p.volume_own[i] + below + face - lower * above)
        above = (p.volume_above[i] - face) * inverse
        x.sweep[LOWER, i], x.sweep[INVERSE, i], x.sweep[UPPER, i] = lower, inverse, above
        below = face


@kernel
def stage(x: Block, p: Block, row: int, rise: float) -> None:
    """Take an implicit stage of a profile, in which the mean rises by so much."""
    last = x.sweep.shape[1] - 1
    before = found = 0.0
    for i in range(last + 1):
        here = x.sweep[row, i]
        held = p.volume_below[i] * before + p.volume_own[i] * here + p.volume_above[i] * x.sweep[row, min(i + 1, last)]
        found = (held + rise * p.volume_force[i] - x.sweep[LOWER, i] * found) * x.sweep[INVERSE, i]
        x.sweep[row, i], before = found, here
    for i in range(last - 1, -1, -1):
        found = x.sweep[row, i] - x.sweep[UPPER, i] * found
        x.sweep[row, i] = found


@kernel
def take(x: Block, p: Block, k: int, particle: int, rise: float) -> None:
    """Take both stages of the profile of a particle, in each of which the mean rises by so much, into `LEVEL`."""
    count = x.sweep.shape[1]
    load(x, k, particle)
    stage(x, p, LEVEL, rise)
    for i in range(count):
        start = x.profile[k, particle * count + i]
        x.sweep[LEVEL, i] = start + BEYOND * (x.sweep[LEVEL, i] - start)
    stage(x, p, LEVEL, rise)


@kernel
def incline(x: Block, p: Block, rise: float) -> None:
    """Take both stages of a level profile into `SLOPE`."""
    for i in range(x.sweep.shape[1]):
        x.sweep[SLOPE, i] = 0.0
    stage(x, p, SLOPE, rise)
    for i in range(x.sweep.shape[1]):
        x.sweep[SLOPE, i] *= BEYOND
    stage(x, p, SLOPE, rise)


@kernel
def predict(x: Block, p: Block, k: int, particle: int, m: int, mean: float, r: float, time: float) -> None:
    """Predict the profile of a particle after a time [s] by one implicit stage, into `LEVEL`."""
    load(x, k, particle)
    factor(x, p, k, m, mean, time)
    stage(x, p, LEVEL, time * r)


@kernel
def respond(x: Block, p: Block, k: int, particle: int, m: int, time: float) -> tuple[float, float]:
    """Return A [1] and B [s]: after a time [s] under a rate r of its mean the surface will be at ``A + B r``."""
    last, half, mean = x.sweep.shape[1] - 1, 0.5 * time, x.mean_stoichiometry[k, particle]
    predict(x, p, k, particle, m, mean, x.profile_rate[k, particle], half)
    factor(x, p, k, m, mean + half * x.profile_rate[k, particle], STAGE * time)
    take(x, p, k, particle, 0.0)
    incline(x, p, STAGE * time)
    return mean + x.sweep[LEVEL, last], time + x.sweep[SLOPE, last]


@kernel
def advance(x: Block, p: Block, k: int, particle: int, m: int, r: float, time: float) -> None:
    """Step the profile of a particle over a time [s] under a rate r of its mean [1/s]; the mean is as it was."""
    advance_from(x, p, k, particle, m, x.mean_stoichiometry[k, particle], r, time)


@kernel
def advance_from(x: Block, p: Block, k: int, particle: int, m: int, mean: float, r: float, time: float) -> None:
    """Do as `advance` from a mean that is given."""
    count, half = x.sweep.shape[1], 0.5 * time
    x.profile_rate[k, particle] = r
    predict(x, p, k, particle, m, mean, r, half)
    factor(x, p, k, m, mean + half * r, STAGE * time)
    take(x, p, k, particle, STAGE * time * r)
    astray = 0.0
    for i in range(count):
        astray += p.volume_share[i] * x.sweep[LEVEL, i]
    for i in range(count):
        x.profile[k, particle * count + i] = x.sweep[LEVEL, i] - astray


@kernel
def remember(x: Block, k: int, particle: int) -> None:
    """Remember the profile of a particle at the start of a step."""
    count = x.sweep.shape[1]
    for i in range(particle * count, (particle + 1) * count):
        x.start_profile[i] = x.profile[k, i]


@kernel
def extrapolate(x: Block, p: Block, k: int, particle: int, m: int, mean: float, whole: float, time: float) -> None:
    """Take the profile of a particle twice, less what one step from the remembered one and a mean makes of it.

    That step is of so many seconds under a rate `whole` of the mean [1/s].
    """
    start, end = particle * x.sweep.shape[1], (particle + 1) * x.sweep.shape[1]
    for i in range(start, end):
        halves = x.profile[k, i]
        x.profile[k, i], x.start_profile[i] = x.start_profile[i], halves
    advance_from(x, p, k, particle, m, mean, whole, time)
    for i in range(start, end):
        x.profile[k, i] = 2.0 * x.start_profile[i] - x.profile[k, i]


@kernel
def surface(x: Block, k: int, particle: int) -> float:
    """Return the present stoichiometry at the surface of a particle."""
    count = x.sweep.shape[1]
    return x.mean_stoichiometry[k, particle] + x.profile[k, particle * count + count - 1]
