"""Elimination of the linear equations of a cell's volumes, from both collectors towards the separator.

Equations
---------
Each volume of an electrode has two unknowns, ``v = (dc, Phi)``, a volume of the separator one. Elimination from the
collector writes each volume's unknowns by those of the next one, ``v = f - M v_next``; the separator closes them; then
all follow outwards again. What one right-hand side needs is kept: another one costs a fraction.

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

KEPT = ("inverse_cc", "inverse_cp", "inverse_pc", "inverse_pp", "next_cc", "next_cp", "next_pc", "next_pp")
"""The inverse of each volume's own equations once those before it are eliminated, and M."""

Coupling = tuple[float, float, float, float]
"""M of a volume."""

Unknowns = tuple[float, float]
"""dc and Phi of a volume."""


def fields(kind: ElectrochemicalParameters) -> Fields:
    """Return what the elimination keeps of each volume of a cell."""
    node = Count(mesh.nodes(kind), "node")
    return Fields(
        states=(
            *(state(name, "1", node, "Kept by the elimination") for name in KEPT),
            state("change", "mol/m3", node, "dc"),
            state("potential", "V", node, "Phi = phi_s - phi_e"),
        ),
        modules=(__name__,),
    )


@kernel
def eliminate(
    x: Block, i: int, back_cc: Block, back_pc: Block, back_pp: Block, on_cc: Block, on_pc: Block, on_pp: Block,
    m: Coupling
) -> Coupling:  # fmt: skip
    """Eliminate volume i of an electrode after the one before it, whose M is `m`; return its own M."""
    m_cc, m_cp, m_pc, m_pp = m
    cc, cp = x.own_cc[i] - back_cc[i] * m_cc, x.own_cp[i] - back_cc[i] * m_cp
    pc = x.own_pc[i] - back_pc[i] * m_cc - back_pp[i] * m_pc
    pp = x.own_pp[i] - back_pc[i] * m_cp - back_pp[i] * m_pp
    scale = 1.0 / (cc * pp - cp * pc)
    x.inverse_cc[i], x.inverse_cp[i] = scale * pp, -scale * cp
    x.inverse_pc[i], x.inverse_pp[i] = -scale * pc, scale * cc
    m_cc = scale * (pp * on_cc[i] - cp * on_pc[i])
    m_cp = -scale * cp * on_pp[i]
    m_pc = scale * (cc * on_pc[i] - pc * on_cc[i])
    m_pp = scale * cc * on_pp[i]
    x.next_cc[i], x.next_cp[i], x.next_pc[i], x.next_pp[i] = m_cc, m_cp, m_pc, m_pp
    return m_cc, m_cp, m_pc, m_pp


@kernel
def factorise(x: Block, p: Block) -> None:
    """Eliminate the equations of all volumes, of both electrodes side by side: neither waits for the other."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    m, other = (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)
    for n in range(max(separator, end - positive)):
        if n < separator:
            m = eliminate(x, n, x.left_cc, x.left_pc, x.left_pp, x.right_cc, x.right_pc, x.right_pp, m)
        i = end - 1 - n
        if i >= positive:
            other = eliminate(x, i, x.right_cc, x.right_pc, x.right_pp, x.left_cc, x.left_pc, x.left_pp, other)
    for i in range(separator, positive):
        own = x.own_cc[i] - x.left_cc[i] * x.next_cc[i - 1]
        if i == positive - 1:
            own -= x.right_cc[i] * x.next_cc[positive]
        x.inverse_cc[i] = 1.0 / own
        x.next_cc[i] = x.right_cc[i] / own


@kernel
def reduce(x: Block, i: int, back_cc: Block, back_pc: Block, back_pp: Block, before: Unknowns) -> Unknowns:
    """Reduce the right-hand sides of volume i in `change` and `potential` to f, after the volume before it."""
    c, potential = before
    known_c = x.change[i] - back_cc[i] * c
    known_p = x.potential[i] - back_pc[i] * c - back_pp[i] * potential
    x.change[i] = x.inverse_cc[i] * known_c + x.inverse_cp[i] * known_p
    x.potential[i] = x.inverse_pc[i] * known_c + x.inverse_pp[i] * known_p
    return x.change[i], x.potential[i]


@kernel
def spread(x: Block, i: int, after: Unknowns) -> Unknowns:
    """Find the unknowns of volume i of an electrode from those of the next one towards the separator."""
    c, potential = after
    x.change[i] -= x.next_cc[i] * c + x.next_cp[i] * potential
    x.potential[i] -= x.next_pc[i] * c + x.next_pp[i] * potential
    return x.change[i], x.potential[i]


@kernel
def solve(x: Block, p: Block) -> None:
    """Solve for the right-hand sides in `change` (lithium) and `potential` (charge), and leave the unknowns there."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    v, other, longest = (0.0, 0.0), (0.0, 0.0), max(separator, end - positive)
    for n in range(longest):
        if n < separator:
            v = reduce(x, n, x.left_cc, x.left_pc, x.left_pp, v)
        if end - 1 - n >= positive:
            other = reduce(x, end - 1 - n, x.right_cc, x.right_pc, x.right_pp, other)
    x.change[positive - 1] -= x.right_cc[positive - 1] * x.change[positive]
    for i in range(separator, positive):
        x.change[i] = x.inverse_cc[i] * (x.change[i] - x.left_cc[i] * x.change[i - 1])
    for n in range(2, positive - separator + 1):
        i = positive - n
        x.change[i] -= x.next_cc[i] * x.change[i + 1]
    v, other = (x.change[separator], 0.0), (x.change[positive - 1], 0.0)
    for n in range(longest):
        if n < separator:
            v = spread(x, separator - 1 - n, v)
        if positive + n < end:
            other = spread(x, positive + n, other)
