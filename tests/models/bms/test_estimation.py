"""Common bias, leakage, balancing, late voltages, rest, flat voltages, and nonsense."""

import math

import numpy as np
import pytest

from packfmu.core.kernel import kernel
from packfmu.models.bms import estimation, filter_states, kalman, kalman_correction, pack_estimate
from packfmu.models.numerics import covariance
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF

from ..cells import SOC, invented_cell, plain_cell, started
from .estimations import cycles, estimated, follow, step

GROUPS = 12


def estimates(instance, place):
    return instance.x["estimate"][:, place]


@pytest.fixture(scope="module")
def pack():
    """Twelve groups of unlike SOC after six days of two cycles each, a bias of 100 mA, and one that leaks 20 mA."""
    soc = 0.9 + 0.01 * np.random.default_rng(3).standard_normal(GROUPS)
    cells, instance = started(LEAF, GROUPS, initial_soc=soc), estimated(LEAF, GROUPS, initial_soc=0.88)
    leakage = np.where(np.arange(GROUPS) == 3, 0.02, 0.0)
    reported = follow(cells, instance, cycles(LEAF, 12, 0.25, 0.9, 10800.0, 10.0), 10.0, bias=0.1, leakage=leakage)
    return cells, instance, reported


def test_one_bias_and_one_leakage_are_distinguished(pack):
    cells, instance, reported = pack
    x = instance.x
    assert x["bias"] == pytest.approx(0.1, abs=0.005)
    assert np.all(estimates(instance, filter_states.bias_place(instance.p)) == x["bias"])
    leakage = estimates(instance, filter_states.leakage_place(instance.p))
    assert np.argmax(leakage) == 3
    # the prior of 5 mA holds back what six days show: 9.5 mA, against less than 1 mA of all others
    assert leakage[3] > 0.007
    assert np.abs(np.delete(leakage, 3)).max() < 0.0015
    assert np.abs(estimates(instance, 0) - cells.x["soc"]).max() < 0.003
    assert np.all(np.abs(reported[200:, 0]) < 2.0 * reported[200:, 1])


def test_counting_alone_drifts_by_bias_and_leakage(pack):
    cells, instance, reported = pack
    drift = instance.x["counted_soc"] - cells.x["soc"] - (0.88 - cells.p["initial_soc"])
    time = 10.0 * len(reported)
    expected = (0.1 + np.where(np.arange(GROUPS) == 3, 0.02, 0.0)) * time / LEAF.capacity
    assert drift == pytest.approx(expected, rel=5e-3)  # efficiency counts half of the bias, and the noise of the sensor


def test_wide_leakage_is_found_in_full():
    cells = started(LEAF, GROUPS, initial_soc=0.9)
    instance = estimated(LEAF, GROUPS, initial_soc=0.9, initial_leakage_sigma=0.02)
    leakage = np.where(np.arange(GROUPS) == 3, 0.02, 0.0)
    follow(cells, instance, cycles(LEAF, 12, 0.25, 0.9, 10800.0, 10.0), 10.0, bias=0.1, leakage=leakage)
    found = estimates(instance, filter_states.leakage_place(instance.p))
    assert found[3] - np.delete(found, 3).mean() == pytest.approx(0.02, abs=0.002)
    assert instance.x["bias"] == pytest.approx(0.1, abs=0.005)


def test_equal_groups_share_what_each_would_find():
    """N groups that see the same know no more of the bias than one does."""
    profile = cycles(LEAF, 1, 0.3, 0.8, 3600.0, 10.0)
    results = []
    for groups in (1, GROUPS):
        cells, instance = started(LEAF, groups, initial_soc=0.8), estimated(LEAF, groups, initial_soc=0.78)
        reported = follow(cells, instance, profile, 10.0, bias=0.05, voltage_noise=0.0, seed=2, current_noise=0.0)
        results.append(reported[:, :8])
    # rounding of the mean over groups: 1e-15 a step
    assert results[0] == pytest.approx(results[1], rel=1e-8, abs=1e-12)


