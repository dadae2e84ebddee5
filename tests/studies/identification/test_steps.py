"""Records cut into steps."""

import numpy as np
import pytest

from packfmu.records.record import CellRecord
from packfmu.studies.identification.steps import LONGEST_REST, LONGEST_STEP, MOST_ROWS, cut


def test_steps_keep_time_charge_and_rows():
    time = np.array([0.0, 1.0, 31.0, 32.0, 232.0])
    current = np.array([0.0, -2.0, -2.0, 0.0, 0.0])
    steps = cut("a", CellRecord(time, current, np.full(5, 3.7)), 298.15)
    assert steps.duration.sum() == pytest.approx(232.0, abs=2e-3)
    assert np.sum(steps.duration * steps.applied) == pytest.approx(-2.0 * 31.0, abs=1e-9)
    assert steps.ends[steps.last] == pytest.approx(time)
    assert steps.duration[steps.applied != 0.0].max() <= LONGEST_STEP
    assert steps.duration.max() <= LONGEST_REST
    assert np.all(steps.temperature == 298.15)
    assert steps.begins_at_rest


def test_current_decays_between_rows_at_constant_voltage():
    time = np.array([0.0, 10.0, 110.0])
    steps = cut("a", CellRecord(time, np.array([4.0, 4.0, 1.0]), np.array([4.1, 4.2, 4.2])), 298.15)
    held = steps.applied[2:]
    assert len(held) == 10
    assert np.diff(np.log(held)) == pytest.approx(np.full(9, np.log(0.25) / 10.0))
    assert np.prod(held) ** 0.1 == pytest.approx(2.0)
    assert not steps.begins_at_rest


def test_temperatures_lie_between_those_of_the_rows():
    time, warm = np.array([0.0, 100.0]), np.array([290.0, 300.0])
    steps = cut("a", CellRecord(time, np.array([1.0, 1.0]), np.array([3.7, 3.8]), temperature=warm), 298.15)
    assert steps.temperature[1:] == pytest.approx(np.arange(290.5, 300.0))
    assert np.array_equal(steps.ambient, steps.temperature)  # the air's stands in where it was not measured


def test_rows_after_a_change_are_kept_of_a_long_record():
    time = np.arange(20000.0)
    current = np.where(time == 10001.0, -1.0, 0.0)
    fitted = cut("a", CellRecord(time, current, np.full(len(time), 3.7)), 298.15).fitted
    assert set(range(10001, 10009)) <= set(fitted)
    assert MOST_ROWS / 2 < len(fitted) < 1.1 * MOST_ROWS
