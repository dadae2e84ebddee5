"""Tables over any nodes on a uniform grid: exact where they can be, and else off by what is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.pack.cells.grid import MOST_SEGMENTS, deviation, resampled, segments

PERCENT = st.lists(st.integers(0, 100), min_size=1, max_size=12, unique=True)


@pytest.mark.parametrize(
    ("nodes", "number"),
    [
        ([[0.0, 1.0]], 1),
        ([[0.0, 0.5, 1.0], [0.0, 0.25, 1.0]], 4),
        ([np.arange(201) / 200], 200),
        ([[0.1, 0.2], [0.5]], 10),
        ([np.linspace(0.0, 1.0, 31), [0.1]], 30),
        ([[0.0, 1.0 / np.pi, 1.0]], MOST_SEGMENTS),
        ([np.arange(1001) / 1000], MOST_SEGMENTS),
    ],
)
def test_the_least_number_of_segments_that_meets_every_node(nodes, number):
    assert segments(nodes) == number


@given(PERCENT, st.integers(1, 5))
def test_a_table_whose_nodes_are_met_is_the_given_one_everywhere(percent, factor):
    nodes = np.sort(percent) / 100.0
    values = np.sin(7.0 * nodes) + 3.0
    number = segments([nodes]) * factor
    table = resampled(nodes, values, number)
    assert np.array_equal(table[np.rint(nodes * number).astype(int)], values)
    at = np.linspace(0.0, 1.0, 777)
    held = np.interp(np.clip(at, nodes[0], nodes[-1]), np.linspace(0.0, 1.0, number + 1), table)
    within = (at >= nodes[0]) & (at <= nodes[-1])
    np.testing.assert_allclose(held[within], np.interp(at, nodes, values)[within], rtol=1e-12)
    assert deviation(nodes, values, table)[0] <= 1e-12


def test_beyond_its_nodes_a_table_is_constant():
    assert resampled([0.25, 0.5], [1.0, 2.0], 4).tolist() == [1.0, 1.0, 2.0, 2.0, 2.0]


@given(st.lists(st.integers(1, 10**6 - 1), min_size=1, max_size=20, unique=True))
def test_the_deviation_is_the_greatest_there_is(millionths):
    nodes = np.array([0.0, *(number / 1e6 for number in sorted(millionths)), 1.0])
    values = 3.0 + np.cos(40.0 * nodes)
    table = resampled(nodes, values, MOST_SEGMENTS)
    at = np.unique(np.concatenate([nodes, np.linspace(0.0, 1.0, 5001)]))
    off = np.interp(at, np.linspace(0.0, 1.0, table.size), table) - np.interp(at, nodes, values)
    greatest, node = deviation(nodes, values, table)
    assert greatest == pytest.approx(np.abs(off).max(), abs=1e-12)
    assert abs(off[at == node][0]) == greatest
