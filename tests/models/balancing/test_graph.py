"""Graphs of a balancer's links: connectivity against closed forms and dense eigenvalues, the pack eliminated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.block.memory import block_of
from packfmu.core.errors import InputError
from packfmu.core.variable import Count, Variable
from packfmu.models.balancing import graph as balancing_graph
from packfmu.models.balancing import rows
from packfmu.models.balancing.graph import PACK, Graph, links
from tests.models.balancing.balancers import GROUPS, LINKS, available, laplacian

LONG = 96


def blocks(groups, ends):
    """Return the states and constants that hold these links, all available, and inputs."""
    fields = balancing_graph.fields(Count(groups, "group"), ends) + rows.fields(groups, (0,) * groups)
    x, c = block_of(fields.states), block_of(fields.constants, np.int64)
    c["first"], c["second"] = np.transpose(ends)
    capacity = Variable("group_capacity", "C", Count(groups, "group"), 0.0, 0.0, np.inf, 1.0, "Capacity")
    u = block_of((capacity,))
    x["linked"] = u["group_capacity"] = 1.0
    return x, u, c


EVERYTHING = blocks(GROUPS, LINKS)


def connectivity(chosen):
    x, _, c = EVERYTHING
    x["linked"] = chosen
    return balancing_graph.connectivity(x, c)


@pytest.mark.parametrize(
    ("graph", "value"),
    [
        (Graph.PATH, 2.0 - 2.0 * np.cos(np.pi / GROUPS)),
        (Graph.RING, 2.0 - 2.0 * np.cos(2.0 * np.pi / GROUPS)),
        (Graph.STAR, 1.0),
        (Graph.COMPLETE, GROUPS),
        (Graph.PACK, 1.0),
    ],
)
def test_closed_forms(graph, value):
    """Path 0.068, ring 0.268, star 1, complete 12, to the rounding of some tens of sums."""
    assert connectivity(available(graph)) == pytest.approx(value, rel=1e-12)


def test_a_long_path():
    """Its eigenvalues lie closest together: rounding in the size of the largest one, 4."""
    x, _, c = blocks(LONG, links(Graph.PATH, LONG))
    assert balancing_graph.connectivity(x, c) == pytest.approx(2.0 - 2.0 * np.cos(np.pi / LONG), rel=1e-10)
    x["linked"][40] = 0.0
    assert balancing_graph.connectivity(x, c) == 0.0


@given(chosen=st.lists(st.booleans(), min_size=len(LINKS), max_size=len(LINKS)))
def test_any_links_against_dense_eigenvalues(chosen):
    expected = np.linalg.eigvalsh(laplacian(chosen))[1]
    assert connectivity(np.array(chosen, dtype=float)) == pytest.approx(expected, abs=1e-9)


@given(st.sets(st.integers(0, len(LINKS) - 1), max_size=14))
def test_few_links_against_dense_eigenvalues(few):
    """Trees, pieces and nothing at all: where the groups are not all connected, the answer is exactly 0."""
    chosen = np.zeros(len(LINKS))
    chosen[list(few)] = 1.0
    expected = np.linalg.eigvalsh(laplacian(chosen))[1]
    found = connectivity(chosen)
    assert found == pytest.approx(expected, abs=1e-9)
    assert (found == 0.0) == (expected < 1e-9)


def test_the_pack_is_the_hub_of_a_star_eliminated():
    """A star of 12 groups about a hub without charge: its Schur complement is the complete graph over 12."""
    star = np.zeros((GROUPS + 1, GROUPS + 1))
    for g in range(GROUPS):
        star[np.ix_([g, GROUPS], [g, GROUPS])] += [[1.0, -1.0], [-1.0, 1.0]]
    eliminated = star[:-1, :-1] - np.outer(star[:-1, -1], star[-1, :-1]) / star[-1, -1]
    assert laplacian(available(Graph.PACK)) == pytest.approx(eliminated, abs=1e-14)
    assert laplacian(available(Graph.COMPLETE)) / GROUPS == pytest.approx(eliminated, abs=1e-14)


@given(
    chosen=st.lists(st.booleans(), min_size=len(LINKS), max_size=len(LINKS)),
    capacity=st.lists(st.floats(0.1, 10.0), min_size=GROUPS, max_size=GROUPS),
)
def test_rates_lie_within_their_bounds(chosen, capacity):
    x, u, c = EVERYTHING
    x["linked"], u["group_capacity"] = chosen, capacity
    root = np.sqrt(capacity)
    rates = np.linalg.eigvalsh(laplacian(chosen) / np.outer(root, root))
    assert rates[-1] <= balancing_graph.fastest_rate(x, u, c) * (1.0 + 1e-12)
    assert rates[1] >= np.linalg.eigvalsh(laplacian(chosen))[1] / max(capacity) - 1e-12


def test_links_of_the_graphs():
    assert links(Graph.PATH, 3) == ((0, 1), (1, 2))
    assert links(Graph.RING, 3) == ((0, 1), (1, 2), (2, 0))
    assert links(Graph.STAR, 3) == ((0, 1), (0, 2))
    assert links(Graph.COMPLETE, 3) == ((0, 1), (0, 2), (1, 2))
    assert links(Graph.PACK, 2) == ((0, PACK), (1, PACK))
    with pytest.raises(InputError, match="as a ring needs at least 3 groups, not 2"):
        links(Graph.RING, 2)
