"""The reactions in the volumes of an electrode, linearised.

Equations
---------
In a volume with the electrolyte concentration c the reaction current I of a material, positive where lithium leaves the
particle, asks for a potential difference between solid and electrolyte of::

    Phi = U(A + B r) + eta(I / (i_0 S), T) + R_film I,   r = -I/Q,   i_0 = i_ref (c/c_e0)^a (1 - x)^a x^(1 - a)

with the particle's response A + B r after the time of the step. Charge transfer is solved for its overpotential, so
that no exponential can overflow. About an iterate (I*, c*)::

    Phi = Phi* + resistance (I - I*) + by_concentration (c - c*) + by_surface dA

where dA is by how much A, and ``-B I*/Q``, differ from those of the iterate: another stage, or another time. All
materials of a volume share Phi; together they have ``I = sum (I* - (Phi* + by_surface dA)/resistance) + G Phi - G P
(c - c*)``.

Shared states
-------------
All of them are scratch, written here and by `solution`, for the cell that is being computed.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ...numerics.arrhenius import thermal_voltage
from ...numerics.elementary import log, power, sqrt
from .. import particles, potentials
from ..kind import ElectrochemicalParameters
from ..kinetics import LEAST_VACANCY, activation
from ..materials import ELECTRODES
from . import elimination, mesh


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return the reactions in the volumes of a cell."""
    each, node = Count(mesh.particles(kind), "particle"), Count(mesh.nodes(kind), "node")
    both = Count(elimination.SYSTEMS * mesh.particles(kind), "system_particle")
    return Fields(
        states=(
            state("response_level", "1", each, "A: stoichiometry at the surface after the step without current"),
            state("response_slope", "1/A", each, "B over Q: its fall with the reaction current"),
            state("reaction", "A", each, "I: reaction current"),
            state("surface", "1", each, "Stoichiometry at the surface after the step"),
            state("linear_reaction", "A", each, "I*: reaction current about which the equations are linearised"),
            state("linear_surface", "1", each, "Stoichiometry at the surface about which they are"),
            state("reaction_potential", "V", each, "Phi*"),
            state("reaction_resistance", "Ohm", each, "dPhi/dI"),
            state("overpotential", "V", each, "eta"),
            state("transfer_resistance", "Ohm", each, "deta/dI"),
            state("reaction_by_concentration", "V.m3/mol", each, "dPhi/dc"),
            state("reaction_by_surface", "V", each, "dPhi by the stoichiometry at the surface"),
            state("rest_potential", "V", each, "U at the surface, where the equations are linearised"),
            state("rest_by_surface", "V", each, "dU by the stoichiometry at the surface"),
            state("entropic", "V/K", each, "dU/dT at that surface"),
            state("entropic_by_surface", "V/K", each, "its derivative by the stoichiometry at the surface"),
            state("level", "1", each, "A of a stage that takes the equations of an earlier one"),
            state("level_rise", "1", each, "dA"),
            state("film", "Ohm", each, "R_film over the surface of the particles"),
            state("node_reaction", "A", node, "I*, of all materials of a volume"),
            state("conductance", "S", both, "1/resistance of each particle, in each system of equations"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def respond(x: Block, p: Block, k: int) -> None:
    """Write how the particles of cell k respond to currents over the time that is prepared."""
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                level, slope = particles.respond(x, p, k, particle, m)
                x.response_level[particle] = level
                x.response_slope[particle] = slope / (mesh.width(p, e, n) * x.material_charge[k, m])
                particle += 1


@kernel
def cover(x: Block, p: Block, k: int) -> None:
    """Write the resistance of the films of each particle of cell k, of one thickness in an electrode."""
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        surface = 0.0
        for m in range(first, first + count):
            surface += x.material_surface[k, m]
        resistance = x.film_resistance[k, e] * surface
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                x.film[particle] = resistance / (mesh.width(p, e, n) * x.material_surface[k, m])
                particle += 1


@kernel
def lengthen(x: Block, p: Block, e: int) -> None:
    """Linearise the reactions of an electrode over the whole step, where they are linearised over half of it."""
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    nodes, particles = x.change.shape[0], x.reaction.shape[0]
    for n in range(mesh.volumes(p, e)):
        for s in range(particle, particle + count):
            steeper = x.whole_slope[s] - x.response_slope[s]
            x.level_rise[s] = x.whole_level[s] - x.response_level[s] - steeper * x.linear_reaction[s]
            x.conductance[particles + s] = 1.0 / (x.reaction_resistance[s] - x.reaction_by_surface[s] * steeper)
        gather(x, nodes + start + n, particle, particle + count, particles)
        particle += count


@kernel
def surface(x: Block, particle: int) -> float:
    """Return the stoichiometry at the surface of a particle after the step, where the equations are linearised."""
    return x.response_level[particle] - x.response_slope[particle] * x.reaction[particle]


@kernel
def within_range(x: Block, p: Block) -> bool:
    """Whether all surfaces of particles after the step are within the stoichiometries of their curves."""
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for _ in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                if not p.stoichiometry_low[m] <= x.surface[particle] <= p.stoichiometry_high[m]:
                    return False
                particle += 1
    return True


@kernel
def relative_concentration(p: Block, concentration: float, transfer: float) -> float:
    """Return ``(c/c_e0)^a``."""
    relative = concentration / p.electrolyte_concentration
    return sqrt(relative) if transfer == 0.5 else power(relative, transfer)


@kernel
def transfer_charge(
    x: Block, p: Block, k: int, m: int, share: float, concentration: float, inverse: float, current: float, level: float
) -> tuple[float, float, float, float]:
    """Return eta of a share of the particles of material m [V], and its derivatives by current, surface and c.

    Their surface has the stoichiometry `level`; `inverse` is 1/c.
    """
    exchange, voltage, transfer = share * x.exchange_current[k, m], thermal_voltage(x.temperature[k]), p.transfer[m]
    if transfer != 0.5:
        exchange *= relative_concentration(p, concentration, transfer)
        lost, by_current, by_surface = activation(current, exchange, level, transfer, voltage)
        return lost, by_current, by_surface, -by_current * current * transfer * inverse
    occupied, vacant = max(level, LEAST_VACANCY), max(1.0 - level, LEAST_VACANCY)
    scale, sites = 0.5 / exchange, occupied * vacant
    half, held = scale * current, sites * concentration / p.electrolyte_concentration
    root = sqrt(held + half * half)
    largest, per_root = abs(half) + root, voltage / root
    lost = voltage * log(largest * largest / held)
    steepness = half * per_root
    by_surface = steepness * (occupied - vacant) / sites
    return (lost if half > 0.0 else -lost), 2.0 * scale * per_root, by_surface, -steepness * inverse


@kernel
def linearise_reaction(
    x: Block, p: Block, k: int, m: int, particle: int, share: float, concentration: float, inverse: float
) -> None:
    """Linearise the reaction of a particle that is a share of material m, where c is `concentration`, 1/c `inverse`."""
    current, fall = x.reaction[particle], x.response_slope[particle]
    stoichiometry = x.response_level[particle] - fall * current
    place = potentials.locate(p, m, stoichiometry)
    rest, by_surface = potentials.potential(x, p, k, m, place)
    x.entropic[particle], x.entropic_by_surface[particle] = potentials.entropy(p, m, place)
    lost, by_current, lost_by_surface, by_concentration = transfer_charge(
        x, p, k, m, share, concentration, inverse, current, stoichiometry
    )
    steepness, film = by_surface + lost_by_surface, x.film[particle]
    resistance = by_current + film - steepness * fall
    x.linear_surface[particle], x.linear_reaction[particle], x.level_rise[particle] = stoichiometry, current, 0.0
    x.rest_potential[particle], x.rest_by_surface[particle] = rest, by_surface
    x.overpotential[particle], x.transfer_resistance[particle] = lost, by_current
    x.reaction_potential[particle] = rest + lost + film * current
    x.reaction_by_surface[particle] = steepness
    x.reaction_resistance[particle], x.conductance[particle] = resistance, 1.0 / resistance
    x.reaction_by_concentration[particle] = by_concentration


@kernel
def gather(x: Block, row: int, start: int, end: int, first: int) -> None:
    """Gather G and G P of particles `start` to `end`, whose first column in their system is `first`, to a volume's."""
    conductance = coupling = 0.0
    for particle in range(start, end):
        share = x.conductance[first + particle]
        conductance += share
        coupling += share * x.reaction_by_concentration[particle]
    x.node_conductance[row], x.node_coupling[row] = conductance, coupling


@kernel
def linearise(x: Block, p: Block, k: int) -> None:
    """Linearise the reactions in all volumes of cell k at the iterate."""
    for e in range(ELECTRODES):
        linearise_electrode(x, p, k, e)


@kernel
def linearise_electrode(x: Block, p: Block, k: int, e: int) -> None:
    """Linearise the reactions in the volumes of an electrode of cell k at the iterate."""
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    start = mesh.first(p, 2 * e)
    for n in range(mesh.volumes(p, e)):
        concentration, inverse, total = x.iterate[start + n], 1.0 / x.iterate[start + n], 0.0
        for s in range(count):
            share = mesh.width(p, e, n)
            linearise_reaction(x, p, k, first + s, particle + s, share, concentration, inverse)
            total += x.reaction[particle + s]
        x.node_reaction[start + n] = total
        gather(x, start + n, particle, particle + count, 0)
        particle += count
