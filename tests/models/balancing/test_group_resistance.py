"""Balancing keeps to the voltage limits whatever the groups resist, and learns what they do.

A group here is an EMF and a resistance, measured with errors of up to a bound, of which `voltage_error` is twice that:
the resistance that the balancer goes by is never below the true one.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.balancing.group_resistance import LOAD_SHARE, UNMEASURED
from packfmu.models.balancing.options import Fidelity
from tests.models.balancing import balancers, bleeders
from tests.models.balancing.balancers import FLYBACK, LINKS, WIDE, through

LOW, HIGH = 3.0, 4.2
ROUNDING = 1e-12
STEPS = 12

OVER_NOMINAL = st.floats(0.2, UNMEASURED)
NOMINAL = st.floats(1e-4, 1e-2)
GAP = st.floats(1e-3, 0.05)  # a change of a microvolt has not the digits that are asserted of a resistance
NOISE = st.tuples(st.floats(0.0, 2e-3), st.lists(st.floats(-1.0, 1.0), min_size=STEPS, max_size=STEPS))


def converters(nominal, noise, gap, rated=20.0):
    """Return flybacks of which one carries from group 1, `gap` above its least voltage, to group 2, as far below its
    greatest.
    """
    soc, voltage = np.full(balancers.GROUPS, 0.5), np.full(balancers.GROUPS, 3.7)
    soc[:2], voltage[:2] = (0.9, 0.1), (LOW + gap, HIGH - gap)
    only = np.array([float(ends == (0, 1)) for ends in LINKS])
    return balancers.started(
        FLYBACK, **WIDE | {"minimum_voltage": LOW, "maximum_voltage": HIGH}, fidelity=Fidelity.IDEAL, available=only,
        rated_current=rated, gain=1e3, group_capacity=1e6, group_soc=soc, group_voltage=voltage,
        group_resistance=nominal, voltage_error=2.0 * noise,
    )  # fmt: skip


def resistors(nominal, noise, gap):
    """Return resistors of which that of group 2 bleeds, `gap` above its least voltage."""
    return bleeders.started(
        minimum_voltage=LOW, maximum_voltage=HIGH, bleed_resistance=0.5, rated_power=1e3, start_threshold=0.01,
        group_voltage=[LOW - 0.5, LOW + gap, LOW - 0.5], group_resistance=nominal, voltage_error=2.0 * noise,
    )  # fmt: skip


def run(instance, resistance, noise=(0.0,) * STEPS, load=(0.0,) * STEPS):
    """Let the groups resist; yield their voltages and balancing currents, and what is known of their resistances."""
    emf = instance.u["group_voltage"].copy()
    for error, current in zip(noise, load, strict=True):
        voltage = emf + resistance * (through(instance) + current)
        instance.u["group_voltage"], instance.u["measured_voltage"] = voltage, voltage + error
        instance.u["pack_current"] = current
        yield voltage, through(instance), instance.x["resistance_bound"].copy()
        assert instance.advance(0.0, 10.0) == DONE


@settings(max_examples=60, deadline=None)
@given(over=OVER_NOMINAL, nominal=NOMINAL, gap=GAP, noise=NOISE)
def test_converters_keep_to_both_limits_at_any_resistance(over, nominal, gap, noise):
    """A voltage passes its limit by no more than the error of a reading, so that a reading does by no more than two."""
    greatest, errors = noise[0], noise[0] * np.array(noise[1])
    instance, resistance = converters(nominal, greatest, gap), over * nominal
    for voltage, current, bound in run(instance, resistance, errors):
        assert voltage[0] >= LOW - greatest - ROUNDING
        assert voltage[1] <= HIGH + greatest + ROUNDING
        assert current[0] <= 0.0 <= current[1]
        assert np.all(bound[:2] >= resistance * (1.0 - 1e-9))


@settings(max_examples=60, deadline=None)
@given(over=OVER_NOMINAL, nominal=NOMINAL, gap=GAP, noise=NOISE)
def test_resistors_keep_to_the_least_voltage_at_any_resistance(over, nominal, gap, noise):
    greatest, errors = noise[0], noise[0] * np.array(noise[1])
    instance, resistance = resistors(nominal, greatest, gap), over * nominal
    for voltage, current, bound in run(instance, resistance, errors):
        assert voltage[1] >= LOW - greatest - ROUNDING
        assert current[1] <= 0.0
        assert bound[1] >= resistance * (1.0 - 1e-9)


def test_six_times_the_resistance_leaves_the_limits_alone():
    """By the nominal 1 mOhm 5 A would take 30 mV of the 10 mV that there are."""
    instance = converters(1e-3, 0.0, 0.01, rated=5.0)
    voltages, currents, _ = zip(*run(instance, 6e-3), strict=True)
    assert np.min(voltages) >= LOW - ROUNDING
    assert np.max(voltages) <= HIGH + ROUNDING
    assert currents[-1][0] == pytest.approx(-0.01 / 6e-3, rel=1e-3)  # all that the limit of the giver leaves


@pytest.mark.parametrize("over", [0.2, 1.0, 3.0, 10.0])
def test_what_a_change_shows_is_known_at_the_next_decision(over):
    instance = converters(1e-3, 0.0, 0.1, rated=5.0)
    bounds = [bound[1] for _, _, bound in run(instance, over * 1e-3)]
    assert bounds[0] == UNMEASURED * 1e-3
    assert bounds[-1] == pytest.approx(max(over, 1.0) * 1e-3, rel=1e-9)


def test_a_change_below_the_error_shows_nothing():
    instance = converters(1e-3, 0.5e-3, 0.1, rated=0.05)
    assert all(bound[1] == UNMEASURED * 1e-3 for _, _, bound in run(instance, 1e-3))


@settings(max_examples=60, deadline=None)
@given(
    over=OVER_NOMINAL,
    nominal=NOMINAL,
    gap=GAP,
    load=st.lists(st.sampled_from([0.0, 1e-4, 30.0, -30.0, 80.0]), min_size=STEPS, max_size=STEPS),
)
def test_a_load_that_changes_is_not_taken_for_a_resistance(over, nominal, gap, load):
    """To the share of a change that counts as none."""
    instance, resistance = converters(nominal, 0.0, gap), over * nominal
    for _, _, bound in run(instance, resistance, load=load):
        assert np.all(bound[:2] >= resistance * (1.0 - LOAD_SHARE - 1e-9))


def test_a_group_that_relaxes_is_not_taken_for_one_without_resistance():
    """After a charge its voltage falls by 20, 12, 7.2 mV and so on, while 5 A into it would raise it by 15 mV."""
    instance = converters(1e-3, 0.0, 0.1, rated=5.0)
    falling = 0.05 * 0.6 ** np.arange(STEPS)
    emf, only = instance.u["group_voltage"].copy(), instance.p["available"].copy()
    instance.p["available"] = 0.0
    for n, fall in enumerate(falling):
        instance.p["available"] = only * float(n % 3 == 1)
        voltage = emf + fall + 3e-3 * through(instance)
        instance.u["group_voltage"] = instance.u["measured_voltage"] = voltage
        assert instance.advance(0.0, 10.0) == DONE
        assert instance.x["resistance_bound"][1] >= 3e-3
