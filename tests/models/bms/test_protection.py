"""Trips: their times, their latches, and what makes a sensor faulty."""

import math

import pytest

from packfmu.models.bms import protection
from packfmu.models.bms.protection import TRIPS

from .managed import QUIET, blocks, manager

NORMAL = {"reading_voltage": 3.7, "reading_temperature": 298.15, "reading_current": 0.0, "reading_present": 0.0}

BEYOND = {
    "overvoltage": {"reading_voltage": [3.7, 4.26, 3.7]},
    "undervoltage": {"reading_voltage": [3.7, 3.7, 2.69]},
    "overtemperature": {"reading_temperature": [298.15, 333.2]},
    "undertemperature": {"reading_temperature": [243.1, 298.15]},
    "overcurrent": {"reading_current": -96.1},
}
"""Readings beyond the thresholds of two cells in parallel: 4.25 V, 2.7 V, 60 degC, -30 degC, 96 A."""

INSIDE = {
    "overvoltage": {"reading_voltage": 4.2499},
    "undervoltage": {"reading_voltage": 2.7001},
    "overtemperature": {"reading_temperature": 333.1},
    "undertemperature": {"reading_temperature": 243.2},
    "overcurrent": {"reading_current": -95.9},
}


@pytest.fixture(scope="module")
def made():
    return manager(**QUIET, disagreement_voltage=100.0)


@pytest.fixture
def guard(made):
    """Return a Bms just initialised that has normal readings and checks its thresholds alone."""
    made.p["debounce_time"], made.p["sensor_debounce_time"] = 5.0, 10.0
    made.p["disagreement_voltage"] = 100.0
    made.u["reset"] = 0.0
    for name, value in NORMAL.items():
        made.x[name] = value
    protection.initialize(made.x, made.y)
    return made


def step(instance, h=1.0, reset=0.0, **readings):
    """Take a step with these readings and return the names of the trips."""
    x, p, u, y, _ = blocks(instance)
    for name, value in (NORMAL | readings).items():
        x[name] = value
    u["reset"] = reset
    protection.protect(x, p, u, y, h)
    return [name for name in TRIPS if y[name]]


@pytest.mark.parametrize("trip", BEYOND)
def test_thresholds(guard, trip):
    guard.p["debounce_time"] = 0.0
    assert step(guard, **INSIDE[trip]) == []
    assert step(guard, **BEYOND[trip]) == [trip]


def test_overcurrent_has_a_threshold_a_direction(guard):
    guard.p["debounce_time"] = 0.0
    assert step(guard, reading_current=47.9) == []
    assert step(guard, reading_current=48.1) == ["overcurrent"]


@pytest.mark.parametrize("trip", BEYOND)
@pytest.mark.parametrize("h", [0.1, 1.0, 2.0, 60.0])
def test_trips_after_exactly_the_debounce_time(guard, trip, h):
    """The first sample beyond counts from 0: the trip comes with the sample 5 s later, or the first one after that."""
    samples = 1 + math.ceil(5.0 / h - 1e-9)
    reported = [step(guard, h, **BEYOND[trip]) for _ in range(samples)]
    assert reported == [[]] * (samples - 1) + [[trip]]


def test_one_good_sample_starts_the_time_anew(guard):
    for _ in range(3):
        for _ in range(5):
            assert step(guard, **BEYOND["overvoltage"]) == []
        assert step(guard) == []


def test_stays_until_reset_rises(guard):
    for _ in range(6):
        step(guard, **BEYOND["overvoltage"])
    for _ in range(50):
        assert step(guard) == ["overvoltage"]
    assert step(guard, reset=1.0) == []


def test_reset_leaves_what_still_holds(guard):
    for _ in range(6):
        step(guard, **BEYOND["overvoltage"], reading_current=-100.0)
    assert step(guard, reset=1.0, **BEYOND["overvoltage"]) == ["overvoltage"]
    assert step(guard, reset=1.0) == ["overvoltage"]  # it has not risen again
    assert step(guard) == ["overvoltage"]
    assert step(guard, reset=1.0) == []


def test_a_reset_that_stays_set_does_not_disarm(guard):
    assert step(guard, reset=1.0) == []
    reported = [step(guard, reset=1.0, **BEYOND["undervoltage"]) for _ in range(7)]
    assert reported[5:] == [["undervoltage"]] * 2


@pytest.mark.parametrize(
    "reading",
    [{"reading_voltage": [3.7, 0.0, 3.7]}, {"reading_voltage": 5.0}, {"reading_voltage": math.nan},
     {"reading_temperature": [298.15, 398.15]}, {"reading_temperature": math.nan}, {"reading_present": 750.0},
     {"reading_current": -750.0}, {"reading_current": math.inf}],
)  # fmt: skip
def test_readings_at_the_end_of_their_range_are_faults(guard, reading):
    guard.p["debounce_time"] = 1e6
    reported = [step(guard, **reading) for _ in range(11)]
    assert reported == [[]] * 10 + [["sensor_fault"]]


def test_a_saturated_reading_is_at_the_end_however_it_is_rounded(guard):
    guard.p["temperature_sensor_resolution"] = 0.1
    guard.p["sensor_debounce_time"] = 0.0
    assert step(guard, reading_temperature=233.2) == ["sensor_fault"]
    guard.p["temperature_sensor_resolution"] = 0.0


def test_a_voltage_that_does_not_move_is_a_fault(guard):
    """20 A.h: a current that moves by more than 20 A must move it."""
    for n in range(100):
        voltage = [3.7 + 1e-3 * (n % 2), 3.7, 3.7 - 1e-3 * (n % 2)]
        assert step(guard, reading_voltage=voltage, reading_present=(-9.9, 10.0)[n % 2]) == []
    reported = [step(guard, reading_voltage=[3.7, 3.7, 3.6 + n], reading_present=10.2) for n in (0.0, 0.1) * 6]
    assert reported[9:] == [[], ["sensor_fault"], ["sensor_fault"]]
    assert step(guard, reading_voltage=3.71, reset=1.0) == []


def test_a_voltage_against_its_estimate_is_a_fault(guard):
    x, p, *_ = blocks(guard)
    guard.initialize()
    emf, _ = protection.present_port(x, p, 0)
    p["disagreement_voltage"], p["sensor_debounce_time"] = 0.05, 0.0
    assert step(guard, reading_voltage=emf + 0.0499) == []
    assert step(guard, reading_voltage=[emf, emf, emf - 0.0501]) == ["sensor_fault"]
