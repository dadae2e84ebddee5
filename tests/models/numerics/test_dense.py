"""A small dense system: against numpy, and where a part has no solution."""

import numpy as np
import pytest

from packfmu.models.numerics import dense


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_solutions_are_those_of_numpy(n):
    generator = np.random.default_rng(n)
    matrix, vector = generator.normal(size=(n, n)), generator.normal(size=n)
    expected, found = np.linalg.solve(matrix, vector), vector.copy()
    dense.solve(matrix.ravel(), found)
    assert found == pytest.approx(expected, rel=1e-10)


def test_a_zero_on_the_diagonal_is_no_obstacle():
    found = np.array([2.0, 3.0])
    dense.solve(np.array([0.0, 1.0, 1.0, 0.0]), found)
    assert list(found) == [3.0, 2.0]


def test_what_has_no_solution_is_0():
    found = np.array([4.0, 1.0])
    dense.solve(np.array([2.0, 0.0, 0.0, 0.0]), found)
    assert list(found) == [2.0, 0.0]
