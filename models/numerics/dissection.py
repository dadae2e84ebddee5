"""Nested dissection: which nodes of a large network are eliminated last, so that few pairs are joined.

A part of the network is cut in two halves along the differences of the distances from nodes far apart, its corners. The
fewest nodes that touch all links across the cut (a minimum vertex cover, from a greatest matching) are eliminated after
both halves, which are cut in turn. An order of minimum degree remains for what is left (`pattern`). What is joined lies
in longer rows than by minimum degree alone.

References
----------
A. George, SIAM J. Numer. Anal. 10 (1973) 345-363, doi:10.1137/0710032 (nested dissection). A. George, J. W. H. Liu,
SIAM J. Numer. Anal. 15 (1978) 1053-1069, doi:10.1137/0715069 (of any network). A. Pothen, C.-J. Fan, ACM Trans. Math.
Softw. 16 (1990) 303-324, doi:10.1145/98267.98287 (covers of cuts, by matching).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra, maximum_bipartite_matching

Places = NDArray[np.int64]

SMALLEST = 100
"""Nodes of a part that is cut no more."""

LARGE = 300
"""Nodes of a network from which on it pays."""

BALANCES = (0.5, 0.45, 0.55)
"""Shares of the nodes in the first half that are tried; the fewest separating nodes win, the first of equals."""


def separators(nodes: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Return the nodes that separate the parts of a network, in the order of their elimination; none of a small one.

    Parameters
    ----------
    nodes : int
        How many.
    pairs : sequence of (int, int)
        Nodes that are joined, two different ones.
    """
    if nodes < LARGE or not pairs:
        return []
    i, j = np.array(pairs, np.int64).T
    ones = np.ones(2 * len(i))
    links = csr_array((ones, (np.concatenate([i, j]), np.concatenate([j, i]))), (nodes, nodes))
    return [int(node) for node in _dissected(links, np.arange(nodes))]


def _dissected(links: csr_array, part: Places) -> Places:
    if len(part) <= SMALLEST:
        return part[:0]
    first, second, between = _cut(links[part][:, part])
    return np.concatenate([_dissected(links, part[first]), _dissected(links, part[second]), part[between]])


def _cut(links: csr_array) -> tuple[Places, Places, Places]:
    """Return the nodes of both halves of a part, and those between them."""
    count, label = connected_components(links, directed=False)
    if count > 1:  # the greatest piece, and the others
        inside = label == np.bincount(label).argmax()
        return np.flatnonzero(inside), np.flatnonzero(~inside), np.zeros(0, np.int64)
    orders = [np.argsort(along, kind="stable") for along in _directions(links)]
    found = [_between(links, order, balance) for balance in BALANCES for order in orders]
    left, between = min(found, key=lambda each: int(each[1].sum()))
    return np.flatnonzero(left & ~between), np.flatnonzero(~left & ~between), np.flatnonzero(between)


def _directions(links: csr_array) -> list[NDArray[np.float64]]:
    """Return what rises along a part: from one of its corners to another, and from two of them to the others."""

    def distance(node: int) -> NDArray[np.float64]:
        return np.asarray(dijkstra(links, indices=node, unweighted=True))

    a = distance(int(np.argmax(distance(0))))
    b = distance(int(np.argmax(a)))
    c = distance(int(np.argmax(np.minimum(a, b))))
    d = distance(int(np.argmax(c)))
    return [a - b, c - d, a + c - b - d, a + d - b - c]


def _between(links: csr_array, order: Places, balance: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the first half, a share of the nodes in this order, and the fewest nodes that touch all links across."""
    left = np.zeros(len(order), bool)
    left[order[: int(balance * len(order))]] = True
    across = links[left][:, ~left].tocsr()
    rows, columns = _cover(across)
    between = np.zeros(len(order), bool)
    between[np.flatnonzero(left)[rows]] = True
    between[np.flatnonzero(~left)[columns]] = True
    return left, between


def _cover(across: csr_array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the fewest rows and columns that touch all links between both: Koenig's theorem."""
    match = maximum_bipartite_matching(across, perm_type="column")
    partner = np.full(across.shape[1], -1)
    partner[match[match >= 0]] = np.flatnonzero(match >= 0)
    linked = np.diff(across.indptr) > 0
    reached, touched = linked & (match < 0), np.zeros(across.shape[1], bool)
    front = list(np.flatnonzero(reached))
    while front:
        row = front.pop()
        for column in across.indices[across.indptr[row] : across.indptr[row + 1]]:
            if not touched[column]:
                touched[column] = True
                following = partner[column]
                if following >= 0 and not reached[following]:
                    reached[following] = True
                    front.append(following)
    return linked & ~reached, touched
