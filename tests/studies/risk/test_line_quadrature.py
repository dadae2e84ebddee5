import numpy as np
import pytest
from scipy import stats

from packfmu.core.errors import InputError
from packfmu.studies.risk.line_quadrature import line_quadrature

ot = pytest.importorskip("openturns", reason="openturns is of the extra studies")


def test_a_plane_is_exact():
    found = line_quadrature(lambda x: 4.0 - x.sum(axis=1) / np.sqrt(3.0), ot.Normal(3), 3)
    assert float(found.probability) == pytest.approx(stats.norm.sf(4.0), rel=1e-6)
    assert bool(found.converged)


def test_a_parabola_is_that_of_an_integral_over_its_vertex():
    """``P(3 + z^2 / 10 < u)`` over z is an expectation that Gauss-Hermite of 7 nodes has to 1e-6 of it."""
    exact = stats.norm.expect(lambda z: stats.norm.sf(3.0 + 0.1 * z**2))
    found = line_quadrature(lambda x: 3.0 + 0.1 * x[:, 1] ** 2 - x[:, 0], ot.Normal(2), 9)
    assert float(found.probability) == pytest.approx(exact, rel=1e-4)
    assert float(found.error) < 1e-3


def test_many_inputs_are_for_sampling():
    with pytest.raises(InputError, match="nodes = 7 across 9 inputs are 40353607 lines: more than 20000"):
        line_quadrature(lambda x: x[:, 0], ot.Normal(10))
