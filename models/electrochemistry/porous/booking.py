"""Heat of a cell's porous electrodes, in parts that add up to what the terminals bring less what is stored.

Equations
---------
After a solution each volume has Phi and the reaction currents I, each face J (`transport`). Summed over the cell::

    solid          sum (I_x - J)^2 r_sigma
    electrolyte    -sum J (phi_e,j - phi_e,i), the diffusion potential's share included
    reaction       sum I (Phi - U - R_film I)
    film           sum I^2 R_film
    reversible     sum I T dU/dT(x_s)
    mixing         sum I (U - T dU/dT)(x_s) less what the enthalpy of the means stores

Because ``J_right - J_left = I`` in each volume, summation by parts makes their sum, with what is stored, ``-V I_x``
exactly, whatever the mesh.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from .. import heat, materials
from ..kind import NEGATIVE
from ..materials import ELECTRODES
from . import mesh


@kernel
def conduct(x: Block, p: Block, y: Block, e: int, current: float, h: float) -> float:
    """Book the heat that the currents of an electrode make in h seconds; return it [J]."""
    start, volumes = mesh.first(p, 2 * e), mesh.volumes(p, e)
    solid = current * current * x.node_solid[start if e == NEGATIVE else start + volumes - 1]
    electrolyte = 0.0
    for i in range(start, start + volumes - 1):
        flowing, resistance = x.face_current[i], x.node_solid[i] + x.node_solid[i + 1]
        in_solid = current - flowing
        solid += in_solid * in_solid * resistance
        electrolyte += flowing * (in_solid * resistance + x.potential[i + 1] - x.potential[i])
    y.heat_solid += h * solid
    y.heat_electrolyte += h * electrolyte
    return h * (solid + electrolyte)


@kernel
def react(x: Block, p: Block, y: Block, e: int, h: float) -> float:
    """Book the heat of the reactions of an electrode in h seconds, but entropy and what the means store; return it [J].

    U at the surface is all of it booked as mixing: `store` takes out what is not.
    """
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    film = released = drawn = 0.0
    for n in range(mesh.volumes(p, e)):
        potential = x.potential[start + n]
        for _ in range(count):
            current = x.reaction[particle]
            film += current * current * x.film[particle]
            released += current * potential
            drawn += current * x.rest_potential[particle]
            particle += 1
    y.heat_film += h * film
    y.heat_mixing += h * drawn
    y.heat_reaction += h * (released - film - drawn)
    return h * released


@kernel
def book(x: Block, p: Block, y: Block, current: float, across: float, h: float) -> float:
    """Book the heat of a solution held for h seconds; return it [J]. `across` is the separator's rise of phi_e [V]."""
    separator = -h * current * across
    y.heat_electrolyte += separator
    warmth = separator
    for e in range(ELECTRODES):
        warmth += conduct(x, p, y, e, current, h) + react(x, p, y, e, h)
    return warmth


@kernel
def store(x: Block, p: Block, y: Block, k: int, e: int) -> float:
    """Book what the particles of an electrode have stored since `mean_before`; return it, as heat that is not [J].

    The entropy is that at `middle_surface`.
    """
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    warmth = reversible = 0.0
    for n in range(mesh.volumes(p, e)):
        for m in range(first, first + count):
            charge, before = mesh.width(p, e, n) * x.material_charge[k, m], x.mean_before[particle]
            after = x.mean_stoichiometry[k, particle]
            entropic, _ = materials.entropy(p, m, x.middle_surface[particle])
            reversible += charge * (before - after) * entropic
            warmth += heat.store(x, p, y, k, particle, m, charge, before)
            particle += 1
    y.heat_reversible += reversible * x.temperature[k]
    y.heat_mixing -= reversible * x.temperature[k]
    return warmth
