"""Diffusion and conduction between the volumes of a cell, linearised.

Equations
---------
The current I_x flows through the layers from the negative collector to the positive one, J of it in the electrolyte.
Between two neighbours i and j (`mesh` has the resistances r, which add up at the face)::

    flux N = -(c_j - c_i) / (r_D,i + r_D,j)
    phi_e,j - phi_e,i = -J (r_kappa,i + r_kappa,j) + V_D chi (ln c_j - ln c_i),   chi the mean of both
    phi_s,j - phi_s,i = -(I_x - J) (r_sigma,i + r_sigma,j)

and so, with Phi = phi_s - phi_e, ``J = T (Phi_j - Phi_i + I_x r_sigma + V_D chi (ln c_j - ln c_i))``, T the inverse of
all resistances. Each volume balances lithium and charge over the time h of the step::

    W (c - c_before)/h + N_right - N_left - (1 - t+) I = 0,      J_right - J_left - I = 0

Rows
----
`row` holds the linear equations of each volume in ``dc = c - c*`` and Phi: the lithium balance (c) and the charge
balance (p). Coupling to the left and right neighbour is ``left_cc dc``, ``left_pc dc + left_pp Phi``, and so on.

Shared states
-------------
All of them are scratch, for the cell that is being computed.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ...numerics.elementary import log
from .. import electrolyte
from ..kind import ElectrochemicalParameters
from . import mesh

ROW = (
    "left_cc", "left_pc", "left_pp", "own_cc", "own_cp", "own_pc", "own_pp", "right_cc", "right_pc", "right_pp",
    "known_c", "known_p",
)  # fmt: skip
"""The coefficients of a volume's equations."""


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return the transport between the volumes of a cell."""
    node = Count(mesh.nodes(kind), "node")
    return Fields(
        states=(
            state("before", "mol/m3", node, "Concentration before the step"),
            state("iterate", "mol/m3", node, "c*: concentration after it, as known so far"),
            state("diffusion_resistance", "1", node, "r_D of each volume"),
            state("diffusion_by_concentration", "1", node, "its derivative"),
            state("conduction_resistance", "Ohm", node, "r_kappa of each volume"),
            state("conduction_by_concentration", "Ohm.m3/mol", node, "its derivative"),
            state("log_concentration", "1", node, "ln c*"),
            state("factor", "1", node, "chi of each volume"),
            state("factor_by_concentration", "m3/mol", node, "its derivative"),
            state("face_current", "A", node, "J at the right face of each volume"),
            state("face_conductance", "S", node, "T at the right face of each volume"),
            *(state(name, "1", node, "Coefficient of the equations of a volume") for name in ROW),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def evaluate(x: Block, p: Block, k: int) -> None:
    """Write the properties of the electrolyte in all volumes of cell k at the iterate."""
    for i in range(x.iterate.shape[0]):
        c = x.iterate[i]
        diffusivity, by_d, conductivity, by_kappa, factor, by_factor = electrolyte.properties(p, c)
        inverse = 1.0 / diffusivity
        resistance = x.node_diffusion[i] * inverse
        x.diffusion_resistance[i] = resistance
        x.diffusion_by_concentration[i] = -resistance * by_d * inverse
        inverse = 1.0 / conductivity
        resistance = x.node_conduction[i] * inverse
        x.conduction_resistance[i] = resistance
        x.conduction_by_concentration[i] = -resistance * by_kappa * inverse
        x.log_concentration[i] = log(c)
        x.factor[i], x.factor_by_concentration[i] = factor, by_factor


@kernel
def diffusion_drop(x: Block, i: int) -> tuple[float, float, float]:
    """Return ``chi (ln c_j - ln c_i)`` at the right face of volume i, and its derivatives by c_i and c_j."""
    j = i + 1
    rise, factor = x.log_concentration[j] - x.log_concentration[i], 0.5 * (x.factor[i] + x.factor[j])
    by_left = 0.5 * x.factor_by_concentration[i] * rise - factor / x.iterate[i]
    by_right = 0.5 * x.factor_by_concentration[j] * rise + factor / x.iterate[j]
    return factor * rise, by_left, by_right


@kernel
def balance(x: Block, p: Block, i: int, h: float) -> None:
    """Write the equations of volume i without its neighbours; what reacts is 0 in the separator."""
    conductance, by_concentration = x.node_conductance[i], x.node_by_concentration[i]
    source, share = x.node_reaction[i] - conductance * x.node_potential[i], 1.0 - p.transference
    held = x.node_capacity[i] / h
    x.own_cc[i] = held + share * conductance * by_concentration
    x.own_cp[i] = -share * conductance
    x.own_pc[i] = conductance * by_concentration
    x.own_pp[i] = -conductance
    x.known_c[i] = held * (x.before[i] - x.iterate[i]) + share * source
    x.known_p[i] = source
    x.left_cc[i] = x.left_pc[i] = x.left_pp[i] = 0.0
    x.right_cc[i] = x.right_pc[i] = x.right_pp[i] = 0.0


@kernel
def diffuse(x: Block, i: int) -> None:
    """Add the flux at the right face of volume i to the equations of both neighbours."""
    j = i + 1
    conductance = 1.0 / (x.diffusion_resistance[i] + x.diffusion_resistance[j])
    rise = x.iterate[j] - x.iterate[i]
    flux, steeper = -conductance * rise, conductance * conductance * rise
    by_left = conductance + steeper * x.diffusion_by_concentration[i]
    by_right = steeper * x.diffusion_by_concentration[j] - conductance
    x.own_cc[i] += by_left
    x.right_cc[i] = by_right
    x.known_c[i] -= flux
    x.own_cc[j] -= by_right
    x.left_cc[j] = -by_left
    x.known_c[j] += flux


@kernel
def conduct(x: Block, i: int, flowing: float, current: float, scale: float) -> None:
    """Add the current at the right face of volume i to the equations of both neighbours.

    `flowing` is J at the iterate [A], `current` I_x [A], `scale` V_D [V].
    """
    j = i + 1
    solid = x.node_solid[i] + x.node_solid[j]
    conductance = 1.0 / (solid + x.conduction_resistance[i] + x.conduction_resistance[j])
    drop, drop_left, drop_right = diffusion_drop(x, i)
    by_left = conductance * (scale * drop_left - flowing * x.conduction_by_concentration[i])
    by_right = conductance * (scale * drop_right - flowing * x.conduction_by_concentration[j])
    known = conductance * (current * solid + scale * drop)
    x.face_conductance[i] = conductance
    x.own_pc[i] += by_left
    x.own_pp[i] -= conductance
    x.right_pc[i], x.right_pp[i] = by_right, conductance
    x.known_p[i] -= known
    x.own_pc[j] -= by_right
    x.own_pp[j] -= conductance
    x.left_pc[j], x.left_pp[j] = -by_left, conductance
    x.known_p[j] += known


@kernel
def assemble(x: Block, p: Block, k: int, current: float, h: float) -> None:
    """Write the equations of all volumes of cell k at the iterate, for a current I_x [A] and a step of h [s]."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    scale, flowing = electrolyte.diffusion_voltage(x, p, k), 0.0
    for i in range(end):
        balance(x, p, i, h)
    for i in range(end - 1):
        diffuse(x, i)
    for i in range(separator - 1):
        flowing += x.node_reaction[i]
        conduct(x, i, flowing, current, scale)
    flowing = current
    for i in range(positive, end - 1):
        flowing += x.node_reaction[i]
        conduct(x, i, flowing, current, scale)
    x.known_p[separator - 1] -= current
    x.known_p[positive] += current