def test_one_group_is_its_filter():
    """Prediction and correction, capacity and resistances being left alone."""
    kind = invented_cell()
    still = {"current_step": 1e6, "capacity_drift": 0.0}
    one, other = estimated(kind, initial_soc=0.6, **still), estimated(kind, initial_soc=0.6, **still)
    random = np.random.default_rng(4)
    for _ in range(300):
        current, present, voltage = random.normal(0.0, 5.0), random.normal(0.0, 5.0), 3.7 + random.normal(0.0, 0.01)
        one.u["reading_current"], one.u["reading_present"], one.u["reading_voltage"][0] = current, present, voltage
        one.advance(0.0, 10.0)
        kalman.predict(other.x, other.p, 0, current, 10.0)
        innovation, variance = kalman_correction.correct(other.x, other.p, 0, voltage, present)
        assert one.y["normalised_innovation"] == pytest.approx(innovation**2 / variance, rel=1e-6)
        assert one.x["estimate"] == pytest.approx(other.x["estimate"], rel=1e-6, abs=1e-12)


def test_adopting_a_bias_leaves_what_it_is_given():
    """The others' covariance given the bias, and their regression on it, stay; their means follow it."""
    instance = estimated(invented_cell(), initial_soc=0.6)
    random = np.random.default_rng(5)
    for _ in range(50):
        instance.u["reading_current"], instance.u["reading_voltage"][0] = random.normal(0.0, 5.0), 3.7
        instance.advance(0.0, 60.0)
    x, p, last = instance.x, instance.p, filter_states.bias_place(instance.p)

    def spread():
        count = last + 1
        full = [[covariance.element(x["covariance"][0], count, min(i, j), max(i, j)) for j in range(count)]
                for i in range(count)]  # fmt: skip
        return np.array(full)

    before, mean = spread(), x["estimate"][0].copy()
    pack_estimate.adopt(x, p, 0, mean[last] + 0.01, 4.0 * before[last, last])
    after, regression = spread(), before[:last, last] / before[last, last]
    conditional = before[:last, :last] - np.outer(regression, before[last, :last])
    assert after[:last, last] / after[last, last] == pytest.approx(regression, rel=1e-9)
    assert after[:last, :last] - np.outer(regression, after[last, :last]) == pytest.approx(conditional, rel=1e-6)
    assert x["estimate"][0] == pytest.approx(mean + 0.01 * np.append(regression, 1.0), rel=1e-9)


@pytest.mark.parametrize("known", [1.0, 0.0])
def test_balancing_is_counted_or_found(known):
    """Two of twelve groups bled at 0.3 A for a day and a half."""
    cells = started(LEAF, GROUPS, initial_soc=0.8)
    instance = estimated(LEAF, GROUPS, initial_soc=0.8, balancing_known=known, balancing_rating=0.3)
    profile = cycles(LEAF, 3, 0.5, 0.8, 10800.0, 10.0)
    reported = follow(cells, instance, profile, 10.0, np.where(np.arange(GROUPS) < 2, -0.3, 0.0), bias=0.05)
    lost = 0.3 * 10.0 * len(reported) / LEAF.capacity
    counted = instance.x["counted_soc"] - cells.x["soc"]
    assert counted[0] - counted[-1] == pytest.approx(lost * (1.0 - known), abs=2e-3 * lost + 1e-9)
    error, found = np.abs(reported[500:, 0]), estimates(instance, filter_states.leakage_place(instance.p))
    if known:
        assert error.max() < 0.003
        assert instance.x["bias"] == pytest.approx(0.05, abs=0.02)
    else:
        assert error.max() < 0.009  # three standard deviations of 0.003
        assert found == pytest.approx(np.where(np.arange(GROUPS) < 2, 0.3, 0.0), abs=0.1)


