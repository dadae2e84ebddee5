"""Factored covariances against full matrices."""

import numpy as np
import pytest

from packfmu.models.numerics import covariance

STATES = 7


def full(factors, states=STATES):
    """Return the covariance of factors."""
    upper, diagonal = np.eye(states), np.zeros(states)
    for column in range(states):
        first = column * (column + 1) // 2
        upper[:column, column], diagonal[column] = factors[first : first + column], factors[first + column]
    return upper @ np.diag(diagonal) @ upper.T


@pytest.fixture
def random():
    return np.random.default_rng(11)


@pytest.fixture
def factors(random):
    values = random.normal(size=STATES * (STATES + 1) // 2)
    for i in range(STATES):
        values[covariance.at(i, i)] = 10.0 ** random.uniform(-4.0, 2.0)
    return values


def test_elements(factors):
    expected = full(factors)
    for row in range(STATES):
        for column in range(row, STATES):
            found = covariance.element(factors, STATES, row, column)
            assert found == pytest.approx(expected[row, column], rel=1e-12)


def test_measurement(factors, random):
    before, sensitivity, gain = full(factors), random.normal(size=STATES), np.zeros(STATES)
    variance = covariance.measure(factors, gain, sensitivity, 0.3)
    assert variance == pytest.approx(sensitivity @ before @ sensitivity + 0.3, rel=1e-12)
    assert gain == pytest.approx(before @ sensitivity / variance, rel=1e-10)
    remaining = np.eye(STATES) - np.outer(gain, sensitivity)
    expected = remaining @ before @ remaining.T + 0.3 * np.outer(gain, gain)
    assert full(factors) == pytest.approx(expected, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("kept", [1.0, 0.6, 0.0])
def test_step(factors, random, kept):
    """``F P F'`` and all noises, those of the last two states by the shares that arrive in a step."""
    before, keep, by_last = full(factors), random.uniform(0.1, 1.0, STATES), random.normal(size=STATES)
    by_next = random.normal(size=STATES)
    keep[-2:], by_last[-2:], by_next[-2:] = (kept, 1.0), 0.0, 0.0
    noise, of_input = random.uniform(0.1, 1.0, STATES), 0.4
    rows, weights, weighted = np.full((STATES, 2 * STATES + 1), np.nan), np.zeros(2 * STATES + 1), np.zeros(15)
    weights[1::2], weights[-1] = noise, of_input
    covariance.carry(factors, keep, by_last, by_next, rows, weights)
    covariance.factorise(factors, rows, weights, weighted)
    transition = np.diag(keep)
    transition[:, -1] += by_last
    transition[:, -2] += by_next
    acts = np.eye(STATES)
    acts[:, -2] += by_next / (1.0 + kept)
    acts[:, -1] += 0.5 * by_last
    expected = transition @ before @ transition.T + acts @ np.diag(noise) @ acts.T
    expected += of_input * np.outer(by_last, by_last)
    assert full(factors) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_last_state_has_its_own_place(factors):
    """Its variance changes; what the others are given it, and follow it by, does not."""
    before = full(factors)
    covariance.replace_last(factors, STATES, 3.0)
    after = full(factors)
    slopes = before[:-1, -1] / before[-1, -1]
    assert after[-1, -1] == 3.0
    assert after[:-1, -1] == pytest.approx(3.0 * slopes, rel=1e-12)
    given = before[:-1, :-1] - np.outer(slopes, slopes) * before[-1, -1]
    assert after[:-1, :-1] == pytest.approx(given + np.outer(slopes, slopes) * 3.0, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("i", range(STATES))
def test_limit_keeps_correlations(factors, i):
    before = full(factors)
    sigma = 0.3 * np.sqrt(before[i, i])
    covariance.limit(factors, STATES, i, sigma)
    scale = np.eye(STATES)
    scale[i, i] = 0.3
    assert full(factors) == pytest.approx(scale @ before @ scale, rel=1e-9, abs=1e-12)
    again = factors.copy()
    covariance.limit(factors, STATES, i, 1.01 * sigma)
    assert np.array_equal(factors, again)


@pytest.mark.parametrize("i", range(STATES))
def test_a_state_beyond_its_bound_moves_the_others_by_their_regression(factors, i):
    """The mean of a normal distribution, given the state at its bound."""
    spread, states = full(factors), np.linspace(-1.0, 1.0, STATES)
    bound, expected = states[i] - 0.5, states - 0.5 * spread[:, i] / spread[i, i]
    covariance.project(states, factors, i, bound)
    assert states == pytest.approx(expected, rel=1e-9)
    assert states[i] == bound


def test_no_deviation_stays_beyond_its_bound(factors, random):
    bounds = random.uniform(0.5, 1.0, STATES)
    covariance.limit_all(factors, bounds)
    assert (np.sqrt(np.diag(full(factors))) <= bounds * (1.0 + 1e-9)).all()
