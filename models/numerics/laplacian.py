"""The potentials of a network of conductances, by elimination of its nodes in an order that is known (`pattern`).

Equations
---------
Node k has the conductances g_i to its neighbours, and a current b_k enters there. Eliminating it makes a mesh of the star
around it::

    d = sum_i g_i,    g_ij + g_i g_j / d,    b_i + (g_i / d) b_k

and the back-substitution is ``v_k = (b_k + sum_i g_i v_i) / d``. That is ``L D L^T`` of the matrix whose off-diagonal
entries are -g and whose rows sum to 0. Conductances only ever grow, by sums and products of what is positive: no digit is
lost, however far apart they are. The last node of all is never eliminated; its potential is 0.

A node that is left without neighbours belongs to a part that nothing ties to the last node. Its potential is set to 0,
and the others of that part follow.

Shared states
-------------
`conductance` and `known` are given by the model: what lies between nodes, and what enters them. They are overwritten.

References
----------
G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 4.1: LDL^T without pivoting. W. K. Grassmann, M. I.
Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107, doi:10.1287/opre.33.5.1107: diagonals as sums, without subtraction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from .pattern import Pattern


def constant(name: str, numbers: ArrayLike, of: str, description: str) -> Variable:
    """Return an array of whole numbers that belongs to the structure, of any length."""
    values = np.asarray(numbers, np.float64)
    greatest = max(float(np.abs(values).max(initial=0.0)), 1.0)
    return Variable(name, "1", Count(len(values), of), values, -greatest, greatest, 1.0, description)


def fields(pattern: Pattern) -> Fields:
    """Return conductances and currents of an electrical network of this pattern, and where its elimination leads."""
    nodes, pairs = Count(len(pattern.place), "node"), Count(len(pattern.row), "pair")
    return Fields(
        states=(
            state("conductance", "S", pairs, "Conductance between two nodes", 0.0),
            state("star_resistance", "Ohm", nodes, "Inverse of the sum of conductances around a node; 0 of none", 0.0),
            state("known", "A", nodes, "Current into each node, then its potential [V]"),
        ),
        constants=(
            constant("column_start", pattern.start, "column", "Where the later neighbours of each node begin"),
            constant("pair_later", pattern.row, "pair", "Place of each later neighbour"),
            constant("mesh_pair", [*pattern.target, 0], "mesh", "Pair that two later neighbours of a node are"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def clear(x: Block) -> None:
    """Remove all conductances and currents."""
    for a in range(x.conductance.shape[0]):
        x.conductance[a] = 0.0
    for k in range(x.known.shape[0]):
        x.known[k] = 0.0


@kernel
def eliminate(x: Block, c: Block) -> None:
    """Eliminate all nodes but the last."""
    mesh, begin = 0, 0
    for k in range(x.known.shape[0] - 1):
        end, total = c.column_start[k + 1], 0.0
        for a in range(begin, end):
            total += x.conductance[a]
        inverse = 1.0 / total if total > 0.0 else 0.0
        x.star_resistance[k] = inverse
        for a in range(begin, end):
            share = x.conductance[a] * inverse
            x.known[c.pair_later[a]] += share * x.known[k]
            for b in range(a + 1, end):
                x.conductance[c.mesh_pair[mesh]] += share * x.conductance[b]
                mesh += 1
        begin = end


@kernel
def substitute(x: Block, c: Block, known: Block) -> None:
    """Make of the currents into all nodes, an array as `known` after `eliminate`, their potentials."""
    last = known.shape[0] - 1
    known[last] = 0.0
    for k in range(last - 1, -1, -1):
        current = known[k]
        for a in range(c.column_start[k], c.column_start[k + 1]):
            current += x.conductance[a] * known[c.pair_later[a]]
        known[k] = current * x.star_resistance[k]
