"""Nested dissection: separators separate, any network has an order, rows are longer than by degree alone."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from packfmu.models.numerics.dissection import LARGE, SMALLEST, separators
from packfmu.models.numerics.pattern import pattern


def grid(rows, columns, diagonal=True):
    number = np.arange(rows * columns).reshape(rows, columns)
    ends = [(number[:-1], number[1:]), (number[:, :-1], number[:, 1:])]
    if diagonal:
        ends.append((number[:-1, 1:], number[1:, :-1]))
    return [(int(i), int(j)) for a, b in ends for i, j in zip(a.ravel(), b.ravel(), strict=True)]


def work(found):
    """Return the multiplications of the elimination."""
    later = np.diff(found.start)
    return int((later * (later - 1) // 2).sum())


def pieces(nodes, pairs, without):
    """Return how many nodes each connected piece has when some are taken out."""
    left = np.ones(nodes, bool)
    left[without] = False
    kept = np.array([(i, j) for i, j in pairs if left[i] and left[j]]).reshape(-1, 2)
    links = coo_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), (nodes, nodes))
    return np.bincount(connected_components(links, directed=False)[1][left])


def test_separators_leave_small_pieces():
    pairs = grid(30, 20)
    found = separators(600, pairs)
    assert len(set(found)) == len(found)
    assert pieces(600, pairs, found).max() <= SMALLEST


def test_a_plane_needs_hardly_more_work_than_by_degree_alone_and_joins_longer_rows():
    """The last of them cut it straight across. Of 96 rows of 74 the work is less, too: 4.9 million against 7.5."""
    pairs = grid(40, 40)
    found = separators(40 * 40, pairs)
    dissected, by_degree = pattern(40 * 40, pairs, found), pattern(40 * 40, pairs)
    assert work(dissected) < 1.25 * work(by_degree)
    assert len(dissected.target) < 0.7 * len(by_degree.target)
    assert pieces(40 * 40, pairs, found[-42:]).max() < 0.6 * 40 * 40


@pytest.mark.parametrize("nodes", [LARGE, 2 * LARGE])
def test_networks_without_links_or_in_pieces_have_an_order(nodes):
    assert separators(nodes, []) == []
    halves = [(i, i + 1) for i in range(nodes - 1) if i != nodes // 2]
    found = separators(nodes, halves)
    assert pieces(nodes, halves, found).max() <= SMALLEST
    star = [(0, i) for i in range(1, nodes)]
    assert 0 in separators(nodes, star)


def test_small_networks_are_left_to_minimum_degree():
    assert separators(100, grid(10, 10)) == []
