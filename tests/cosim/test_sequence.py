"""A duty that is played once: what ends its phases, what is told and recorded of them."""

import json
import re
import signal
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.duty import with_sequence
from packfmu.cosim.experiment import ErrorControl, Experiment, PhaseRun
from packfmu.cosim.master import run
from packfmu.cosim.phase import Condition, Duty, Phase
from packfmu.cosim.results import load
from packfmu.coupling.system import System
from tests.cosim.runs import SECOND, plan_of, recorded
from tests.coupling import toys
from tests.coupling.toys import CONTROL, ELECTRICAL, THERMAL

FULL = Condition("Sink.total", lowest=10.0)


def phase(name, periods, flow, **more):
    return Phase(name, periods * SECOND, {"Sink.flow": flow}, **more)


def tank(*phases, layer=ELECTRICAL):
    """Return a tank that is filled by a duty, with the plan and what is to be run."""
    parts = toys.component("Clock", ELECTRICAL, toys.source()), toys.component("Sink", layer, toys.sink(1))
    duty = Duty("filling", phases)
    system = with_sequence(System(parts, ()), duty, SECOND)
    return system, plan_of(system), Experiment(duty.duration, duty=duty)


def filled(tmp_path, *phases, layer=ELECTRICAL):
    system, plan, experiment = tank(*phases, layer=layer)
    return recorded(system, plan, experiment, tmp_path, total="Sink.total", step="Inputs.phase")


