"""Each write, sync, rename and link fails in turn: what was there stays, or the new is whole; one line tells, nothing
is left over, and the next attempt succeeds.
"""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.long import long_run
from packfmu.fmi.build import Form
from packfmu.fmi.files import CLAIM
from tests import deeds
from tests.disk import Faults, file_size_limit

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

ROOT = Path(__file__).parents[1]
PACK = '[pack]\nseries = 2\nparallel = 1\n[cell]\nparameters = "nissan_leaf_2013"\ninitial_soc = 0.{}\n'


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(attempt):
    """Return how an attempt is refused, in one line; empty where it is not."""
    told = ""
    try:
        attempt()
    except InputError as error:
        told = str(error)
    assert "\n" not in told
    assert CLAIM not in told
    return told


def each_fault(folder, attempt, check, stride=1):
    """Let every operation fail in turn, or some of them; return which kinds of operations did."""
    met, number = [], 1
    while True:
        with pytest.MonkeyPatch.context() as patch:
            faults = Faults(patch, folder, number)
            is_refused = refused(attempt)
        if faults.met is None:
            assert not is_refused
            return met
        met.append(faults.met)
        check(f"{faults.met} {number}", is_refused)
        number += stride


def both(folder, do):
    """Return what a deed leaves in each of its ways."""
    for variant in (deeds.OLD, deeds.NEW):
        do(folder / str(variant), variant)
    return [contents(folder / str(variant)) for variant in (deeds.OLD, deeds.NEW)]


def faults_of_a_build(folder, do, stride=1):
    """Let a build fail in all ways; return which operations did."""
    old, new = both(folder, do)
    assert old.keys() == new.keys()
    output = folder / str(deeds.OLD)

    def check(what, is_refused):
        found = contents(output)
        assert found in ((old, new) if is_refused else (new,)), what
        if found == new:
            do(output, deeds.OLD)
            assert contents(output) == old, what

    return each_fault(folder, lambda: do(output, deeds.NEW), check, stride)


FEW = {"names": deeds.PARTS[:2], "forms": (Form.NATIVE,)}
MORE = {"names": deeds.PARTS, "forms": tuple(Form)}
SETS = [FEW, pytest.param(MORE, marks=pytest.mark.campaign)]


@pytest.mark.parametrize("chosen", SETS)
def test_a_set_of_fmus_is_as_before_or_new(tmp_path, monkeypatch, chosen):
    deeds.small_builders(monkeypatch)
    met = faults_of_a_build(tmp_path, lambda folder, variant: deeds.build(folder, variant, **chosen))
    fmus = len(chosen["names"]) * len(chosen["forms"])
    assert met.count("replace") == 2 * fmus + 1  # each FMU is an archive of its own, which takes the draft's place
    assert met.count("link") == fmus  # all but the last file
    assert min(met.count("write"), met.count("fsync")) >= 2 * fmus + 1


@pytest.mark.parametrize("chosen", SETS)
def test_a_new_set_of_fmus_is_whole_or_not_there(tmp_path, monkeypatch, chosen):
    deeds.small_builders(monkeypatch)
    deeds.build(tmp_path / "whole", deeds.NEW, **chosen)
    whole, numbers = contents(tmp_path / "whole"), iter(range(1000))

    def check(what, is_refused):
        assert contents(tmp_path / "now") in (({}, whole) if is_refused else (whole,)), what
        (tmp_path / "now").rename(tmp_path / f"was {next(numbers)}")

    each_fault(tmp_path, lambda: deeds.build(tmp_path / "now", deeds.NEW, **chosen), check)
    assert next(numbers) > 20


def check_run(output, name, old, whole, what, is_refused):
    """Check the results of a run: those of the former, all, or the first rows; without drafts and checkpoints."""
    results = output / name
    assert {path.name for path in output.iterdir()} <= {name, "run.csv", "life.checkpoint"}, what
    is_old = results.read_bytes() == old
    if not is_refused:
        assert deeds.arrays(results) == deeds.arrays(whole), what
    elif not is_old and deeds.arrays(results) != deeds.arrays(whole):
        assert deeds.is_beginning(results, whole), what


