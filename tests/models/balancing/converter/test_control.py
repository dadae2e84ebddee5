"""Control of a converter: duties against closed forms and a root finder, reversed legs, warm parts, settling."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq

from packfmu.models.balancing.converter.capacitor import Shuttle
from packfmu.models.balancing.converter.control import (
    Ending,
    discontinuous_duty,
    reversed_leg,
    set_leg,
    settling_time,
    with_duty,
)
from packfmu.models.balancing.converter.inductor import Leg, average, buck_boost, switch_period, valley
from packfmu.models.balancing.converter.operating_point import OperatingPoint
from packfmu.models.balancing.converter.temperature import warm_leg, warm_shuttle

PERIOD = 1e-5
SHUTTLE = buck_boost(4.7e-6, 0.02, 0.025, 0.025, 0.35)
TO_PACK = Leg(5e-6, 5e-8, 2.0, 0.01, 0.04, 0.012, 0.048, 0.0, 45.0)
BETWEEN = OperatingPoint(3.9, 3.6, 0.9, PERIOD)
PACKWARDS = OperatingPoint(3.8, 44.0, 0.9, PERIOD)
CELLWARDS = OperatingPoint(44.0, 3.8, 0.9, PERIOD)
CASES = {
    "shuttle": (SHUTTLE, BETWEEN),
    "cell to pack": (TO_PACK, PACKWARDS),
    "pack to cell": (reversed_leg(TO_PACK), CELLWARDS),
}


def taken(leg, at, duty):
    return -average(leg, with_duty(at, duty)).input_current


@pytest.mark.parametrize("case", CASES)
@given(current=st.floats(1e-4, 20.0), near=st.floats(0.5, 2.0))
def test_duty_takes_the_current_wanted(case, current, near):
    """To its tolerance, from no guess and from one; the same duty as a bracketing root finder's."""
    leg, at = CASES[case]
    assume(taken(leg, at, at.duty) > current)
    setting = set_leg(leg, at, current, 0.0)
    assert setting.ending == Ending.FOUND
    assert -setting.does.input_current == pytest.approx(current, rel=1e-8)
    root = brentq(lambda duty: taken(leg, at, duty) - current, 0.0, at.duty, xtol=1e-14)
    assert setting.duty == pytest.approx(root, rel=1e-8)
    again = set_leg(leg, at, current, near * setting.duty)
    assert again.ending == Ending.FOUND
    assert again.duty == pytest.approx(root, rel=1e-8)


def test_both_modes_of_conduction_are_met():
    for leg, at in CASES.values():
        modes = {valley(leg, with_duty(at, set_leg(leg, at, i, 0.0).duty)) > 0.0 for i in (0.01, 3.0)}
        assert modes == {False, True}


@given(inductance=st.floats(1e-6, 1e-4), current=st.floats(1e-3, 0.3), voltage=st.floats(2.0, 5.0))
def test_lossless_closed_form(inductance, current, voltage):
    leg = buck_boost(inductance, 0.0, 0.0, 0.0, 0.0)
    duty, found = discontinuous_duty(leg, OperatingPoint(voltage, voltage, 0.99, PERIOD), current, 0.0)
    assert found
    assert duty == pytest.approx(math.sqrt(2.0 * inductance * current / (voltage * PERIOD)), rel=1e-12)


@pytest.mark.parametrize("case", CASES)
@given(duties=st.tuples(st.floats(1e-3, 0.9), st.floats(1e-3, 0.9)))
def test_current_taken_grows_with_the_duty(case, duties):
    leg, at = CASES[case]
    low, high = sorted(duties)
    assume(high - low > 1e-9)
    assert taken(leg, at, low) < taken(leg, at, high)


@pytest.mark.parametrize(("case", "greatest"), [("shuttle", 0.3), ("cell to pack", 0.8), ("pack to cell", 0.2)])
def test_more_than_it_can_take(case, greatest):
    """The greatest duty, with what it takes there, in discontinuous and continuous conduction."""
    leg, at = CASES[case]
    setting = set_leg(leg, with_duty(at, greatest), 1000.0, 0.0)
    assert setting.ending == Ending.LIMITED
    assert setting.duty == greatest
    assert setting.does == average(leg, with_duty(at, greatest))


def test_a_leg_seen_from_the_other_side():
    """The flyback of 20 uH and 1:8, whose pack winding then has 1.28 mH; stored energy and heat are the same."""
    back = reversed_leg(Leg(20e-6, 0.2e-6, 8.0, 0.03, 1.5, 0.05, 0.2, 0.7, 20.0))
    assert tuple(back) == pytest.approx((1.28e-3, 12.8e-6, 0.125, 1.5, 0.03, 0.2, 0.05, 0.7, 160.0), rel=1e-15)
    assert tuple(reversed_leg(back)) == pytest.approx((20e-6, 0.2e-6, 8.0, 0.03, 1.5, 0.05, 0.2, 0.7, 20.0), rel=1e-15)
    assert back.inductance * (3.0 / 8.0) ** 2 == pytest.approx(20e-6 * 3.0**2, rel=1e-15)


@pytest.mark.parametrize("kelvin", [233.15, 293.15, 298.15, 358.15])
def test_warm_parts(kelvin):
    copper, switch = 1.0 + 0.00393 * (kelvin - 293.15), 1.0 + 0.005 * (kelvin - 298.15)
    warm = warm_leg(TO_PACK, kelvin)
    assert warm[3:7] == pytest.approx((0.01 * copper, 0.04 * copper, 0.012 * switch, 0.048 * switch), rel=1e-15)
    assert (warm[:3], warm[7:]) == (TO_PACK[:3], TO_PACK[7:])
    assert tuple(warm_shuttle(Shuttle(1e-4, 0.01, 0.04), kelvin)) == pytest.approx((1e-4, 0.01, 0.04 * switch))


@pytest.mark.parametrize("case", CASES)
def test_settling_time_against_the_decay_of_a_disturbance(case):
    leg, at = CASES[case]
    steady = with_duty(at, set_leg(leg, at, 4.0, 0.0).duty)
    start = valley(leg, steady)
    current = start + 0.01
    for _ in range(20):
        current = switch_period(leg, steady, current).end
    decay = math.log(0.01 / (current - start)) / (20 * PERIOD)
    assert settling_time(leg, steady) == pytest.approx(1.0 / decay, rel=1e-6)
    assert settling_time(leg, with_duty(at, 0.05)) == PERIOD
