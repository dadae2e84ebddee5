"""Materials in equilibrium: two alike are one, straight potentials share their lithium by a closed form."""

import numpy as np
import pytest

from packfmu.models.electrochemistry.mixture import mixture
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.electrochemistry.blends import divided, straight

FILLING = np.linspace(0.05, 0.9, 40)


def test_one_material_is_its_own_mixture():
    mixed, (material,) = mixture(PARAMETERS.negative), PARAMETERS.negative.materials
    assert mixed.potential is material.open_circuit_potential
    assert (mixed.empty, mixed.full) == (material.minimum_stoichiometry, material.maximum_stoichiometry)
    np.testing.assert_allclose(mixed.stoichiometries[0](FILLING), FILLING, rtol=1e-15)


def test_two_alike_are_one():
    mixed, (material,) = mixture(divided(PARAMETERS.positive, 0.3)), PARAMETERS.positive.materials
    np.testing.assert_allclose(mixed.shares, [0.3, 0.7], rtol=1e-14)
    within = np.linspace(0.3, 0.85, 40)
    np.testing.assert_allclose(mixed.potential(within), material.open_circuit_potential(within), atol=2e-5)
    for curve in mixed.stoichiometries:
        np.testing.assert_allclose(curve(within), within, atol=1e-5)


def test_straight_potentials_share_their_lithium():
    """``a - b x = c - d y`` and ``w x + (1 - w) y = z`` as long as both are between 0 and 1."""
    (a, b), (c, d), share = (3.0, 1.0), (3.0, 0.5), 0.4
    mixed = mixture(straight((a, b), (c, d), share))
    z = np.linspace(0.05, 0.6, 30)
    x = z / (share + (1.0 - share) * b / d)
    np.testing.assert_allclose(mixed.stoichiometries[0](z), x, atol=1e-6)
    np.testing.assert_allclose(mixed.stoichiometries[1](z), b / d * x, atol=1e-6)
    np.testing.assert_allclose(mixed.potential(z), a - b * x, atol=1e-6)
    assert mixed.empty == pytest.approx(0.1, rel=1e-14)
    assert mixed.full == pytest.approx(0.8, rel=1e-14)


def test_the_lithium_of_the_materials_is_that_of_the_electrode():
    mixed = mixture(straight((3.2, 1.0), (3.0, 0.5), 0.7))
    z = np.linspace(mixed.potential.low, mixed.potential.high, 301)
    total = sum(share * curve(z) for share, curve in zip(mixed.shares, mixed.stoichiometries, strict=True))
    np.testing.assert_allclose(total, z, atol=1e-5)
