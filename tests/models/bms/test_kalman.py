"""The filter against a plain one, against its own statistics, and against nonsense."""

import math
from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.bms import filter_states, kalman, kalman_correction

from ..cells import invented_cell, plain_cell
from .filters import PlainFilter, covariance, factors, group

LEAKAGE, BIAS = -2, -1
# The plain filter knows no least noise, which is 1e-7 of a bound in a step: these drift faster in 30 s.
LIVELY = {"soc_drift": 0.02, "bias_drift": 0.2, "leakage_drift": 0.02}


def plain(kind, x, p):
    return PlainFilter(kind, p, x.estimate[0], covariance(x))


def test_is_the_plain_filter():
    """To 1e-9: in each state, and in the covariance relative to the standard deviations."""
    kind, random = invented_cell(), np.random.default_rng(1)
    x, p = group(kind, capacity_sigma=360.0, innovation_bound=100.0, **LIVELY)
    reference = plain(kind, x, p)
    reference.capacity_sigma = 360.0
    far = 0
    for _ in range(1000):
        current = random.choice([-1, 1]) * random.uniform(0.5, 15.0) + 30.0 * (0.5 - reference.estimate[0])
        h = 10.0 ** random.uniform(1.5, 2.5)
        kalman.predict(x, p, 0, current, h)
        reference.predict(current, h)
        present = current + random.normal(0.0, 1.0)
        voltage, slope = reference.expect(present)[0] + 0.02 * random.standard_normal(), reference.expect(present)[1][0]
        innovation, variance = kalman_correction.correct(x, p, 0, voltage, present)
        expected, expected_variance = reference.correct(voltage, present)
        far += x.sensitivity[0] != pytest.approx(slope, rel=1e-9)
        sigmas = np.sqrt(np.diag(reference.spread))
        assert np.abs(x.estimate[0] - reference.estimate).max() < 1e-9
        assert np.abs((covariance(x) - reference.spread) / np.outer(sigmas, sigmas)).max() < 1e-9
        assert innovation == pytest.approx(expected, abs=1e-9)
        assert variance == pytest.approx(expected_variance, rel=1e-9)
    assert far > 0  # the slope of the way was taken, too


@pytest.mark.parametrize("h", [0.5, 20.0, 3000.0, 1e6])
def test_prediction_is_that_of_two_halves(h):
    """Tables that do not depend on SOC, no sampled noise: walks of z, b, l, and errors of the pairs are exact."""
    kind = plain_cell()
    level = replace(
        kind,
        polarisation_resistance=np.full_like(kind.polarisation_resistance, 1e-3),
        polarisation_capacitance=np.full_like(kind.polarisation_capacitance, 1e4),
        hysteresis_bound=0.02,
    )
    current = 1e3 / h
    wide = {
        "current_sigma": 0.0,
        "table_error": 0.0,
        "initial_bias_sigma": 1e-4,
        "bias_drift": 0.0,
        "leakage_bound": 0.01,
    }
    once, p = group(level, **{**LIVELY, **wide, "leakage_drift": 1e-5})
    twice, _ = group(level, **{**LIVELY, **wide, "leakage_drift": 1e-5})
    kalman.predict(once, p, 0, current, h)
    for _ in range(2):
        kalman.predict(twice, p, 0, current, 0.5 * h)
    assert once.estimate[0] == pytest.approx(twice.estimate[0], rel=1e-12, abs=1e-15)
    sigmas = np.sqrt(np.diag(covariance(once)))
    # the least noise is taken twice: 1e-14 of a bound squared, against (1e-4 A / 2 A) squared for the bias
    assert np.abs((covariance(once) - covariance(twice)) / np.outer(sigmas, sigmas)).max() < 1e-5


def test_walk_of_the_bias_enters_soc_exactly():
    """Var(z) = q h^3 / 3 Q^2 and cov(z, b) = -q h^2 / 2 Q."""
    sure = {"initial_soc_sigma": 0.0, "initial_bias_sigma": 0.0, "initial_leakage_sigma": 0.0, "soc_drift": 0.0}
    x, p = group(plain_cell(), **sure, current_sigma=0.0, bias_drift=0.5, leakage_drift=0.0)
    h, capacity = 6 * 3600.0, p.capacity[0]
    kalman.predict(x, p, 0, 0.0, h)
    density = p.bias_drift**2 / 86400.0
    spread = covariance(x)
    assert spread[0, 0] == pytest.approx(density * h**3 / 3.0 / capacity**2, rel=1e-9)
    assert spread[0, BIAS] == pytest.approx(-density * h**2 / 2.0 / capacity, rel=1e-9)
    assert spread[BIAS, BIAS] == pytest.approx(density * h, rel=1e-9)


