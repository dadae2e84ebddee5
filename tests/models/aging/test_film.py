"""Growth of the film by closed forms. Its noise: replayed, the same path at any step, the moments of its equation."""

import math

import numpy as np
import pytest

from tests.models.aging.agings import DAY, FEW, FILM, YEAR, grown, started, step

MANY = 4000
LIKELY = 4.0
"""Standard errors that a seeded statistic may be off."""
NOISY = {"film_noise": 0.8, "noise_seed": 11, "reaction_speed": 1e-6, "aging_rate": 1.0}
"""Limited by diffusion: ``y`` is the square of the thickness."""
DIFFUSION = FILM.sei.diffusion


def film(speed, diffusion, **start):
    return started(reaction_speed=speed, diffusion=diffusion, initial_thickness=0.0, **start)


@pytest.mark.parametrize("steps", [1, 12, 365])
def test_a_film_limited_by_diffusion_grows_with_the_square_root(steps):
    """Within 0.1 % at a reaction that could grow 1e4 times as far."""
    thickness = grown(film(1e-11, 3e-23), YEAR, steps)
    assert thickness == pytest.approx(math.sqrt(2.0 * 3e-23 * YEAR), rel=1e-3)


@pytest.mark.parametrize("steps", [1, 12, 365])
def test_a_film_limited_by_its_reaction_grows_in_proportion(steps):
    """Within 1e-6: the film is 1e-7 of the way that diffusion could go."""
    thickness = grown(film(1e-15, 1e-10), YEAR, steps)
    assert thickness == pytest.approx(1e-15 * YEAR, rel=1e-6)


@pytest.mark.parametrize("steps", [1, 12, 365])
def test_between_the_regimes_the_law_of_deal_and_grove_holds(steps):
    """``L**2 / (2 k) + L / r = t``, which is not how it is computed; 365 steps round 365 times."""
    speed, diffusion = 1e-15, 1e-23
    thickness = grown(film(speed, diffusion), YEAR, steps)
    assert thickness**2 / (2.0 * diffusion) + thickness / speed == pytest.approx(YEAR, rel=1e-12)
    assert 0.2 < thickness[0] / (speed * YEAR) < 0.8


def test_under_varying_stress_both_limits_follow_the_weighed_time():
    reaction, diffusive = film(1e-15, 1e-10), film(1e-11, 3e-23)
    for n in range(40):
        stress = {"reaction_time": DAY * (1.0 + n % 7), "diffusion_time": DAY * (1.0 + n % 3)}
        for instance in (reaction, diffusive):
            step(instance, 2.0 * DAY, **stress)
    weighed = reaction.u["reaction_time"][0], diffusive.u["diffusion_time"][0]
    assert reaction.y["film_thickness"] == pytest.approx(1e-15 * weighed[0], rel=1e-5)
    assert diffusive.y["film_thickness"] == pytest.approx(math.sqrt(2.0 * 3e-23 * weighed[1]), rel=1e-3)


def test_no_stress_no_film():
    instance = started()
    step(instance, YEAR, reaction_time=0.0, diffusion_time=YEAR)
    step(instance, YEAR, reaction_time=YEAR, diffusion_time=0.0)
    assert np.all(instance.y["film_thickness"] == FILM.sei.initial_thickness)
    assert np.all(instance.y["capacity_loss"] == 0.0)


def test_a_restored_state_replays_the_noise_to_the_last_bit():
    instance = started(**NOISY)
    grown(instance, YEAR, 5)
    saved = instance.memory.copy()
    first = grown(instance, YEAR, 7)
    instance.memory[:] = saved
    assert grown(instance, YEAR, 7).tolist() == first.tolist()
    assert len(set(first)) == FEW
    assert grown(started(**NOISY | {"noise_seed": 12}), 2.0 * YEAR, 1).tolist() != first.tolist()


def squares(steps, duration, **start):
    """Return the squares of many thicknesses, in units of ``2 k duration``."""
    instance = started(cells=MANY, **NOISY | start)
    return grown(instance, duration, steps) ** 2 / (2.0 * DIFFUSION * duration)


def assert_moments(values, mean, variance):
    """Compare with mean and variance within the sampling error, that of the variance by the fourth moment."""
    away = values - values.mean()
    assert abs(values.mean() - mean) < LIKELY * math.sqrt(variance / len(values))
    assert abs(values.var() - variance) < LIKELY * math.sqrt(((away**4).mean() - values.var() ** 2) / len(values))


@pytest.mark.parametrize("steps", [1, 8, 64])
@pytest.mark.parametrize("start", [0.0, 0.5])
def test_mean_and_variance_of_the_square_at_any_step(steps, start):
    """``y_0 + 2 k t`` and ``sigma**2 (y_0 t + k t**2)`` with sigma**2 = s**2 k, in units of ``2 k t``."""
    duration = 512.0 * DAY
    thickness = math.sqrt(start * 2.0 * DIFFUSION * duration)
    values = squares(steps, duration, initial_thickness=thickness)
    assert_moments(values, start + 1.0, 0.8**2 * (0.5 * start + 0.25))


@pytest.mark.parametrize("steps", [1, 8, 64])
def test_variance_splits_into_that_of_cells_and_that_of_noise(steps):
    """``4 t**2 Var(k)`` beside the noise's; s is one for all cells, so that this has ``E[k**2] = k**2 + Var(k)``."""
    spread, duration = 0.2, 512.0 * DAY
    width = math.sqrt(math.log1p(spread**2))
    rates = np.exp(width * np.random.default_rng(3).standard_normal(MANY) - 0.5 * width**2)
    values = squares(steps, duration, initial_thickness=0.0, aging_rate=rates)
    between, within = spread**2, 0.8**2 * 0.25 * (1.0 + spread**2)
    assert_moments(values, 1.0, between + within)
    # without noise y is the rate; LIKELY standard errors of variances of 4000 values that are nearly normal
    assert rates.var() == pytest.approx(between, rel=LIKELY * math.sqrt(2.0 / MANY) * 1.2)
    assert (values - rates).var() == pytest.approx(within, rel=LIKELY * math.sqrt(2.0 / MANY) * 1.2)


def test_other_steps_follow_the_same_path_of_noise():
    """With order 1 in the length of the step, from a film that is there; so do steps that lie athwart."""
    duration = 512.0 * DAY
    start = {"initial_thickness": math.sqrt(2.0 * DIFFUSION * duration), "film_noise": 0.4}
    finest, counts = squares(256, duration, **start), np.array([4, 8, 16, 32])
    errors = [np.sqrt(np.mean((squares(n, duration, **start) - finest) ** 2)) for n in counts]
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(1.0, abs=0.2)
    assert errors[0] < 0.05 * finest.std()
    athwart = squares(30, duration, **start)
    assert np.corrcoef(athwart, finest)[0, 1] > 0.9999


def test_the_loss_follows_the_thickest_film_so_far():
    """It exceeds that of the film as it is by about ``s**2 / 8``, in daily steps a little less."""
    instance = started(cells=MANY, **NOISY | {"film_noise": 0.5, "initial_thickness": 0.0})
    grown(instance, 200.0 * DAY, 200)
    charge = instance.y["film_thickness"] * FILM.sei.area * FILM.sei.charge_density
    excess = instance.y["capacity_loss"] / (charge / instance.p["capacity"]) - 1.0
    assert np.all(excess >= -1e-15)
    assert excess.mean() == pytest.approx(0.5**2 / 8.0, rel=0.3)
