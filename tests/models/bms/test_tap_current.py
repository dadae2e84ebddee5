"""A balancing current that nobody tells: its step, what it adds to the variance, and when it is forgotten."""

import math

import numpy as np
import pytest

from packfmu.models.bms import capacity, filter_states, kalman, kalman_correction
from packfmu.models.bms.filter_states import follow_taps
from packfmu.models.cell import circuit

from ..cells import plain_cell
from .estimations import estimated
from .filters import covariance, group

SURE = {
    **dict.fromkeys(("initial_soc_sigma", "initial_bias_sigma", "initial_leakage_sigma"), 0.0),
    **dict.fromkeys(("soc_drift", "bias_drift", "leakage_drift", "current_sigma"), 0.0),
}
RATING, TIME = 0.5, 7200.0


def untold(**changes):
    return group(
        plain_cell(), **SURE, balancing_known=0.0, balancing_rating=RATING, balancing_correlation_time=TIME, **changes
    )


def stepped(x, p, h, steps=1, current=0.0):
    for _ in range(steps):
        kalman.predict(x, p, 0, current, h / steps)
    return covariance(x)


def exact_variance(h, capacity):
    """Return the variance of SOC by a stationary current of this correlation time, integrated over h."""
    ratio = h / TIME
    return 4.0 * (RATING * TIME / capacity) ** 2 * (ratio - 1.0 + math.exp(-ratio))


@pytest.mark.parametrize(("h", "most"), [(1.0, 1.01), (600.0, 1.01), (7200.0, 1.2), (math.sqrt(12.0) * TIME, 1.76),
                                         (86400.0, 1.2)])  # fmt: skip
def test_one_step_adds_what_its_integral_adds_or_more(h, most):
    """The bound of a step's own noise is worst where its two branches meet."""
    x, p = untold()
    added = stepped(x, p, h)[0, 0] / exact_variance(h, p.capacity[0])
    assert 1.0 - 1e-6 < added < most


def test_many_steps_add_what_their_integral_adds():
    x, p = untold()
    spread = stepped(x, p, 4.0 * TIME, steps=400)
    # a hundredth of the correlation time a step: the bound of a step's own noise is 1e-5 of it too large
    assert spread[0, 0] == pytest.approx(exact_variance(4.0 * TIME, p.capacity[0]), rel=1e-4)
    place = filter_states.leakage_place(p)
    assert spread[place, place] == pytest.approx(2.0 * RATING**2, rel=1e-9)
    correlated = -2.0 * RATING**2 * TIME / p.capacity[0] * (1.0 - math.exp(-4.0))
    assert spread[0, place] == pytest.approx(correlated, rel=1e-4)


def test_it_decays_and_flows_through_the_circuit_as_any_current():
    """SOC, pairs and voltage move as under a measured current of the other sign."""
    told, p = untold()
    found, _ = untold()
    place, h = filter_states.leakage_place(p), 20.0
    found.estimate[0, place] = 0.8
    mean = 0.8 * TIME / h * (1.0 - math.exp(-h / TIME))
    kalman.predict(found, p, 0, 0.0, h)
    kalman.predict(told, p, 0, -mean, h)
    assert found.estimate[0, place] == pytest.approx(0.8 * math.exp(-h / TIME), rel=1e-12)
    assert found.estimate[0, :place] == pytest.approx(told.estimate[0, :place], rel=1e-12)
    left = found.estimate[0, place]
    filter_states.take_current(found, p, 0, 0.0, found.tapped)
    filter_states.take_current(told, p, 0, -left, told.tapped)
    assert found.current[0] == pytest.approx(-left, rel=1e-12)
    expected = [kalman_correction.expect(x, p, 0, 0.01)[0] for x in (found, told)]
    assert expected[0] == pytest.approx(expected[1], abs=1e-12)
    ohmic = circuit.ohmic(told, p, 0, circuit.locate(p, told.estimate[0, 0]))
    assert [x.sensitivity[place] for x in (found, told)] == pytest.approx([-ohmic, -ohmic], rel=1e-12)


