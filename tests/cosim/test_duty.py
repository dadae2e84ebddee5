"""Duty cycles: what they hand out, step by step, and what they refuse."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import DataType
from packfmu.cosim.duty import NAME, with_duties
from packfmu.cosim.duty_slave import DutySlave
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.phase import Duty, Phase
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.slave import SlaveError, packed, unpacked
from packfmu.coupling.system import System
from tests.coupling.toys import CONTROL, THERMAL, component, nothing, real, sink, sink_step

SECOND = 10**9
POWER = np.array([3.0, -1.0, 4.0, -1.5, 5.0, -9.0, 2.0, -6.0])
MODE = np.array([0.0, 1.0, 1.0, 1.0, 0.0, 2.0, 2.0, 1.0])


def system():
    """A load with a flow, a temperature and a mode, two cells with a flow each, and a slower sink."""
    load = Model(
        "Load", "a load", Fields(inputs=(
            real("power", "W", low=-100.0, high=100.0),
            real("temperature", "K", start=300.0, low=200.0),
            real("mode", data_type=DataType.INTEGER, low=0.0, high=2.0),
            real("currents", "A", 2),
        ), outputs=(real("amount", "J"),)), nothing("duty 1"), nothing("duty 1"), sink_step,
    )  # fmt: skip
    return System((component("Sink", THERMAL, sink()), component("Load", CONTROL, load)), ())


def phase(name, periods, power, temperature=290.0, mode=1, currents=0.5, **more):
    values = {"power": power, "temperature": temperature, "mode": mode, "currents": currents}
    return Phase(name, periods * SECOND, {f"Load.{key}": value for key, value in values.items()}, **more)


DAY = Duty("day", (phase("drive", 8, POWER, np.arange(280.0, 288.0), MODE), phase("rest", 16, 0.0, pace=4)))
NIGHT = Duty("night", (phase("charge", 4, [7.0, 7.0, 7.0, 8.0], currents=np.arange(8.0).reshape(4, 2)),))


def driven(*duties):
    return with_duties(system(), {duty.name: duty for duty in duties}, SECOND)


def opened(*duties):
    component = driven(*duties).components[0]
    return component.open((), list(component.ports))


def told(slave, *lengths):
    """Step by these lengths [s]; return the power after each, the time being nobody's business."""
    found = []
    for h in lengths:
        slave.step(1e9, float(h))
        found.append(float(slave.outputs["Load.power"][0]))
    return found


def test_the_system_is_driven_in_its_fastest_layer():
    made = driven(DAY, NIGHT)
    inputs = made.component(NAME)
    assert [c.name for c in made.components] == [NAME, "Sink", "Load"]
    assert inputs.layer is CONTROL
    assert set(made.connections) == {connect(f"{NAME}.{name}", name) for name in DAY.inputs}
    assert isinstance(opened(DAY), DutySlave)


def test_rows_are_handed_out_one_by_one():
    slave = opened(DAY)
    assert slave.outputs["Load.power"] == POWER[0]
    temperatures = []
    for power, mode in zip(POWER, MODE, strict=True):
        assert told(slave, 1) == [power]
        assert slave.outputs["Load.mode"] == mode
        temperatures.append(float(slave.outputs["Load.temperature"][0]))
    assert temperatures == list(np.arange(280.0, 288.0))
    assert told(slave, 1) == [0.0]
    assert slave.outputs["Load.currents"].tolist() == [0.5, 0.5]


@given(cuts=st.sets(st.integers(1, 7)))
def test_longer_steps_take_the_mean_of_flows_and_the_last_of_others(cuts):
    """Whatever the steps, the energy is that of all rows."""
    slave, energy = opened(DAY), 0.0
    for begin, end in pairwise([0, *sorted(cuts), 8]):
        (power,) = told(slave, end - begin)
        assert power == pytest.approx(POWER[begin:end].mean(), rel=1e-15)
        assert slave.outputs["Load.mode"] == MODE[end - 1]
        assert slave.outputs["Load.temperature"] == 279.0 + end
        energy += (end - begin) * power
    assert energy == pytest.approx(POWER.sum(), rel=1e-14)


