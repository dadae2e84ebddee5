"""The objective of balancing: means, the Lyapunov function, the predicted time; against closed forms and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.core.timescale import NONE
from packfmu.models.balancing import objective

GROUPS = 3
OPEN = 0.0, np.inf  # knees: constant currents, proportional currents

socs = st.lists(st.floats(0.0, 1.0), min_size=GROUPS, max_size=GROUPS).map(np.array)
capacities = st.lists(st.floats(1.0, 1e6), min_size=GROUPS, max_size=GROUPS).map(np.array)


def means(soc, capacity):
    """Return the mean for each group."""
    return np.full(soc.size, objective.weighted_mean(soc, capacity))


@given(soc=socs, capacity=capacities)
def test_objective(soc, capacity):
    mean = objective.weighted_mean(soc, capacity)
    assert mean == pytest.approx(np.average(soc, weights=capacity), rel=1e-14)  # rounding of three products
    means = np.full(GROUPS, mean)
    assert objective.variance(soc, means) == pytest.approx(np.mean((soc - mean) ** 2), rel=1e-14)
    assert objective.lyapunov(soc, capacity, means) == pytest.approx(0.5 * capacity @ (soc - mean) ** 2, rel=1e-14)


def test_lyapunov_function_falls_at_the_rate_of_its_derivative():
    soc, capacity = np.array([0.3, 0.55, 0.8]), np.array([9e4, 1.1e5, 1e5])
    current = np.array([0.5, 0.2, -0.9])  # not only between the groups: the mean moves

    def function(time):
        now = soc + time * current / capacity
        return objective.lyapunov(now, capacity, means(now, capacity))

    fall = objective.lyapunov_fall(soc, means(soc, capacity), current)
    # a quadratic function: the central difference is exact but for the rounding of 4e3 C by 1e-16
    assert fall == pytest.approx((function(-10.0) - function(10.0)) / 20.0, rel=1e-11)
    assert fall > 0.0


def time_to(target, soc, capacity, gain, limit):
    """Integrate two groups joined by a current ``gain (z1 - z2)`` up to a limit; return when a spread is reached."""

    def rates(_, z):
        current = np.clip(gain * (z[0] - z[1]), -limit, limit)
        return np.array([-current, current]) / capacity

    def reached(_, z):
        return z[0] - z[1] - target

    reached.terminal = True
    found = solve_ivp(rates, (0.0, 1e9), soc, events=reached, rtol=1e-10, atol=1e-13, max_step=2e3)
    return found.t_events[0][0]


@pytest.mark.parametrize("limit", [0.3, 1.0, 20.0])
@pytest.mark.parametrize("target", [0.02, 0.1])
def test_predicted_time_with_a_limited_current(target, limit):
    soc, capacity, gain = np.array([0.7, 0.4]), np.array([8e4, 1.2e5]), 10.0
    mean = means(soc, capacity)
    current = np.array([-1.0, 1.0]) * min(gain * 0.3, limit)
    rate = 0.5 * objective.lyapunov_fall(soc, mean, current) / objective.lyapunov(soc, capacity, mean)
    predicted = objective.decay_time(soc[0] - soc[1], target, rate, limit / gain)
    # steps of 2000 s across the kink at the limit: the solver's tolerance holds on either side
    assert predicted == pytest.approx(time_to(target, soc, capacity, gain, limit), rel=1e-6)


def test_predicted_time_at_its_ends():
    for knee in OPEN:
        assert objective.decay_time(0.01, 0.01, 1e-5, knee) == 0.0
        assert objective.decay_time(0.1, 0.01, 0.0, knee) == objective.decay_time(0.1, 0.01, -1e-5, knee) == NONE
    constant, proportional = (objective.decay_time(0.1, 0.01, 1e-5, knee) for knee in OPEN)
    assert constant == pytest.approx(0.9e5, rel=1e-14)
    assert proportional == pytest.approx(np.log(10.0) * 1e5, rel=1e-14)
    constant, proportional = (objective.decay_time(0.1, 0.0, 1e-5, knee) for knee in OPEN)
    assert constant == pytest.approx(1e5, rel=1e-14)
    assert proportional == NONE  # an exponential never ends
