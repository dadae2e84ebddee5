"""Particles: the surface under a constant flux, steps in parts, lithium, and the response ahead."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry import particles
from packfmu.models.electrochemistry.kind import Mesh
from packfmu.models.electrochemistry.sphere import eigenvalues
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.electrochemistry.particles import started, with_diffusivity

MANY = replace(PARAMETERS, mesh=Mesh(modes=24))
RATE = -2e-4
"""By which the mean changes [1/s]."""

SQUARES = eigenvalues(2000) ** 2

VARYING = with_diffusivity(lambda x: 10.0 ** (0.5 * np.cos(6.0 * x)))


def crank(time, diffusion):
    """Return how far the surface departs from the mean under `RATE`, by the series of Crank (6.45)."""
    terms = (1.0 - np.exp(-SQUARES * diffusion * time)) / SQUARES
    return RATE / diffusion * (2.0 / 3.0 * terms.sum() + 1.0 / 15.0 - (2.0 / 3.0 / SQUARES).sum())


def go(cell, steps, h, rate=RATE):
    particles.prepare(cell.x, cell.p, 0, 0.5 * h)
    for _ in range(steps):
        particles.advance(cell.x, cell.p, 0, 0, 0, rate)


def departure(cell, rate=RATE):
    surface = particles.surface(cell.x, cell.p, 0, 0, 0, rate)
    return surface - cell.x["mean_stoichiometry"][0, 0]


@pytest.mark.parametrize("time", [10.0, 100.0, 1000.0, 10000.0])
@pytest.mark.parametrize("steps", [1, 10])
def test_constant_flux_follows_the_series_at_any_step(time, steps):
    cell = started(MANY)
    go(cell, steps, time / steps)
    exact = crank(time, cell.x["diffusion_rate"][0, 0])
    assert departure(cell) == pytest.approx(exact, rel=2e-5)  # that of 24 modes


@pytest.mark.parametrize("volumes", [20, 40])
def test_volumes_follow_the_series_too(volumes):
    cell = started(with_diffusivity(lambda x: 1.0 + 1e-9 * x, volumes))
    go(cell, 200, 1.0)
    exact = crank(200.0, cell.x["diffusion_rate"][0, 0])
    assert departure(cell) == pytest.approx(exact, rel=1.6 / volumes**2)


@pytest.mark.parametrize("h", [1e-3, 1.0, 3600.0])
def test_two_half_steps_equal_one(h):
    whole, halves = started(PARAMETERS), started(PARAMETERS)
    go(whole, 1, h)
    go(halves, 2, 0.5 * h)
    np.testing.assert_allclose(halves.x["mode"], whole.x["mode"], rtol=1e-12, atol=1e-18)


@pytest.mark.parametrize("kind", [PARAMETERS, VARYING], ids=["modes", "volumes"])
def test_lithium_is_conserved(kind):
    cell, random, charge = started(kind), np.random.default_rng(2), 0.0
    start = cell.x["mean_stoichiometry"][0, 0]
    for _ in range(1500):
        rate, h = 2e-4 * random.standard_normal(), random.choice([0.1, 1.0, 10.0])
        particles.prepare(cell.x, cell.p, 0, 0.5 * h)
        changed = particles.advance(cell.x, cell.p, 0, 0, 0, rate)
        assert changed == pytest.approx(h * rate, rel=1e-12)
        charge += changed
    mean = cell.x["mean_stoichiometry"][0, 0] + cell.x["mean_remainder"][0, 0]
    assert mean - start == pytest.approx(charge, abs=1e-15)


@pytest.mark.parametrize("kind", [PARAMETERS, VARYING], ids=["modes", "volumes"])
def test_profile_has_no_mean_of_its_own(kind):
    cell = started(kind)
    go(cell, 50, 20.0)
    if cell.x["profile"].size:
        profile = cell.x["profile"][0, :20]
        assert abs(cell.p["volume_share"] @ profile) < 1e-16
        assert np.abs(profile).max() > 1e-3


def test_response_of_modes_is_what_a_step_leads_to():
    cell = started(PARAMETERS)
    go(cell, 3, 20.0)
    particles.prepare(cell.x, cell.p, 0, 7.0)
    level, slope = particles.respond(cell.x, cell.p, 0, 0, 0)
    particles.follow(cell.x, cell.p, 0, 0, 0, 3e-4)
    assert particles.surface(cell.x, cell.p, 0, 0, 0, 3e-4) == pytest.approx(level + slope * 3e-4, abs=1e-15)