def test_arrays_have_a_row_of_values():
    slave = opened(NIGHT)
    told(slave, 2)
    assert slave.outputs["Load.currents"].tolist() == [1.0, 2.0]
    assert slave.outputs["Load.power"] == 7.0


def test_a_duty_begins_again_until_another_is_selected():
    slave = opened(DAY, NIGHT)
    assert told(slave, 8, 16) == [POWER.mean(), 0.0]
    assert slave.position == 24
    assert told(slave, 1) == [POWER[0]]
    told(slave, 7, 16)
    slave.select("night")
    assert slave.position == 0
    assert told(slave, 4, 3) == [7.25, 7.0]
    with pytest.raises(
        SlaveError, match=re.escape("duty day cannot start 3 s after the start of night, which takes 4 s")
    ):
        slave.select("day")
    assert told(slave, 1) == [8.0]
    slave.select("day")
    assert told(slave, 1) == [POWER[0]]


def test_an_unknown_duty_is_not_selected():
    with pytest.raises(SlaveError, match=re.escape("there is no duty 'noon'; there is day, night")):
        opened(DAY, NIGHT).select("noon")


def test_a_step_across_phases_is_refused_and_changes_nothing():
    slave = opened(DAY)
    told(slave, 6)
    with pytest.raises(SlaveError, match=re.escape("duty day: 2 s are left of the phase drive; a step of 3 s")):
        told(slave, 3)
    assert told(slave, 2) == [-2.0]


@pytest.mark.parametrize("h", [0.0, 0.4, 1.5, -1.0, float("nan"), float("inf")])
def test_a_step_that_is_not_whole_is_refused(h):
    with pytest.raises(SlaveError, match="is not a multiple of the base period 1 s"):
        opened(DAY).step(0.0, h)


def test_rounded_steps_are_whole():
    assert told(opened(DAY), 0.9999999999999998, 1.0000000000000002) == [3.0, -1.0]


@given(before=st.lists(st.sampled_from([1, 2]), max_size=3), after=st.lists(st.sampled_from([1, 2]), max_size=3))
def test_a_restored_slave_goes_on_alike(before, after):
    slave, other = opened(DAY, NIGHT), opened(DAY, NIGHT)
    told(slave, 8, 16)
    slave.select("night")
    slave.select("day")
    told(slave, *before)
    saved = slave.save()
    told(other, 1)
    other.restore(saved)
    for name, values in slave.outputs.items():
        np.testing.assert_array_equal(other.outputs[name], values)
    assert (other.duty, other.position) == (slave.duty, slave.position)
    views = [other.outputs[name] for name in DAY.inputs]
    if sum(before + after) <= 8:
        assert told(other, *after) == told(slave, *after)
    assert all(view is other.outputs[name] for view, name in zip(views, DAY.inputs, strict=True))


def test_another_slaves_state_is_refused():
    with pytest.raises(SlaveError, match=r"does not fit|damaged"):
        opened(DAY).restore(b"x" * 40)


@pytest.mark.parametrize(("number", "position"), [(2, 0), (-1, 0), (0, -1), (0, 2**40)])
def test_a_duty_or_position_that_there_is_not_is_refused(number, position):
    slave = opened(DAY, NIGHT)
    told(slave, 2)
    _, *others = unpacked(slave.save(), 1 + len(slave.outputs))
    with pytest.raises(SlaveError, match=f"damaged: it is at position {position} of duty {number}"):
        slave.restore(packed([np.array([number, position]).tobytes(), *others]))
    assert (slave.duty, slave.position) == ("day", 2)


def test_phases_tell_whether_they_are_constant():
    assert DAY.phases[1].is_constant
    assert not DAY.phases[0].is_constant
    assert phase("same", 3, [2.0, 2.0, 2.0]).is_constant
    assert not NIGHT.phases[0].is_constant


