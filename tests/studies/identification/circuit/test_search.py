"""The projected search: derivatives, and what residuals count."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.studies.identification.circuit import priors, search
from packfmu.studies.identification.circuit.alignment import begin, scales, set_axis
from packfmu.studies.identification.circuit.unknowns import Dynamics, Unknowns
from packfmu.studies.identification.steps import cut

from ..simulated import CAPACITY, SETTINGS, TRUTH, hppc, noisy, simulate

TRUE = Dynamics(CAPACITY, np.array([0.99]), np.array([40.0]), np.array([25e3, 35e3]))


@pytest.fixture(scope="module")
def problem():
    steps = (cut("a", noisy(simulate(hppc(levels=3)), np.random.default_rng(0)), 298.15),)
    layout = Unknowns(SETTINGS, 1)
    known = priors.prior(layout, scales(steps, SETTINGS), (True,), False, True, None)
    return search.Problem(steps, layout, known, np.ones(5, np.bool_), np.array([1e-3]))


def test_dynamics_are_packed_and_unpacked():
    assert TRUE.unpacked(TRUE.packed()).packed() == pytest.approx(TRUE.packed())


def test_the_search_ends_where_the_projected_gradient_vanishes(problem):
    solution = search.search(problem, replace(TRUE, time_constant=np.array([25.0])), lambda: None)
    trials = search._Trials(problem, solution.dynamics, lambda: None)
    at = solution.dynamics.packed()
    gradient = trials.jacobian(at).T @ trials.residuals(at)
    deviations = np.sqrt(np.diag(solution.covariance))[problem.layout.count :]
    assert np.abs(gradient * deviations).max() < 0.05  # in units of the deviations: a twentieth of one
    assert solution.dynamics.time_constant == pytest.approx([40.0], rel=0.05)


def test_derivatives_are_those_of_the_residuals(problem):
    at = TRUE.packed() + 1e-3
    trials = search._Trials(problem, TRUE, lambda: None)
    gradient = trials.jacobian(at).T @ trials.residuals(at)
    for k, step in enumerate(2e-5 * np.eye(len(at))):
        beyond, before = (np.sum(trials.residuals(at + side * step) ** 2) for side in (1.0, -1.0))
        assert gradient[k] == pytest.approx((beyond - before) / 8e-5, rel=0.02, abs=1.0)


def test_noise_is_found_and_alike_residuals_count_as_one(problem):
    solution = search.search(problem, TRUE, lambda: None)
    assert solution.noise() == pytest.approx([1e-3], rel=0.1)
    alike = replace(solution, residuals=(np.repeat(solution.residuals[0][::20], 20)[: len(solution.residuals[0])],))
    assert alike.correlation == pytest.approx(20.0, rel=0.4)
    assert alike.noise()[0] == pytest.approx(1e-3 * np.sqrt(alike.correlation), rel=0.3)


def test_a_search_begins_near_the_truth(problem):
    found = begin(problem.steps, SETTINGS, scales(problem.steps, SETTINGS))
    assert found.capacity == pytest.approx(CAPACITY, rel=0.1)
    moved = replace(TRUE, capacity=1.1 * CAPACITY, start=np.array([0.95]))
    grid = np.linspace(0.0, 1.0, 101)
    table = np.interp(0.99 + (grid - 0.95) * 1.1, np.linspace(0.0, 1.0, SETTINGS.nodes), TRUTH.open_circuit_voltage)
    size = scales(problem.steps, SETTINGS)
    axis = set_axis(table, moved, (0.05, 0.95), size, SETTINGS)
    assert axis.start == pytest.approx([0.99], abs=0.01)
    assert axis.capacity == pytest.approx(CAPACITY, rel=0.05)
    given = replace(SETTINGS, capacity=1.1 * CAPACITY)
    held = set_axis(table, moved, (0.05, 0.95), size, given)
    assert held.capacity == moved.capacity
    assert held.start == pytest.approx(1.0 - 0.01 / 1.1, abs=0.01)
    assert set_axis(table, moved, (0.05, 0.95), size, replace(given, initial_soc=0.95)) is moved
