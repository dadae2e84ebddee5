"""SEI growth: both regimes, exact composition, an independent solver; noise with exact moments at every step size."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.stats import ncx2, norm

from packfmu.core.kernel import kernel
from packfmu.models.aging.sei import (
    LARGEST_RATIO,
    activity,
    coordinate,
    diffuse,
    film_resistance,
    grow,
    lithium_charge,
    thickness_at,
)
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from packfmu.models.numerics.noise import increment, stream

DAY = 86400.0
YEAR = 365.0 * DAY
SPEED = 1e-15
"""m/s: 86 nm in 1000 days, were there no film."""
DIFFUSION = 2e-23
"""m2/s: 36 nm in a year."""
REFERENCE = (298.15, 0.1)

THICKNESS = st.floats(0.0, 1e-6)
SPEEDS = st.floats(1e-18, 1e-9)
DIFFUSIONS = st.floats(1e-28, 1e-18)
DURATION = st.floats(1.0, 10.0 * YEAR)

PATHS = 20000
LIKELY = 4.0
"""Standard errors that a seeded statistic may be off."""


@pytest.mark.parametrize("h", [DAY, YEAR, 10.0 * YEAR])
def test_a_film_limited_by_diffusion_grows_with_the_square_root(h):
    """Within 0.1 % where the reaction would be 4000 times faster than the film after a day lets it be."""
    assert grow(0.0, 1e-9, DIFFUSION, h) == pytest.approx(math.sqrt(2.0 * DIFFUSION * h), rel=1e-3)


def test_the_square_root_goes_on_from_where_it_is():
    after = grow(grow(0.0, 1e-6, DIFFUSION, YEAR), 1e-6, DIFFUSION, 3.0 * YEAR)
    assert after == pytest.approx(2.0 * math.sqrt(2.0 * DIFFUSION * YEAR), rel=1e-6)


@pytest.mark.parametrize("h", [1.0, DAY, YEAR])
def test_a_film_limited_by_reaction_grows_in_proportion(h):
    assert grow(0.0, SPEED, 1e-10, h) == pytest.approx(SPEED * h, rel=1e-6)


def test_crossover_of_the_regimes():
    """At ``t = k / (2 r**2)`` the two limits meet; both in series have reached ``L = (sqrt 2 - 1) A / 2``."""
    length = 2.0 * DIFFUSION / SPEED
    crossing = DIFFUSION / (2.0 * SPEED**2)
    assert SPEED * crossing == pytest.approx(0.25 * length)
    assert math.sqrt(2.0 * DIFFUSION * crossing) == pytest.approx(0.5 * length)
    assert grow(0.0, SPEED, DIFFUSION, crossing) == pytest.approx(0.5 * (math.sqrt(2.0) - 1.0) * length, rel=1e-14)


@given(thickness=THICKNESS, speed=SPEEDS, diffusion=DIFFUSIONS, h=DURATION, share=st.floats(0.0, 1.0))
def test_two_steps_are_one(thickness, speed, diffusion, h, share):
    cut = share * h
    twice = grow(grow(thickness, speed, diffusion, cut), speed, diffusion, h - cut)
    assert twice == pytest.approx(grow(thickness, speed, diffusion, h), rel=1e-14, abs=1e-30)


@given(thickness=THICKNESS, speed=SPEEDS, diffusion=DIFFUSIONS, h=DURATION)
def test_growth_is_bounded_by_both_limits(thickness, speed, diffusion, h):
    growth = grow(thickness, speed, diffusion, h) - thickness
    rounding = 1e-15 * (thickness + math.sqrt(2.0 * diffusion * h))
    assert -rounding <= growth <= min(speed * h, math.sqrt(2.0 * diffusion * h)) + rounding


@pytest.mark.parametrize("thickness", [0.0, 1e-9, 5e-8])
@pytest.mark.parametrize("diffusion", [1e-24, 2e-23, 1e-20])
def test_against_an_independent_solver(thickness, diffusion):
    """In nm and days, so that the solver's steps are of ordinary size."""

    def right(_, film):
        return [1.0 / (1.0 / (SPEED * DAY * 1e9) + film[0] / (diffusion * DAY * 1e18))]

    reference = solve_ivp(right, (0.0, 365.0), [thickness * 1e9], method="LSODA", rtol=1e-11, atol=1e-12).y[0, -1]
    assert grow(thickness, SPEED, diffusion, YEAR) * 1e9 == pytest.approx(reference, rel=1e-8)