def simulate(kind, p, steps, h, seed, bias=0.0, initial=0.5, capacity_sigma=0.0):
    """Yield measured current and voltage, and the truth: a group with exactly the noise that the filter expects."""
    random, truth = np.random.default_rng(seed), np.zeros(kind.pairs + 5)
    truth[0], truth[BIAS] = initial, bias
    model, current = PlainFilter(kind, p, truth, np.zeros((truth.size, truth.size)), capacity_sigma), 5.0
    for n in range(steps):
        if n % 40 == 0:  # up and down between 0.3 and 0.8, with pulses and rests
            way = -1.0 if truth[0] > 0.8 else 1.0 if truth[0] < 0.3 else math.copysign(1.0, current)
            current = way * random.uniform(0.5, 12.0)
        quiet = model.p.copy()
        quiet["current_sigma"] = 0.0
        model.p = quiet
        truth, decays, slopes, errors = model.move(truth, current, h)
        added = model.noise(decays, slopes, errors, h)
        scale = np.sqrt(np.diag(added)) + 1e-30
        truth = truth + scale * random.multivariate_normal(np.zeros(truth.size), added / np.outer(scale, scale))
        measured = current + truth[BIAS] + p.current_sigma * random.standard_normal()
        yield measured, model.voltage(truth, current) + p.voltage_sigma * random.standard_normal(), truth


def followed(kind, steps, h, seed, bias=0.0, **changes):
    """Run a filter over a simulation; return normalised innovations, errors over sigma, and the filter."""
    x, p = group(kind, **changes)
    initial = 0.5 + p.initial_soc_sigma * np.random.default_rng(seed + 1).standard_normal()
    normalised, errors = [], []
    for current, voltage, truth in simulate(kind, p, steps, h, seed, bias, initial, x.capacity_sigma[0]):
        kalman.predict(x, p, 0, current, h)
        innovation, variance = kalman_correction.correct(x, p, 0, voltage, current)
        normalised.append(innovation / math.sqrt(variance))
        errors.append((x.estimate[0] - truth) / np.sqrt(np.diag(covariance(x))))
    return np.array(normalised), np.array(errors), x


def test_innovations_are_consistent():
    """Normalised, they are white with variance 1; their squares sum to chi-square."""
    count = 4000
    normalised, _, _ = followed(
        invented_cell(), count, 10.0, 5, bias=0.05, initial_soc_sigma=0.02, capacity_sigma=360.0
    )
    deviation = math.sqrt(2.0 / count)
    assert abs((normalised**2).mean() - 1.0) < 4.0 * deviation
    assert abs(normalised.mean()) < 4.0 / math.sqrt(count)
    for lag in (1, 2, 10):
        assert abs((normalised[lag:] * normalised[:-lag]).mean()) < 4.0 / math.sqrt(count)


def test_errors_are_consistent():
    """Over independent runs, the last errors of SOC and bias, normalised and squared, are 1 in the mean."""
    runs = 40
    last = np.array([followed(invented_cell(), 200, 10.0, 100 + n, initial_soc_sigma=0.02,
                              initial_bias_sigma=1e-3)[1][-1] for n in range(runs)])  # fmt: skip
    for place in (0, BIAS):
        assert abs((last[:, place] ** 2).mean() - 1.0) < 3.0 * math.sqrt(2.0 / runs)
        assert abs(last[:, place].mean()) < 3.0 / math.sqrt(runs)


def test_finds_a_bias():
    _, _, x = followed(invented_cell(), 6000, 10.0, 11, bias=0.1, initial_soc_sigma=0.05, bias_drift=1e-3)
    assert x.estimate[0, BIAS] == pytest.approx(0.1, abs=0.02)
    assert filter_states.sigma(x, 0, x.estimate.shape[1] - 1) < 0.02


def test_recovers_from_a_wrong_start():
    """0.2 off with a sigma of 0.1: a bounded innovation delays but does not lock out."""
    kind = invented_cell()
    x, p = group(kind, initial_soc=0.7)
    for current, voltage, truth in simulate(kind, p, 1000, 10.0, 3):
        kalman.predict(x, p, 0, current, 10.0)
        kalman_correction.correct(x, p, 0, voltage, current)
        error = x.estimate[0, 0] - truth[0]
    assert abs(error) < 0.01


