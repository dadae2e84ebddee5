"""Rates of consensus against the spectra of known graphs, and times against closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.balancing.graph import Graph, links
from packfmu.models.balancing.stability import NEVER, incidence, lyapunov_factor, rates, time_to_balance

GROUPS, CAPACITY, GAIN = 6, 1e5, 50.0


def modes(graph, capacity=CAPACITY):
    return rates(incidence(GROUPS, links(graph, GROUPS)), np.full(GROUPS, capacity), GAIN)


@pytest.mark.parametrize(
    ("graph", "eigenvalues"),
    [
        (Graph.PATH, [2.0 - 2.0 * math.cos(math.pi * k / GROUPS) for k in range(GROUPS)]),
        (Graph.RING, sorted(2.0 - 2.0 * math.cos(2.0 * math.pi * k / GROUPS) for k in range(GROUPS))),
        (Graph.STAR, [0.0, 1.0, 1.0, 1.0, 1.0, GROUPS]),
        (Graph.COMPLETE, [0.0] + [float(GROUPS)] * (GROUPS - 1)),
        (Graph.PACK, [0.0] + [1.0] * (GROUPS - 1)),
    ],
)
def test_rates_are_those_of_the_laplacian(graph, eigenvalues):
    np.testing.assert_allclose(modes(graph), GAIN / CAPACITY * np.array(eigenvalues), rtol=1e-9, atol=1e-15)


@given(steps=st.integers(1, 400))
def test_the_lyapunov_function_falls_by_the_factor_at_least(steps):
    """Of random states of charge after a step; beyond 2 over the greatest rate it may grow."""
    columns = incidence(GROUPS, links(Graph.PATH, GROUPS))
    capacity = CAPACITY * np.linspace(0.8, 1.2, GROUPS)
    spectrum = rates(columns, capacity, GAIN)
    step = steps / 200.0 / spectrum[-1]
    apart = np.random.default_rng(steps).normal(size=GROUPS)
    apart -= (capacity @ apart) / capacity.sum()
    after = apart - step * GAIN * columns @ (columns.T @ apart) / capacity
    factor = lyapunov_factor(spectrum, step)
    assert (capacity @ after**2) <= factor * (capacity @ apart**2) * (1.0 + 1e-9)
    assert (factor < 1.0) == (step * spectrum[-1] < 2.0)


def test_two_groups_fall_on_a_line_and_then_exponentially():
    """Spread s: ds/dt = -2 I / Q at the rated current I down to s = I / gain, then -2 gain s / Q."""
    rated, target, columns = 1.0, 0.005, incidence(2, links(Graph.PATH, 2))
    time = time_to_balance(np.array([0.9, 0.8]), np.full(2, CAPACITY), columns, GAIN, rated, target)
    knee = rated / GAIN
    line, tail = (0.1 - knee) * CAPACITY / (2.0 * rated), CAPACITY / (2.0 * GAIN) * math.log(knee / target)
    assert time == pytest.approx(line + tail, rel=1e-5)  # the tolerance of the integration


def test_groups_without_a_path_of_links_are_never_balanced():
    columns = incidence(3, [(0, 1)])
    assert time_to_balance(np.array([0.9, 0.8, 0.5]), np.full(3, CAPACITY), columns, GAIN, 1.0, 0.01) == NEVER


def test_a_balanced_pack_takes_no_time():
    columns = incidence(2, [(0, 1)])
    assert time_to_balance(np.array([0.9, 0.9]), np.full(2, CAPACITY), columns, GAIN, 1.0, 0.01) == 0.0


@given(seed=st.integers(0, 200), parts=st.integers(1, 4))
def test_each_part_that_no_link_joins_has_a_mode_of_rate_0(seed, parts):
    capacity = CAPACITY * np.random.default_rng(seed).uniform(0.5, 1.5, 3 * parts)
    ends = [(3 * part + k, 3 * part + k + 1) for part in range(parts) for k in range(2)]
    found = rates(incidence(3 * parts, ends), capacity, GAIN)
    assert np.count_nonzero(found == 0.0) == parts
    assert found[parts] > 1e-5
