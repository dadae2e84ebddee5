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
def react(x: Block, p: Block, y: Block, k: int, e: int, h: float) -> float:
    """Book the heat of the reactions of an electrode in h seconds, what the means store not yet; return it [J]."""
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    start, temperature, warmth = mesh.first(p, 2 * e), x.temperature[k], 0.0
    for n in range(mesh.volumes(p, e)):
        for m in range(first, first + count):
            current = x.reaction[particle]
            surface = x.response_level[particle] - x.response_slope[particle] * current
            rest, _ = materials.potential(x, p, k, m, surface)
            entropic, _ = materials.entropy(p, m, surface)
            film, reversible = h * current * current * x.film[particle], h * current * temperature * entropic
            released, mixing = h * current * x.potential[start + n], h * current * rest - reversible
            y.heat_film += film
            y.heat_reversible += reversible
            y.heat_mixing += mixing
            y.heat_reaction += released - film - reversible - mixing
            warmth += released
            particle += 1
    return warmth


@kernel
def book(x: Block, p: Block, y: Block, k: int, current: float, across: float, h: float) -> float:
    """Book the heat of a solution held for h seconds; return it [J]. `across` is the separator's rise of phi_e [V]."""
    separator = -h * current * across
    y.heat_electrolyte += separator
    warmth = separator
    for e in range(ELECTRODES):
        warmth += conduct(x, p, y, e, current, h) + react(x, p, y, k, e, h)
    return warmth


@kernel
def store(x: Block, p: Block, y: Block, k: int, e: int) -> float:
    """Book what the particles of an electrode have stored since `mean_before`; return it, as heat that is not [J]."""
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    warmth = 0.0
    for n in range(mesh.volumes(p, e)):
        for m in range(first, first + count):
            charge = mesh.width(p, e, n) * x.material_charge[k, m]
            warmth += heat.store(p, y, m, charge, x.mean_before[particle], x.mean_stoichiometry[k, particle])
            particle += 1
    return warmth
