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
The linear equations of each volume are in ``dc = c - c*`` and Phi: the lithium balance (c) and the charge balance (p).
Coupling to the left and right neighbour is ``left_cc dc``, ``left_pc dc + left_pp Phi``, and so on. What is held and
what reacts is not in them: `elimination` adds it, as it depends on the time.

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
    "left_cc", "left_pc", "left_pp", "own_cc", "own_pc", "own_pp", "right_cc", "right_pc", "right_pp", "known_c",
    "known_p",
)  # fmt: skip
"""The coefficients of a volume's equations."""

Linear = tuple[float, float, float]
"""A quantity at a face, and its derivatives by c on the left and on the right."""

NEAR = 0.04
"""Difference of two concentrations over their sum up to which a series of five terms has their logarithm."""


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return the transport between the volumes of a cell."""
    node = Count(mesh.nodes(kind), "node")
    return Fields(
        states=(
            state("before", "mol/m3", node, "Concentration before the step"),
            state("iterate", "mol/m3", node, "Concentration after it, as known so far"),
            state("linear_concentration", "mol/m3", node, "c*: that about which the equations are linearised"),
            state("inverse_concentration", "m3/mol", node, "1/c*"),
            state("diffusion_resistance", "1", node, "r_D of each volume"),
            state("diffusion_by_concentration", "1", node, "its derivative"),
            state("conduction_resistance", "Ohm", node, "r_kappa of each volume"),
            state("conduction_by_concentration", "Ohm.m3/mol", node, "its derivative"),
            state("factor", "1", node, "chi of each volume"),
            state("factor_by_concentration", "m3/mol", node, "its derivative"),
            state("face_current", "A", node, "J at the right face of each volume"),
            state("separator_weight", "V.m3/mol", node, "How the separator's rise of phi_e follows each c"),
            state("separator_rise", "V", None, "Rise of phi_e across the separator at c*"),
            state("separator_resistance", "Ohm", None, "Its fall with the current"),
            state("face_conductance", "S", node, "T at the right face of each volume"),
            *(state(name, "1", node, "Coefficient of the equations of a volume") for name in ROW),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def evaluate(x: Block, p: Block, k: int) -> None:
    """Write the properties of the electrolyte in all volumes of cell k at the iterate."""
    for i in range(x.iterate.shape[0]):
        c = x.linear_concentration[i] = x.iterate[i]
        x.inverse_concentration[i] = 1.0 / c
        diffusivity, by_d, conductivity, by_kappa, factor, by_factor = electrolyte.properties(p, c)
        inverse = 1.0 / diffusivity
        resistance = x.node_diffusion[i] * inverse
        x.diffusion_resistance[i] = resistance
        x.diffusion_by_concentration[i] = -resistance * by_d * inverse
        inverse = 1.0 / conductivity
        resistance = x.node_conduction[i] * inverse
        x.conduction_resistance[i] = resistance
        x.conduction_by_concentration[i] = -resistance * by_kappa * inverse
        x.factor[i], x.factor_by_concentration[i] = factor, by_factor


@kernel
def log_ratio(left: float, right: float) -> float:
    """Return ``ln(right/left)`` of neighbours; of near ones by the series of the inverse hyperbolic tangent."""
    share = (right - left) / (right + left)
    if abs(share) > NEAR:
        return log(right / left)
    square = share * share
    return 2.0 * share * (1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square / 9.0))))


@kernel
def diffusion_drop(x: Block, i: int) -> Linear:
    """Return ``chi (ln c_j - ln c_i)`` at the right face of volume i, and its derivatives by c_i and c_j."""
    j = i + 1
    rise, factor = log_ratio(x.iterate[i], x.iterate[j]), 0.5 * (x.factor[i] + x.factor[j])
    by_left = 0.5 * x.factor_by_concentration[i] * rise - factor * x.inverse_concentration[i]
    by_right = 0.5 * x.factor_by_concentration[j] * rise + factor * x.inverse_concentration[j]
    return factor * rise, by_left, by_right


@kernel
def ionic_resistance(x: Block, i: int) -> Linear:
    """Return the resistance of the electrolyte at the right face of volume i, and its derivatives by c_i and c_j."""
    ohmic = x.conduction_resistance[i] + x.conduction_resistance[i + 1]
    return ohmic, x.conduction_by_concentration[i], x.conduction_by_concentration[i + 1]


@kernel
def diffuse(x: Block) -> None:
    """Write the fluxes at all faces to the lithium balances of the volumes."""
    last, own, known, left = x.iterate.shape[0] - 1, 0.0, 0.0, 0.0
    for i in range(last):
        conductance = 1.0 / (x.diffusion_resistance[i] + x.diffusion_resistance[i + 1])
        rise = x.iterate[i + 1] - x.iterate[i]
        flux, steeper = -conductance * rise, conductance * conductance * rise
        by_left = conductance + steeper * x.diffusion_by_concentration[i]
        by_right = steeper * x.diffusion_by_concentration[i + 1] - conductance
        x.left_cc[i], x.own_cc[i], x.right_cc[i], x.known_c[i] = left, own + by_left, by_right, known - flux
        left, own, known = -by_left, -by_right, flux
    x.left_cc[last], x.own_cc[last], x.right_cc[last], x.known_c[last] = left, own, 0.0, known


@kernel
def conduct(x: Block, start: int, end: int, flowing: float, current: float, scale: float) -> None:
    """Write the currents at the faces within an electrode, volumes `start` to `end`, to the charge balances.

    `flowing` is J at its left end [A], `current` I_x [A], `scale` V_D [V].
    """
    left_c = left_p = own_c = own_p = known = 0.0
    for i in range(start, end - 1):
        flowing += x.node_reaction[i]
        solid = x.node_solid[i] + x.node_solid[i + 1]
        ohmic, ohmic_left, ohmic_right = ionic_resistance(x, i)
        conductance = 1.0 / (solid + ohmic)
        drop, drop_left, drop_right = diffusion_drop(x, i)
        by_left = conductance * (scale * drop_left - flowing * ohmic_left)
        by_right = conductance * (scale * drop_right - flowing * ohmic_right)
        driven = conductance * (current * solid + scale * drop)
        x.face_conductance[i] = conductance
        x.left_pc[i], x.left_pp[i], x.right_pc[i], x.right_pp[i] = left_c, left_p, by_right, conductance
        x.own_pc[i], x.own_pp[i], x.known_p[i] = own_c + by_left, own_p - conductance, known - driven
        left_c, left_p, own_c, own_p, known = -by_left, conductance, -by_right, -conductance, driven
    last = end - 1
    x.left_pc[last], x.left_pp[last], x.right_pc[last], x.right_pp[last] = left_c, left_p, 0.0, 0.0
    x.own_pc[last], x.own_pp[last], x.known_p[last] = own_c, own_p, known


@kernel
def cross(x: Block, p: Block, current: float, scale: float) -> None:
    """Write the rise of phi_e across the separator under I_x [A], between the volumes at its ends; `scale` is V_D."""
    first, last, weight, resistance, rise = mesh.first(p, 1) - 1, mesh.first(p, 2), 0.0, 0.0, 0.0
    for i in range(first, last):
        ohmic, ohmic_left, ohmic_right = ionic_resistance(x, i)
        drop, drop_left, drop_right = diffusion_drop(x, i)
        resistance += ohmic
        rise += scale * drop
        x.separator_weight[i] = weight + scale * drop_left - current * ohmic_left
        weight = scale * drop_right - current * ohmic_right
    x.separator_weight[last] = weight
    x.separator_resistance, x.separator_rise = resistance, rise - current * resistance


@kernel
def assemble(x: Block, p: Block, k: int, current: float) -> None:
    """Write the transport between the volumes of cell k at the iterate, for a current I_x [A]."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    scale = electrolyte.diffusion_voltage(x, p, k)
    diffuse(x)
    conduct(x, 0, separator, 0.0, current, scale)
    conduct(x, positive, end, current, current, scale)
    cross(x, p, current, scale)
    x.known_p[separator - 1] -= current
    x.known_p[positive] += current
