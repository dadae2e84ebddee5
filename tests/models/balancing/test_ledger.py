"""What balancers share: bounds of currents, objective, prediction, ledger; against closed forms and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.core.instance import Instance
from packfmu.core.timescale import NONE
from packfmu.models.balancing import ledger as balancing
from packfmu.models.balancing import passive as balancer

GROUPS, PARALLEL = 3, 2
OPEN = 0.0, np.inf  # knees: constant currents, proportional currents


@pytest.fixture(scope="module")
def declared():
    return balancer.declare(GROUPS, PARALLEL)


def blocks(declared, **start):
    """Return an instance with these start values, before its initialisation."""
    return Instance(declared.with_start(start))


@pytest.mark.parametrize(
    ("temperature", "share"), [(300.0, 1.0), (340.0, 1.0), (345.0, 0.75), (355.0, 0.25), (360.0, 0.0), (361.0, 0.0)]
)
def test_duty_falls_on_a_line(temperature, share):
    assert balancing.duty(temperature, 340.0, 360.0) == share


def test_hottest_cell_of_each_group():
    temperature = np.array([300.0, 301.0, 305.0, 304.0, 299.0, 299.0])
    assert [balancing.hottest(temperature, g, GROUPS) for g in range(GROUPS)] == [301.0, 305.0, 299.0]
    assert [balancing.hottest(temperature, g, 6) for g in range(6)] == list(temperature)


def test_voltage_bounds_are_what_the_resistance_allows(declared):
    p = blocks(declared, minimum_voltage=3.0, maximum_voltage=4.0, group_resistance=0.5).p
    assert balancing.voltage_bounds(p, 3.75, 0.0) == (-1.5, 0.5)
    assert balancing.voltage_bounds(p, 3.75, 0.25) == (-1.25, 0.75)
    assert balancing.voltage_bounds(p, 3.75, -0.75) == (-2.25, 0.0)  # more charge than now would pass the limit
    assert balancing.voltage_bounds(p, 3.0, -1.0) == (0.0, 1.0)
    assert balancing.voltage_bounds(p, 4.5, 1.0) == (-2.0, 0.0)


@given(
    voltage=st.floats(2.0, 5.0),
    current=st.floats(-5.0, 5.0),
    limits=st.tuples(st.floats(2.0, 5.0), st.floats(2.0, 5.0)),
    resistance=st.floats(1e-4, 1.0),
    pack_current=st.floats(-300.0, 300.0),
    pack_limits=st.tuples(st.floats(0.0, 200.0), st.floats(0.0, 200.0)),
)
def test_bounds_hold_in_both_directions(declared, voltage, current, limits, resistance, pack_current, pack_limits):
    instance = blocks(
        declared,
        minimum_voltage=min(limits),
        maximum_voltage=max(limits),
        group_resistance=resistance,
        pack_current=pack_current,
        measured_voltage=voltage,
        maximum_charge_current=pack_limits[0],
        maximum_discharge_current=pack_limits[1],
    )
    low, high = balancing.bounds(instance.p, instance.u, 1, current)
    assert low <= 0.0 <= high
    ends = (-1.0, low, min(limits), pack_limits[1]), (1.0, high, max(limits), pack_limits[0])
    for sign, bound, limit, pack_limit in ends:
        if bound != 0.0:  # rounding of voltages of 5 V and currents of 3e4 A
            assert sign * (voltage + resistance * (bound - current) - limit) <= 1e-11
            assert sign * (pack_current + bound) <= pack_limit + 1e-12


def test_a_hot_cell_stops_its_group(declared):
    temperature = [300.0, 300.0, 320.0, 300.0, 300.0, 319.9]
    instance = blocks(declared, temperature=temperature, maximum_cell_temperature=320.0)
    found = [balancing.bounds(instance.p, instance.u, g, 0.0) for g in range(GROUPS)]
    assert found[1] == (0.0, 0.0)
    assert found[0] == found[2] != (0.0, 0.0)


socs = st.lists(st.floats(0.0, 1.0), min_size=GROUPS, max_size=GROUPS).map(np.array)
capacities = st.lists(st.floats(1.0, 1e6), min_size=GROUPS, max_size=GROUPS).map(np.array)


@given(soc=socs, capacity=capacities)
def test_objective(soc, capacity):
    mean = balancing.weighted_mean(soc, capacity)
    assert mean == pytest.approx(np.average(soc, weights=capacity), rel=1e-14)  # rounding of three products
    assert balancing.variance(soc, mean) == pytest.approx(np.mean((soc - mean) ** 2), rel=1e-14)
    assert balancing.lyapunov(soc, capacity, mean) == pytest.approx(0.5 * capacity @ (soc - mean) ** 2, rel=1e-14)
    assert balancing.spread(soc) == np.ptp(soc)
    assert balancing.least(soc) == soc.min()


def test_lyapunov_function_falls_as_its_derivative_tells():
    soc, capacity = np.array([0.3, 0.55, 0.8]), np.array([9e4, 1.1e5, 1e5])
    current = np.array([0.5, 0.2, -0.9])  # not only between the groups: the mean moves

    def function(time):
        now = soc + time * current / capacity
        return balancing.lyapunov(now, capacity, balancing.weighted_mean(now, capacity))

    fall = balancing.lyapunov_fall(soc, balancing.weighted_mean(soc, capacity), current)
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
    mean = balancing.weighted_mean(soc, capacity)
    current = np.array([-1.0, 1.0]) * min(gain * 0.3, limit)
    rate = 0.5 * balancing.lyapunov_fall(soc, mean, current) / balancing.lyapunov(soc, capacity, mean)
    predicted = balancing.decay_time(soc[0] - soc[1], target, rate, limit / gain)
    # steps of 2000 s across the kink at the limit: the solver's tolerance holds on either side
    assert predicted == pytest.approx(time_to(target, soc, capacity, gain, limit), rel=1e-6)


def test_predicted_time_at_its_ends():
    for knee in OPEN:
        assert balancing.decay_time(0.01, 0.01, 1e-5, knee) == 0.0
        assert balancing.decay_time(0.1, 0.01, 0.0, knee) == balancing.decay_time(0.1, 0.01, -1e-5, knee) == NONE
    constant, proportional = (balancing.decay_time(0.1, 0.01, 1e-5, knee) for knee in OPEN)
    assert constant == pytest.approx(0.9e5, rel=1e-14)
    assert proportional == pytest.approx(np.log(10.0) * 1e5, rel=1e-14)
    constant, proportional = (balancing.decay_time(0.1, 0.0, 1e-5, knee) for knee in OPEN)
    assert constant == pytest.approx(1e5, rel=1e-14)
    assert proportional == NONE  # an exponential never ends


amperes = st.floats(-5.0, 5.0)


@given(currents=st.lists(amperes, min_size=GROUPS, max_size=GROUPS), pack_current=amperes, step=st.floats(1e-3, 1e3))
def test_ledger_of_any_currents(declared, currents, pack_current, step):
    voltage, current = np.array([3.6, 3.9, 4.1]), np.array(currents)
    instance = blocks(declared, group_voltage=voltage)
    x, u, y = instance.x, instance.u, instance.y
    y["balancing_current"], y["balancing_pack_current"] = current, pack_current
    balancing.put_in_force(x, u, y)
    balancing.book(x, y, step)
    powers = np.append(current * voltage, pack_current * voltage.sum())
    charges = np.append(current, GROUPS * pack_current)
    assert y["balancing_energy"] + y["heat"] == 0.0
    assert y["heat"] == step * y["heat_rate"]
    # rounding of sums of four terms, up to 58 W and 15 A
    assert y["heat_rate"] == pytest.approx(-powers.sum(), abs=1e-13)
    assert y["moved_energy"] == pytest.approx(-step * powers.clip(max=0.0).sum(), rel=1e-14)
    assert y["balancing_charge"] == pytest.approx(step * charges.sum(), abs=step * 1e-14)
    assert y["moved_charge"] == pytest.approx(-step * charges.clip(max=0.0).sum(), rel=1e-14)
    assert y["active_groups"] == np.count_nonzero(current)


def test_progress_and_time_to_balance(declared):
    instance = blocks(declared, group_soc=[0.5, 0.52, 0.54], group_capacity=[1e5, 2e5, 1e5])
    instance.initialize()
    x, p, u, y = instance.x, instance.p, instance.u, instance.y
    assert y["soc_mean"] == pytest.approx(0.52, rel=1e-15)
    assert y["soc_variance"] == pytest.approx(2.0 * 0.02**2 / 3.0, rel=1e-12)  # differences of 0.02, rounded in 0.5
    assert y["lyapunov_function"] == pytest.approx(1e5 * 0.02**2, rel=1e-12)
    assert y["lyapunov_decrease"] == y["balanced"] == y["balancing_time"] == 0.0
    former = float(y["lyapunov_function"])
    for enable, counted in ((1.0, 10.0), (0.0, 20.0), (1.0, 20.0)):
        u["enable"] = enable
        assert instance.advance(0.0, 10.0) == 0
        assert y["balancing_time"] == counted  # what was allowed during the step counts
    u["group_soc"] = [0.52, 0.525, 0.529]
    balancing.judge(p, u, y)
    assert y["lyapunov_decrease"] == former - y["lyapunov_function"] > 0.0
    assert y["balanced"] == 1.0
    balancing.put_in_force(x, u, y)
    assert x["counting"] == 0.0
