"""The potentials of a network of conductances, by elimination of its nodes in an order that is known (`pattern`).

Equations
---------
Node k has the conductances g_i to its neighbours, and a current b_k enters there. Eliminating it makes a mesh of the
star around it::

    d = sum_i g_i,    g_ij + g_i g_j / d,    b_i + (g_i / d) b_k

and the back-substitution is ``v_k = (b_k + sum_i g_i v_i) / d``. That is ``L D L^T`` of the matrix whose off-diagonal
entries are -g and whose rows sum to 0. Conductances only ever grow, by sums and products of what is positive: no digit
is lost, however far apart they are. The last node of all is never eliminated; its potential is 0.

A node that is left without neighbours belongs to a part that nothing ties to the last node. Its potential is set to 0,
and the others of that part follow.

Shared states
-------------
`lasting_conductance` and `known` are given by the model: what lies between nodes, and what enters them; `conductance`
is what changes more often. The last two are overwritten.

References
----------
G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 4.1: LDL^T without pivoting. W. K. Grassmann,
M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107, doi:10.1287/opre.33.5.1107: diagonals as sums, none subtracted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from .pattern import PAIR, Pattern


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
            state("lasting_conductance", "S", pairs, "Conductance between two nodes that stays as it is", 0.0),
            state("conductance", "S", pairs, "Conductance between two nodes", 0.0),
            state("star_resistance", "Ohm", nodes, "Inverse of the sum of conductances around a node; 0 of none", 0.0),
            state("known", "A", nodes, "Current into each node, then its potential [V]"),
        ),
        constants=(
            constant("column_start", pattern.start, "column", "Where the later neighbours of each node begin"),
            constant("pair_later", pattern.row, "pair", "Place of each later neighbour"),
            constant("run_end", pattern.run, "run", "Where runs of nodes with two later neighbours end, and of others"),
            constant("stretch", [*pattern.stretch, 0], "stretch", "How many later neighbours from each on follow"),
            constant("mesh_pair", [*pattern.target, 0], "mesh", "Pair of a later neighbour with the first of others"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def begin(x: Block) -> None:
    """Set the conductances to those that last, and all currents to 0."""
    for a in range(x.conductance.shape[0]):
        x.conductance[a] = x.lasting_conductance[a]
    for k in range(x.known.shape[0]):
        x.known[k] = 0.0


@kernel
def eliminate(x: Block, c: Block) -> None:
    """Eliminate all nodes but the last."""
    k, mesh = 0, 0
    for r in range(c.run_end.shape[0]):
        end = c.run_end[r]
        if r % 2 == 0:
            a = c.column_start[k]
            eliminate_run(x.conductance, x.known, x.star_resistance, c.pair_later, c.mesh_pair, k, end, a, mesh)
            mesh += end - k
        else:
            for node in range(k, end):
                mesh = eliminate_star(x, c, node, mesh)
        k = end


@kernel
def inverse_of(total: float) -> float:
    """Return 1 / total; 0 of nothing."""
    return 1.0 / total if total > 0.0 else 0.0


@kernel
def eliminate_run(
    conductance: Block,
    known: Block,
    star: Block,
    later: Block,
    meshes: Block,
    first: int,
    end: int,
    pair: int,
    mesh: int,
) -> None:
    """Eliminate nodes from `first` to before `end` that have two later neighbours each; their pairs begin at `pair`."""
    for k in range(end - first):
        a = pair + PAIR * k
        near, far = conductance[a], conductance[a + 1]
        inverse = inverse_of(near + far)
        raised = inverse * known[first + k]
        star[first + k] = inverse
        known[later[a]] += near * raised
        known[later[a + 1]] += far * raised
        conductance[meshes[mesh + k]] += near * inverse * far


@kernel
def eliminate_star(x: Block, c: Block, k: int, mesh: int) -> int:
    """Eliminate node k, whose meshes begin at `mesh`; return where the next ones do."""
    first, end, total = c.column_start[k], c.column_start[k + 1], 0.0
    for a in range(first, end):
        total += x.conductance[a]
    inverse = inverse_of(total)
    raised = inverse * x.known[k]
    x.star_resistance[k] = inverse
    for a in range(first, end):
        x.known[c.pair_later[a]] += x.conductance[a] * raised
    return join(x.conductance, c.stretch, c.mesh_pair, inverse, first, end, mesh)


@kernel
def join(conductance: Block, stretch: Block, meshes: Block, inverse: float, first: int, end: int, mesh: int) -> int:
    """Make a mesh of the star whose pairs are those from `first` to before `end`; return where the next one begins."""
    for a in range(first, end):
        share, b = conductance[a] * inverse, a + 1
        while b < end:
            length, pair = stretch[b], meshes[mesh]
            for i in range(length):
                conductance[pair + i] += share * conductance[b + i]
            b += length
            mesh += 1
    return mesh


@kernel
def spread(x: Block, c: Block) -> None:
    """Eliminate other currents into the nodes, `known`, where the conductances are eliminated."""
    spread_array(x, c, x.known)


@kernel
def spread_array(x: Block, c: Block, known: Block) -> None:
    """Eliminate currents into the nodes that an array holds, as `spread` does."""
    scatter(x.conductance, x.star_resistance, c.column_start, c.pair_later, known)


@kernel
def scatter(conductance: Block, star: Block, start: Block, later: Block, known: Block) -> None:
    """Eliminate currents place by place, as `spread` says."""
    first = 0
    for k in range(known.shape[0] - 1):
        end, raised = start[k + 1], star[k] * known[k]
        for a in range(first, end):
            known[later[a]] += conductance[a] * raised
        first = end


@kernel
def substitute(x: Block, c: Block, known: Block) -> None:
    """Make of the currents into all nodes, an array as `known` after `eliminate`, their potentials."""
    end = known.shape[0] - 1
    known[end] = 0.0
    for r in range(c.run_end.shape[0] - 1, -1, -1):
        first = c.run_end[r - 1] if r > 0 else 0
        if r % 2 == 0:
            substitute_run(x.conductance, known, x.star_resistance, c.pair_later, first, end, c.column_start[first])
        else:
            for k in range(end - 1, first - 1, -1):
                known[k] = x.star_resistance[k] * (
                    gather(x.conductance, c.pair_later, known, known[k], c.column_start[k], c.column_start[k + 1])
                )
        end = first


@kernel
def gather(conductance: Block, later: Block, known: Block, current: float, first: int, end: int) -> float:
    """Add to a current [A] what comes along the pairs from `first` to before `end`."""
    for a in range(first, end):
        current += conductance[a] * known[later[a]]
    return current


@kernel
def substitute_run(
    conductance: Block, known: Block, star: Block, later: Block, first: int, end: int, pair: int
) -> None:
    """Find the potentials of nodes that have two later neighbours each, as `eliminate_run` takes them."""
    for k in range(end - first - 1, -1, -1):
        a = pair + PAIR * k
        current = known[first + k] + conductance[a] * known[later[a]]
        known[first + k] = (current + conductance[a + 1] * known[later[a + 1]]) * star[first + k]