def test_a_phase_ends_with_the_first_period_after_which_its_condition_holds(tmp_path):
    """3 W reach 10 J within the fourth second, and the next phase begins at its end."""
    phases = phase("fill", 100, 3.0, until=(FULL,)), phase("rest", 2, 0.0), phase("empty", 3, -1.0)
    summary, results = filled(tmp_path, *phases)
    assert results.total.values.tolist() == [0.0, 3.0, 6.0, 9.0, 12.0, 12.0, 12.0, 11.0, 10.0, 9.0]
    assert results.step.values.tolist() == [1, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    assert (summary.steps, summary.end, summary.stopped_by) == (9, 9.0, ())
    assert summary.phases == (
        PhaseRun("fill", 0.0, 4.0, "Sink.total >= 10"),
        PhaseRun("rest", 4.0, 6.0, ""),
        PhaseRun("empty", 6.0, 9.0, ""),
    )
    assert json.loads(results.attrs["phases"])[0] == {
        "name": "fill", "start": 0.0, "end": 4.0, "ended_by": "Sink.total >= 10", "held_before": False,
    }  # fmt: skip
    assert results.attrs["complete"] == 1


def test_a_condition_that_held_before_its_phase_is_told(tmp_path):
    """What comes to hold within the first period, or holds at the start and no more after it, is none."""
    empty = Condition("Sink.total", highest=0.0)
    phases = (
        phase("again", 9, 12.0, until=(empty, FULL)), phase("full", 9, 1.0, until=(FULL,)), phase("rest", 1, 0.0),
    )  # fmt: skip
    summary, _ = filled(tmp_path, *phases)
    assert [(each.end - each.start, each.held_before) for each in summary.phases] == [
        (1.0, False), (1.0, True), (1.0, False),
    ]  # fmt: skip


@settings(max_examples=40)
@given(rates=st.lists(st.integers(1, 5), min_size=1, max_size=4), level=st.integers(1, 12))
def test_phases_begin_and_end_as_those_of_their_durations(rates, level):
    """A tank that is filled up to a level, emptied, and so on: known by whole numbers."""
    phases, plain, total = [], [], 0
    for rate in rates:
        seconds = max(-(-(level - total) // rate), 1)
        phases += [
            phase("fill", 100, float(rate), until=(Condition("Sink.total", lowest=float(level)),)),
            phase("empty", 2, -1.0),
        ]
        plain += [phase("fill", seconds, float(rate)), phase("empty", 2, -1.0)]
        total += rate * seconds - 2
    ended, timed = (run(*tank(*some)[:3]) for some in (phases, plain))
    assert [(each.start, each.end) for each in ended.phases] == [(each.start, each.end) for each in timed.phases]
    assert ended.end == timed.end


def test_a_condition_is_a_range_of_a_slower_component_too(tmp_path):
    """The tank steps every 5 s; within them nothing is seen of it."""
    until = Condition("Sink.total", lowest=9.0, highest=11.0)
    summary, results = filled(tmp_path, phase("fill", 20, 1.0, until=(until,)), phase("rest", 1, 0.0), layer=THERMAL)
    assert summary.phases[0] == PhaseRun("fill", 0.0, 10.0, "9 <= Sink.total <= 11")
    assert summary.end == 11.0
    assert results.total.values.tolist() == [0.0] * 5 + [5.0] * 5 + [10.0] * 2


def test_a_condition_that_must_come_ends_the_run_with_a_message(tmp_path):
    phases = phase("fill", 5, 1.0, until=(FULL,), must_meet=True), phase("rest", 5, 0.0)
    summary, results = filled(tmp_path, *phases)
    assert summary.stopped_by == ("fill: not yet Sink.total >= 10 after 5 s",)
    assert (summary.end, len(results.time), len(summary.phases)) == (5.0, 6, 1)


def test_a_condition_that_may_come_lets_the_run_go_on(tmp_path):
    summary, _ = filled(tmp_path, phase("fill", 5, 1.0, until=(FULL,)), phase("rest", 5, 0.0))
    assert (summary.stopped_by, summary.end) == ((), 10.0)
    assert summary.phases[0].ended_by == ""


def test_rows_are_played_until_a_condition_holds(tmp_path):
    rows = np.arange(20.0)[:, None]
    _, results = filled(tmp_path, phase("fill", 20, rows, until=(FULL,)), phase("rest", 1, 0.0))
    assert results.total.values.tolist() == [0.0, 0.0, 1.0, 3.0, 6.0, 10.0, 10.0]


def test_an_interrupted_run_keeps_the_phases_that_have_ended(tmp_path, interruptible):
    system, plan, experiment = tank(phase("fill", 9, 5.0, until=(FULL,)), phase("rest", 50, 0.0))

    sink = system.component("Sink")

    def opened(inputs, outputs):
        slave = sink.open(inputs, outputs)
        step = slave.step
        slave.step = lambda t, h: (step(t, h), signal.raise_signal(signal.SIGINT) if t == 4.0 else None)
        return slave

    system = System((*system.components[:2], replace(sink, open=opened)), system.connections)
    with pytest.raises(KeyboardInterrupt):
        recorded(system, plan, experiment, tmp_path, total="Sink.total")
    attributes = load(tmp_path / "results.nc").attrs
    assert (attributes["complete"], attributes["reason"]) == (0, "interrupted")
    assert [ended["name"] for ended in json.loads(attributes["phases"])] == ["fill"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Condition("Sink.total"), "the range from -inf to inf ends nothing"),
        (lambda: Condition("Sink.total", 2.0, 1.0), "the range from 2.0 to 1.0 ends nothing"),
        (lambda: Condition("Sink.total", float("nan")), "the range from nan to inf ends nothing"),
        (lambda: phase("fill", 5, 1.0, must_meet=True), "phase fill must meet a condition but has none"),
        (lambda: tank(phase("fill", 5, 1.0, pace=2)), "phase fill: pace 2; a duty that is played once has no pace"),
        (
            lambda: Experiment(SECOND, duty=Duty("filling", (phase("fill", 5, 1.0),))),
            "duration 1 s is not that of duty",
        ),
        (
            lambda: Experiment(5 * SECOND, duty=Duty("a", (phase("b", 5, 1.0),)), error_control=ErrorControl(1e-3)),
            "error control: duty a is played by the steps of the plan",
        ),
        (
            lambda: run(*tank(phase("fill", 5, 1.0, until=(Condition("Sink.flow", 1.0),)))),
            "Sink.flow is input of 1 Real; a phase can be ended by a scalar output",
        ),
    ],
)
def test_what_does_not_fit_is_named(make, words):
    with pytest.raises(InputError, match=re.escape(words)):
        make()


def test_a_system_that_plays_something_else_is_refused():
    system, plan, experiment = tank(phase("fill", 5, 1.0))
    other = Duty("other", (phase("fill", 5, 1.0),))
    with pytest.raises(InputError, match="duty other: the system does not play it; with_sequence adds it"):
        run(system, plan, Experiment(experiment.duration, duty=other))
    bare = System((toys.component("Sink", CONTROL, toys.sink(1)),), ())
    with pytest.raises(InputError, match="duty other: the system does not play it"):
        run(bare, plan_of(bare), Experiment(experiment.duration, duty=other))
