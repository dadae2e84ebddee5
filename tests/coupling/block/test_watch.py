"""A block tells the shortest and longest time constant within, and whether its timescales are kept apart."""

import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.coupling.block.compose import compose
from packfmu.coupling.block.taps import Tap
from packfmu.coupling.block.wiring import Limits
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.coupling.held import seer, warm
from tests.coupling.toys import ELECTRICAL, THERMAL

SECOND = 10**9
LEAST = Limits("Warm", "timescale.warmth", 10.0, None)
"""The constant of the held value is at least the period of its component, 10 base periods."""


def block(constant=1e3, limits=(LEAST,)):
    """A part that moves by 0.05 K/s at most, 1 K tolerated, stepped every 10 s, and one that sees it every second."""
    models = {"Seer": seer(), "Warm": warm(constant)}
    parts = (kernel_component("Seer", ELECTRICAL, models["Seer"]), kernel_component("Warm", THERMAL, models["Warm"]))
    system = System(parts, (connect("Warm.warmth", "Seer.warmth"),))
    plan = make_plan(system, {ELECTRICAL: SECOND, THERMAL: 10 * SECOND})
    taps = [Tap("volts", "Seer.volts")]
    made = compose("Both", "two parts", models, plan.base, plan.operations, taps, (), {}, (), limits)
    instance = Instance(made)
    instance.initialize()
    return instance


def flags(instance, steps, h):
    told = []
    for n in range(steps):
        assert instance.advance(n * h, h) == DONE
        told.append(float(instance.y["separation"]))
    return told


def test_what_moves_within_its_tolerance_is_kept_apart():
    instance = block()
    assert instance.y["separation"] == 1.0
    assert flags(instance, 30, 1.0) == [1.0] * 30


def test_a_held_value_that_moves_too_far_is_told_in_the_step_in_which_it_does():
    """At a scale of 4 it moves by 2 K in its period of 40 s; steps of 20 s, so every second one."""
    instance = block()
    instance.p["step_scale"] = 4.0
    assert flags(instance, 6, 20.0) == [1.0, 0.0] * 3
    assert flags(instance, 1, 80.0) == [0.0]  # somewhere in the step


@pytest.mark.parametrize(("constant", "scale", "kept"), [(15.0, 1.0, 1.0), (15.0, 2.0, 0.0), (9.0, 1.0, 0.0)])
def test_demands_follow_the_scale_of_the_periods(constant, scale, kept):
    instance = block(constant)
    instance.p["step_scale"] = scale
    instance.initialize()
    assert instance.y["separation"] == kept
    assert flags(instance, 1, 1.0) == [kept]


def test_an_upper_bound_is_checked_too():
    assert block(1e3, (Limits("Warm", "timescale.warmth", None, 50.0),)).y["separation"] == 0.0


def test_the_shortest_and_the_longest_constant_are_told():
    instance = block()
    assert (instance.y["timescale_fastest"], instance.y["timescale_slowest"]) == (1e300, 0.0)


def test_a_block_without_demands_has_no_such_outputs():
    names = {variable.name for variable in block(limits=()).model.outputs}
    assert names == {"volts"}
