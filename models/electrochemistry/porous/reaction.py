"""The reactions in the volumes of an electrode, linearised.

Equations
---------
In a volume with the electrolyte concentration c the reaction current I of a material, positive where lithium leaves the
particle, asks for a potential difference between solid and electrolyte of::

    Phi = U(A + B r) + eta(I / (i_0 S), T) + R_film I,   r = -I/Q,   i_0 = i_ref (c/c_e0)^a (1 - x)^a x^(1 - a)

with the particle's response A + B r after the time of the step. Charge transfer is solved for its overpotential, so
that no exponential can overflow. About an iterate (I*, c*)::

    Phi = Phi* + resistance (I - I*) + by_concentration (c - c*)

All materials of a volume share Phi; together they have ``I = sum I* + G (Phi - Phi_bar - P (c - c*))``.

Shared states
-------------
All of them are scratch, written here and by `solution`, for the cell that is being computed.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ...numerics.arrhenius import thermal_voltage
from ...numerics.elementary import power, sqrt
from .. import particles, potentials
from ..kind import ElectrochemicalParameters
from ..kinetics import activation
from ..materials import ELECTRODES
from . import mesh


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return the reactions in the volumes of a cell."""
    each, node = Count(mesh.particles(kind), "particle"), Count(mesh.nodes(kind), "node")
    return Fields(
        states=(
            state("response_level", "1", each, "A: stoichiometry at the surface after the step without current"),
            state("response_slope", "1/A", each, "B over Q: its fall with the reaction current"),
            state("reaction", "A", each, "I: reaction current"),
            state("reaction_potential", "V", each, "Phi*"),
            state("reaction_resistance", "Ohm", each, "dPhi/dI"),
            state("overpotential", "V", each, "eta"),
            state("transfer_resistance", "Ohm", each, "deta/dI"),
            state("reaction_by_concentration", "V.m3/mol", each, "dPhi/dc"),
            state("reaction_by_surface", "V", each, "dPhi by the stoichiometry at the surface"),
            state("rest_potential", "V", each, "U at the surface"),
            state("rest_by_current", "Ohm", each, "dU/dI"),
            state("rest_by_surface", "V", each, "dU by the stoichiometry at the surface"),
            state("level_rise", "1", each, "A of the second half of a step less that of the first"),
            state("film", "Ohm", each, "R_film over the surface of the particles"),
            state("node_reaction", "A", node, "I*, of all materials of a volume"),
            state("node_conductance", "S", node, "G"),
            state("node_potential", "V", node, "Phi_bar"),
            state("node_by_concentration", "V.m3/mol", node, "P"),
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
        for n in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                share = mesh.width(p, e, n) * x.material_surface[k, m] / surface
                x.film[particle] = x.film_resistance[k, e] / share
                particle += 1


@kernel
def surface(x: Block, particle: int) -> float:
    """Return the stoichiometry at the surface of a particle after the step."""
    return x.response_level[particle] - x.response_slope[particle] * x.reaction[particle]


@kernel
def within_range(x: Block, p: Block) -> bool:
    """Whether all surfaces of particles after the step are within the stoichiometries of their curves."""
    for e in range(ELECTRODES):
        first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
        for _ in range(mesh.volumes(p, e)):
            for m in range(first, first + count):
                stoichiometry = surface(x, particle)
                if not p.stoichiometry_low[m] <= stoichiometry <= p.stoichiometry_high[m]:
                    return False
                particle += 1
    return True


@kernel
def relative_concentration(p: Block, concentration: float, transfer: float) -> float:
    """Return ``(c/c_e0)^a``."""
    relative = concentration / p.electrolyte_concentration
    return sqrt(relative) if transfer == 0.5 else power(relative, transfer)


@kernel
def linearise_reaction(
    x: Block, p: Block, k: int, m: int, particle: int, exchange: float, concentration: float
) -> None:
    """Linearise the reaction of a particle of material m, with ``i_ref S (c/c_e0)^a`` [A]."""
    current, fall, transfer = x.reaction[particle], x.response_slope[particle], p.transfer[m]
    stoichiometry = surface(x, particle)
    rest, by_surface = potentials.potential(x, p, k, m, potentials.locate(p, m, stoichiometry))
    voltage = thermal_voltage(x.temperature[k])
    lost, by_current, lost_by_surface = activation(current, exchange, stoichiometry, transfer, voltage)
    steepness = by_surface + lost_by_surface
    x.rest_potential[particle], x.rest_by_current[particle] = rest, -by_surface * fall
    x.rest_by_surface[particle] = by_surface
    x.overpotential[particle], x.transfer_resistance[particle] = lost, by_current
    x.reaction_potential[particle] = rest + lost + x.film[particle] * current
    x.reaction_by_surface[particle] = steepness
    x.reaction_resistance[particle] = by_current + x.film[particle] - steepness * fall
    x.reaction_by_concentration[particle] = -by_current * current * transfer / concentration


@kernel
def gather(x: Block, i: int, start: int, count: int) -> None:
    """Gather the reactions of `count` materials, the first of them at `start`, to that of volume i."""
    if count == 1:
        x.node_reaction[i], x.node_conductance[i] = x.reaction[start], 1.0 / x.reaction_resistance[start]
        x.node_potential[i] = x.reaction_potential[start]
        x.node_by_concentration[i] = x.reaction_by_concentration[start]
        return
    total = conductance = potential = by_concentration = 0.0
    for particle in range(start, start + count):
        share = 1.0 / x.reaction_resistance[particle]
        conductance += share
        potential += share * x.reaction_potential[particle]
        by_concentration += share * x.reaction_by_concentration[particle]
        total += x.reaction[particle]
    x.node_reaction[i], x.node_conductance[i] = total, conductance
    x.node_potential[i] = potential / conductance
    x.node_by_concentration[i] = by_concentration / conductance


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
        concentration = x.iterate[start + n]
        for s in range(count):
            m = first + s
            share = mesh.width(p, e, n) * x.exchange_current[k, m]
            exchange = share * relative_concentration(p, concentration, p.transfer[m])
            linearise_reaction(x, p, k, m, particle + s, exchange, concentration)
        gather(x, start + n, particle, count)
        particle += count