def test_the_phase_of_the_last_step_is_told():
    slave = opened(DAY)
    found = [(slave.phase, slave.is_over)]
    for h in (8, 1, 15):
        told(slave, h)
        found.append((slave.phase, slave.is_over))
    assert found == [(0, False), (0, False), (1, False), (1, True)]
    assert DAY.duration == 24 * SECOND


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: phase("rest", 0, 1.0), "phase rest: duration 0 ns must be positive"),
        (lambda: phase("rest", 6, 1.0, pace=3), "phase rest: pace 3 is not a power of two from 1 to 1024"),
        (lambda: phase("rest", 6, 1.0, pace=2048), "phase rest: pace 2048 is not a power of two from 1 to 1024"),
        (lambda: Phase("rest", SECOND, {}), "phase rest has no values; give at least one input"),
        (lambda: Duty("day", ()), "duty day has no phases; give at least one"),
        (
            lambda: Duty("day", (phase("a", 1, 1.0), Phase("b", SECOND, {"Load.power": 1.0}))),
            "duty day, phase b: Load.temperature is missing; all phases give Load.power, Load.temperature",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(make, words):
    with pytest.raises(InputError, match=re.escape(words)):
        make()


@pytest.mark.parametrize(
    ("phases", "words"),
    [
        ((phase("rest", 3, 101.0),), "phase rest: Load.power = 101 W is not within [-100, 100] W"),
        ((phase("rest", 3, [1.0, -200.0, 0.0]),), "phase rest: Load.power[2] = -200 W is not within"),
        ((phase("rest", 3, 1.0, mode=0.5),), "phase rest: Load.mode = 0.5 is not a whole number within [0, 2]"),
        ((phase("rest", 3, [1.0, 2.0]),), "phase rest: Load.power has 2 rows; it takes 3, or one number"),
        ((phase("rest", 3, np.ones((3, 2))),), "phase rest: Load.power: values of shape (3, 2) do not fit (3,)"),
        ((phase("rest", 3, "much"),), "phase rest: Load.power = 'much' is not a number"),
        (
            (Phase("rest", SECOND // 2, DAY.phases[1].values),),
            "duration 500 ms is not a multiple of the base period 1 s",
        ),
        ((phase("rest", 6, 1.0, pace=4),), "duration 6 s is not a multiple of the base period 1 s at a pace of 4, 4 s"),
        ((Phase("rest", SECOND, {"Load.powder": 1.0}),), "Load has no variable 'powder'"),
        ((Phase("rest", SECOND, {"Load.amount": 1.0}),), "joins output to output"),
    ],
)
def test_what_does_not_fit_the_system_is_refused(phases, words):
    with pytest.raises(InputError, match=re.escape(words)):
        driven(Duty("day", phases))


def test_duties_agree_in_their_inputs_and_names():
    other = Duty("other", (Phase("rest", SECOND, {"Load.power": 1.0}),))
    with pytest.raises(InputError, match=re.escape("duty other gives Load.power, but duty day gives Load.power, ")):
        driven(DAY, other)
    with pytest.raises(InputError, match="duty 'day' is given as 'Tuesday'; the names must agree"):
        with_duties(system(), {"Tuesday": DAY}, SECOND)
    with pytest.raises(InputError, match="there are no duties; give at least one"):
        with_duties(system(), {}, SECOND)


def test_a_run_repeats_the_first_duty():
    """What the duty hands out in two and a half days arrives, also where the sink is slower."""
    flows = np.arange(1.0, 9.0).reshape(4, 2)
    duty = Duty(
        "day", (Phase("drive", 4 * SECOND, {"Sink.flow": flows}), Phase("rest", 4 * SECOND, {"Sink.flow": 2.0}))
    )
    sinks = (component("Sink", THERMAL, sink()), component("Fast", CONTROL, sink()))
    made = with_duties(System(sinks, ()), {"day": duty}, SECOND)
    plan = make_plan(made, {CONTROL: SECOND, THERMAL: 2 * SECOND})
    totals = run(made, plan, Experiment(20 * SECOND, totals=("Sink.amount",))).totals
    assert totals["Sink.amount"] == 3 * flows.sum() + 2 * 16.0
