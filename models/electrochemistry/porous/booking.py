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
from .. import potentials
from ..kind import NEGATIVE, POSITIVE
from ..materials import ELECTRODES
from . import mesh, solution


@kernel
def cross_electrode(x: Block, p: Block, e: int, current: float) -> tuple[float, float, float]:
    """Write the currents at the faces of an electrode under I_x [A].

    Returns the drop of the potential in its solid [V], and the heat of solid and electrolyte [W].
    """
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    last, flowing = start + mesh.volumes(p, e) - 1, 0.0 if e == NEGATIVE else current
    drop = current * x.node_solid[start if e == NEGATIVE else last]
    solid, electrolyte, potential = current * drop, 0.0, x.potential[start]
    for i in range(start, last):
        for s in range(particle, particle + count):
            flowing += x.reaction[s]
        particle += count
        x.face_current[i], in_solid, following = flowing, current - flowing, x.potential[i + 1]
        fall = in_solid * (x.node_solid[i] + x.node_solid[i + 1])
        drop += fall
        solid += in_solid * fall
        electrolyte += flowing * (fall + following - potential)
        potential = following
    for s in range(particle, particle + count):
        flowing += x.reaction[s]
    x.face_current[last] = flowing
    return drop, solid, electrolyte


@kernel
def react(x: Block, p: Block, y: Block, e: int, h: float) -> float:
    """Book the heat of the reactions of an electrode in h seconds, but entropy and what the means store; return it [J].

    U at the surface is all of it booked as mixing: `store` takes out what is not.
    """
    start, count, particle = mesh.first(p, 2 * e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    film = released = drawn = 0.0
    for i in range(start, start + mesh.volumes(p, e)):
        potential = x.potential[i]
        for s in range(particle, particle + count):
            current, moved = x.reaction[s], x.surface[s] - x.linear_surface[s]
            film += current * current * x.film[s]
            released += current * potential
            drawn += current * (x.rest_potential[s] + x.rest_by_surface[s] * moved)
        particle += count
    y.heat_film += h * film
    y.heat_mixing += h * drawn
    y.heat_reaction += h * (released - film - drawn)
    return h * released


@kernel
def book(x: Block, p: Block, y: Block, current: float, h: float) -> tuple[float, float]:
    """Book the heat of a solution held for h seconds; return it [J], and the voltage between the collectors [V]."""
    across = solution.across_separator(x, p)
    left, solid, electrolyte = cross_electrode(x, p, NEGATIVE, current)
    right, more_solid, more_electrolyte = cross_electrode(x, p, POSITIVE, current)
    solid, electrolyte = h * (solid + more_solid), h * (electrolyte + more_electrolyte - current * across)
    y.heat_solid += solid
    y.heat_electrolyte += electrolyte
    warmth = solid + electrolyte + react(x, p, y, NEGATIVE, h) + react(x, p, y, POSITIVE, h)
    ends = x.potential[mesh.first(p, 2)] - x.potential[mesh.first(p, 1) - 1]
    return warmth, ends + across - left - right


@kernel
def store(x: Block, p: Block, y: Block, k: int, e: int) -> float:
    """Book what the particles of an electrode have stored since `mean_before`; return it, as heat that is not [J].

    The entropy is `middle_entropic`.
    """
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    stored = reversible = 0.0
    for n in range(mesh.volumes(p, e)):
        for m in range(first, first + count):
            charge, before = mesh.width(p, e, n) * x.material_charge[k, m], x.mean_before[particle]
            after, level = x.mean_stoichiometry[k, particle], x.enthalpy[k, particle]
            if x.enthalpy_mean[k, particle] != before:
                level = potentials.enthalpy(p, m, potentials.locate(p, m, before))
            reached = potentials.enthalpy(p, m, potentials.locate(p, m, after))
            x.enthalpy[k, particle], x.enthalpy_mean[k, particle] = reached, after
            reversible += charge * (before - after) * x.middle_entropic[particle]
            stored += charge * (level - reached)
            particle += 1
    reversible *= x.temperature[k]
    y.stored_energy += stored
    y.heat_reversible += reversible
    y.heat_mixing -= stored + reversible
    return -stored