def test_sigma_grows_on_a_flat_voltage():
    kind = plain_cell(open_circuit_voltage=np.full(21, 3.3))
    x, p = group(kind, initial_soc_sigma=0.01)
    sigmas = [filter_states.sigma(x, 0, 0)]
    for _ in range(1000):
        kalman.predict(x, p, 0, 0.0, 60.0)
        kalman_correction.correct(x, p, 0, 3.3, 0.0)
        sigmas.append(filter_states.sigma(x, 0, 0))
    assert np.all(np.diff(sigmas) > 0.0)
    assert sigmas[-1] > 5.0 * sigmas[0]


def absurd(random):
    """Return a current, a voltage and a step, often impossible."""
    figures = [0.0, 1e-300, -1e300, 1e300, math.inf, -math.inf, math.nan, 1e6, -1e6]
    current = random.choice(figures) if random.random() < 0.3 else random.normal(0.0, 30.0)
    voltage = random.choice(figures) if random.random() < 0.3 else random.normal(3.6, 2.0)
    return current, voltage, 10.0 ** random.uniform(-6.0, 7.0)


SURE = dict.fromkeys(("soc_drift", "bias_drift", "leakage_drift", "current_sigma"), 0.0)
SURE |= {"voltage_sigma": 1e-6, "polarisation_error": 0.0, "hysteresis_error": 0.0, "table_error": 0.0}
SURE |= {"voltage_error": 0.0}


@pytest.mark.parametrize("changes", [{}, SURE], ids=["usual", "sure of everything"])
def test_survives_absurd_measurements(changes):
    """Positive definite as a product of factors at every step; as a matrix, at every hundredth."""
    x, p = group(invented_cell(), **changes)
    random = np.random.default_rng(7)
    diagonals = [n * (n + 3) // 2 for n in range(x.estimate.shape[1])]
    greatest = np.array([filter_states.bound(p, 0, i) for i in range(x.estimate.shape[1])])
    for n in range(100_000):
        current, voltage, h = absurd(random)
        kalman.predict(x, p, 0, current, h)
        _, variance = kalman_correction.correct(x, p, 0, voltage, random.choice([current, -current, math.nan]))
        assert variance > 0.0
        assert x.covariance[0, diagonals].min() > 0.0
        if n % 100 == 0:
            assert np.isfinite(x.covariance).all()
            assert (np.abs(x.estimate[0]) <= greatest).all()
            spread = covariance(x)
            sigmas = np.sqrt(np.diag(spread))
            assert (sigmas <= greatest * (1.0 + 1e-9)).all()
            # rounding of the product, not of the factors: eigenvalues of a 6 x 6 matrix of ones are known to 1e-15
            assert np.linalg.eigvalsh(spread / np.outer(sigmas, sigmas)).min() > -1e-14


def test_values_that_are_not_finite_change_nothing():
    x, p = group(invented_cell())
    kalman.predict(x, p, 0, 3.0, 1.0)
    before, current = x.memory.tolist(), x.current[0]
    assert kalman_correction.correct(x, p, 0, math.nan, 3.0) == (0.0, math.inf)
    assert x.memory.tolist() == before
    kalman.predict(x, p, 0, math.nan, 1.0)
    assert x.current[0] == current


def test_groups_do_not_disturb_each_other():
    both, p = group(invented_cell(), groups=2)
    p["capacity"] = 30000.0, 40000.0
    both["capacity"] = p.capacity
    alone, single = group(invented_cell())
    alone["capacity"] = single["capacity"] = 40000.0
    for n in range(50):
        for k in (0, 1):
            kalman.predict(both, p, k, 4.0 - 0.3 * n, 7.0)
            kalman_correction.correct(both, p, k, 3.7 + 0.01 * k, 4.0)
        kalman.predict(alone, single, 0, 4.0 - 0.3 * n, 7.0)
        kalman_correction.correct(alone, single, 0, 3.71, 4.0)
    assert np.array_equal(both.estimate[1], alone.estimate[0])
    assert np.array_equal(both.covariance[1], alone.covariance[0])


def test_factors_start_without_correlations():
    x, p = group(invented_cell(), initial_soc=0.3, initial_soc_sigma=0.07)
    upper, diagonal = factors(x)
    assert np.array_equal(upper, np.eye(x.estimate.shape[1]))
    assert math.sqrt(diagonal[0]) == pytest.approx(0.07, rel=1e-9)
    assert x.estimate[0, 0] == 0.3
    assert math.sqrt(diagonal[-4]) == pytest.approx(p.hysteresis_bound / math.sqrt(3.0), rel=1e-9)