def test_late_voltages_want_a_late_current():
    """Delayed by three samples both, the estimate is the undelayed one three samples later; mixed, it is worse."""
    kind, late = invented_cell(), 3
    random = np.random.default_rng(6)
    profile = np.repeat(random.normal(0.0, 8.0, 120), 10)
    cells = started(kind, initial_soc=0.5)
    voltage = []
    for current in profile:
        cells.u["current"][0] = current
        cells.advance(0.0, 1.0)
        voltage.append(cells.y["voltage"][0])
    reported = {}
    for name, voltage_delay, current_delay in (("none", 0, 0), ("aligned", late, late), ("mixed", late, 0)):
        instance = estimated(kind, initial_soc=0.5, current_delay=current_delay)
        rows = []
        for n, current in enumerate(profile):
            instance.u["reading_current"] = instance.u["reading_present"] = current
            instance.u["reading_voltage"][0] = voltage[n - voltage_delay] if n >= voltage_delay else math.nan
            instance.advance(0.0, 1.0)
            rows.append([instance.x["estimate"][0, 0], instance.y["normalised_innovation"]])
        reported[name] = np.array(rows)
    # three seconds more of drift before the first voltage
    assert reported["aligned"][late:, 0] == pytest.approx(reported["none"][:-late, 0], abs=1e-5)
    assert reported["mixed"][:, 1].mean() > 20.0 * reported["aligned"][:, 1].mean()


def test_present_current_has_balancing_and_no_bias():
    """That into each group at the instant of its voltage, whatever the mean over the step was."""
    instance = estimated(LEAF, GROUPS, initial_soc=0.6)
    balancing = np.where(np.arange(GROUPS) < 2, -0.3, 0.1)
    instance.u["balancing_current"], instance.u["balancing_pack_current"] = balancing, -0.2
    for n in range(50):
        instance.u["reading_current"], instance.u["reading_present"] = -5.0, -20.0 + n
        instance.u["reading_voltage"] = 3.75 + 0.001 * (n % 3)
        instance.advance(0.0, 10.0)
    assert abs(instance.x["bias"]) > 1e-3
    # rounding of sums of corrections
    assert instance.x["current"] == pytest.approx(29.0 + balancing - 0.2 - instance.x["bias"], rel=1e-12)


def test_rest_wants_small_currents_for_its_time():
    instance = estimated(LEAF, GROUPS, rest_current=0.5, rest_time=600.0)
    seen = []
    for n in range(40):
        current = 0.4 if n < 30 else 0.6
        instance.u["reading_current"] = instance.u["reading_present"] = -current
        instance.u["balancing_current"][1] = -0.3 if n == 5 else 0.0  # moves one group for a step
        instance.advance(0.0, 60.0)
        seen.append(instance.x["resting"])
    assert seen == [0.0] * 15 + [1.0] * 15 + [0.0] * 10


@pytest.mark.parametrize("moving", ["reading_current", "reading_present"])
def test_mean_and_present_current_both_end_a_rest(moving):
    instance = estimated(LEAF, GROUPS, rest_current=0.5, rest_time=60.0)
    instance.advance(0.0, 60.0)
    assert instance.x["resting"] == 1.0
    instance.u[moving] = 1.0
    instance.advance(0.0, 60.0)
    assert instance.x["resting"] == 0.0


def test_sigma_grows_on_a_flat_stretch_and_falls_beyond():
    table = np.interp(SOC, [0.0, 0.2, 0.8, 1.0], [3.0, 3.3, 3.3, 3.4])
    kind = plain_cell(open_circuit_voltage=table)
    cells = started(kind, initial_soc=0.7)
    instance = estimated(kind, initial_soc=0.68, initial_soc_sigma=0.02, initial_capacity_sigma=0.05)
    down = follow(cells, instance, np.full(720, -2.0), 10.0, bias=0.1)
    # what first guess, bias and capacity make of a way of 0.4; the drop over resistances shows a little of the bias
    expected = math.sqrt(0.02**2 + (0.1 * 7200.0 / 36000.0) ** 2 + 0.05**2 * 0.4)
    assert down[-1, 1] == pytest.approx(expected, rel=0.05)
    assert abs(down[-1, 0]) < 2.0 * down[-1, 1]
    beyond = follow(cells, instance, np.full(360, -2.0), 10.0, bias=0.1)
    assert beyond[-1, 1] < 0.2 * down[-1, 1]
    assert abs(beyond[-1, 0]) < 2.0 * beyond[-1, 1]


