"""Elimination of the linear equations of a cell's volumes, from both collectors towards the separator.

Equations
---------
Each volume of an electrode has two unknowns, ``v = (dc, Phi)``, a volume of the separator one. What a volume holds,
``W dc/h``, and what reacts in it, ``G (Phi - P dc)``, joins the equations of `transport`. Elimination from the
collector writes each volume's unknowns by those of the next one, ``v = f - M v_next``; the separator closes them; then
all follow outwards again. What right-hand sides need is kept: another one costs a fraction.

Two systems of equations are kept side by side, which differ in the time: that of half a step and of a whole one.

Shared states
-------------
All of them are scratch, for the cell that is being computed.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ..kind import ElectrochemicalParameters
from . import mesh

SYSTEMS = 2

HALF, WHOLE = range(SYSTEMS)
"""The systems of equations."""

KEPT = 8
"""Of each volume: the inverse of its own equations once those before it are eliminated, and M."""

INVERSE_CC, INVERSE_CP, INVERSE_PC, INVERSE_PP, NEXT_CC, NEXT_CP, NEXT_PC, NEXT_PP = range(KEPT)

Coupling = tuple[float, float, float, float]
"""M of a volume."""

Unknowns = tuple[float, float]
"""dc and Phi of a volume."""


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return what the elimination keeps of each volume of a cell."""
    node = Count(mesh.nodes(kind), "node")
    both = Count(SYSTEMS * mesh.nodes(kind), "system_node")
    return Fields(
        states=(
            state("kept", "1", (both, KEPT), "Kept by the elimination of each volume, in each system of equations"),
            state("node_conductance", "S", both, "G of each volume, in each system of equations"),
            state("node_coupling", "A.m3/mol", both, "G P of each volume, in each system of equations"),
            state("change", "mol/m3", node, "dc"),
            state("potential", "V", node, "Phi = phi_s - phi_e"),
        ),
        modules=(__name__,),
    )


@kernel
def eliminate(
    x: Block, i: int, row: int, rate: float, share: float, back_cc: Block, back_pc: Block, back_pp: Block,
    on_cc: Block, on_pc: Block, on_pp: Block, m: Coupling
) -> Coupling:  # fmt: skip
    """Eliminate volume i of an electrode after the one before it, whose M is `m`; return its own M.

    `row` is that of the volume in its system, `rate` the inverse of the time [1/s], `share` what of a reaction takes
    part in the balance of lithium.
    """
    m_cc, m_cp, m_pc, m_pp = m
    conductance, coupling = x.node_conductance[row], x.node_coupling[row]
    cc = x.own_cc[i] + rate * x.node_capacity[i] + share * coupling - back_cc[i] * m_cc
    cp = -share * conductance - back_cc[i] * m_cp
    pc = x.own_pc[i] + coupling - back_pc[i] * m_cc - back_pp[i] * m_pc
    pp = x.own_pp[i] - conductance - back_pc[i] * m_cp - back_pp[i] * m_pp
    scale = 1.0 / (cc * pp - cp * pc)
    cc, cp, pc, pp = scale * cc, scale * cp, scale * pc, scale * pp
    m_cc, m_cp = pp * on_cc[i] - cp * on_pc[i], -cp * on_pp[i]
    m_pc, m_pp = cc * on_pc[i] - pc * on_cc[i], cc * on_pp[i]
    x.kept[row, INVERSE_CC], x.kept[row, INVERSE_CP] = pp, -cp
    x.kept[row, INVERSE_PC], x.kept[row, INVERSE_PP] = -pc, cc
    x.kept[row, NEXT_CC], x.kept[row, NEXT_CP] = m_cc, m_cp
    x.kept[row, NEXT_PC], x.kept[row, NEXT_PP] = m_pc, m_pp
    return m_cc, m_cp, m_pc, m_pp


@kernel
def factorise(x: Block, p: Block, system: int, h: float) -> None:
    """Eliminate the equations of all volumes for a time of h [s], of both electrodes side by side."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    start, rate, share = system * end, 1.0 / h, 1.0 - p.transference
    m, other = (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)
    for n in range(max(separator, end - positive)):
        if n < separator:
            m = eliminate(x, n, start + n, rate, share, x.left_cc, x.left_pc, x.left_pp, x.right_cc, x.right_pc,
                          x.right_pp, m)  # fmt: skip
        i = end - 1 - n
        if i >= positive:
            other = eliminate(x, i, start + i, rate, share, x.right_cc, x.right_pc, x.right_pp, x.left_cc, x.left_pc,
                              x.left_pp, other)  # fmt: skip
    following = m[0]
    for i in range(separator, positive):
        own = x.own_cc[i] + rate * x.node_capacity[i] - x.left_cc[i] * following
        if i == positive - 1:
            own -= x.right_cc[i] * other[0]
        inverse = 1.0 / own
        following = x.right_cc[i] * inverse
        x.kept[start + i, INVERSE_CC], x.kept[start + i, NEXT_CC] = inverse, following


@kernel
def reduce(x: Block, i: int, row: int, back_cc: Block, back_pc: Block, back_pp: Block, before: Unknowns) -> Unknowns:
    """Reduce the right-hand sides of volume i in `change` and `potential` to f, after the volume before it."""
    c, potential = before
    known_c = x.change[i] - back_cc[i] * c
    known_p = x.potential[i] - back_pc[i] * c - back_pp[i] * potential
    c = x.kept[row, INVERSE_CC] * known_c + x.kept[row, INVERSE_CP] * known_p
    potential = x.kept[row, INVERSE_PC] * known_c + x.kept[row, INVERSE_PP] * known_p
    x.change[i], x.potential[i] = c, potential
    return c, potential


@kernel
def spread(x: Block, i: int, row: int, after: Unknowns) -> Unknowns:
    """Find the unknowns of volume i of an electrode from those of the next one towards the separator."""
    c = x.change[i] - (x.kept[row, NEXT_CC] * after[0] + x.kept[row, NEXT_CP] * after[1])
    potential = x.potential[i] - (x.kept[row, NEXT_PC] * after[0] + x.kept[row, NEXT_PP] * after[1])
    x.change[i], x.potential[i] = c, potential
    return c, potential


@kernel
def solve(x: Block, p: Block, system: int) -> None:
    """Solve for the right-hand sides in `change` (lithium) and `potential` (charge), and leave the unknowns there."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    v, other, longest, start = (0.0, 0.0), (0.0, 0.0), max(separator, end - positive), system * end
    for n in range(longest):
        if n < separator:
            v = reduce(x, n, start + n, x.left_cc, x.left_pc, x.left_pp, v)
        i = end - 1 - n
        if i >= positive:
            other = reduce(x, i, start + i, x.right_cc, x.right_pc, x.right_pp, other)
    x.change[positive - 1] -= x.right_cc[positive - 1] * other[0]
    c = v[0]
    for i in range(separator, positive):
        c = x.change[i] = x.kept[start + i, INVERSE_CC] * (x.change[i] - x.left_cc[i] * c)
    for n in range(2, positive - separator + 1):
        i = positive - n
        c = x.change[i] = x.change[i] - x.kept[start + i, NEXT_CC] * c
    v, other = (c, 0.0), (x.change[positive - 1], 0.0)
    for n in range(longest):
        i = separator - 1 - n
        if i >= 0:
            v = spread(x, i, start + i, v)
        if positive + n < end:
            other = spread(x, positive + n, start + positive + n, other)
