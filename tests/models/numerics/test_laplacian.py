"""Elimination of the nodes of networks: patterns, Kirchhoff's law in every node, parts that nothing ties down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import Count, Variable
from packfmu.models.numerics import laplacian
from packfmu.models.numerics.pattern import pattern


@kernel
def initialize(x, p, u, y, c):
    pass


@kernel
def advance(x, p, u, y, c, t, h):
    for a in range(x.lasting_conductance.shape[0]):
        x.lasting_conductance[a] = p.between[a]
    laplacian.begin(x)
    for k in range(x.known.shape[0]):
        x.known[k] = u.entering[k]
    laplacian.eliminate(x, c)
    laplacian.substitute(x, c, x.known)
    return DONE


def potentials(nodes, edges, conductances, currents):
    """Potentials of all nodes, the last one being 0."""
    found = pattern(nodes, edges, [nodes - 1])
    between = np.zeros(len(found.row))
    for (i, j), g in zip(edges, conductances, strict=True):
        between[found.pair(i, j)] += g
    own = Fields(
        parameters=(Variable("between", "S", Count(len(between), "pair"), between, 0.0, 1e9, 1.0, "Conductances"),),
        inputs=(Variable("entering", "A", Count(nodes, "node"), 0.0, -1e9, 1e9, 1.0, "Currents"),),
    )
    network = Model("Network", "A network", laplacian.fields(found) + own, initialize, initialize, advance)
    instance = Instance(network)
    instance.u["entering"] = np.asarray(currents, float)[np.argsort(found.place)]
    assert instance.advance(0.0, 1.0) == DONE
    return instance.x["known"][found.place]


@st.composite
def networks(draw):
    """Draw a connected network whose conductances span six decades, and currents into it."""
    nodes = draw(st.integers(2, 12))
    node = st.integers(0, nodes - 1)
    edges = [(draw(st.integers(0, i - 1)), i) for i in range(1, nodes)]
    edges += draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), max_size=20))
    conductances = [10.0 ** draw(st.floats(-3.0, 3.0)) for _ in edges]
    return nodes, edges, conductances, draw(st.lists(st.floats(-10.0, 10.0), min_size=nodes, max_size=nodes))


@settings(max_examples=40, deadline=None)
@given(networks())
def test_potentials_solve_the_equations_of_all_nodes(drawn):
    nodes, edges, conductances, currents = drawn
    found = potentials(*drawn)
    left, scale = np.array(currents), np.abs(currents)
    for (i, j), g in zip(edges, conductances, strict=True):
        flow = g * (found[i] - found[j])
        left[i] -= flow
        left[j] += flow
        scale[[i, j]] += g * (abs(found[i]) + abs(found[j]))
    assert np.all(np.abs(left[:-1]) <= 1e-14 * nodes * scale.max())  # of rounding, as of any stable solution
    assert found[nodes - 1] == 0.0


def test_conductances_far_apart_lose_no_digit():
    """A chain of 1 mS between rails of 1 GS: a matrix with their sums on its diagonal would keep four digits of it."""
    edges, conductances = [(0, 1), (1, 2), (2, 3)], [1e9, 1e-3, 1e9]
    found = potentials(4, edges, conductances, [1.0, 0.0, 0.0, 0.0])
    assert found[:3] == pytest.approx([1e3 + 2e-9, 1e3 + 1e-9, 1e-9], rel=1e-15)
    assert found[0] - found[2] == pytest.approx(1e3 + 1e-9, rel=1e-15)


def test_a_part_that_nothing_ties_down_is_a_network_of_its_own():
    """Its last node is at 0; a current that is taken where it enters moves the others."""
    found = potentials(4, [(0, 1), (2, 3)], [2.0, 5.0], [1.0, -1.0, 10.0, 0.0])
    assert found[0] - found[1] == pytest.approx(0.5, rel=1e-15)
    assert found[2] == pytest.approx(2.0, rel=1e-15)


def test_the_pattern_names_pairs_that_are_not_joined():
    found = pattern(4, [(0, 1), (2, 3)], [3])
    with pytest.raises(KeyError, match="nothing joins the nodes 0 and 2"):
        found.pair(0, 2)


@settings(max_examples=40, deadline=None)
@given(networks())
def test_runs_part_the_nodes_by_the_number_of_their_later_neighbours(drawn):
    found = pattern(drawn[0], drawn[1], [drawn[0] - 1])
    two = np.diff(found.start)[:-1] == 2
    begins = [0, *found.run[:-1]]
    assert found.run[-1] == drawn[0] - 1
    assert all(two[a:b].all() for a, b in zip(begins[::2], found.run[::2], strict=True))
    assert not any(two[a:b].any() for a, b in zip(begins[1::2], found.run[1::2], strict=False))


@pytest.mark.parametrize("side", [4, 9])
def test_elimination_of_a_grid_joins_few_pairs(side):
    """Of a dense order it would be half the square of the nodes."""
    number = np.arange(side * side).reshape(side, side)
    up, right = (number[:-1], number[1:]), (number[:, :-1], number[:, 1:])
    edges = [(int(i), int(j)) for ends in (up, right) for i, j in zip(*(e.ravel() for e in ends), strict=True)]
    pairs = len(pattern(side * side, edges, [0]).row)
    assert len(edges) < pairs < 6 * side * side
