"""The channels of a Bms: places, statistics, delay, range, and that a sample comes again."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.bms import bms
from packfmu.models.bms import sensors as bms_sensors
from packfmu.models.bms.sensors import DEPTH, nearest_sensors, sensor_cells, sensor_groups
from packfmu.models.parameters import nissan_leaf_2013
from tests.interpreted import InterpretedInstance

from .managed import GROUPS, PARALLEL, QUIET, manager

SAMPLES = 4000
LIKELY = 4.5
"""Standard deviations that chance does not reach once in 1e5; the noise is fixed by its seed."""


def begun(**start):
    instance = manager(**start)
    bms_sensors.initialize(instance.x, instance.p, instance.u, instance.y, instance.c)
    return instance


def sense(instance, **inputs):
    for name, value in inputs.items():
        instance.u[name] = value
    bms_sensors.sense(instance.x, instance.p, instance.u, instance.y, instance.c)
    return instance.x


@pytest.mark.parametrize(
    ("groups", "places"),
    [(1, (0,)), (2, (0, 1)), (3, (0, 2)), (8, (2, 6)), (16, (4, 12)), (17, (2, 8, 14)), (96, tuple(range(4, 96, 8)))],
)
def test_places_of_temperature_sensors(groups, places):
    assert sensor_groups(groups) == places
    near = nearest_sensors(groups, places)
    for g, s in enumerate(near):
        distances = [abs(place - g) for place in places]
        assert distances[s] == min(distances)
        assert distances[s] <= 4
    assert list(near) == sorted(near)


def test_sensors_sit_on_the_cells_that_are_named():
    assert sensor_cells(3, 2) == (1, 5)
    assert sensor_cells(3, 2, [4, 0, 1]) == (4, 0, 1)
    assert nearest_sensors(3, [2, 0, 0]) == (1, 0, 0)  # the first of two that are as near
    for named, message in (([6], "cell 7 is none of the 6"), ([1, 1], "cell 2 is named twice"), ([], "no cell")):
        with pytest.raises(InputError, match=message):
            sensor_cells(3, 2, named)


def test_named_sensors_read_their_cells():
    instance = InterpretedInstance(
        bms.declare(3, 2, nissan_leaf_2013.PARAMETERS, [4, 0]).with_start(
            {**QUIET, "temperature": 290.0 + np.arange(6)}
        )
    )
    instance.initialize()
    assert np.array_equal(instance.x["reading_temperature"], [294.0, 290.0])
    assert np.array_equal(instance.x["group_temperature"], [290.0, 294.0, 294.0])


def test_without_errors_they_read_the_truth():
    instance = begun(**QUIET)
    temperature = 290.0 + np.arange(GROUPS * PARALLEL)
    voltage = np.array([3.51, 3.62, 3.73])
    x = sense(instance, group_voltage=voltage, temperature=temperature, pack_current=-12.5, present_current=7.0)
    assert np.array_equal(x["reading_voltage"], voltage)
    assert (x["reading_current"], x["reading_present"]) == (-12.5, 7.0)
    assert np.array_equal(x["reading_temperature"], [291.0, 295.0])  # the second cell of the first and last group
    assert np.array_equal(x["group_temperature"], [291.0, 291.0, 295.0])


def test_gain_and_offset_of_each_channel():
    instance = begun(
        **QUIET,
        voltage_sensor_gain=[1.001, 1.0, 0.998],
        voltage_sensor_offset=[0.0, -0.002, 0.001],
        current_sensor_gain=1.01,
        current_sensor_offset=0.1,
        temperature_sensor_offset=[0.5, -1.0],
    )
    x = sense(instance, group_voltage=3.7, pack_current=-20.0, present_current=10.0)
    assert x["reading_voltage"] == pytest.approx([3.7037, 3.698, 3.6936], rel=1e-14)
    assert x["reading_current"] == pytest.approx(-20.1, rel=1e-14)
    assert x["reading_present"] == pytest.approx(10.2, rel=1e-14)
    assert x["reading_temperature"] == pytest.approx([298.65, 297.15], rel=1e-14)


def test_noise_and_steps():
    """Mean and variance of every channel: noise, and a twelfth of the step squared; no two channels correlate."""
    instance = begun(seed=3, voltage_sensor_noise=5e-4, voltage_sensor_resolution=1e-3)
    readings = []
    for _ in range(SAMPLES):
        x = sense(instance, group_voltage=3.6543, pack_current=8.0, present_current=8.0)
        currents = [x["reading_current"], x["reading_present"]]
        readings.append([*x["reading_voltage"], *currents, *x["reading_temperature"]])
    errors = np.array(readings) - [*[3.6543] * 3, 8.0, 8.0, 298.15, 298.15]
    variance = np.array([5e-4**2 + 1e-3**2 / 12.0] * 3 + [0.05**2 + 1e-4 / 12.0] * 2 + [0.01 + 0.01 / 12.0] * 2)
    assert np.abs(errors.mean(axis=0) / np.sqrt(variance)).max() < LIKELY / np.sqrt(SAMPLES)
    # noise of half a step makes the error of rounding white to a hundredth
    assert errors.var(axis=0) == pytest.approx(variance, rel=LIKELY * np.sqrt(2.0 / SAMPLES) + 0.01)
    correlation = np.corrcoef(errors.T)
    assert np.abs(correlation - np.eye(7)).max() < LIKELY / np.sqrt(SAMPLES)
    counts = np.array(readings)[:, :3] / 1e-3
    assert np.abs(counts - np.round(counts)).max() < 1e-9  # multiples of the step


def test_readings_keep_to_the_range():
    instance = begun(current_sensor_range=100.0)
    x = sense(instance, group_voltage=[-3.0, 9.0, 3.6], pack_current=-500.0, present_current=1e9, temperature=200.0)
    assert list(x["reading_voltage"][:2]) == [0.0, 5.0]
    assert (x["reading_current"], x["reading_present"]) == (-100.0, 100.0)
    assert x["reading_temperature"] == pytest.approx(233.2, abs=0.051)  # the range's end, to the nearest tenth


@pytest.mark.parametrize("samples", [0, 1, DEPTH - 1])
def test_delay(samples):
    instance = begun(**QUIET, voltage_sensor_delay=samples, group_voltage=3.0)
    reported = [sense(instance, group_voltage=3.0 + 0.01 * n)["reading_voltage"][1] for n in range(1, 30)]
    expected = [3.0 + 0.01 * max(0, n - samples) for n in range(1, 30)]
    assert reported == expected


def test_samples_come_again_and_seeds_differ():
    first, second, other = begun(seed=5), begun(seed=5), begun(seed=6)
    kept = first.memory.copy()
    for _ in range(5):
        sense(first)
    reported = first.x["reading_voltage"].copy(), first.x["reading_current"]
    first.memory[:] = kept
    for _ in range(5):
        sense(first), sense(second), sense(other)
    for instance in (first, second):
        assert np.array_equal(instance.x["reading_voltage"], reported[0])
        assert instance.x["reading_current"] == reported[1]
    assert not np.array_equal(other.x["reading_voltage"], reported[0])
