"""A step of a cell's electrolyte and reactions: Newton's iteration, the voltage, and how both follow the current.

Equations
---------
`reaction` and `transport` are linearised about an iterate of concentrations and reaction currents, and solved, until
the next correction would be below a tolerance: corrections of a size d [V] are followed by some ``CURVATURE d^2``. A
stage that is near enough takes the linear equations of another one (`continuation`).
Potentials are linear in the last solution, so that currents and heat add up exactly. The voltage is a sum along::

    V = phi_s(right) - phi_s(left)
      = -sum (I_x - J) r_sigma - Phi_last of the negative + (phi_e across the separator) + Phi_first of the positive

Shared states
-------------
All of them are scratch, for the cell that is being computed.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from .. import electrolyte
from ..kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ..materials import ELECTRODES
from . import elimination, mesh, reaction, transport

TOLERANCE = 2e-4
"""Bound of the next correction of potentials [V]; it is some ten times smaller (`benchmarks/physics_schemes.py`)."""

CURVATURE = 20.0
"""Of the correction that follows one of 1 V [1/V]: that of charge transfer is 10 at most, that of a logarithm 20."""

MOST_ITERATIONS = 40
"""Of Newton; after a jump of many C some six are needed."""

LEAST_SHARE = 0.1
"""Of a concentration that an iteration leaves at least."""

CONVERGED, NOT_CONVERGED = 0, -1
"""How an iteration ends."""


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return the solution of a step of a cell."""
    each = Count(mesh.particles(kind), "particle")
    own = Fields(
        parameters=(
            Variable("tolerance", "V", None, TOLERANCE, 0.0, UNBOUNDED, 1e-6,
                     "Of the potentials that an iteration finds", hidden=True),
        ),
        states=(
            state("iterations", "1", None, "Iterations of all cells since the start"),
            state("reaction_by_current", "1", each, "Change of each reaction current with I_x"),
        ),
        modules=(__name__,),
    )  # fmt: skip
    return own + reaction.fields(kind) + transport.fields(kind) + elimination.fields(kind)


@kernel
def linearise(x: Block, p: Block, k: int, current: float, h: float) -> None:
    """Linearise the equations of cell k about the iterate, for a current I_x [A] and half a step of h [s]."""
    transport.evaluate(x, p, k)
    reaction.linearise(x, p, k)
    transport.assemble(x, p, k, current)
    elimination.factorise(x, p, elimination.HALF, h)


@kernel
def load(x: Block, p: Block, system: int, h: float) -> None:
    """Write what is known of the equations: a step of h [s] from `before`, under the `level_rise` of the particles."""
    rate, column, share = 1.0 / h, system * x.reaction.shape[0], 1.0 - p.transference
    for i in range(mesh.first(p, 1), mesh.first(p, 2)):
        hold(x, i, rate)
    for e in range(ELECTRODES):
        start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for i in range(start, start + mesh.volumes(p, e)):
            source = x.node_reaction[i]
            for s in range(particle, particle + count):
                potential = x.reaction_potential[s] + x.reaction_by_surface[s] * x.level_rise[s]
                source -= x.conductance[column + s] * potential
            particle += count
            x.change[i] = hold(x, i, rate) + share * source
            x.potential[i] = x.known_p[i] + source


@kernel
def hold(x: Block, i: int, rate: float) -> float:
    """Write what is known of the lithium of volume i, `rate` the inverse of the time [1/s]; return it."""
    held = rate * x.node_capacity[i] * (x.before[i] - x.linear_concentration[i])
    x.change[i] = known = x.known_c[i] + held
    return known


@kernel
def react(x: Block, p: Block, system: int, e: int) -> tuple[float, float]:
    """Write the reactions of an electrode in a solution.

    Returns the greatest move of a potential from where they are linearised [V], and the sum of the currents [A].
    """
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    column, greatest, total = system * x.reaction.shape[0], 0.0, 0.0
    for i in range(start, start + mesh.volumes(p, e)):
        potential, change = x.potential[i], x.change[i]
        for s in range(particle, particle + count):
            raised = x.reaction_by_surface[s] * x.level_rise[s]
            lost = potential - x.reaction_potential[s] - raised - x.reaction_by_concentration[s] * change
            rise = x.conductance[column + s] * lost
            greatest = max(greatest, abs(lost), abs(raised))
            x.reaction[s] = current = x.linear_reaction[s] + rise
            fall = x.response_slope[s] if system == elimination.HALF else x.whole_slope[s]
            x.surface[s] = x.linear_surface[s] + x.level_rise[s] - fall * rise
            total += current
        particle += count
    return greatest, total


@kernel
def close(x: Block, p: Block, e: int, missing: float) -> None:
    """Add a current [A] to the reactions of an electrode, by which rounding has missed what they add up to."""
    x.reaction[mesh.first_particle(p, e) + mesh.volumes(p, e) * mesh.materials_of(p, e) - 1] += missing


