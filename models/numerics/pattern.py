"""What the elimination of the nodes of a network does, found once from what is joined.

An order of minimum degree keeps the pairs few that elimination joins. Some nodes may be asked for as the last, in their
order.

References
----------
J. W. H. Liu, ACM Trans. Math. Softw. 11 (1985) 141, doi:10.1145/214392.214398: multiple minimum degree, as SuperLU has
it. T. A. Davis, Direct Methods for Sparse Linear Systems, SIAM 2006, chapter 4: elimination trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

Places = NDArray[np.int64]

PAIR = 2
"""Later neighbours of a node between two others; most nodes of busbars are such."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """The later neighbours of each node when it is eliminated, and the pairs that its elimination joins.

    Parameters
    ----------
    place : array of n
        When each node is eliminated, from 0.
    start : array of n + 1
        Where the pairs of each place begin.
    row : array
        Place of the later of each pair, rising within a place.
    stretch : array
        Of each pair, how many from it on have places that follow each other, within its place.
    target : array
        For each place, of its later neighbours the first with each stretch behind it, the second, and so on: the pair
        that it is with the first of the stretch. Those with the others follow.
    run : array
        Where runs end: of places with two later neighbours each, then of others, in turn; the last place is in none.
    """

    place: Places
    start: Places
    row: Places
    stretch: Places
    target: Places
    run: Places

    def pair(self, first: int, second: int) -> int:
        """Return the number of the pair that two nodes are.

        Raises
        ------
        KeyError
            When nothing joins them.
        """
        early, late = sorted((int(self.place[first]), int(self.place[second])))
        begin, end = self.start[early], self.start[early + 1]
        found = begin + int(np.searchsorted(self.row[begin:end], late))
        if found == end or self.row[found] != late:
            raise KeyError(f"nothing joins the nodes {first} and {second}")
        return int(found)


def pattern(nodes: int, pairs: Sequence[tuple[int, int]], last: Sequence[int] = ()) -> Pattern:
    """Return the pattern of a network.

    Parameters
    ----------
    nodes : int
        How many, >= 1.
    pairs : sequence of (int, int)
        Nodes that are joined, two different ones; any order, any number of times.
    last : sequence of int
        The nodes that are eliminated last, in this order.
    """
    order = np.array([*_minimum_degree(nodes, pairs, last), *last], np.int64)
    later = _later(order, pairs)
    start = np.concatenate([[0], np.cumsum([len(rows) for rows in later])]).astype(np.int64)
    stretch = _joined([_stretches(rows) for rows in later])
    return Pattern(_places(order), start, _joined(later), stretch, _targets(later), _runs(start))


def _joined(parts: Sequence[Places]) -> Places:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _runs(start: Places) -> Places:
    """Return where runs of places with two later neighbours end, and those of others, in turn."""
    between = np.diff(start[:-1]) == PAIR
    changes = np.flatnonzero(between[1:] != between[:-1]) + 1
    first = [] if between[:1].any() else [0]
    return np.array([*first, *changes, len(between)], np.int64)


def _places(order: Places) -> Places:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place


def _minimum_degree(nodes: int, pairs: Sequence[tuple[int, int]], last: Sequence[int]) -> list[int]:
    """Return all nodes but the last in an order of minimum degree."""
    kept = set(last)
    rest = [node for node in range(nodes) if node not in kept]
    if not rest:
        return []
    number = {node: position for position, node in enumerate(rest)}
    inner = [(number[i], number[j]) for i, j in pairs if i not in kept and j not in kept]
    i, j = np.array(inner, np.int64).reshape(-1, 2).T
    own = np.arange(len(rest))
    values = np.concatenate([np.full(2 * len(i), -1.0), np.full(len(rest), 2.0 * len(i) + 1.0)])
    matrix = coo_array((values, (np.concatenate([i, j, own]), np.concatenate([j, i, own])))).tocsc()
    found = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return [rest[position] for position in np.argsort(found.perm_c)]


def _later(order: Places, pairs: Sequence[tuple[int, int]]) -> list[Places]:
    """Return the places of the later neighbours of each, in the order of elimination."""
    place = _places(order)
    later: list[set[int]] = [set() for _ in place]
    for i, j in pairs:
        early, late = sorted((int(place[i]), int(place[j])))
        later[early].add(late)
    for rows in later:
        if rows:
            parent = min(rows)
            later[parent] |= rows - {parent}
    return [np.array(sorted(rows), np.int64) for rows in later]


def _stretches(rows: Places) -> Places:
    """Return how many places from each on follow each other."""
    ends = np.append(np.flatnonzero(np.diff(rows) != 1) + 1, len(rows))
    own = np.arange(len(rows))
    return ends[np.searchsorted(ends, own, side="right")] - own


def _targets(later: Sequence[Places]) -> Places:
    """Return the pairs that the later neighbours of each node are, of each stretch the first."""
    count = len(later)
    pairs = _joined([place * count + rows for place, rows in enumerate(later)])
    wanted = _joined([rows[a] * count + rows[b] for rows in later for a, b in [_behind(rows)]])
    return np.searchsorted(pairs, wanted)


def _behind(rows: Places) -> tuple[Places, Places]:
    """Return each of the later neighbours of a node with the first of each stretch behind it."""
    own = np.arange(len(rows) - 1 if len(rows) else 0)
    begins = np.flatnonzero(np.diff(rows) != 1) + 1
    firsts = np.column_stack([own + 1, np.broadcast_to(begins, (len(own), len(begins)))])
    chosen = firsts > own[:, None] + 1
    chosen[:, 0] = True
    return np.repeat(own, chosen.sum(axis=1)), firsts[chosen]
