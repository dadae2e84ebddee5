"""Long runs that are interrupted and go on: the same bits, and what is refused."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, replace

import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.long import checkpoint
from packfmu.cosim.long import long_run as module
from packfmu.cosim.long.calendar import End, Stretch
from packfmu.cosim.long.checkpoint import CheckpointFile
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.long_run import run_long
from packfmu.cosim.results import load
from tests.cosim.long.rows import TORN
from tests.cosim.long.wear import DAY, RECORD, duty, life, planned, prepared, wrapped

SEASONS = {"run": duty("run"), "rest": duty("rest", 0.4, pace=2)}
CALENDAR = (Stretch("run", 40 * DAY), Stretch("rest", 20 * DAY))
VALUES = {
    "Runner.gain": 2e-3,
    "Runner.initial_place": [0.5, 0.52, 0.55, 0.6],
    "Runner.drift": [1e-4, 0.0, -1e-4, 2e-4],
    "Ager.exponent": 0.7,
}
DAYS = 150


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """Save a checkpoint after every cycle."""
    monkeypatch.setattr(module, "BETWEEN_CHECKPOINTS", 0.0)


def seasons(folder, jump=Jump(tolerance=0.003, first=3), days=DAYS, **more):  # noqa: B008
    chosen = {"duties": SEASONS, "calendar": CALENDAR, "values": VALUES, **more}
    return life(folder / "life.nc", days, jump, **chosen)


def lived(run, resume=False, system=None):
    system = prepared(duties=run.duties) if system is None else system
    return run_long(system, planned(system), run, resume)


def told(summary):
    """Return a summary without the wall time; NaN is like NaN in text."""
    return str({**asdict(summary), "wall_time": None})


def assert_same(folder, other):
    one, two = (load(each / "life.nc") for each in (folder, other))
    assert list(one.variables) == list(two.variables)
    for name in one.variables:
        assert one[name].values.tobytes() == two[name].values.tobytes()
    assert [path.name for path in other.iterdir()] == ["life.nc"]


def interrupted_at(number, name="Ager"):
    """Return the system; its `number`-th step of a component is interrupted."""
    left = [number]

    def change(slave):
        step = slave.step

        def stepping(t, h):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            step(t, h)

        slave.step = stepping

    return wrapped(prepared(duties=SEASONS), name, change)


def interrupted(folder, number=9, name="Ager", resume=False, **more):
    """Leave a run that was interrupted; return what it was."""
    run = seasons(folder, **more)
    with pytest.raises(KeyboardInterrupt):
        lived(run, resume, interrupted_at(number, name))
    return run


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return summary and folder of the run that nothing interrupts."""
    folder = tmp_path_factory.mktemp("whole")
    return lived(seasons(folder)), folder


