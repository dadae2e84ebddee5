"""Cells of physics far beyond their range: every number is finite, or the step is refused in a line with its reason."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS

GREATEST = 8.0 * 5.0
"""8C [A]."""


def started(physics, **start):
    cells = Instance(replace(PARAMETERS, physics=physics).declare(1).with_start({"initial_soc": 0.6, **start}))
    cells.initialize()
    return cells


def told(cells, h):
    """Step over h [s]; return whether it was granted. What was granted is finite, and what was refused is put back."""
    saved = cells.memory.copy()
    status = cells.advance(0.0, h)
    if status == 0:
        assert np.all(np.isfinite([value for name in NAMES for value in np.atleast_1d(cells.y[name])]))
        return True
    reason = cells.refusal(status)
    assert reason.startswith(("cell[1]", "soc[1]", "the negative electrode of cell[1]", "the positive electrode of"))
    assert "\n" not in reason
    assert "nan" not in reason
    cells.memory[:] = saved
    return False


NAMES = ("voltage", "soc", "emf", "resistance", "heat_rate", "heat", "stored_energy", "anode_emf", "anode_resistance")


def walk(cells, steps, seed):
    """Take random steps of 1 ms to 1 h at -30 to 80 degC and up to 8C; return how many were granted, and their SOC."""
    random, trend, reached = np.random.default_rng(seed), 0.0, []
    for n in range(steps):
        if n % 40 == 0:
            trend = random.choice([-1.0, 0.0, 1.0])
        cells.u.current[0] = random.uniform(-GREATEST, GREATEST) * random.choice([0.02, 0.1, 1.0]) + trend
        cells.u.temperature[0] = random.uniform(243.15, 353.15)
        if told(cells, 10.0 ** random.uniform(-3.0, np.log10(3600.0))):
            reached.append(float(cells.y.soc[0]))
    return len(reached), reached


@pytest.mark.parametrize("physics", Physics)
@pytest.mark.parametrize(("steps", "seed"), [(300, 3), pytest.param(20000, 4, marks=pytest.mark.campaign)])
def test_a_random_walk_is_finite_or_refused(physics, steps, seed):
    granted, reached = walk(started(physics), steps, seed)
    assert 0.5 * steps < granted < steps
    assert np.ptp(reached) > 0.3


@pytest.mark.parametrize("physics", Physics)
@pytest.mark.parametrize(("current", "end"), [(-2.5, -0.1), (2.5, 1.1)])
def test_over_discharge_and_over_charge_go_on_until_they_are_refused(physics, current, end):
    cells = started(physics)
    cells.u.current[0] = current
    while told(cells, 60.0) and (cells.y.soc[0] - end) * current < 0.0:
        pass
    assert (cells.y.soc[0] - (0.02 if current < 0.0 else 0.98)) * current > 0.0


@pytest.mark.parametrize("physics", Physics)
@pytest.mark.parametrize("bits", [60, pytest.param(5000, marks=pytest.mark.campaign)])
def test_a_flipped_bit_of_a_state_is_refused_or_stepped_from_without_a_crash(physics, bits):
    """The kernels index by no state without a limit: whatever it holds, a step returns a status that has a meaning."""
    cells, random = started(physics), np.random.default_rng(5)
    cells.u.current[0] = -5.0
    assert cells.advance(0.0, 1.0) == 0
    saved, states = cells.memory.copy(), cells.model.states
    first = cells.memory.size - sum(variable.count for variable in states)
    for _ in range(bits):
        raw = cells.memory.view(np.uint64)
        raw[random.integers(first, raw.size)] ^= np.uint64(1) << np.uint64(random.integers(64))
        status = cells.advance(1.0, 1.0)
        assert status == 0 or "\n" not in cells.refusal(status)
        cells.memory[:] = saved
    assert cells.advance(1.0, 1.0) == 0
