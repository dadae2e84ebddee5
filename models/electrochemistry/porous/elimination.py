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
def factorise_electrode(
    x: Block, start: int, step: int, count: int, back_cc: Block, back_pc: Block, back_pp: Block, on_cc: Block,
    on_pc: Block, on_pp: Block
) -> None:  # fmt: skip
    """Eliminate the volumes of an electrode from `start` on, `step` being 1 or -1; `back` and `on` couple them."""
    m_cc = m_cp = m_pc = m_pp = 0.0
    for n in range(count):
        i = start + n * step
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


@kernel
def factorise(x: Block, p: Block) -> None:
    """Eliminate the equations of all volumes."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    factorise_electrode(x, 0, 1, separator, x.left_cc, x.left_pc, x.left_pp, x.right_cc, x.right_pc, x.right_pp)
    factorise_electrode(
        x, end - 1, -1, end - positive, x.right_cc, x.right_pc, x.right_pp, x.left_cc, x.left_pc, x.left_pp
    )
    for i in range(separator, positive):
        own = x.own_cc[i] - x.left_cc[i] * x.next_cc[i - 1]
        if i == positive - 1:
            own -= x.right_cc[i] * x.next_cc[positive]
        x.inverse_cc[i] = 1.0 / own
        x.next_cc[i] = x.right_cc[i] / own


@kernel
def reduce_electrode(
    x: Block, start: int, step: int, count: int, back_cc: Block, back_pc: Block, back_pp: Block
) -> None:
    """Reduce the right-hand sides of an electrode in `change` and `potential` to f."""
    c = potential = 0.0
    for n in range(count):
        i = start + n * step
        known_c = x.change[i] - back_cc[i] * c
        known_p = x.potential[i] - back_pc[i] * c - back_pp[i] * potential
        c = x.inverse_cc[i] * known_c + x.inverse_cp[i] * known_p
        potential = x.inverse_pc[i] * known_c + x.inverse_pp[i] * known_p
        x.change[i], x.potential[i] = c, potential


@kernel
def spread(x: Block, start: int, step: int, count: int) -> None:
    """Find the unknowns of the volumes of an electrode from that of the separator outwards."""
    c, potential = x.change[start - step], 0.0
    for n in range(count):
        i = start + n * step
        own = x.change[i] - x.next_cc[i] * c - x.next_cp[i] * potential
        potential = x.potential[i] - x.next_pc[i] * c - x.next_pp[i] * potential
        c = own
        x.change[i], x.potential[i] = c, potential


@kernel
def solve(x: Block, p: Block) -> None:
    """Solve for the right-hand sides in `change` (lithium) and `potential` (charge), and leave the unknowns there."""
    separator, positive, end = mesh.first(p, 1), mesh.first(p, 2), mesh.first(p, 3)
    reduce_electrode(x, 0, 1, separator, x.left_cc, x.left_pc, x.left_pp)
    reduce_electrode(x, end - 1, -1, end - positive, x.right_cc, x.right_pc, x.right_pp)
    x.change[positive - 1] -= x.right_cc[positive - 1] * x.change[positive]
    for i in range(separator, positive):
        x.change[i] = x.inverse_cc[i] * (x.change[i] - x.left_cc[i] * x.change[i - 1])
    for n in range(2, positive - separator + 1):
        i = positive - n
        x.change[i] -= x.next_cc[i] * x.change[i + 1]
    spread(x, separator - 1, -1, separator)
    spread(x, positive, 1, end - positive)
