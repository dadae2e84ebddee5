import numpy as np
import pytest

from packfmu.studies.population.counter import chained
from packfmu.studies.population.fields import FieldWithin, RandomField, basis, field_values, modes_of, places

pytest.importorskip("openturns", reason="needs the extra studies")


def test_eigenvalues_of_the_exponential_kernel_are_the_exact_ones():
    _, eigenvalues, _ = modes_of(1.0, 3)
    assert eigenvalues == pytest.approx([1.14931, 0.390941, 0.157049], rel=2e-4)  # of a mesh of 200 intervals


def test_eigenfunctions_are_orthonormal():
    nodes, _, functions = modes_of(1.0, 3)
    products = np.trapezoid(functions[:, None] * functions, nodes)
    assert products == pytest.approx(np.eye(3), abs=1e-3)


def test_a_field_has_variance_1_everywhere_and_the_covariance_of_its_kernel():
    field, at = RandomField(scale=0.7, modes=50), places(9)
    own = basis(field, 9)
    covariance = own.T @ own
    assert np.diag(covariance) == pytest.approx(1.0, abs=1e-12)
    exact = np.exp(-np.abs(at[:, None] - at) / 0.7)
    assert np.abs(covariance - exact).max() < 0.02  # what 50 modes leave out


def test_drawn_fields_have_the_variance_of_their_kernel():
    field = FieldWithin(regions=8, modes=6)
    drawn = field_values(field, 8, chained(2, np.arange(4000)))
    assert drawn.shape == (4000, 8)
    assert drawn.std(axis=0) == pytest.approx(1.0, abs=0.04)
    assert np.cov(drawn.T) == pytest.approx(basis(field, 8).T @ basis(field, 8), abs=0.1)


def test_places_are_the_middles_of_equal_parts():
    assert places(4).tolist() == [-0.75, -0.25, 0.25, 0.75]