@given(thickness=st.floats(1e-12, 1e-6), length=st.floats(1e-15, 1.0))
def test_coordinate_and_thickness_are_inverse(thickness, length):
    assert thickness_at(coordinate(thickness, length), length) == pytest.approx(thickness, rel=1e-14)


def test_activity_by_temperature_and_potential():
    assert activity(5e4, 0.5, 0.1, 298.15, REFERENCE) == 1.0
    warm = activity(5e4, 0.0, 3.0, 308.15, REFERENCE)
    assert warm == pytest.approx(math.exp(5e4 / GAS_CONSTANT * (1 / 298.15 - 1 / 308.15)), rel=1e-14)
    # a potential that is lower by R T ln 2 / (alpha F) doubles the growth
    lower = 0.1 - GAS_CONSTANT * 298.15 * math.log(2.0) / (0.5 * FARADAY_CONSTANT)
    assert activity(5e4, 0.5, lower, 298.15, REFERENCE) == pytest.approx(2.0, rel=1e-13)


def test_lithium_and_resistance_of_a_film():
    assert lithium_charge(1e-8, 2.0, 2e9) == pytest.approx(40.0)
    assert film_resistance(1e-8, 2.0, 5e-6) == pytest.approx(1e-3)


@kernel
def march(squares, diffusions, noise, steps, h):
    """Step one film a cell along its own path, and leave the squares behind."""
    for cell in range(squares.shape[0]):
        source = stream(11, cell)
        for n in range(steps):
            deviate = increment(source, n * h, (n + 1) * h, 10) / math.sqrt(h)
            squares[cell] = diffuse(squares[cell], diffusions[cell], noise, h, deviate)


def ended(start, diffusions, noise, steps, duration=1.0):
    squares = np.full(len(diffusions), start)
    march(squares, diffusions, noise, steps, duration / steps)
    return squares


def assert_moments(squares, mean, variance):
    """Compare with mean and variance within the sampling error, that of the variance by the fourth moment."""
    away = squares - squares.mean()
    assert abs(squares.mean() - mean) < LIKELY * math.sqrt(variance / len(squares))
    assert abs(squares.var() - variance) < LIKELY * math.sqrt(((away**4).mean() - squares.var() ** 2) / len(squares))
    assert squares.min() >= 0.0


@pytest.mark.parametrize("steps", [1, 8, 64])
@pytest.mark.parametrize(("start", "noise"), [(1.0, 0.3), (0.0, 1.0), (0.2, 1.4), (0.1, 2.4)])
def test_moments_at_any_step_size(start, noise, steps):
    """Up to sigma**2 = 4 k the film stays; at 2.4 the other branch of the scheme takes part."""
    k, t = 0.5, 1.0
    squares = ended(start, np.full(PATHS, k), noise, steps, t)
    assert_moments(squares, start + 2.0 * k * t, noise**2 * (start * t + k * t**2))


def moment(function, split):
    """Expectation over a standard normal deviate, the integral being cut where the integrand has a kink."""

    def weighed(z):
        return function(z) * norm.pdf(z)

    return sum(quad(weighed, a, b, epsabs=1e-11, limit=200)[0] for a, b in pairwise((-10.0, split, 10.0)))


@pytest.mark.parametrize("noise", [0.05, 0.8, 1.4, 1.7, 1.8, 2.4, 4.0])
@pytest.mark.parametrize("start", [0.0, 0.3])
@pytest.mark.parametrize("h", [0.1, 3.0])
def test_mean_and_variance_of_a_step_are_exact(start, noise, h):
    """By quadrature; the scheme's other branch begins at sigma**2 = 3 for a film that starts from nothing."""
    k = 0.5
    mean, variance = start + 2.0 * k * h, noise**2 * (start * h + k * h**2)
    ratio = variance / mean**2
    empty = norm.ppf((ratio - 1.0) / (ratio + 1.0)) if ratio > LARGEST_RATIO else 0.0
    assert moment(lambda z: diffuse(start, k, noise, h, z), empty) == pytest.approx(mean, rel=1e-8)
    second = moment(lambda z: diffuse(start, k, noise, h, z) ** 2, empty)
    assert second - mean**2 == pytest.approx(variance, rel=1e-8, abs=1e-9 * mean**2)