def test_a_run_leaves_former_results_or_its_own(tmp_path):
    old, new = (files["run.nc"] for files in both(tmp_path, deeds.drive))
    tables = [(tmp_path / str(variant) / "run.csv").read_bytes() for variant in (deeds.OLD, deeds.NEW)]
    output, whole = tmp_path / str(deeds.OLD), tmp_path / str(deeds.NEW) / "run.nc"

    def check(what, is_refused):
        check_run(output, "run.nc", old, whole, what, is_refused)
        assert (output / "run.csv").read_bytes() in (tables if is_refused else tables[1:]), what
        (output / "run.nc").write_bytes(old)
        (output / "run.csv").write_bytes(tables[0])

    met = each_fault(output, lambda: deeds.drive(output, deeds.NEW), check)
    assert (met.count("replace"), new != old) == (2, True)


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """Return the folder with two lives, in folders of their own."""
    folder = tmp_path_factory.mktemp("lives")
    both(folder, deeds.age)
    return folder


@pytest.fixture
def aged(lives, tmp_path, monkeypatch):
    """Return the folder of a former life, and the results of the one that is to take its place."""
    monkeypatch.setattr(long_run, "BETWEEN_CHECKPOINTS", 0.0)
    shutil.copy(lives / str(deeds.OLD) / "life.nc", tmp_path)
    return tmp_path, lives / str(deeds.NEW) / "life.nc"


def live_on(output, whole, what):
    """Finish a life that was refused, by its checkpoint if it has one."""
    deeds.age(output, deeds.NEW, resume=(output / "life.checkpoint").exists())
    assert deeds.arrays(output / "life.nc") == deeds.arrays(whole), what
    assert [path.name for path in output.iterdir()] == ["life.nc"], what


@pytest.mark.parametrize("stride", [6, pytest.param(1, marks=pytest.mark.campaign)])
def test_a_long_run_leaves_former_results_or_its_own_and_can_be_resumed(aged, stride):
    output, whole = aged
    old = (output / "life.nc").read_bytes()

    def check(what, is_refused):
        check_run(output, "life.nc", old, whole, what, is_refused)
        if is_refused:
            live_on(output, whole, what)
        (output / "life.nc").write_bytes(old)

    met = each_fault(output, lambda: deeds.age(output, deeds.NEW), check, stride)
    assert stride > 1 or met.count("replace") == 2


@pytest.mark.parametrize(
    ("limit", "blamed"),
    [(0, "checkpoint"), (5_000, "checkpoint"), (20_000, "checkpoint"), (40_000, "nc"), (90_000, "")],
)
def test_a_disk_that_is_full_for_sqlite_or_netcdf_leaves_what_was_saved(aged, limit, blamed):
    """No file grows beyond a size, whoever writes it: the checkpoint wants 29 kB, the results 44 kB."""
    output, whole = aged
    old = (output / "life.nc").read_bytes()
    with file_size_limit(limit):
        told = refused(lambda: deeds.age(output, deeds.NEW))
    check_run(output, "life.nc", old, whole, limit, told != "")
    assert (f"{output / 'life.'}{blamed} cannot be written" in told) == (blamed != "")
    if blamed:
        live_on(output, whole, limit)


@pytest.mark.campaign
def test_a_build_as_it_is_typed_is_as_before_or_new(tmp_path):
    """Some of its thousands of writes fail."""
    spec = importlib.util.spec_from_file_location("build_fmus", ROOT / "build_fmus.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    for variant in (deeds.OLD, deeds.NEW):
        (tmp_path / f"{variant}.toml").write_text(PACK.format(5 + variant))

    def build(folder, variant):
        chosen = [str(tmp_path / f"{variant}.toml"), "--output", str(folder), "--flavour", "python"]
        if script.main(chosen):
            raise InputError("refused")

    met = faults_of_a_build(tmp_path / "out", build, stride=23)
    assert len(met) > 50
