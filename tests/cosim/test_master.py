"""Runs of small systems: time, transfers, initial values, stops, failures."""

import signal
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim import master
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.operations import Action, connect
from packfmu.coupling.system import System
from tests.cosim.runs import SECOND, fast_and_slow, plan_of, recorded
from tests.coupling import toys
from tests.coupling.toys import CONTROL, ELECTRICAL, THERMAL


def test_slow_component_takes_the_mean_of_a_flow(tmp_path):
    system = fast_and_slow()
    summary, results = recorded(system, plan_of(system), Experiment(12 * SECOND), tmp_path, total="Slow.total")
    # slope 0.1 W/s on two ports, the second doubled: 0.15 W/s * t^2, told at the ends of the slow steps 5, 10, 12 s
    reached = np.array([0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 12])
    np.testing.assert_allclose(results.total, 0.15 * reached**2, rtol=1e-14)  # a few additions
    assert (summary.steps, summary.start, summary.end, summary.stopped_by) == (12, 0.0, 12.0, ())


@settings(max_examples=30)
@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 60))
def test_a_mean_conserves_what_flows_across_any_ratio_of_periods(control, thermal, steps):
    system = System(
        (
            toys.component("Fast", ELECTRICAL, toys.source()),
            toys.component("Middle", CONTROL, toys.source()),
            toys.component("Slow", THERMAL, toys.sink()),
            toys.component("Slower", THERMAL, toys.sink()),
        ),
        (connect("Fast.flow", "Slow.flow"), connect("Middle.flow", "Slower.flow")),
    )
    plan = plan_of(system, SECOND // 10, control * SECOND // 10, control * thermal * SECOND // 10)
    totals = ("Fast.amount", "Middle.amount", "Slow.amount", "Slower.amount")
    sums = run(system, plan, Experiment(steps * SECOND // 10, totals=totals)).totals
    exact = 0.15 * (steps / 10) ** 2
    assert list(sums.values()) == pytest.approx([exact] * 4, rel=1e-13)  # rounding of up to 60 additions


def test_time_is_counted_and_never_accumulated(tmp_path):
    system = fast_and_slow()
    plan = plan_of(system, SECOND // 10, SECOND, 5 * SECOND)
    experiment = Experiment(100 * SECOND, start=7 * SECOND)
    _, results = recorded(system, plan, experiment, tmp_path, level="Fast.level")
    assert results.time.values.tolist() == [7 + k / 10 for k in range(1001)]
    assert np.abs(results.level[1:, 0] - results.time[1:]).max() <= np.spacing(107.0)  # one addition t + h


def test_lookahead_is_half_the_period_unless_it_is_given(tmp_path):
    system = System(
        (
            toys.component("A", ELECTRICAL, toys.adder()),
            toys.component("B", THERMAL, toys.adder()),
            toys.component("C", ELECTRICAL, toys.adder()),
        ),
        (),
    )
    experiment = Experiment(5 * SECOND, values={"C.lookahead": 0.0})
    names = {name.lower(): f"{name}.seen" for name in "ABC"}
    _, results = recorded(system, plan_of(system, SECOND // 2), experiment, tmp_path, **names)
    assert [float(results[name][0]) for name in "abc"] == [0.25, 2.5, 0.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"A.offset": np.nan}, r"A.offset = nan K is not finite and within \[-10, 10\] K"),
        ({"A.offset": 11}, r"A.offset = 11 K is not within \[-10, 10\] K"),
        ({"A.offset": [1.0]}, r"A.offset: values of shape \(1,\) do not fit a scalar"),
        ({"A.offset": "warm"}, "A.offset = 'warm' is not a number or an array of numbers"),
        ({"A.number": 1.5}, r"A.number = 1.5 is not a whole number within \[0, 9\]$"),
        ({"A.out": 1.0}, "A.out is an output; parameters and inputs can be set"),
        ({"B.value": 1.0}, "B.value is driven by A.out; it cannot be set"),
        ({"A.ofset": 1.0}, "A has no variable 'ofset'; it has offset, lookahead, value, number, out"),
        ({"offset": 1.0}, "'offset' does not name a variable; it takes the form Component.variable"),
    ],
)
def test_values_that_do_not_fit_are_named(values, message):
    system = toys.chain("ABC")
    with pytest.raises(InputError, match=message):
        run(system, plan_of(system), Experiment(SECOND, values=values))


def test_wrong_element_of_an_array_is_named():
    system = with_profiles(fast_and_slow(), {})
    port = system.port(("Slow", "flow"))
    with pytest.raises(InputError, match=r"x\[2\] = inf W is not finite"):
        port.values("x", [1.0, np.inf])


def test_run_ends_at_the_step_in_which_a_flag_is_raised(tmp_path):
    system = System(
        (
            toys.component("Fast", ELECTRICAL, toys.source()),
            toys.component("Filled", ELECTRICAL, toys.sink()),
            toys.component("Slow", THERMAL, toys.sink()),
        ),
        (connect("Fast.flow", "Filled.flow"), connect("Fast.flow", "Slow.flow")),
    )
    # 0.15 W/s * t^2 passes 8 J at 7.3 s: the step that ends at 8 s
    experiment = Experiment(20 * SECOND, values={"Filled.brim": 8.0}, stop_on=("Filled.full", "Slow.full"))
    summary, results = recorded(
        system, plan_of(system), experiment, tmp_path, filled="Filled.total", slow="Slow.total", full="Filled.full"
    )
    assert (summary.steps, summary.end, summary.stopped_by) == (8, 8.0, ("Filled.full",))
    assert results.full.values.tolist() == [0] * 8 + [1]
    assert float(results.slow[-1]) == pytest.approx(float(results.filled[-1]), rel=1e-14)  # completed up to the end


def test_flag_raised_in_a_shortened_last_step_is_told():
    system = fast_and_slow()
    experiment = Experiment(
        12 * SECOND, values={"Slow.brim": 18.0}, stop_on=("Slow.full",)
    )  # 15 J at 10 s, 21.6 J at 12 s
    summary = run(system, plan_of(system), experiment)
    assert (summary.steps, summary.stopped_by) == (12, ("Slow.full",))


def test_flag_that_the_shortened_last_step_takes_back_still_ends_the_run():
    """Once the slower layers have been brought up to the end, no whole step of theirs may follow."""
    system = fast_and_slow()
    slow = toys.initialized_to(system.component("Slow"), "full", 1.0)
    system = System((system.component("Fast"), slow), system.connections)
    summary = run(system, plan_of(system), Experiment(12 * SECOND, stop_on=("Slow.full",)))
    assert (summary.steps, summary.stopped_by) == (1, ("Slow.full",))


def test_only_a_boolean_output_stops_a_run():
    system = fast_and_slow()
    with pytest.raises(InputError, match=r"Slow\.total is output of 1 Real; a run can be stopped by a scalar Boolean"):
        run(system, plan_of(system), Experiment(SECOND, stop_on=("Slow.total",)))


def test_refused_step_names_component_time_and_reason_and_keeps_the_rows_until_then(tmp_path):
    system = fast_and_slow()
    output = tmp_path / "results.nc"
    experiment = Experiment(20 * SECOND, values={"Slow.limit": 3.0}, record={"total": "Slow.total"}, output=output)
    with pytest.raises(InputError) as error:
        run(system, plan_of(system), experiment)
    assert str(error.value) == "Slow does not step from t = 5 s by 5 s: total is above limit = 3 J"
    results = load(output)
    assert results.attrs == {"complete": 0, "reason": str(error.value)}
    assert results.time.values.tolist() == list(range(10))


def watched(system, before, log):
    """Return the system; `before(name, call, t)` precedes each call, which is logged with its arguments when done."""

    def watch(component):
        def opened(inputs, outputs):
            slave = component.open(inputs, outputs)
            before(component.name, "open", None)
            for call in ("prepare", "initialize", "end_initialization", "step", "close"):
                setattr(slave, call, logged(component.name, call, getattr(slave, call)))
            return slave

        return replace(component, open=opened)

    def logged(name, call, function):
        def run_logged(*arguments):
            before(name, call, arguments[0] if call == "step" else None)
            function(*arguments)
            log.append((name, call, *arguments) if call == "step" else (name, call))

        return run_logged

    return System(tuple(watch(component) for component in system.components), system.connections)


@settings(max_examples=30)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 40))
def test_steps_are_those_of_the_plan_and_reach_the_end_without_gap_or_overlap(control, thermal, steps):
    log = []
    parts = (
        toys.component("Slow", THERMAL, toys.sink()),
        toys.component("Middle", CONTROL, toys.source()),
        toys.component("Fast", ELECTRICAL, toys.source()),
    )
    system = watched(System(parts, ()), lambda name, call, t: None, log)
    plan = plan_of(system, SECOND, control * SECOND, control * thermal * SECOND)
    run(system, plan, Experiment(steps * SECOND))
    taken = [entry for entry in log if entry[1] == "step"]
    planned = [operation.subject for _, operation in plan.expand() if operation.action is Action.STEP]
    if steps >= control * thermal:
        assert [name for name, *_ in taken[: len(planned)]] == planned
    for name in ("Fast", "Middle", "Slow"):
        spans = [(t, t + h) for own, _, t, h in taken if own == name]
        assert [begin for begin, _ in spans] == [0.0, *(end for _, end in spans[:-1])]
        assert spans[-1][1] == steps


@pytest.mark.parametrize("call", ["prepare", "initialize", "end_initialization", "step"])
def test_every_component_is_closed_whatever_happens(call, tmp_path):
    def fail(name, at, t):
        if (name, at) == ("Slow", call):
            raise RuntimeError(call)

    log = []
    system = watched(fast_and_slow(), fail, log)
    experiment = Experiment(20 * SECOND, record={"total": "Slow.total"}, output=tmp_path / "results.nc")
    with pytest.raises(RuntimeError, match=call):
        run(system, plan_of(system), experiment)
    assert log[-2:] == [("Slow", "close"), ("Fast", "close")]
    assert [path.name for path in tmp_path.iterdir()] == (["results.nc"] if call == "step" else [])


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("call", "instant"), [("open", None), ("initialize", None), ("step", 3.0), ("close", None)])
def test_interruption_waits_until_the_call_that_it_meets_is_done(call, instant, tmp_path):
    def interrupt(name, at, t):
        if (name, at, t) == ("Fast", call, instant):
            signal.raise_signal(signal.SIGINT)

    log = []
    system = watched(fast_and_slow(), interrupt, log)
    experiment = Experiment(20 * SECOND, record={"total": "Slow.total"}, output=tmp_path / "results.nc")
    with pytest.raises(KeyboardInterrupt):
        run(system, plan_of(system), experiment)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert log[-1] == ("Fast", "close")
    assert sum(entry[:2] == ("Fast", "step") for entry in log) == {"step": 4, "close": 20}.get(call, 0)
    rows = {"step": 5, "close": 21}.get(call)
    assert [path.name for path in tmp_path.iterdir()] == ([] if rows is None else ["results.nc"])
    if rows is not None:
        results = load(tmp_path / "results.nc")
        assert (results.sizes["time"], results.attrs["complete"]) == (rows, 1 if call == "close" else 0)


def test_progress_is_shown_at_a_terminal_when_a_run_takes_long(capsys, monkeypatch):
    system = fast_and_slow()
    run(system, plan_of(system), Experiment(5 * SECOND))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(master, "PATIENCE", 0.0)
    run(system, plan_of(system), Experiment(5 * SECOND))
    assert capsys.readouterr() == ("", "")  # a file or pipe takes messages only
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run(system, plan_of(system), Experiment(5 * SECOND))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "/5 [" in shown.err
    assert shown.err.endswith("\r")
