"""The graph of a balancer's links: which groups exchange charge, and how well the links connect them.

Equations
---------
A link l takes a current I out of one end and puts it into the other. It adds ``-b_l I`` to the charge of the groups,
with the column ``b_l = e_i - e_j`` of the incidence matrix for groups i and j. The terminals of the pack store no
charge: a current into them arrives in every group, 1/g of it at the voltage of g groups, and the link from group i to
the pack has::

    b_l = e_i - 1 / g        L = sum over the links of b_l b_l^T

This eliminates the pack as a node: with a link from each group, L is the Laplacian of the complete graph over g, which
is the star around a hub with the hub eliminated. Under the law of consensus ``I = gain b^T z``, without losses and
limits, the SOC z of groups of capacities Q follow::

    Q dz/dt = -gain L z

The rates are the eigenvalues of ``gain Q^-1 L``: 0 for equal SOC, and others that lie between
``gain lambda_2 / max Q``, with the algebraic connectivity lambda_2, the second smallest eigenvalue of L, and the
greatest sum of a row, ``gain max (2 degree_i + 2 [links to the pack]) / Q_i`` (Gershgorin).

`connectivity` runs the Lanczos iteration from a fixed vector of noise, which it keeps orthogonal to the vector of ones,
and counts eigenvalues of the resulting tridiagonal matrix by Sturm sequences. Without reorthogonalisation an eigenvalue
may appear several times, which does not change the least one. The iteration needs a few vectors, and a time in
proportion to links times steps.

Shared states
-------------
`linked` is written here; `laws` uses it.

References
----------
M. Fiedler, Algebraic connectivity of graphs, Czech. Math. J. 23 (1973) 298, doi:10.21136/CMJ.1973.101168 (path
``2 - 2 cos(pi / n)``, ring ``2 - 2 cos(2 pi / n)``, star 1, complete n). R. Olfati-Saber, J. A. Fax, R. M. Murray,
Proc. IEEE 95 (2007) 215, doi:10.1109/JPROC.2006.887293 (consensus, its rate). C. C. Paige, J. Inst. Maths Applics 18
(1976) 341, doi:10.1093/imamat/18.3.341 (Lanczos in finite precision). F. Dörfler, F. Bullo, IEEE Trans. Circuits
Syst. I 60 (2013) 150, doi:10.1109/TCSI.2012.2215780 (elimination of nodes).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from itertools import combinations, pairwise

from ...core.errors import InputError
from ...core.fields import Fields, state, whole
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.noise import uniform, word
from ..strings import Strings
from .options import GREAT, availability
from .rows import centre

PACK = -1
"""Second end of a link to the terminals of the pack."""

STEPS = 4
"""Lanczos steps for each group: the path, whose eigenvalues lie closest together, needs some 2."""

EXTRA_STEPS = 16
"""Lanczos steps that are added for small graphs."""

NOTHING = 1e-12
"""Of the largest eigenvalue: an eigenvalue below it is the rounding of 0."""

SETTLED = 1e-7
"""Of the largest eigenvalue: where a step leaves less, the least eigenvalue is correct to the square of that."""

HALVINGS = 100
"""Halvings of the bracket of an eigenvalue: more than a number has binary digits."""


class Graph(Enum):
    """Usual graphs over the groups."""

    PATH = "path"
    RING = "ring"
    STAR = "star"
    COMPLETE = "complete"
    PACK = "pack"


def links(graph: Graph, groups: int, strings: Strings | None = None) -> tuple[tuple[int, int], ...]:
    """Return the ends of the links of a graph, groups from 0, `PACK` for the pack's terminals.

    Of strings in parallel each row of groups in series has the graph (`rows`).

    Parameters
    ----------
    graph : Graph
        ``PATH``: neighbours; ``RING``: the last and the first, too; ``STAR``: the first group with all others;
        ``COMPLETE``: all with all; ``PACK``: each group with the pack.
    groups : int
        In all: at least 2 in a row, for a ring 3.
    strings : Strings, optional
        How the groups lie; in series without it.
    """
    rows = strings.rows if strings else (tuple(range(groups)),)
    return tuple(link for row in rows for link in _links_of(graph, row))


def _links_of(graph: Graph, row: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the links of the groups of a row."""
    groups = len(row)
    least = 3 if graph is Graph.RING else 2
    if groups < least:
        raise InputError(f"a balancer with links as a {graph.value} needs at least {least} groups, not {groups}")
    path = tuple(pairwise(row))
    match graph:
        case Graph.PATH:
            return path
        case Graph.RING:
            return (*path, (row[-1], row[0]))
        case Graph.STAR:
            return tuple((row[0], g) for g in row[1:])
        case Graph.COMPLETE:
            return tuple(combinations(row, 2))
        case Graph.PACK:
            return tuple((g, PACK) for g in row)


