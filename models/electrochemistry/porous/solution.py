"""A step of a cell's electrolyte and reactions: Newton's iteration, the voltage, and how both follow the current.

Equations
---------
`reaction` and `transport` are linearised about an iterate of concentrations and reaction currents, and solved, until
the next correction would be below a tolerance: corrections of a size d [V] are followed by some ``CURVATURE d^2``.
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

TOLERANCE = 1e-5
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
            state("correction", "V", None, "The last correction of the last iteration"),
            state("reaction_by_current", "1", each, "Change of each reaction current with I_x"),
        ),
        modules=(__name__,),
    )  # fmt: skip
    return own + reaction.fields(kind) + transport.fields(kind) + elimination.fields(kind)


@kernel
def iterate(x: Block, p: Block, k: int, current: float, h: float) -> None:
    """Solve the equations of cell k linearised about the iterate, for a current I_x [A] and a step of h [s]."""
    reaction.linearise(x, p, k)
    transport.evaluate(x, p, k)
    transport.assemble(x, p, k, current, h)
    elimination.factorise(x, p)
    substitute(x, p)


@kernel
def substitute(x: Block, p: Block) -> None:
    """Solve the factorised equations for what is known of them."""
    for i in range(x.change.shape[0]):
        x.change[i], x.potential[i] = x.known_c[i], x.known_p[i]
    elimination.solve(x, p)


@kernel
def correct_reactions(x: Block, p: Block, e: int) -> float:
    """Give the reactions of an electrode the currents of the solution; return the greatest correction [V]."""
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    greatest = 0.0
    for n in range(mesh.volumes(p, e)):
        potential, change = x.potential[start + n], x.change[start + n]
        for _ in range(count):
            correction = potential - x.reaction_potential[particle] - x.reaction_by_concentration[particle] * change
            greatest = max(greatest, abs(correction))
            rise = correction / x.reaction_resistance[particle]
            x.reaction[particle] += rise
            x.rest_potential[particle] += x.rest_by_current[particle] * rise
            particle += 1
    return greatest


@kernel
def correct_concentrations(x: Block, scale: float) -> float:
    """Correct the concentrations, which stay positive; return the greatest correction times `scale` [V]."""
    greatest = 0.0
    for i in range(x.iterate.shape[0]):
        greatest = max(greatest, abs(x.change[i]) / x.iterate[i])
        x.iterate[i] = max(x.iterate[i] + x.change[i], LEAST_SHARE * x.iterate[i])
    return greatest * scale


@kernel
def close(x: Block, p: Block, e: int, total: float) -> None:
    """Let the reaction currents of an electrode add up to a total [A], which rounding has missed."""
    first = mesh.first_particle(p, e)
    end = first + mesh.volumes(p, e) * mesh.materials_of(p, e)
    missing = total
    for particle in range(first, end):
        missing -= x.reaction[particle]
    for particle in range(first, end):
        x.reaction[particle] += missing / (end - first)


@kernel
def solve(x: Block, p: Block, k: int, current: float, h: float) -> int:
    """Find concentrations and reactions of cell k after h [s] under I_x [A]; return how that ended.

    `before`, the responses, and a first iterate are given. `NOT_CONVERGED` where there is no solution.
    """
    scale, most = electrolyte.diffusion_voltage(x, p, k), p.tolerance / CURVATURE
    for _ in range(MOST_ITERATIONS):
        x.iterations += 1.0
        iterate(x, p, k, current, h)
        correction = max(correct_reactions(x, p, NEGATIVE), correct_reactions(x, p, POSITIVE))
        correction = x.correction = max(correction, correct_concentrations(x, scale))
        if correction * correction < most:
            close(x, p, NEGATIVE, current)
            close(x, p, POSITIVE, -current)
            return CONVERGED
    return NOT_CONVERGED


@kernel
def flow(x: Block, p: Block, e: int, current: float) -> float:
    """Write the currents of the electrolyte at the faces of an electrode; return the drop of its solid [V]."""
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    volumes, flowing = mesh.volumes(p, e), 0.0 if e == NEGATIVE else current
    drop = current * x.node_solid[start if e == NEGATIVE else start + volumes - 1]
    for n in range(volumes):
        for _ in range(count):
            flowing += x.reaction[particle]
            particle += 1
        x.face_current[start + n] = flowing
        if n < volumes - 1:
            drop += (current - flowing) * (x.node_solid[start + n] + x.node_solid[start + n + 1])
    return drop


@kernel
def across_separator(x: Block, p: Block, k: int, current: float) -> float:
    """Return the rise of the electrolyte's potential across the separator [V], between the volumes at its ends."""
    scale, rise = electrolyte.diffusion_voltage(x, p, k), 0.0
    for i in range(mesh.first(p, 1) - 1, mesh.first(p, 2)):
        j = i + 1
        drop, by_left, by_right = transport.diffusion_drop(x, i)
        left = x.conduction_resistance[i] + x.conduction_by_concentration[i] * x.change[i]
        right = x.conduction_resistance[j] + x.conduction_by_concentration[j] * x.change[j]
        rise += scale * (drop + by_left * x.change[i] + by_right * x.change[j]) - current * (left + right)
    return rise


@kernel
def voltage(x: Block, p: Block, k: int, current: float) -> float:
    """Return the voltage between the collectors of cell k [V] after a solution, and write the currents at faces."""
    drop = flow(x, p, NEGATIVE, current) + flow(x, p, POSITIVE, current)
    ends = x.potential[mesh.first(p, 2)] - x.potential[mesh.first(p, 1) - 1]
    return ends + across_separator(x, p, k, current) - drop


@kernel
def differentiate(x: Block, p: Block, k: int, current: float) -> float:
    """Return dV/dI_x [Ohm] after a solution, and write how concentrations (`change`) and reactions follow I_x.

    The equations of the last iteration are those that are differentiated; `potential` is overwritten.
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
    elimination.solve(x, p)
    slope = x.potential[positive] - x.potential[separator - 1] + separator_slope(x, p, k, current)
    return slope - follow_current(x, p, NEGATIVE) - follow_current(x, p, POSITIVE)


@kernel
def separator_slope(x: Block, p: Block, k: int, current: float) -> float:
    """Return how the potential across the separator follows the current, `change` being dc/dI_x [Ohm]."""
    scale, slope = electrolyte.diffusion_voltage(x, p, k), 0.0
    for i in range(mesh.first(p, 1) - 1, mesh.first(p, 2)):
        j = i + 1
        _, by_left, by_right = transport.diffusion_drop(x, i)
        slope += scale * (by_left * x.change[i] + by_right * x.change[j])
        slope -= x.conduction_resistance[i] + x.conduction_resistance[j]
        slope -= current * x.conduction_by_concentration[i] * x.change[i]
        slope -= current * x.conduction_by_concentration[j] * x.change[j]
    return slope


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
            x.reaction_by_current[particle] = rise / x.reaction_resistance[particle]
            flowing += x.reaction_by_current[particle]
            particle += 1
        if n < volumes - 1:
            drop += (1.0 - flowing) * (x.node_solid[start + n] + x.node_solid[start + n + 1])
    return drop
