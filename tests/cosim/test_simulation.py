"""A simulation moved by hand: strides, the jumping layer, the pace, what is handed on.

A simulation moves a `coupling.execution`.
"""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import DataType
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.simulation import opened
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import Rule, connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.cosim.runs import SECOND, logged
from tests.coupling import toys
from tests.coupling.toys import AGING, CONTROL, ELECTRICAL, THERMAL

PERIODS = {ELECTRICAL: SECOND, CONTROL: 2 * SECOND, THERMAL: 4 * SECOND, AGING: 16 * SECOND}

NOTHING = toys.nothing("taker")


def ladder():
    """Return a flow that is taken by a component of each layer."""
    names = {"Middle": CONTROL, "Slow": THERMAL, "Aging": AGING}
    sinks = tuple(toys.component(name, layer, toys.sink()) for name, layer in names.items())
    system = System(
        (toys.component("Fast", ELECTRICAL, toys.source()), *sinks),
        tuple(connect("Fast.flow", f"{name}.flow") for name in names),
    )
    return system, make_plan(system, PERIODS)


@contextmanager
def simulated(system, plan, **experiment):
    with opened(system, plan, Experiment(plan.hyperperiod, **experiment), lambda _: None) as simulation:
        yield simulation


def test_strides_lengthen_the_steps_of_all_layers_but_the_jumping_one():
    log = []
    system, plan = ladder()
    with simulated(logged(system, log), plan) as simulation:
        for _ in range(4):
            simulation.tick(8)
    fast = [("Fast", t, 8.0) for t in (0.0, 8.0, 16.0, 24.0)]
    middle = [("Middle", t, 16.0) for t in (0.0, 16.0)]
    aging = [("Aging", t, 16.0) for t in (0.0, 16.0)]
    assert log == [*fast[:2], middle[0], aging[0], *fast[2:], middle[1], ("Slow", 0.0, 32.0), aging[1]]


def test_strides_change_where_all_have_stepped_and_nothing_is_lost():
    totals = tuple(f"{name}.amount" for name in ("Fast", "Middle", "Slow", "Aging"))
    system, plan = ladder()
    with simulated(system, plan, totals=totals) as simulation:
        for stride in (1, 2, 8, 1):
            for _ in range(4):
                assert simulation.is_whole == (simulation.time % (4 * SECOND) == 0) or stride > 1
                simulation.tick(stride)
        assert simulation.time == 48 * SECOND
        sums = simulation.sums()
    assert list(sums.values()) == pytest.approx([0.15 * 48**2] * 4, rel=1e-14)  # a few additions


def test_jumping_layer_steps_at_the_first_tick_that_reaches_its_period_on_its_own_calendar():
    log = []
    system, plan = ladder()
    with simulated(logged(system, log), plan, start=100 * SECOND) as simulation:
        simulation.skipped = 1000 * SECOND
        for _ in range(4):
            simulation.tick(5)
        simulation.complete()
    assert [entry for entry in log if entry[0] == "Aging"] == [("Aging", 1100.0, 20.0)]
    assert [entry for entry in log if entry[0] == "Slow"] == [("Slow", 100.0, 20.0)]


def test_a_run_that_ends_within_their_periods_brings_all_layers_to_its_end():
    log = []
    system, plan = ladder()
    with simulated(logged(system, log), plan) as simulation:
        for _ in range(5):
            simulation.tick()
        simulation.complete()
        done = len(log)
        simulation.complete()
        assert len(log) == done
        assert simulation.work == done
    ends = {name: t + h for name, t, h in log}
    assert ends == dict.fromkeys(("Fast", "Middle", "Slow", "Aging"), 5.0)


@kernel
def scaled_start(x, p, u, y, c):
    y.scale = p.step_scale


@kernel
def scaled_step(x, p, u, y, c, t, h):
    y.scale = p.step_scale
    return DONE


@kernel
def scaled_outputs(x, p, u, y, c):
    y.scale = p.step_scale


