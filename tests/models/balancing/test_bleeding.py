"""The passive balancer: thresholds, bounds, energy, and the decay of capacitors that it bleeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.balancing.options import BleedingLaw
from tests.models.balancing.bleeders import GROUPS, PARALLEL, bleeding, started


def test_thresholds_with_hysteresis():
    instance = started()
    assert bleeding(instance, 3.7, 3.7099, 3.7) == [False, False, False]
    assert bleeding(instance, 3.7, 3.7101, 3.7) == [False, True, False]
    assert bleeding(instance, 3.7, 3.7051, 3.7099) == [False, True, False]
    assert bleeding(instance, 3.7, 3.7049, 3.7) == [False, False, False]
    assert bleeding(instance, 3.7, 3.7099, 3.7) == [False, False, False]


def test_current_heat_and_count():
    instance = started(bleed_resistance=100.0, group_voltage=[3.6, 4.0, 3.9])
    assert instance.y["balancing_current"] == pytest.approx([0.0, -0.04, -0.039], rel=1e-15)
    assert instance.y["balancing_pack_current"] == 0.0
    assert instance.y["heat_rate"] == 0.0
    assert instance.y["active_groups"] == 2
    bleeding(instance, 3.9, 3.9, 3.9)
    assert instance.y["heat_rate"] == pytest.approx((4.0**2 + 3.9**2) / 100.0, rel=1e-15)


def test_integrals_are_of_what_was_in_force_during_the_step():
    instance = started(bleed_resistance=100.0, group_voltage=[3.6, 4.0, 3.9])
    bleeding(instance, 3.9, 3.9, 3.9, step=20.0)
    assert instance.y["heat"] == pytest.approx(20.0 * (4.0**2 + 3.9**2) / 100.0, rel=1e-15)
    assert instance.y["heat"] == 20.0 * instance.y["heat_rate"]
    assert instance.y["moved_charge"] == pytest.approx(20.0 * 0.079, rel=1e-15)
    assert instance.y["active_groups"] == 0
    bleeding(instance, 3.9, 3.9, 3.9, step=20.0)
    assert instance.y["heat_rate"] == instance.y["heat"] == instance.y["moved_charge"] == 0.0


def test_disabled_bleeds_nothing_and_selects_nothing():
    instance = started(group_voltage=[3.7, 3.72, 3.7])
    instance.u["enable"] = 0.0
    assert bleeding(instance, 3.7, 3.72, 3.9) == [False, False, False]
    assert instance.x["power"] == instance.y["active_groups"] == 0.0
    instance.u["enable"] = 1.0
    assert bleeding(instance, 3.7, 3.707, 3.9) == [False, False, True]


@pytest.mark.parametrize(
    ("temperature", "duty"), [(250.0, 1.0), (340.0, 1.0), (345.0, 0.75), (350.0, 0.5), (360.0, 0.0), (400.0, 0.0)]
)
def test_derating_is_linear(temperature, duty):
    instance = started(bleed_resistance=50.0, derating_temperature=340.0, maximum_temperature=360.0)
    instance.u["board_temperature"] = temperature
    assert bleeding(instance, 3.6, 4.0, 3.6) == [False, duty > 0.0, False]
    assert instance.y["balancing_current"][1] == pytest.approx(-duty * 4.0 / 50.0, rel=1e-15)
    assert instance.x["power"] == pytest.approx(duty * 4.0**2 / 50.0, rel=1e-15)
    assert instance.y["active_groups"] == (duty > 0.0)


def test_derating_keeps_the_selection():
    instance = started(group_voltage=[3.7, 3.72, 3.7])
    instance.u["board_temperature"] = 400.0
    assert bleeding(instance, 3.7, 3.707, 3.7) == [False, False, False]
    instance.u["board_temperature"] = 300.0
    assert bleeding(instance, 3.7, 3.707, 3.7) == [False, True, False]


def bleed_capacitor(steps, duration, capacitance=1000.0, resistance=50.0):
    """Bleed a capacitor at 4 V beside two at 3 V, in so many steps; return its voltage and charge and heat bled."""
    voltage = np.array([3.0, 4.0, 3.0])
    instance = started(bleed_resistance=resistance, group_voltage=voltage)
    charge = heat = 0.0
    for n in range(steps):
        step = duration / steps
        voltage = voltage + step * instance.y["balancing_current"] / capacitance
        instance.u["group_voltage"] = instance.u["measured_voltage"] = voltage
        instance.advance(n * step, step)
        charge, heat = charge + instance.y["moved_charge"], heat + instance.y["heat"]
    assert np.all(voltage[[0, 2]] == 3.0)
    return voltage[1], charge, heat


def test_bled_capacitor_decays_exponentially():
    time_constant, duration = 1000.0 * 50.0, 10000.0
    expected = 4.0 * np.exp(-duration / time_constant)
    errors, heat_errors = [], []
    for steps in (100, 200, 400):
        voltage, charge, heat = bleed_capacitor(steps, duration)
        assert charge == pytest.approx(1000.0 * (4.0 - voltage), rel=1e-12)  # rounding of some hundred sums
        errors.append(abs(voltage - expected))
        heat_errors.append(abs(heat - 0.5 * 1000.0 * (4.0**2 - expected**2)))
    # a held current: V0 (1 - x)^n misses V0 exp(-n x) by n x^2 / 2 of it, x = h / (R C) = 2e-3 to 5e-4
    assert errors[0] == pytest.approx(expected * 100 * (2e-3) ** 2 / 2.0, rel=1e-2)
    for error in (errors, heat_errors):
        assert np.log2(np.array(error[:-1]) / np.array(error[1:])) == pytest.approx(1.0, abs=0.2)


def test_imbalance_decays_until_the_stop_threshold():
    time_constant = 1000.0 * 50.0
    reached = time_constant * np.log(4.0 / 3.005)
    before, _, _ = bleed_capacitor(1000, 0.999 * reached)
    after, _, _ = bleed_capacitor(1000, 2.0 * reached)
    assert before > 3.005
    fall = 3.005 / time_constant * 2.0 * reached / 1000  # a step's fall: it stops at the first sample below
    assert 3.005 - fall <= after <= 3.005


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (
            {"charge_stop_threshold": 0.006},
            r"charge_stop_threshold = 0\.006 must not exceed charge_start_threshold = 0\.005",
        ),
        ({"minimum_voltage": 4.2}, r"maximum_voltage = 4\.2 V must exceed minimum_voltage = 4\.2 V"),
        ({"start_threshold": 0.004}, r"stop_threshold = 0\.005 V must not exceed start_threshold = 0\.004 V"),
        (
            {"maximum_temperature": 343.15},
            r"maximum_temperature = 343\.15 K must exceed derating_temperature = 343\.15 K",
        ),
    ],
)
def test_contradicting_parameters_are_refused_and_named(start, message):
    instance = started(group_voltage=[3.6, 4.0, 3.9], **start)
    before = instance.memory.copy()
    status = instance.advance(0.0, 1.0)
    assert status != DONE
    assert np.all(instance.memory == before)
    with pytest.raises(ValueError, match=message):
        raise ValueError(instance.refusal(status))


volts = st.floats(-1.0, 5.0).map(lambda volt: round(volt, 9))  # near 1e-308 V the current would round to 0
voltages = st.lists(volts, min_size=GROUPS, max_size=GROUPS)


@settings(max_examples=60)  # the first example compiles
@given(
    sequence=st.lists(voltages, min_size=1, max_size=6),
    thresholds=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    temperature=st.floats(300.0, 400.0),
)
def test_only_discharges_and_never_the_lowest(sequence, thresholds, temperature):
    instance = started(start_threshold=max(thresholds), stop_threshold=min(thresholds), board_temperature=temperature)
    energy = dissipated = 0.0
    for groups in sequence:
        dissipated += 7.0 * instance.x["power"]
        bleeding(instance, *groups, step=7.0)
        energy += instance.y["heat"]
        current = instance.y["balancing_current"]
        assert np.all(current <= 0.0)
        assert np.all(current[np.array(groups) == min(groups)] == 0.0)
        assert np.all(current[np.array(groups) - min(groups) <= min(thresholds)] == 0.0)
        # power of the groups is the heat: rounding of three products
        assert instance.x["power"] == pytest.approx(-current @ np.array(groups), rel=1e-14)
        assert instance.y["active_groups"] == np.count_nonzero(current)
    assert energy == dissipated


@settings(max_examples=30)
@given(first=voltages, second=voltages, order=st.permutations(range(GROUPS)))
def test_groups_are_alike(first, second, order):
    plain, permuted = started(), started()
    for groups in (np.array(first), np.array(second)):
        bleeding(plain, *groups)
        bleeding(permuted, *groups[order])
        assert np.all(permuted.y["balancing_current"] == plain.y["balancing_current"][order])


def test_decided_by_what_is_measured_and_flowing_by_what_is_there():
    instance = started(bleed_resistance=100.0, group_voltage=[3.6, 3.8, 3.7], measured_voltage=[3.8, 3.6, 3.6])
    assert instance.y["balancing_current"] == pytest.approx([-0.036, 0.0, 0.0], rel=1e-15)
    assert instance.x["power"] == pytest.approx(0.036 * 3.6, rel=1e-15)


@pytest.mark.parametrize(
    ("start", "current"),
    [
        ({}, 0.04),
        ({"rated_power": 0.1}, 0.1 / 4.0),
        ({"minimum_voltage": 3.999, "group_resistance": 0.005}, 0.02),
        ({"minimum_voltage": 4.0}, 0.0),
        ({"pack_current": -9.97, "maximum_discharge_current": 10.0}, 0.03),
        ({"pack_current": -10.01, "maximum_discharge_current": 10.0}, 0.0),
        ({"pack_current": 11.0, "maximum_charge_current": 10.0}, 0.04),  # it bleeds all the more
        ({"maximum_cell_temperature": 320.0, "temperature": [300.0, 320.0, 310.0, 319.9, 300.0, 300.0]}, 0.04),
        ({"maximum_cell_temperature": 320.0, "temperature": [300.0, 300.0, 310.0, 320.0, 300.0, 300.0]}, 0.0),
        ({"available": [0.0, 1.0, 1.0]}, 0.04),
        ({"available": [1.0, 0.0, 1.0]}, 0.0),
    ],
)
def test_each_limit_alone(start, current):
    instance = started(bleed_resistance=100.0, group_voltage=[3.9, 4.0, 3.9], **start)
    # 10 A less 9.97 A, and 4 V less 3.999 V, keep 13 digits
    assert instance.y["balancing_current"] == pytest.approx([0.0, -current, 0.0], rel=1e-12)
    assert instance.y["active_groups"] == (current > 0.0)


kelvins = st.floats(300.0, 360.0)
LIMITS = st.fixed_dictionaries(
    {
        "law": st.sampled_from(list(BleedingLaw)),
        "minimum_voltage": st.floats(2.5, 3.9),
        "group_resistance": st.floats(1e-3, 10.0),
        "maximum_cell_temperature": kelvins,
        "maximum_discharge_current": st.floats(0.0, 10.0),
        "bleed_resistance": st.floats(1.0, 100.0),
        "rated_power": st.one_of(st.just(0.0), st.floats(1e-9, 5.0)),  # no precision is asked of subnormal numbers
    }
)
STATES = st.fixed_dictionaries(
    {
        "group_voltage": st.lists(st.floats(-1.0, 5.0), min_size=GROUPS, max_size=GROUPS),
        "measured_voltage": st.lists(st.floats(2.0, 5.0), min_size=GROUPS, max_size=GROUPS),
        "group_soc": st.lists(st.floats(0.0, 1.0), min_size=GROUPS, max_size=GROUPS),
        "temperature": st.lists(kelvins, min_size=GROUPS * PARALLEL, max_size=GROUPS * PARALLEL),
        "board_temperature": st.floats(330.0, 370.0),
        "pack_current": st.floats(-11.0, 11.0),
        "enable": st.sampled_from([0.0, 1.0, 1.0, 1.0]),
        "soc_trusted": st.sampled_from([0.0, 1.0]),
        "available": st.lists(st.sampled_from([0.0, 1.0, 1.0]), min_size=GROUPS, max_size=GROUPS),
    }
)


def assert_within_limits(instance, former):
    """Whatever was decided keeps to every limit, given the currents in force until now."""
    p, u, current = instance.p, instance.u, instance.y["balancing_current"]
    measured, voltage = u["measured_voltage"], u["group_voltage"].clip(min=1e-300)
    duty = np.clip((358.15 - u["board_temperature"]) / 15.0, 0.0, 1.0)
    hottest = u["temperature"].reshape(GROUPS, PARALLEL).max(axis=1)
    forbidden = (measured <= p["minimum_voltage"]) | (hottest >= p["maximum_cell_temperature"])
    forbidden |= (p["available"] < 0.5) | (u["enable"] < 0.5) | (u["group_voltage"] <= 0.0)
    assert np.all(current <= 0.0)
    assert np.all(current[forbidden] == 0.0)
    rounding = 1.0 + 1e-14
    assert np.all(-current <= rounding * duty * voltage / p["bleed_resistance"])
    assert np.all(-current * voltage <= rounding * p["rated_power"])
    given_up = current < 0.0
    sagged = measured + p["group_resistance"] * (current - former)
    assert np.all(sagged[given_up] >= p["minimum_voltage"] - 1e-12)  # of voltages of 5 V
    assert np.all(u["pack_current"] + current[given_up] >= -p["maximum_discharge_current"] - 1e-12)


@settings(max_examples=100)
@given(limits=LIMITS, sequence=st.lists(STATES, min_size=1, max_size=6))
def test_limits_are_kept_at_every_step(limits, sequence):
    instance = started(**limits)
    former = np.array(instance.y["balancing_current"])
    for state in sequence:
        for name, value in state.items():
            (instance.p if name == "available" else instance.u)[name] = value
        power = instance.x["power"]
        assert instance.advance(0.0, 7.0) == DONE
        assert_within_limits(instance, former)
        assert instance.y["heat"] == 7.0 * power == -instance.y["balancing_energy"] == instance.y["moved_energy"]
        assert instance.y["moved_charge"] == -instance.y["balancing_charge"]
        assert instance.y["moved_charge"] == pytest.approx(-7.0 * former.sum(), rel=1e-14)
        former = np.array(instance.y["balancing_current"])
