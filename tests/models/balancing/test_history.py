"""The charge history of `bleeding`: the charge that it removes and when, and the effect on the objective."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.core.timescale import NONE
from packfmu.models.balancing.options import BleedingLaw
from tests.models.balancing.bleeders import GROUPS, bleeding, started

CAPACITY = np.array([1.0e5, 1.2e5, 0.9e5])
UPSIDE_DOWN = [3.9, 3.7, 3.7001]  # voltages in the reverse order of the SOCs
HISTORY = {
    "law": BleedingLaw.CHARGE_HISTORY,
    "bleed_resistance": 20.0,
    "group_capacity": CAPACITY,
    "group_voltage": UPSIDE_DOWN,
    "charge_stop_threshold": 0.0,
}


def bleed_groups(instance, soc, steps, step=10.0):
    """Bleed groups from these SOCs, which the balancer gets at every step; return the charges bled."""
    bled = np.zeros(GROUPS)
    for _ in range(steps):
        bled -= step * instance.y["balancing_current"]
        instance.u["group_soc"] = soc - bled / CAPACITY
        assert instance.advance(0.0, step) == DONE
    return bled


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("stop", [0.0, 0.002])
def test_history_removes_the_charge_whatever_the_voltage(trusted, stop):
    soc = np.array([0.50, 0.52, 0.54])
    instance = started(**HISTORY | {"charge_stop_threshold": stop}, group_soc=soc)
    instance.u["soc_trusted"] = trusted
    assert instance.x["charge_to_bleed"] == pytest.approx(CAPACITY * (soc - 0.5 - stop) * [0, 1, 1], rel=1e-13)
    bled = bleed_groups(instance, soc, 3000)
    assert np.all(instance.y["balancing_current"] == 0.0)
    beyond = bled - CAPACITY * (soc - 0.5 - stop) * [0, 1, 1]
    resolved = 10.0 * np.array(UPSIDE_DOWN) / 20.0
    assert bled[0] == beyond[0] == 0.0
    # what is left is less than the charge of a step; 1400 subtractions round off the rest
    assert np.all((beyond[1:] > -resolved[1:]) & (beyond[1:] < 1e-9))


def test_history_takes_up_only_what_is_trusted_and_large():
    instance = started(**HISTORY, group_soc=[0.50, 0.5049, 0.5051])
    assert instance.x["charge_to_bleed"] == pytest.approx([0.0, 0.0, 0.9e5 * 0.0051], rel=1e-12)
    instance.u["soc_trusted"] = 0.0
    instance.u["group_soc"] = [0.9, 0.1, 0.1]
    bleeding(instance, *UPSIDE_DOWN)
    assert instance.x["charge_to_bleed"] == pytest.approx([0.0, 0.0, 0.9e5 * 0.0051 - 3.7001 / 20.0], rel=1e-12)
    instance.u["soc_trusted"] = 1.0
    assert bleeding(instance, *UPSIDE_DOWN) == [True, False, False]


def test_history_outlasts_a_time_without_enable():
    instance = started(**HISTORY, group_soc=[0.50, 0.52, 0.50], soc_trusted=0.0, enable=1.0)
    assert not np.any(instance.x["charge_to_bleed"])
    instance.u["soc_trusted"] = 1.0
    assert bleeding(instance, *UPSIDE_DOWN) == [False, True, False]
    instance.u["soc_trusted"] = instance.u["enable"] = 0.0
    assert bleeding(instance, *UPSIDE_DOWN, step=10.0) == [False, False, False]
    assert bleeding(instance, *UPSIDE_DOWN, step=1e5) == [False, False, False]
    instance.u["enable"] = 1.0
    assert bleeding(instance, *UPSIDE_DOWN) == [False, True, False]
    assert instance.x["charge_to_bleed"][1] == pytest.approx(0.02 * 1.2e5 - 10.0 * 3.7 / 20.0, rel=1e-12)


def test_history_is_as_long_as_predicted():
    soc = np.array([0.50, 0.52, 0.54])
    instance = started(**HISTORY, group_soc=soc)
    seconds = (0.04 - 0.01) * 0.9e5 / (3.7001 / 20.0)  # of the slower of both groups, to 1 % above the least
    assert instance.y["predicted_time"] == pytest.approx(seconds, rel=1e-12)
    steps = int(seconds / 10.0)
    bled = bleed_groups(instance, soc, steps)
    assert not instance.y["balanced"]
    assert instance.y["predicted_time"] == pytest.approx(seconds - 10.0 * steps, abs=1e-6)  # of 1e4 s, by differences
    bled += bleed_groups(instance, soc - bled / CAPACITY, 1)
    assert instance.y["balanced"]
    assert instance.y["predicted_time"] == 0.0
    bleed_groups(instance, soc - bled / CAPACITY, 3)
    assert instance.y["balancing_time"] == 10.0 * (steps + 1)


def test_what_never_balances_is_predicted_so():
    instance = started(**HISTORY, group_soc=[0.50, 0.52, 0.54], available=[1.0, 1.0, 0.0])
    assert instance.y["active_groups"] == 1
    assert instance.y["predicted_time"] == NONE


def test_lyapunov_function_falls_and_rises_as_derived():
    """Bleeding changes it by ``-h sum I (z - m)`` and a second order; what is bled below the mean raises it."""
    soc = np.array([0.50, 0.52, 0.60])
    alike = HISTORY | {"group_capacity": 1e5, "group_voltage": 3.7}
    for available, falls in (([1.0, 1.0, 1.0], True), ([1.0, 1.0, 0.0], False)):
        instance = started(**alike, group_soc=soc, available=available)
        moved = 100.0 * instance.y["balancing_current"]
        derivative = -moved @ (soc - soc.mean())
        second = 0.5 * (moved @ moved - moved.sum() ** 2 / 3.0) / 1e5
        instance.u["group_soc"] = soc + moved / 1e5
        instance.advance(0.0, 100.0)
        # the decrease is a difference of 300 C
        assert instance.y["lyapunov_decrease"] == pytest.approx(derivative - second, abs=1e-11)
        assert (instance.y["lyapunov_decrease"] > 0.0) == falls


@settings(max_examples=30)
@given(soc=st.lists(st.floats(0.2, 0.9), min_size=GROUPS, max_size=GROUPS).map(np.array))
def test_lyapunov_function_of_equal_groups_never_rises(soc):
    instance = started(**HISTORY | {"group_capacity": 1e5, "group_voltage": 3.7}, group_soc=soc)
    for _ in range(20):
        soc = soc + 600.0 * instance.y["balancing_current"] / 1e5
        instance.u["group_soc"] = soc
        assert instance.advance(0.0, 600.0) == DONE
        assert instance.y["lyapunov_decrease"] >= -1e-11  # a difference of up to 1e4 C