@pytest.mark.parametrize("known", [1.0, 0.0])
def test_what_was_found_is_forgotten_where_the_knowledge_changes(known):
    x, p = untold(bias_bound=2.0)
    p.balancing_known = x.tapped = 1.0 - known
    x.tapped = known
    place = filter_states.leakage_place(p)
    x.estimate[0, place] = 0.1
    p.initial_leakage_sigma = 0.01
    p.balancing_known = known
    follow_taps(x, p)
    assert (x.tapped, x.forgotten) == (1.0 - known, 1.0)
    own = x.estimate[0, 0] - 1000.0 * x.self_discharge[0] / p.capacity[0]
    spread = stepped(x, p, 1000.0)
    assert x.estimate[0, place] == 0.0
    assert x.estimate[0, 0] == pytest.approx(own, rel=1e-12)  # what is forgotten moves nothing
    assert spread[place, place] == pytest.approx(1e-4 + (1.0 - known) * 2.0 * RATING**2, rel=1e-9)
    assert x.greatest[0, place] == p.leakage_bound + (1.0 - known) * math.sqrt(2.0) * RATING
    follow_taps(x, p)
    assert x.forgotten == 0.0


def test_known_balancing_keeps_the_leakage_a_loss_inside():
    x, p = group(plain_cell(), **SURE)
    place = filter_states.leakage_place(p)
    x.estimate[0, place] = 0.1
    kalman.predict(x, p, 0, 0.0, 100.0)
    assert x.estimate[0, place] == 0.1
    assert x.current[0] == 0.0
    assert np.all(x.estimate[0, 1 : place - 1] == 0.0)
    assert x.estimate[0, 0] == pytest.approx(
        0.5 - (0.1 * 100.0 + x.self_discharge[0] * 100.0) / p.capacity[0], rel=1e-9
    )


def test_a_rating_above_the_bound_of_a_leakage_is_admitted_in_full():
    x, p = untold()
    p.balancing_rating = 20.0
    follow_taps(x, p)
    place = filter_states.leakage_place(p)
    spread = stepped(x, p, 1000.0 * TIME)
    assert spread[place, place] == pytest.approx(2.0 * 20.0**2, rel=1e-9)


def test_voltages_are_believed_less_by_what_may_switch():
    known, p = group(plain_cell(), **SURE)
    place = circuit.locate(p, known.estimate[0, 0])
    _, believed = kalman_correction.expect(known, p, 0, 0.01)
    x, q = untold()
    _, noise = kalman_correction.expect(x, q, 0, 0.01)
    assert noise - believed == pytest.approx((RATING * circuit.ohmic(x, q, 0, place)) ** 2, rel=1e-9)
    h = 1e9  # until all pairs have settled
    for pair in range(1, filter_states.hysteresis_place(p)):
        resistance, _ = circuit.pair(x, q, 0, pair - 1, place)
        kalman.relax_pairs(known, p, 0, place, h)
        kalman.relax_pairs(x, q, 0, place, h)
        assert x.noise[pair] - known.noise[pair] == pytest.approx((RATING * resistance) ** 2, rel=1e-9)


@pytest.mark.parametrize("forgotten", [1.0, 0.0])
def test_a_point_before_the_knowledge_changed_measures_no_capacity(forgotten):
    instance = estimated(plain_cell())
    point = {"point_variance": 1e-5, "point_charge": 7.0, "point_time": 3.0}
    for name, value in point.items():
        instance.x[name] = value
    instance.x["forgotten"] = forgotten
    capacity.learn_capacity(instance.x, instance.p, instance.y, 0, False, 1.0)
    assert [instance.x[name][0] for name in point] == [(1.0 - forgotten) * value for value in point.values()]