def fields(groups: int, ends: Sequence[tuple[int, int]]) -> Fields:
    """Return the links, whether they work, and the vectors that `connectivity` works in."""
    count, steps = Count(len(ends), "link"), Count(STEPS * groups + EXTRA_STEPS, "step")
    return Fields(
        parameters=(availability(count, "link"),),
        states=(
            whole("linked", count, "Links that the connectivity holds for: 1 available, 0 not; -1 never", -1.0, 1.0),
            state("degree", "1", groups, "Twice the number of links of each group"),
            state("former", "1", groups, "Vector of the last step but one"),
            state("vector", "1", groups, "Vector of the last step"),
            state("image", "1", groups, "Image of the vector"),
            state("diagonal", "1", steps, "Diagonal of the tridiagonal matrix"),
            state("beside", "1", steps, "What is beside its diagonal"),
        ),
        constants=(
            Variable("first", "1", count, [first for first, _ in ends], 0.0, GREAT, 1.0, "First end of each link"),
            Variable("second", "1", count, [second for _, second in ends], -1.0, GREAT, 1.0, "Second end of each link"),
            Variable("to_pack", "1", None, sum(second == PACK for _, second in ends), 0.0, GREAT, 1.0,
                     "Number of links to the pack"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset_graph(x: Block) -> None:
    """Start a run: the connectivity holds for no links yet."""
    for m in range(x.linked.shape[0]):
        x.linked[m] = -1.0


@kernel
def apply_laplacian(x: Block, c: Block) -> None:
    """Put ``L v`` into x.image, for v in x.vector, by the links in x.linked."""
    groups = x.vector.shape[0]
    mean = 0.0
    for g in range(groups):
        mean += x.vector[g] / groups
        x.image[g] = 0.0
    for m in range(x.linked.shape[0]):
        i, j = c.first[m], c.second[m]
        if x.linked[m] > 0.5 and j >= 0:
            difference = x.vector[i] - x.vector[j]
            x.image[i] += difference
            x.image[j] -= difference
        elif x.linked[m] > 0.5:
            x.image[i] += x.vector[i] - mean


@kernel
def length(vector: Block) -> float:
    """Return the Euclidean length."""
    total = 0.0
    for g in range(vector.shape[0]):
        total += vector[g] * vector[g]
    return math.sqrt(total)


@kernel
def start_lanczos(x: Block, c: Block) -> None:
    """Start with noise of length 1, orthogonal to the vector of ones of each row."""
    for g in range(x.vector.shape[0]):
        x.former[g] = 0.0
        x.vector[g] = uniform(word(1, g))
    centre(x, c, x.vector)
    size = length(x.vector)
    for g in range(x.vector.shape[0]):
        x.vector[g] /= size


@kernel
def tridiagonalise(x: Block, c: Block) -> tuple[int, float]:
    """Write x.diagonal and x.beside; return the number of steps taken, and a bound of the eigenvalues."""
    start_lanczos(x, c)
    taken, bound, former = 0, 0.0, 0.0
    for k in range(x.diagonal.shape[0]):
        apply_laplacian(x, c)
        along = 0.0
        for g in range(x.vector.shape[0]):
            x.image[g] -= former * x.former[g]
            along += x.image[g] * x.vector[g]
        for g in range(x.vector.shape[0]):
            x.image[g] -= along * x.vector[g]
        centre(x, c, x.image)
        size = length(x.image)
        x.diagonal[k], x.beside[k] = along, size
        bound = max(bound, former + along + size)
        taken = k + 1
        if size <= SETTLED * bound:
            break
        for g in range(x.vector.shape[0]):
            x.former[g] = x.vector[g]
            x.vector[g] = x.image[g] / size
        former = size
    return taken, bound


@kernel
def any_below(diagonal: Block, beside: Block, count: int, value: float) -> bool:
    """Return whether a symmetric tridiagonal matrix of so many rows has an eigenvalue below the value (Sturm)."""
    pivot = diagonal[0] - value
    found = pivot < 0.0
    for k in range(1, count):
        if found:
            break
        pivot = diagonal[k] - value - beside[k - 1] * beside[k - 1] / (pivot if pivot > 0.0 else 1e-300)
        found = pivot < 0.0
    return found


@kernel
def connectivity(x: Block, c: Block) -> float:
    """Return the second smallest eigenvalue of L over the links in x.linked; 0 where they do not connect all groups."""
    count, bound = tridiagonalise(x, c)
    low, high = 0.0, bound
    if any_below(x.diagonal, x.beside, count, NOTHING * bound) or bound == 0.0:
        high = 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if any_below(x.diagonal, x.beside, count, middle):
            high = middle
        else:
            low = middle
    return high


@kernel
def update_connectivity(x: Block, p: Block, y: Block, c: Block) -> None:
    """Compute the connectivity again where the set of available links has changed."""
    changed = False
    for m in range(x.linked.shape[0]):
        changed = changed or x.linked[m] != p.available[m]
        x.linked[m] = p.available[m]
    if changed:
        y.algebraic_connectivity = connectivity(x, c)


@kernel
def fastest_rate(x: Block, u: Block, c: Block) -> float:
    """Return a bound above the eigenvalues of ``Q^-1 L`` [1/C]: the greatest sum of a row."""
    for g in range(x.degree.shape[0]):
        x.degree[g] = 0.0
    to_pack = 0.0
    for m in range(x.linked.shape[0]):
        if x.linked[m] > 0.5 and c.second[m] >= 0:
            x.degree[c.first[m]] += 2.0
            x.degree[c.second[m]] += 2.0
        elif x.linked[m] > 0.5:
            to_pack = 2.0
    greatest = 0.0
    for g in range(x.degree.shape[0]):
        greatest = max(greatest, (x.degree[g] + to_pack) / u.group_capacity[g])
    return greatest
