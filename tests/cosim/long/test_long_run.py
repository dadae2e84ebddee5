"""Long runs: what is recorded and summed, what ends them, and what is refused.

The cycles and jumps are those of `cosim.long.course`.
"""

import io
import re
import sys
import time
import tracemalloc
from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.core.model import Update
from packfmu.cosim.duty import with_duties
from packfmu.cosim.experiment import OnViolation
from packfmu.cosim.long import checkpoint
from packfmu.cosim.long.calendar import End, Stretch
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.jumping import with_jumps
from packfmu.cosim.long.long_run import run_long
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.cosim.long.wear import (
    DAY,
    DUTIES,
    HOUR,
    LONG,
    PERIODS,
    RECORD,
    duty,
    joined,
    life,
    planned,
    prepared,
    wrapped,
)
from tests.coupling.timescales import part
from tests.coupling.toys import AGING, ELECTRICAL, THERMAL

SEASONS = {"run": duty("run"), "rest": duty("rest", 0.0)}
CALENDAR = (Stretch("run", 2 * DAY), Stretch("rest", DAY))


def lived(run, system=None):
    """Return the summary and the results of a long run."""
    system = prepared(duties=run.duties) if system is None else system
    return run_long(system, planned(system), run), load(run.experiment.output)


def test_a_row_follows_each_cycle(tmp_path):
    summary, results = lived(life(tmp_path / "new" / "life.nc", 6, duties=SEASONS, calendar=CALENDAR))
    assert results.time.values.tolist() == [86400.0 * day for day in range(7)]
    assert results.loss[:, 0].values.tolist() == [0.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0]
    assert list(results.data_vars) == list(RECORD)
    assert (summary.end, summary.cycles, summary.jumps, summary.jumped) == (6 * DAY, 6, 0, 0)
    assert (summary.stopped_by, summary.errors, summary.violations) == ((), (), ())
    assert summary.totals == {"Runner.work": 4.0}
    assert summary.wall_time > 0.0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["life.nc"]


def test_a_row_follows_each_jump(tmp_path):
    run = life(
        tmp_path / "life.nc", 6, Jump(first=2), duties=SEASONS, calendar=(Stretch("run", 5 * DAY), *CALENDAR[1:])
    )
    summary, results = lived(run)
    assert (results.time.values / 86400.0).tolist() == [0.0, 1.0, 2.0, 4.0, 5.0, 6.0]
    assert (summary.cycles, summary.jumps, summary.jumped) == (4, 1, 2 * DAY)
    assert summary.totals == {"Runner.work": 5.0}


def test_time_begins_at_zero_whatever_the_start(tmp_path):
    _, results = lived(life(tmp_path / "life.nc", 2))
    changed = wrapped(prepared(), "Ager", lambda slave: None)
    run = life(tmp_path / "late.nc", 2)
    with pytest.raises(InputError, match=r"Runner does not step from t = 86400 s .* its clock has skipped from 0 s"):
        lived(replace(run, experiment=replace(run.experiment, start=DAY)), changed)
    assert results.time.values[0] == 0.0


@pytest.mark.parametrize(("limit", "end"), [(0.25, 6 * HOUR), (2.2, 2 * DAY + 6 * HOUR), (2.7, 2 * DAY + 12 * HOUR)])
def test_a_flag_ends_the_run_in_the_middle_of_a_cycle(tmp_path, limit, end):
    """Half a day counts 1: 0.5 in each step. The jumping layer is brought to the end too."""
    run = life(tmp_path / "life.nc", 9, stop_on=("Runner.tired",), values={"Runner.limit": limit})
    summary, results = lived(run)
    assert summary.stopped_by == ("Runner.tired",)
    assert (summary.end, summary.cycles) == (end, end // DAY)
    assert results.time.values[-1] == end / 1e9
    assert results.age[-1].values.tolist() == [end / DAY] * 2
    assert float(results.loss[-1, 0]) == summary.totals["Runner.work"]
    assert [path.name for path in tmp_path.iterdir()] == ["life.nc"]


def test_a_run_in_full_ends_where_all_layers_are(tmp_path):
    """The jumping layer steps every two days, and once more at the end."""
    system = prepared()
    plan = make_plan(system, {**PERIODS, AGING: 2 * DAY})
    run = life(tmp_path / "life.nc", 5)
    run_long(system, plan, run)
    assert load(run.experiment.output).loss[:, 0].values.tolist() == [0.0, 0.0, 2.0, 2.0, 4.0, 5.0]


def test_the_pace_of_a_phase_lengthens_its_steps(tmp_path):
    steps = []

    def noting(slave):
        step = slave.step
        slave.step = lambda t, h: (steps.append(h / 3600.0), step(t, h))

    duties = {"run": duty(pace=2)}
    system = wrapped(prepared(duties=duties), "Runner", noting)
    _, results = lived(life(tmp_path / "life.nc", 2, duties=duties), system)
    assert steps == [6.0, 6.0, 12.0] * 2
    assert results.loss[-1, 0] == 2.0


def refused(run, words, system=None, plan=None, resume=False):
    """Check that a run is refused in a line, and leaves nothing behind but what was there."""
    system = prepared(duties=run.duties) if system is None else system
    with pytest.raises(InputError, match=words) as caught:
        run_long(system, planned(system) if plan is None else plan, run, resume)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"output": None}, "a long run needs an output: its checkpoint lies beside it"),
        ({"record": {"loss": "Ager.lost"}}, "Ager has no variable 'lost'"),
        ({"stop_on": ("Runner.count",)}, r"Runner\.count is output of 2 Real; a run can be stopped by a scalar"),
        ({"totals": ("Runner.count",)}, r"Runner\.count"),
        ({"values": {"Runner.wage": 1.0}}, "Runner has no variable 'wage'"),
    ],
)
def test_an_experiment_that_does_not_fit_is_refused(tmp_path, change, words):
    run = life(tmp_path / "life.nc", 3)
    refused(replace(run, experiment=replace(run.experiment, **change)), words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".checkpoint", ".checkpoint-journal"])