def with_plan_inside():
    scale = toys.real("step_scale", data_type=DataType.INTEGER, start=1.0, low=1.0, high=1024.0, tunable=True)
    model = Model(
        "Inner",
        "a plan inside",
        Fields(parameters=(scale,), outputs=(toys.real("scale"),)),
        scaled_start,
        scaled_outputs,
        scaled_step,
    )
    return kernel_component("Inner", ELECTRICAL, model)


@kernel
def ahead_outputs(x, p, u, y, c):
    y.seen = p.lookahead


def looking(name, layer):
    adder = toys.adder()
    return kernel_component(name, layer, replace(adder, outputs_kernel=ahead_outputs))


@kernel
def stay(x, p, u, y, c, t, h):
    return DONE


def test_the_pace_reaches_lookahead_and_plans_inside_and_is_handed_on_at_once():
    taker = Model(
        "Taker", "a taker", Fields(inputs=(toys.real("seen", "s"),), outputs=(toys.real("out"),)), NOTHING, NOTHING,
        stay,
    )  # fmt: skip
    system = System(
        (
            looking("A", ELECTRICAL),
            looking("B", THERMAL),
            looking("C", ELECTRICAL),
            with_plan_inside(),
            kernel_component("Taker", ELECTRICAL, taker),
        ),
        (connect("A.seen", "Taker.seen"),),
    )
    plan = make_plan(system, PERIODS)
    record = {"b": "B.seen", "c": "C.seen", "inner": "Inner.scale"}
    with simulated(system, plan, record=record, values={"C.lookahead": 7.0}) as simulation:
        slaves = simulation.slaves
        simulation.set_pace(4)
        seen = [float(slaves[name].outputs["seen"][0]) for name in "ABC"]
        assert (seen, float(slaves["Inner"].outputs["scale"][0])) == ([2.0, 8.0, 7.0], 4.0)
        assert float(slaves["Taker"].inputs["seen"][0]) == 2.0


def test_the_pace_does_not_change_within_a_period():
    system, plan = ladder()
    with simulated(system, plan) as simulation:
        simulation.tick()
        with pytest.raises(ValueError, match="the pace changes only where"):
            simulation.set_pace(2)


def test_a_line_goes_through_values_at_their_own_times():
    """The source's steps become longer: its line is extended by its slope, whatever the distance of its points."""
    system = System(
        (toys.component("Slow", THERMAL, toys.source()), toys.component("Fast", ELECTRICAL, toys.sink())),
        (connect("Slow.level", "Fast.level", Rule.LINEAR),),
    )
    plan = make_plan(system, PERIODS)
    seen = []
    with simulated(system, plan) as simulation:
        for stride in [1] * 8 + [3] * 8:
            simulation.tick(stride)
            middle = simulation.time / SECOND - 0.5 * stride
            seen.append((middle, *simulation.slaves["Fast"].inputs["level"]))
    expected = [(middle, middle, 2.0 * middle) for middle, *_ in seen[8:]]
    np.testing.assert_allclose(seen[8:], expected, rtol=1e-15)


def test_profiles_give_longer_steps_the_mean_of_flows_and_the_last_of_anything_else():
    parts = (toys.component("A", ELECTRICAL, toys.adder()), toys.component("S", ELECTRICAL, toys.sink()))
    rows = np.arange(12.0)
    profiles = {"A.value": rows, "S.flow": np.column_stack([rows, 2.0 * rows])}
    system = with_profiles(System(parts, ()), profiles)
    plan = make_plan(system, {ELECTRICAL: SECOND // 4})
    with simulated(system, plan, totals=("S.amount",)) as simulation:
        for stride in (1, 4, 3, 4):
            simulation.tick(stride)
        inputs = simulation.slaves
        assert inputs["A"].inputs["value"].tolist() == [11.0]
        assert inputs["S"].inputs["flow"].tolist() == [9.5, 19.0]
        assert simulation.sums()["S.amount"] == 3.0 * rows.sum() / 4.0
        with pytest.raises(InputError, match="the profiles end after 12 base periods"):
            simulation.tick()