FIGURES = np.array([0.0, 1e-300, 1e9, -1e9, math.inf, -math.inf, math.nan, 1e6, -1e6])


@kernel
def hold_out(blocks, currents, voltages, steps):
    """Step through absurd readings; return the first step that left something not finite or not positive, or -1."""
    x, p, u, y, c = blocks
    states = x.estimate.shape[1]
    wrong = -1
    for n in range(steps.shape[0]):
        u.reading_current, u.reading_present = currents[n, 0], currents[n, 1]
        for k in range(x.capacity.shape[0]):
            u.reading_voltage[k], u.balancing_current[k] = voltages[n, k], 0.0 if n % 7 else 1.0
        step(x, p, u, y, c, 0.0, steps[n])
        fine = x.bias_sigma > 0.0 and y.normalised_innovation >= 0.0
        for k in range(x.capacity.shape[0]):
            fine = fine and math.isfinite(x.counted_soc[k]) and x.capacity[k] > 0.0 and x.capacity_sigma[k] > 0.0
            fine = fine and x.resistance_scale[k] > 0.0 and x.scale_sigma[k] > 0.0 and math.isfinite(x.current[k])
            for i in range(states):
                fine = fine and x.covariance[k, covariance.at(i, i)] > 0.0
                fine = fine and abs(x.estimate[k, i]) <= filter_states.bound(p, k, i)
        if wrong < 0 and not fine:
            wrong = n
    return wrong


def test_survives_absurd_readings():
    """1e5 steps: every third reading is impossible, and some steps rest; positive definite as a product of factors."""
    instance = estimated(LEAF, GROUPS, rest_time=30.0)
    random, count = np.random.default_rng(8), 100_000

    def absurd(usual):
        values = usual + 0.0
        wrong = random.random(values.shape) < 0.3
        values[wrong] = random.choice(FIGURES, wrong.sum())
        return values

    quiet = np.where(np.arange(count)[:, None] % 100 < 30, 0.0, 1.0)
    currents = absurd(random.normal(0.0, 30.0, (count, 2)))
    currents = np.where(quiet == 0.0, 0.0, currents)
    voltages = absurd(random.normal(3.6, 1.0, (count, GROUPS)))
    blocks = instance.x, instance.p, instance.u, instance.y, instance.c
    assert hold_out(blocks, currents, voltages, 10.0 ** random.uniform(-3.0, 5.0, count)) == -1
    assert np.isfinite(instance.x["covariance"]).all()
    sigmas = [filter_states.sigma(instance.x, 0, i) for i in range(instance.x["estimate"].shape[1])]
    assert np.isfinite(sigmas).all()


def test_initialisation_resets_every_state():
    instance = estimated(LEAF, GROUPS, initial_soc=0.7)
    fresh = instance.memory.copy()
    for n in range(200):
        instance.u["reading_current"] = instance.u["reading_present"] = 5.0 * (n % 3 - 1)
        instance.u["reading_voltage"][:] = 3.6
        instance.advance(0.0, 10.0)
    instance.u["reading_current"] = instance.u["reading_present"] = 0.0
    instance.u["reading_voltage"][:] = 3.7
    estimation.initialize(instance.x, instance.p, instance.y)
    states = instance.model.states
    again = {variable.name: instance.x[variable.name].copy() for variable in states}
    instance.memory[:] = fresh
    for variable in states:
        if not variable.description.startswith("Work") and not variable.name.startswith(("reading_", "group_")):
            assert np.array_equal(again[variable.name], instance.x[variable.name]), variable.name
