"""Particles of a diffusivity that depends on the stoichiometry: order in time and space, an independent solver."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from packfmu.core.interpreted import interpreted
from packfmu.models.electrochemistry import particles
from packfmu.models.electrochemistry.volumes import volumes
from tests.models.electrochemistry.particles import started, with_diffusivity

RATE, TIME = -2e-4, 400.0
prepare, advance = interpreted(particles.prepare), interpreted(particles.advance)


def factor(x):
    return 10.0 ** (0.5 * np.cos(6.0 * x))


def rate(time):
    """Return a rate of the mean that begins without a jump [1/s]."""
    return RATE * np.sin(np.pi * time / TIME) ** 2


def profile(volumes, h):
    """Return the profile after `TIME` in steps of h."""
    cell = started(with_diffusivity(factor, volumes))
    prepare(cell.x, cell.p, 0, 0.5 * h)
    for n in range(round(TIME / h)):
        advance(cell.x, cell.p, 0, 0, 0, rate((n + 0.5) * h))
    return cell.x["profile"][0, :volumes].copy()


def reference(shells=400):
    """Return the same by uniform shells and scipy, the surface by a parabola with the known gradient."""
    cell = started(with_diffusivity(factor))
    diffusion, mean = cell.x["diffusion_rate"][0, 0], cell.x["mean_stoichiometry"][0, 0]
    middle = cell.p["diffusivity_middle"][0]
    curve = with_diffusivity(factor).negative.materials[0].diffusivity
    faces = np.linspace(0.0, 1.0, shells + 1)
    held = np.diff(faces**3) / 3.0

    def right(time, x):
        inner = 0.5 * (x[1:] + x[:-1])
        flux = faces[1:-1] ** 2 * diffusion * curve(inner) / middle * np.diff(x) * shells
        flux = np.concatenate([[0.0], flux, [rate(time) / 3.0]])
        return np.diff(flux) / held

    solved = solve_ivp(
        right, (0.0, TIME), np.full(shells, mean), method="LSODA", lband=1, uband=1, rtol=1e-9, atol=1e-11
    )
    x = solved.y[:, -1]
    return (9.0 * x[-1] - x[-2]) / 8.0 - 3.0 * held @ x


def test_volumes_hold_a_sphere():
    found = volumes(20)
    assert (found.below + found.own + found.above).sum() == pytest.approx(1.0, abs=1e-14)
    assert found.share.sum() == pytest.approx(1.0, abs=1e-14)
    assert found.force.sum() == pytest.approx(0.0, abs=1e-14)


def test_second_order_in_the_step():
    found = [profile(20, h) for h in (40.0, 20.0, 10.0, 5.0)]
    differences = np.abs(np.diff(found, axis=0)).max(axis=1)
    np.testing.assert_allclose(np.log2(differences[:-1] / differences[1:]), 2.0, atol=0.2)


def test_second_order_in_space_towards_an_independent_solver():
    exact = reference()
    errors = [abs(profile(count, 4.0)[-1] - exact) for count in (10, 20, 40)]
    assert errors[1] < 5e-3 * abs(exact)
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.5)  # of a mesh whose grading changes with it
    assert errors[2] < errors[1]


@pytest.mark.parametrize("h", [1e-3, 3600.0])
def test_any_step_is_finite(h):
    cell = started(with_diffusivity(factor))
    prepare(cell.x, cell.p, 0, 0.5 * h)
    advance(cell.x, cell.p, 0, 0, 0, min(0.1 / h, 1e-2))
    assert np.isfinite(cell.x["profile"]).all()
    assert np.abs(cell.x["profile"]).max() < 1.0