@pytest.mark.parametrize("steps", [1, 8, 64])
def test_variance_splits_into_that_of_cells_and_that_of_noise(steps):
    """k is lognormal over the cells; its part of the variance is 4 t**2 Var(k)."""
    start, noise, t, k, spread = 0.5, 0.4, 1.0, 0.5, 0.2
    width = math.sqrt(math.log(1.0 + spread**2))
    diffusions = k * np.exp(width * np.random.default_rng(3).standard_normal(PATHS) - 0.5 * width**2)
    squares = ended(start, diffusions, noise, steps, t)
    between_cells, within = 4.0 * t**2 * (k * spread) ** 2, noise**2 * (start * t + k * t**2)
    assert_moments(squares, start + 2.0 * k * t, between_cells + within)
    expected = start + 2.0 * diffusions * t
    assert expected.var() == pytest.approx(between_cells, rel=0.05)  # of the sample: lognormal, 20000 of them
    assert (squares - expected).var() == pytest.approx(within, rel=0.05)


def test_without_noise_the_coordinate_grows_evenly():
    assert ended(0.5, np.array([0.5]), 0.0, 64)[0] == pytest.approx(1.5, rel=1e-14)
    assert diffuse(0.0, 0.0, 1.0, 1.0, 2.0) == 0.0


@pytest.mark.parametrize(("noise", "worst"), [(0.5, 0.01), (1.0, 0.03), (1.4, 0.06)])
def test_distribution_of_one_long_step(noise, worst):
    """The law at t is a noncentral chi square of 8 k / sigma**2 degrees; `worst` is measured, and rounded up."""
    start, k, t = 0.5, 0.5, 1.0
    chances = (np.arange(10000) + 0.5) / 10000
    squares = np.sort([diffuse(start, k, noise, t, z) for z in norm.ppf(chances)])
    scale = 0.25 * noise**2 * t
    exact = ncx2.cdf(squares / scale, 8.0 * k / noise**2, start / scale)
    assert np.abs(exact - chances).max() < worst


def third_cumulant_error(h, start=1.0, k=0.5, noise=0.5):
    """That of one step less the exact one; the quadrature is exact for the square of a shifted deviate."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    squares = np.array([diffuse(start, k, noise, h, z) for z in nodes])
    away = squares - start - 2.0 * k * h
    scale = 0.25 * noise**2 * h
    return weights @ away**3 / weights.sum() - scale**2 * (24.0 * start + 16.0 * k * h)


def test_weak_order_in_the_third_moment_is_two():
    """Mean and variance have no error; the third cumulant of a step has one of order 3, which 1/h steps add up."""
    steps = np.array([0.02, 0.04, 0.08])
    order = np.polyfit(np.log(steps), np.log([abs(third_cumulant_error(h)) for h in steps]), 1)[0]
    assert order - 1.0 == pytest.approx(2.0, abs=0.2)


def test_paths_converge_with_order_one():
    """Step sizes differ, the path of the noise does not: root mean square distance to a path of 1024 steps."""
    diffusions, steps = np.full(2000, 0.5), np.array([8, 16, 32, 64])
    finest = ended(1.0, diffusions, 0.5, 1024)
    errors = [np.sqrt(np.mean((ended(1.0, diffusions, 0.5, n) - finest) ** 2)) for n in steps]
    order = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert order == pytest.approx(1.0, abs=0.2)


def test_a_repeated_step_replays_its_noise():
    once = ended(1.0, np.full(4, 0.5), 0.5, 8)
    assert ended(1.0, np.full(4, 0.5), 0.5, 8).tolist() == once.tolist()
    assert len(set(once)) == 4