@kernel
def correct_concentrations(x: Block, scale: float) -> float:
    """Write the concentrations of a solution, which stay positive; return the greatest change times `scale` [V]."""
    greatest = 0.0
    for i in range(x.iterate.shape[0]):
        concentration, change = x.linear_concentration[i], x.change[i]
        greatest = max(greatest, abs(change) * x.inverse_concentration[i])
        x.iterate[i] = max(concentration + change, LEAST_SHARE * concentration)
    return greatest * scale


@kernel
def substitute(x: Block, p: Block, k: int, system: int, current: float, h: float) -> float:
    """Solve the linear equations of cell k for a step of h [s] from `before`, under a `level_rise` and I_x [A].

    Returns how far that is from where they are linearised [V].
    """
    load(x, p, system, h)
    elimination.solve(x, p, system)
    near, drawn = react(x, p, system, NEGATIVE)
    far, given = react(x, p, system, POSITIVE)
    close(x, p, NEGATIVE, current - drawn)
    close(x, p, POSITIVE, -current - given)
    return max(near, far, correct_concentrations(x, electrolyte.diffusion_voltage(x, p, k)))


@kernel
def good(p: Block, moved: float) -> bool:
    """Whether what a solution leaves out is within the tolerance, so far from where it is linearised [V]."""
    return CURVATURE * moved * moved < p.tolerance


@kernel
def solve(x: Block, p: Block, k: int, current: float, h: float) -> int:
    """Find concentrations and reactions of cell k after h [s] under I_x [A]; return how that ended.

    `before`, the responses, and a first iterate are given. `NOT_CONVERGED` where there is no solution.
    """
    for _ in range(MOST_ITERATIONS):
        x.iterations += 1.0
        linearise(x, p, k, current, h)
        if good(p, substitute(x, p, k, elimination.HALF, current, h)):
            return CONVERGED
    return NOT_CONVERGED


@kernel
def flow(x: Block, p: Block, e: int, current: float) -> float:
    """Return the drop of the potential in the solid of an electrode [V]."""
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    volumes, flowing = mesh.volumes(p, e), 0.0 if e == NEGATIVE else current
    drop = current * x.node_solid[start if e == NEGATIVE else start + volumes - 1]
    for i in range(start, start + volumes - 1):
        for s in range(particle, particle + count):
            flowing += x.reaction[s]
        particle += count
        drop += (current - flowing) * (x.node_solid[i] + x.node_solid[i + 1])
    return drop


@kernel
def across_separator(x: Block, p: Block) -> float:
    """Return the rise of the electrolyte's potential across the separator [V], between the volumes at its ends."""
    rise = x.separator_rise
    for i in range(mesh.first(p, 1) - 1, mesh.first(p, 2) + 1):
        rise += x.separator_weight[i] * x.change[i]
    return rise


@kernel
def voltage(x: Block, p: Block, current: float) -> float:
    """Return the voltage between the collectors [V] in a solution."""
    drop = flow(x, p, NEGATIVE, current) + flow(x, p, POSITIVE, current)
    ends = x.potential[mesh.first(p, 2)] - x.potential[mesh.first(p, 1) - 1]
    return ends + across_separator(x, p) - drop


@kernel
def differentiate(x: Block, p: Block) -> float:
    """Return dV/dI_x [Ohm] after a solution, and write how concentrations (`change`) and reactions follow I_x.

    The equations are those of half a step; `potential` is overwritten.
    """
    separator, positive = mesh.first(p, 1), mesh.first(p, 2)
    for i in range(x.change.shape[0]):
        x.change[i] = x.potential[i] = 0.0
    x.potential[separator - 1], x.potential[positive] = -1.0, 1.0
    for e in range(ELECTRODES):
        start = mesh.first(p, 2 * e)
        for i in range(start, start + mesh.volumes(p, e) - 1):
            driven = x.face_conductance[i] * (x.node_solid[i] + x.node_solid[i + 1])
            x.potential[i] -= driven
            x.potential[i + 1] += driven
    elimination.solve(x, p, elimination.HALF)
    slope = x.potential[positive] - x.potential[separator - 1] - x.separator_resistance
    for i in range(separator - 1, positive + 1):
        slope += x.separator_weight[i] * x.change[i]
    return slope - follow_current(x, p, NEGATIVE) - follow_current(x, p, POSITIVE)


@kernel
def follow_current(x: Block, p: Block, e: int) -> float:
    """Write how the reactions of an electrode follow I_x; return how the drop of its solid does [Ohm]."""
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    volumes, flowing = mesh.volumes(p, e), 0.0 if e == NEGATIVE else 1.0
    drop = x.node_solid[start if e == NEGATIVE else start + volumes - 1]
    for n in range(volumes):
        potential, change = x.potential[start + n], x.change[start + n]
        for _ in range(count):
            rise = potential - x.reaction_by_concentration[particle] * change
            x.reaction_by_current[particle] = rise * x.conductance[particle]
            flowing += x.reaction_by_current[particle]
            particle += 1
        if n < volumes - 1:
            drop += (1.0 - flowing) * (x.node_solid[start + n] + x.node_solid[start + n + 1])
    return drop
