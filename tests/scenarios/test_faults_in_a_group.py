"""Faults at any step in a group that may run away: no value that is not finite, no stuck state, energy closed.

::

      pack_current, cell_open, conductor_parted, external_short      ambient_temperature, dendrite_short[1..2]
           |      +-------------+ -------------> +------+ ---------------> +---------+   |
           +----> | PackNetwork |                | Cell |                  | Thermal | <-+
                  +-------------+ <------------- +------+ <--------------- +---------+
                      ^ cell_short                 bounded_temperature          | internal_short
                      +---------------------------------------------------------+

A step may be refused where the load asks for what no cell can give or take, or the step is too long for it: then all is
as it was before, and goes on once the load is gone. Electrical steps are of 10 s at most: in steps of 30 s and more,
far beyond those of the electrical layer, two cells that are so hot that they have hardly any resistance left charge and
empty each other by turns, and may be refused in the end, load or none.
"""

from contextlib import ExitStack
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from tests.scenarios.abused_group import AbusedGroup, unbalanced

NEUTRAL = {
    "pack_current": 0.0, "cell_open": 0.0, "conductor_parted": 0.0, "external_short": 0.0,
    "ambient_temperature": 298.15, "dendrite_short": 0.0,
}  # fmt: skip
OWNER = {name: "Thermal" if name in ("ambient_temperature", "dendrite_short") else "PackNetwork" for name in NEUTRAL}

either = st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), min_size=2, max_size=2)
faults = st.fixed_dictionaries(
    {
        "pack_current": st.sampled_from([0.0, 2.0, -2.0, 20.0, -20.0, -200.0]),
        "cell_open": either,
        "conductor_parted": either,
        "external_short": st.sampled_from([0.0, 0.0, 0.0, 1.0, 1e3]),
        "ambient_temperature": st.sampled_from([253.15, 298.15, 298.15, 430.0, 500.0]),
        "dendrite_short": st.lists(st.sampled_from([0.0, 0.0, 0.03, 1.0, 20.0, 1e3]), min_size=2, max_size=2),
    }
)
courses = st.lists(st.tuples(st.integers(1, 12), faults), min_size=1, max_size=6)


@cache
def group(period):
    return AbusedGroup(period)


class Run:
    """A run whose steps may be refused."""

    def __init__(self, stack, period, soc):
        self.slaves, self.execution = group(period).start(stack, 298.15, soc)

    def set(self, inputs):
        for name, value in inputs.items():
            self.slaves[OWNER[name]].inputs[name][:] = value

    def saved(self):
        return {name: slave.save() for name, slave in self.slaves.items()}, self.execution.save()

    def step(self):
        """Step, and check what was told; return whether the step was taken. One that is refused leaves no trace."""
        slaves, execution = self.saved()
        try:
            self.execution.tick(1)
        except InputError:
            for name, slave in self.slaves.items():
                slave.restore(slaves[name])
            self.execution.restore(execution)
            return False
        assert all(np.isfinite(np.frombuffer(slave.save())).all() for slave in self.slaves.values())
        assert unbalanced(self.slaves["Thermal"]) < 1e-9
        return True

    def follow(self, course):
        """Follow a course; where a step is refused, the load and all faults go, and then it must go on."""
        for steps, inputs in course:
            self.set(inputs)
            for _ in range(steps):
                if not self.step():
                    self.set(NEUTRAL)
                    assert self.step()
                    break

    def rest(self, steps):
        self.set(NEUTRAL)
        assert all(self.step() for _ in range(steps))
        return self.slaves["Thermal"].outputs["temperature"].copy()


def check(course, period, soc):
    """Follow a course, then rest."""
    with ExitStack() as stack:
        run = Run(stack, period, soc)
        run.follow(course)
        run.rest(20)


@pytest.mark.parametrize("period", [1.0, 10.0])
@settings(max_examples=10, deadline=None)
@given(course=courses, soc=st.floats(0.0, 1.0))
def test_faults_at_any_step(period, course, soc):
    check(course, period, soc)


@pytest.mark.campaign
@pytest.mark.parametrize("period", [0.1, 1.0, 10.0])
@settings(max_examples=1000, deadline=None)
@given(course=courses, soc=st.floats(0.0, 1.0))
def test_faults_at_any_step_many_times(period, course, soc):
    check(course, period, soc)


def test_a_group_in_an_oven_runs_away_and_is_cold_again_after_four_hours():
    """Whatever the state, it ends: shorts are spent, reactants are gone, the air takes the heat."""
    with ExitStack() as stack:
        run = Run(stack, 30.0, 0.8)
        run.follow([(240, {**NEUTRAL, "ambient_temperature": 440.0})])
        assert (run.slaves["Thermal"].outputs["onset_time"] < 7200.0).all()
        assert run.rest(480) == pytest.approx(298.15, abs=1.0)
        assert not run.slaves["Thermal"].outputs["internal_short"].any()