@pytest.mark.parametrize(("number", "name"), [(1, "Runner"), (2, "Ager"), (3, "Ager"), (50, "Runner"), (60, "Ager")])
def test_a_run_that_was_interrupted_ends_with_the_same_bits(tmp_path, whole, number, name):
    """In the first step, in the first jump, within a cycle, in the estimate of a jump."""
    run = interrupted(tmp_path, number, name)
    then = load(tmp_path / "life.nc")
    assert then.attrs == {"complete": 0, "reason": "interrupted"}
    assert then.equals(load(whole[1] / "life.nc").isel(time=slice(then.sizes["time"])))
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_a_run_that_is_interrupted_again_and_again_ends_with_the_same_bits(tmp_path, whole):
    interrupted(tmp_path, 30)
    for _ in range(3):
        run = interrupted(tmp_path, 30, resume=True)
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_a_run_in_full_is_resumed(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    full = lived(seasons(tmp_path / "one", None))
    run = interrupted(tmp_path / "two", 77, jump=None)
    assert told(lived(run, resume=True)) == told(full)
    assert_same(tmp_path / "one", tmp_path / "two")


def test_an_event_is_hit_by_a_resumed_run_too(tmp_path):
    end = {"end": End("Ager.least", -20.0), "record": {**RECORD, "work": "Runner.work"}}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    expected = lived(seasons(tmp_path / "one", **end))
    run = interrupted(tmp_path / "two", 12, **end)
    assert told(lived(run, resume=True)) == told(expected)
    assert expected.stopped_by == ("Ager.least",)
    assert_same(tmp_path / "one", tmp_path / "two")


def test_ctrl_c_ends_once_a_step_is_complete(tmp_path, whole, interruptible):
    taken = []

    def change(slave):
        step = slave.step

        def stepping(t, h):
            if len(taken) == 25:
                os.kill(os.getpid(), signal.SIGINT)
            step(t, h)
            taken.append(t)

        slave.step = stepping

    run = seasons(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        lived(run, system=wrapped(prepared(duties=SEASONS), "Runner", change))
    assert len(taken) == 26
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_ctrl_c_while_the_results_are_made_leaves_what_can_be_resumed(tmp_path, whole, interruptible, monkeypatch):
    def interrupted_conversion(*given, **named):
        os.kill(os.getpid(), signal.SIGINT)
        convert(*given, **named)

    run, convert = seasons(tmp_path), module.to_netcdf
    monkeypatch.setattr(module, "to_netcdf", interrupted_conversion)
    with pytest.raises(KeyboardInterrupt):
        lived(run)
    monkeypatch.setattr(module, "to_netcdf", convert)
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_checkpoints_are_saved_as_often_as_told(tmp_path, monkeypatch):
    saved = []
    save = CheckpointFile.save
    monkeypatch.setattr(CheckpointFile, "save", lambda self, *given: (saved.append(self.path.name), save(self, *given)))
    cycles = lived(seasons(tmp_path)).cycles
    assert len(saved) == 1 + cycles
    saved.clear()
    monkeypatch.setattr(module, "BETWEEN_CHECKPOINTS", 1e9)
    lived(seasons(tmp_path))
    assert len(saved) == 2  # at the start and at the end
    saved.clear()
    monkeypatch.setattr(checkpoint, "ROWS", 20)
    rows = len(load(tmp_path / "life.nc").time)
    lived(seasons(tmp_path))
    assert rows / 21 < len(saved) < rows / 20 + 2  # a cycle and its jump are two rows


def refused(run, words, resume=True, system=None):
    """Check that a run is refused in a line and that what was there stays."""
    folder = run.experiment.output.parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match=words) as caught:
        lived(run, resume, system)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


FOREIGN = r"life\.checkpoint belongs to another run: that was given other FMUs, another system or duty, or other sett"


@pytest.mark.parametrize(
    "change",
    [
        {"duties": {**SEASONS, "run": duty("run", 2.0000001)}},
        {"duties": {**SEASONS, "rest": duty("rest", 0.4)}},
        {"values": {**VALUES, "Ager.exponent": 0.8}},
        {"values": {**VALUES, "Runner.limit": 1e9}},
        {"days": 90},
        {"calendar": (Stretch("run", 30 * DAY), CALENDAR[1])},
        {"jump": Jump(tolerance=0.06, first=3)},
        {"jump": None},
        {"end": End("Ager.least", 0.0)},
        {"record": {"loss": "Ager.loss"}},
        {"totals": ()},
        {"stop_on": ("Runner.tired",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_checkpoint_of_another_run_is_refused(tmp_path, change):
    interrupted(tmp_path)
    refused(seasons(tmp_path, **change), FOREIGN)


def test_a_checkpoint_of_another_system_is_refused(tmp_path):
    run = interrupted(tmp_path)
    refused(run, FOREIGN, system=prepared("age", SEASONS))
    refused(run, FOREIGN, system=prepared(duties=SEASONS, together=2))


def test_a_checkpoint_that_is_damaged_is_refused(tmp_path):
    run = interrupted(tmp_path)
    path = tmp_path / "life.checkpoint"
    saved = path.read_bytes()
    for damaged, words in ((saved[:-1], "is damaged"), (b"", "is not a checkpoint"), (saved[:1000], "is damaged")):
        path.write_bytes(damaged)
        refused(run, rf"life\.checkpoint {words}")
    path.unlink()
    refused(run, r"checkpoint .*life\.checkpoint cannot be read: No such file")


@pytest.mark.parametrize("table", ["rows", "parts"])
def test_a_row_or_a_state_that_was_changed_is_refused(tmp_path, whole, table):
    run = interrupted(tmp_path)
    path = tmp_path / "life.checkpoint"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        ((saved,),) = database.execute(f"SELECT content FROM {table} WHERE rowid = 2").fetchall()
        database.execute(f"UPDATE {table} SET content = ? WHERE rowid = 2", (saved[:-1] + bytes([saved[-1] ^ 1]),))
        refused(run, r"life\.checkpoint is damaged")
        database.execute(f"UPDATE {table} SET content = ? WHERE rowid = 2", (saved,))
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_the_rollback_journal_of_a_process_that_was_killed_is_honoured(tmp_path, whole):
    """A child is killed in the midst of a transaction, with half of the pages written."""
    run = interrupted(tmp_path)
    subprocess.run([sys.executable, "-c", TORN, str(tmp_path / "life.checkpoint")], check=False)
    assert {path.name for path in tmp_path.iterdir()} == {"life.checkpoint", "life.checkpoint-journal", "life.nc"}
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_a_fresh_run_replaces_a_checkpoint(tmp_path, whole):
    interrupted(tmp_path, values={**VALUES, "Ager.exponent": 0.8})
    (tmp_path / "life.checkpoint-journal").write_bytes(b"left")
    assert told(lived(seasons(tmp_path))) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_a_fresh_run_that_is_interrupted_at_once_leaves_nothing_of_another(tmp_path):
    other = interrupted(tmp_path)
    again = replace(other, experiment=replace(other.experiment, values={**VALUES, "Runner.gain": 0.0}))
    with pytest.raises(KeyboardInterrupt):
        lived(again, system=interrupted_at(1, "Runner"))
    refused(other, FOREIGN)
    assert lived(again, resume=True).end == DAYS * DAY


def test_a_run_that_was_killed_when_all_was_done_is_done(tmp_path, whole, monkeypatch):
    """With the results there, and all cycles run, they are made once more."""
    run = seasons(tmp_path)

    def killed(path):
        if path.exists():
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "remove_checkpoint", killed)
        with pytest.raises(KeyboardInterrupt):
            lived(run)
    assert {path.name for path in tmp_path.iterdir()} == {"life.nc", "life.checkpoint"}
    assert told(lived(run, resume=True)) == told(whole[0])
    assert_same(whole[1], tmp_path)


def test_a_finished_run_cannot_be_resumed(tmp_path):
    run = seasons(tmp_path, days=3)
    lived(run)
    refused(run, r"life\.checkpoint cannot be read: No such file")
