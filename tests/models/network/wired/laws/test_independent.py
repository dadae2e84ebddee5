"""Currents of any netlist against a sparse solver, Kirchhoff's laws, and rational arithmetic beyond its digits.

Currents come out of differences of potentials. Where a potential times a conductance is a million times a current, as
many digits of it are lost, to the sparse solver too: both correct themselves once (`refinement`).
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network.wired import refinement
from packfmu.models.network.wired.netlist import Netlist
from packfmu.models.network.wired.system import wire

from ..netlists import cases, exact, ladder, model


def branches(netlist, emf, resistance):
    """Return first and second node, EMF and resistance of all cells, then all conductors."""
    ends = [(int(c.negative), int(c.positive)) for c in netlist.cells]
    ends += [(int(c.first), int(c.second)) for c in netlist.conductors]
    first, second = np.array(ends).T
    given_emf = np.append(emf, np.zeros(len(netlist.conductors)))
    return first, second, given_emf, np.append(resistance, [c.resistance for c in netlist.conductors])


def entering(netlist, nodes, current, balancing):
    """Return what enters each node [A]."""
    known = np.zeros(nodes)
    for tap, flowing in zip(netlist.taps, balancing, strict=True):
        known[int(tap.lower)] -= flowing
        known[int(tap.upper)] += flowing
    known[0] -= current
    known[int(netlist.positive)] += current
    return known


def found_by_us(netlist, emf, resistance, current, balancing):
    """Return the currents of all branches."""
    instance = Instance(model(wire(netlist)))
    instance.initialize()
    instance.u["emf"], instance.u["resistance"], instance.u["pack_current"] = emf, resistance, current
    instance.u["balancing_current"] = balancing
    assert instance.advance(0.0, 1.0) == DONE
    return np.append(instance.y["current"], instance.y["conductor_current"])


def found_by_splu(netlist, emf, resistance, current, balancing):
    """Return the same by the nodal equations as they stand in books, and the condition number of their matrix."""
    first, second, given_emf, r = branches(netlist, emf, resistance)
    nodes, g = int(netlist.positive) + 1, 1.0 / r
    rows = np.concatenate([first, second, first, second])
    columns = np.concatenate([first, second, second, first])
    matrix = coo_array((np.concatenate([g, g, -g, -g]), (rows, columns)), (nodes, nodes)).tocsc()[1:, 1:].tocsc()
    known = entering(netlist, nodes, current, balancing)
    np.add.at(known, second, g * given_emf)
    np.add.at(known, first, -g * given_emf)
    factor = splu(matrix)
    potential = np.append(0.0, factor.solve(known[1:]))
    currents = g * (potential[second] - potential[first] - given_emf)
    left = entering(netlist, nodes, current, balancing)
    np.add.at(left, second, -currents)
    np.add.at(left, first, currents)
    potential = np.append(0.0, factor.solve(left[1:]))
    return currents + g * (potential[second] - potential[first]), np.linalg.cond(matrix.toarray())


@settings(max_examples=80, deadline=None)
@given(cases(6.0, -4.0))
def test_currents_are_those_of_a_sparse_solver(drawn):
    found, (expected, _) = found_by_us(*drawn), found_by_splu(*drawn)
    assert np.abs(found - expected).max() <= 1e-10 * np.abs(expected).max()


def residuals_of(netlist, emf, resistance, current, balancing):
    """Return the most that flows to and from a node, what is left in nodes and around loops, and the highest level."""
    found = found_by_us(netlist, emf, resistance, current, balancing)
    first, second, given_emf, r = branches(netlist, emf, resistance)
    left = -entering(netlist, int(netlist.positive) + 1, current, balancing)
    np.add.at(left, second, found)
    np.add.at(left, first, -found)
    across, potential = given_emf + r * found, {0: 0.0}
    while len(potential) < len(left):
        for a, b, v in zip(first, second, across, strict=True):
            if a in potential and b not in potential:
                potential[b] = potential[a] + v
            elif b in potential and a not in potential:
                potential[a] = potential[b] - v
    levels = np.array([potential[node] for node in range(len(left))])
    through = np.bincount(first, np.abs(found), len(left)) + np.bincount(second, np.abs(found), len(left))
    return through.max(), left, levels[second] - levels[first] - across, np.abs(levels).max()


def check_laws(through, currents, voltages, highest):
    assert np.abs(currents).max() <= 1e-12 * through
    assert np.abs(voltages).max() <= 1e-12 * max(highest, 1.0)


@settings(max_examples=80, deadline=None)
@given(cases(6.0, -4.0))
def test_kirchhoffs_laws_hold_in_every_node_and_loop(drawn):
    check_laws(*residuals_of(*drawn))


@settings(max_examples=40, deadline=None)
@given(cases(12.0, -9.0, most=8))
def test_beyond_a_million_the_condition_number_bounds_the_error(drawn):
    netlist, emf, resistance, current, balancing = drawn
    cells, conductors, _ = exact(netlist, emf, resistance, current, balancing)
    expected, (_, condition) = np.append(cells, conductors), found_by_splu(*drawn)
    error = np.abs(found_by_us(*drawn) - expected).max()
    assert error <= max(condition * 1e-15, 1e-11) * np.abs(expected).max()


def numbered(netlist):
    """Return the netlist with numbers for nodes, from the negative terminal to the positive one."""
    nodes = dict.fromkeys(node for c in netlist.cells for node in (c.negative, c.positive))
    inner = [node for node in nodes if node not in (netlist.negative, netlist.positive)]
    name = {node: str(i) for i, node in enumerate([netlist.negative, *inner, netlist.positive])}
    cells = [replace(c, negative=name[c.negative], positive=name[c.positive]) for c in netlist.cells]
    conductors = [replace(c, first=name[c.first], second=name[c.second]) for c in netlist.conductors]
    taps = [replace(t, lower=name[t.lower], upper=name[t.upper]) for t in netlist.taps]
    return Netlist("0", name[netlist.positive], tuple(cells), tuple(conductors), tuple(taps))


@pytest.mark.parametrize("segment", [1e-9, 1e-5, 1e-2])
def test_a_long_ladder_keeps_kirchhoffs_laws(segment):
    """24 levels under load, on busbars of up to a million times the conductance of the cells."""
    netlist, rng = numbered(ladder(24, 5, segment, link=segment)), np.random.default_rng(2)
    emf, resistance = rng.uniform(3.6, 3.8, 120), rng.uniform(1e-3, 2e-3, 120)
    check_laws(*residuals_of(netlist, emf, resistance, 200.0, [0.5, *np.zeros(23)]))


@pytest.mark.parametrize(("segment", "felt"), [(1e-5, False), (1e-8, True)])
def test_where_potentials_are_fine_enough_nothing_is_corrected(segment, felt):
    """24 groups: half a volt times 1e5 S leaves 12 digits of a current, times 1e8 S it does not."""
    instance = Instance(model(wire(ladder(24, 4, segment))))
    instance.initialize()
    instance.u["pack_current"] = 40.0
    assert instance.advance(0.0, 1.0) == DONE
    assert refinement.is_felt(instance.x, 40.0) == felt
