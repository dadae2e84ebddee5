"""The sub-step of a cell that heats itself: measured order of the step and of its error."""

import numpy as np
import pytest

from packfmu.core.instance import blocks_of
from packfmu.core.interpreted import interpreted
from packfmu.models.thermal.runaway import substep
from tests.models.thermal.runaway.ovens import model, reference

START = 430.0
"""The cell heats itself there by 0.1 K/s at first, and four times as fast after a minute [K]."""


def started():
    """Return the blocks of a cell at `START` in an oven as warm."""
    _, blocks = blocks_of(model(START - 273.15, initial_temperature=START))
    declared = model(START - 273.15, initial_temperature=START)
    interpreted(declared.initialize)(*blocks)
    return blocks


def stepped(h, count):
    """Return the temperature after so many sub-steps of h, each of them accepted, and the error of the first [K]."""
    x, p, u, y, c = started()
    first = None
    for _ in range(count):
        interpreted(substep.ready)(x, p, u, c)
        assert interpreted(substep.attempt)(x, p, u, c, h)
        missed = x.first_rise[0] - 2.0 * (x.first_rise[0] + x.second_rise[0]) + x.third_rise[0]
        first = missed / 6.0 if first is None else first
        interpreted(substep.accept)(x, p, u, y, c, h)
    return x.temperature[0], first


def test_order_of_the_step_and_of_its_error():
    expected = reference(START - 273.15, hours=8.0 / 3600.0, start=START).y[5, -1]
    steps = np.array([2.0, 1.0, 0.5, 0.25])
    reached, errors = np.array([stepped(h, round(8.0 / h)) for h in steps]).T
    orders = -np.diff(np.log2(abs(reached - expected)))
    assert orders == pytest.approx(np.full(3, 2.0), abs=0.2)
    assert -np.diff(np.log2(abs(errors)))[-1] == pytest.approx(3.0, abs=0.2)