def test_an_output_that_is_called_like_another_file_of_the_run_is_refused(tmp_path, suffix):
    refused(life(tmp_path / f"life{suffix}", 3), rf"life\{suffix}: another file of the run ends in this; name it")


def test_duties_that_the_system_does_not_have_are_refused(tmp_path):
    run = life(tmp_path / "life.nc", 3, duties=SEASONS, calendar=(Stretch("rest", DAY),))
    refused(run, "Inputs cannot go on: there is no duty 'rest'; there is run", prepared())
    plain = with_jumps(joined())
    refused(run, "the component Inputs of this system does not play duties; it is added by with_duties", plain)


def test_jumps_that_the_system_cannot_make_are_refused(tmp_path):
    system = with_duties(joined(), DUTIES, PERIODS[ELECTRICAL])
    refused(life(tmp_path / "life.nc", 3, LONG), "with_jumps adds it to a system", system)


def test_a_cycle_that_ends_within_an_aging_period_cannot_stand_for_others(tmp_path):
    system = prepared()
    plan = make_plan(system, {**PERIODS, AGING: 2 * DAY})
    words = "duty run: its cycle of 1 d is not a multiple of the aging period 2 d; a cycle that stands for others ends"
    refused(life(tmp_path / "life.nc", 4, LONG), words, system, plan)


def test_a_pace_that_changes_where_a_layer_has_not_stepped_is_refused(tmp_path):
    duties = {"run": duty(pace=2)}
    system = prepared(duties=duties)
    slow = System((*system.components, part("Pool", THERMAL)), system.connections)
    plan = make_plan(slow, {**PERIODS, THERMAL: 12 * HOUR})
    words = "phase idle: duration 12 h is not a multiple of 1 d, after which all layers have stepped"
    refused(life(tmp_path / "life.nc", 4, duties=duties), words, slow, plan)


@pytest.mark.parametrize("output", ["Ager.loss", "Runner.work"])
def test_what_cannot_end_a_run_is_refused(tmp_path, output):
    run = life(tmp_path / "life.nc", 4, record={"seen": output}, end=End(output, 0.5))
    refused(run, rf"{re.escape(output)} cannot end the run; a scalar output of the jumping layer can")


def pooled(**more):
    """Return the toys with one that tells its time constants."""
    system = prepared()
    return System((part("Pool", ELECTRICAL, **more), *system.components), system.connections)


def test_a_cycle_that_is_too_short_to_settle_in_cannot_stand_for_others(tmp_path):
    system = pooled(slowest=20_000.0)
    words = "the duty mixes timescales: Pool does not settle in a window of 1 d: .* a window of at least 1e.05 s would"
    refused(life(tmp_path / "life.nc", 4, LONG), words, system)
    assert lived(life(tmp_path / "life.nc", 4), system)[0].violations == ()


def test_timescales_that_come_too_close_are_told_once_or_end_the_run(tmp_path):
    system = pooled(update=Update.EXPLICIT, fastest=1e5, ageing=2.6e-6)
    run = life(tmp_path / "life.nc", 6, Jump(first=1, longest=1))
    (told,) = lived(run, system)[0].violations
    assert told.startswith("after 6 d: Pool steps every 6 h and its update is explicit, but its fastest time constant")
    strict = replace(run, experiment=replace(run.experiment, on_violation=OnViolation.RAISE))
    refused(strict, "the duty mixes timescales: Pool steps every 6 h", system)


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    refused(life(tmp_path / "file" / "life.nc", 3), "file: (Not a directory|File exists)|cannot be written")
    for name in ("life.nc", "life.checkpoint", "life.checkpoint-journal"):
        place = tmp_path / name.replace(".", "_")
        (place / name).mkdir(parents=True)
        refused(life(place / "life.nc", 3), rf"{re.escape(name)} cannot be written: it is a folder")
        assert [path.name for path in place.iterdir()] == [name]


def test_memory_does_not_grow(tmp_path, monkeypatch):
    """What a row takes is far below a hundredth of this; 600 rows are written meanwhile, some at a time."""
    monkeypatch.setattr(checkpoint, "ROWS", 64)
    traced = []

    def tracing(slave):
        step = slave.step

        def traced_step(t, h):
            step(t, h)
            if t / 86400.0 in (299.0, 899.0):
                traced.append(tracemalloc.get_traced_memory()[0])

        slave.step = traced_step

    system = wrapped(prepared(), "Ager", tracing)
    tracemalloc.start()
    try:
        lived(life(tmp_path / "life.nc", 900), system)
    finally:
        tracemalloc.stop()
    assert len(traced) == 2
    assert abs(traced[1] - traced[0]) < 20_000


def test_nothing_goes_to_stderr_but_at_a_terminal(tmp_path, capfd):
    lived(life(tmp_path / "life.nc", 3))
    assert capfd.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_with_the_date_at_a_terminal(tmp_path, monkeypatch):
    def slowed(slave):
        step = slave.step
        slave.step = lambda t, h: (time.sleep(0.11), step(t, h))  # the bar is drawn ten times a second

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    lived(life(tmp_path / "life.nc", 40, Jump(first=10)), wrapped(prepared(), "Ager", slowed))
    shown = terminal.getvalue()
    assert "2020-01-13" in shown  # after two days and a jump of ten
    assert "2020-02-10" in shown
    assert re.search(r"12/40 d \[\d\d:\d\d<\d\d:\d\d, 2020-01-13\]", shown)
