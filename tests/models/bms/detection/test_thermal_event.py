"""A thermal event by the readings alone: what is one, what is none, noise, samples of any period, and its time."""

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.interpreted import interpreted
from packfmu.core.model import DONE
from packfmu.models.bms import channel
from packfmu.models.bms.detection import management, thermal_event
from packfmu.models.strings import Strings, strings_of
from tests.interpreted import InterpretedInstance

from ...cells import invented_cell

GREATEST = 328.15
"""Start value of maximum_temperature [K]."""


class Blocks:
    """The fields of a module, by their names."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


class Watch:
    """The judge of the readings of some sensors, samples of h [s]."""

    def __init__(self, h, first, **figures):
        count = len(first)
        given = {"thermal_event_rate": 1.0, "thermal_event_duration": 3.0, "maximum_temperature": GREATEST}
        self.h, self.sample, self.p, self.y = h, 0, Blocks(**given | figures), Blocks()
        self.x = Blocks(
            reading_temperature=np.array(first), former_temperature=np.zeros(count), rise_beyond=np.zeros(count),
            rise_time=np.zeros(count),
        )  # fmt: skip
        interpreted(thermal_event.initialize)(self.x, self.y)

    def read(self, values, reset=False):
        """Take a sample; return whether there is an event."""
        self.sample += 1
        self.x.reading_temperature[:] = values
        interpreted(thermal_event.follow)(self.x, self.p, self.y, reset, self.sample * self.h, self.h)
        return bool(self.y.thermal_event)

    def found(self, course, seconds):
        """Return when an event of the first sensor is found [s]: `course` tells its temperature at a time."""
        for n in range(1, round(seconds / self.h) + 1):
            self.read(course(n * self.h))
        return self.y.thermal_event_time


def ramp(rate, start=GREATEST, begin=0.0, end=np.inf):
    """Return the course of a temperature that rises from one time to another."""
    return lambda t: start + rate * (min(max(t, begin), end) - begin)


@pytest.mark.parametrize("h", [0.1, 0.5, 1.0, 1.5])
def test_a_rise_by_the_rate_is_found_after_the_duration(h):
    for rate in (1.0, 1.2, 50.0):
        assert Watch(h, [GREATEST]).found(ramp(rate, begin=12.0), 40.0) == pytest.approx(15.0, abs=1e-9)
    assert Watch(h, [GREATEST]).found(ramp(0.99), 600.0) == LARGE
    assert Watch(h, [GREATEST]).found(ramp(1.5, end=1.49), 60.0) == LARGE


def test_a_long_step_knows_its_mean_rate():
    """Samples of 10 s: a rise of 3 K/s that begins 3 s before a sample is found by the next, where it is 39 K."""
    watch = Watch(10.0, [GREATEST])
    assert watch.found(ramp(3.0, begin=17.0), 60.0) == 30.0
    assert Watch(10.0, [GREATEST]).found(ramp(4.0, begin=17.0), 60.0) == 20.0
    assert Watch(10.0, [GREATEST]).found(ramp(4.0, begin=17.0, end=19.0), 60.0) == LARGE


def test_it_is_none_below_the_range_and_one_where_the_rise_passes_it():
    assert Watch(1.0, [300.0]).found(ramp(5.0, start=300.0), 5.0) == LARGE
    assert Watch(1.0, [300.0]).found(ramp(5.0, start=300.0), 60.0) == 6.0
    assert Watch(1.0, [300.0], maximum_temperature=350.0).found(ramp(5.0, start=300.0), 60.0) == 10.0


def test_any_sensor_will_do_and_others_do_not_add_up():
    watch = Watch(1.0, [330.0, 330.0, 330.0])
    for n in range(1, 8):
        assert not watch.read([330.0 + n * (n % 2), 330.0 + n * (1 - n % 2), 330.0])
    for n in range(3):
        assert watch.read([330.0, 340.0 + 2.0 * n, 330.0]) == (n >= 2)
    assert watch.y.thermal_event_time == 10.0


def test_a_reset_clears_and_what_holds_is_found_again():
    watch = Watch(1.0, [GREATEST])
    assert watch.found(ramp(2.0), 5.0) == 3.0
    assert watch.read(ramp(2.0)(6.0), reset=True)
    assert watch.y.thermal_event_time == 6.0
    for _ in range(20):
        assert watch.read(340.0)
    assert not watch.read(340.0, reset=True)
    assert watch.y.thermal_event_time == LARGE


@pytest.mark.parametrize("h", [0.1, 1.0, 1.4])
def test_a_jump_of_a_sensor_is_none(h):
    """In steps of 10 s it is one where the sensor stays above the range of operation."""
    for size in (5.0, 60.0):
        assert Watch(h, [GREATEST]).found(lambda t, size=size: GREATEST + size * (t > 7.0), 60.0) == LARGE
    assert Watch(10.0, [300.0]).found(lambda t: 300.0 + 20.0 * (t > 7.0), 60.0) == LARGE
    assert Watch(10.0, [300.0]).found(lambda t: 300.0 + 90.0 * (t > 7.0), 60.0) == 10.0


@pytest.mark.parametrize("h", [0.1, 1.0, 10.0])
def test_noise_makes_none_and_hides_none(h):
    """An hour above the range, warming by 3 K a minute and cooling again: none. Then a rise of 2 K/s is found."""
    watch, count = Watch(h, [335.0]), round(3600.0 / h)
    noise = 0.1 * np.random.default_rng(3).standard_normal(count + round(20.0 / h))

    def reading(n, truth):
        return interpreted(channel.read)(truth, 1.0, 0.0, noise[n], 0.1, 233.15, 398.15)

    for n in range(count):
        watch.read(reading(n, 335.0 + 10.0 * np.sin(n * h * 0.005)))
    assert watch.y.thermal_event == 0.0
    start = 335.0 + 10.0 * np.sin(count * h * 0.005)
    for n in range(round(20.0 / h)):
        watch.read(reading(count + n, start + 2.0 * h * (n + 1)))
    assert watch.y.thermal_event_time - 3600.0 == pytest.approx(max(h, 3.0), abs=0.5)


def test_a_reading_that_is_no_number_says_nothing():
    watch = Watch(1.0, [GREATEST])
    for value in (np.nan, 340.0, np.inf, np.nan, 330.0):
        assert not watch.read(value)
    assert np.isfinite([watch.x.rise_beyond, watch.x.rise_time]).all()
    assert [watch.read(330.0 + 2.0 * n) for n in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("strings", [Strings((0, 4)), strings_of(4, 2)])
def test_a_management_tells_it_by_its_sensors(strings):
    """Of groups in series and of strings, with the noise of its sensors: the third cell has one, the fifth has none."""
    model = management.declare(4, 2, invented_cell(), strings, (2, 7)).with_start({"temperature": 335.0})
    bms = InterpretedInstance(model)
    bms.initialize()
    assert (bms.y["thermal_event"], bms.y["thermal_event_time"]) == (0.0, LARGE)
    for cell, found in ((4, False), (2, True)):
        for n in range(1, 6):
            bms.u["temperature"][cell] += 3.0
            assert bms.advance(100.0 + n, 1.0) == DONE
        assert bool(bms.y["thermal_event"]) == found
    assert bms.y["thermal_event_time"] == 104.0
    for n in range(2):
        bms.u["reset"] = float(n)
        assert bms.advance(105.0 + n, 1.0) == DONE
    assert (bms.y["thermal_event"], bms.y["thermal_event_time"]) == (0.0, LARGE)
