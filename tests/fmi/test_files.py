"""Output files: complete, or as before."""

import os
import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from packfmu.core.cache import cache_folder
from packfmu.core.errors import InputError
from packfmu.fmi.archive import write_archive
from packfmu.fmi.files import claimed, replacing, replacing_together


def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "run.nc"
    target.write_text("old")

    def fail():
        with replacing(target) as temporary:
            temporary.write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


def test_output_that_cannot_be_written_is_refused_at_once(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "protected").write_text("kept")
    (tmp_path / "protected").chmod(0o444)
    for name, reason in (("folder", "folder"), ("protected", "write-protected"), ("protected/x", "File exists")):
        with (
            pytest.raises(InputError, match=f"output .*{name} cannot be written: .*{reason}"),
            replacing(tmp_path / name),
        ):
            pytest.fail("entered")
    with pytest.raises(InputError, match="cannot be written: File name too long"), replacing(tmp_path / ("x" * 300)):
        pytest.fail("entered")
    assert (tmp_path / "protected").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "protected"]


def test_a_claim_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("filelock.FileLock.acquire", full)
    with pytest.raises(InputError, match=r"life\.nc cannot be written: No space left"), claimed(tmp_path / "life.nc"):
        pytest.fail("entered")
    assert list(tmp_path.iterdir()) == []


WRITER = """
import sys, time
from pathlib import Path
from packfmu.fmi.files import replacing

with replacing(Path(sys.argv[1])) as draft:
    draft.write_text("half")
    print("writing", flush=True)
    time.sleep(60.0)
"""


@contextmanager
def writing(path):
    """Write a file in another process for as long as the block runs; then kill it."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "writing\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["life.nc", "life[1].nc"])
def test_a_file_that_another_process_writes_is_refused_until_that_ends(tmp_path, name):
    """Also by a kill: what it has left goes with the next draft."""
    path = tmp_path / name
    path.write_text("old")
    (tmp_path / ".other.nc.part").mkdir()
    with writing(path) as process:
        said = f"output {path} is being written by another run (process {process.pid}); wait for it, or name another"
        for claim in (replacing, claimed):
            with pytest.raises(InputError, match=re.escape(said)), claim(path):
                pytest.fail("entered")
        assert len([*(tmp_path / f".{name}.part").glob("tmp*/*")]) == 1  # the draft of the one that lives
        with replacing(tmp_path / "other.nc"):  # another file of the folder
            pass
    assert (tmp_path / f".{name}.part").is_dir()
    with replacing(path) as draft:
        assert [other.name for other in draft.parents[1].iterdir() if other.is_dir()] == [draft.parent.name]
        draft.write_text("new")
    assert path.read_text() == "new"
    assert {path.name for path in tmp_path.iterdir()} == {name, "other.nc"}


def test_threads_claim_apart_and_a_thread_claims_again_what_it_has(tmp_path):
    path, other = tmp_path / "life.nc", tmp_path / "life.csv"

    def attempt():
        with claimed(path):
            return "claimed"

    with ThreadPoolExecutor(1) as worker, claimed(path, other), claimed(path):
        with replacing(path) as one, replacing(path) as two:
            assert one != two
        with pytest.raises(InputError, match=f"is being written by another run \\(process {os.getpid()}\\)"):
            worker.submit(attempt).result()
        with claimed(other):
            pass
        with pytest.raises(InputError, match="is being written"):
            worker.submit(attempt).result()
    assert attempt() == "claimed"
    assert list(tmp_path.iterdir()) == [path]


CLAIMER = """
import sys
from pathlib import Path
from packfmu.core.errors import InputError
from packfmu.fmi.files import claimed

path, counted = Path(sys.argv[1]), 0
while counted < 50:
    try:
        with claimed(path):
            counter = Path(sys.argv[2])
            number = int(counter.read_text())
            counter.write_text(str(number + 1))
            counted += 1
    except InputError as error:
        assert "is being written" in str(error), error
"""


def test_claims_that_come_and_go_are_exclusive(tmp_path):
    """Two processes add to a number: not one addition of either is lost, and nothing is left."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    command = [sys.executable, "-c", CLAIMER, str(tmp_path / "run" / "life.nc"), str(counter)]
    with subprocess.Popen(command) as one, subprocess.Popen(command) as two:
        assert (one.wait(), two.wait()) == (0, 0)
    assert counter.read_text() == "100"
    assert list((tmp_path / "run").iterdir()) == []


NAMES = ("Balancer.fmu", "Cell.fmu", "Thermal.fmu")


def replace_all(folder, text):
    with replacing_together() as draft_of:
        for name in NAMES:
            draft_of(folder / name).write_text(f"{text} {name}")


def texts(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "copies"])
@pytest.mark.parametrize("missing", [None, "Balancer.fmu"])
@pytest.mark.parametrize("refused", NAMES)
def test_one_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path, monkeypatch, refused, missing, links):
    before = {name: f"old {name}" for name in NAMES if name != missing}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    replace, link = os.replace, os.link

    def replace_but_one(source, target):
        if Path(target).name == refused and Path(source).read_text().startswith("new"):
            raise PermissionError(13, "Permission denied")  # as Windows does where a host has it open
        replace(source, target)

    def no_link(source, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "replace", replace_but_one)
    monkeypatch.setattr(os, "link", link if links else no_link)
    with pytest.raises(InputError, match=f"output .*{refused} cannot be written: Permission denied"):
        replace_all(tmp_path, "new")
    assert texts(tmp_path) == before
    monkeypatch.setattr(os, "replace", replace)
    replace_all(tmp_path, "new")
    assert texts(tmp_path) == {name: f"new {name}" for name in NAMES}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_file_gets_the_permissions_that_the_user_gives_new_files(tmp_path):
    former = os.umask(0o027)
    try:
        with replacing(tmp_path / "Cell.fmu") as temporary:
            temporary.write_text("")
    finally:
        os.umask(former)
    assert stat.S_IMODE((tmp_path / "Cell.fmu").stat().st_mode) == 0o640


def test_archive_has_the_same_bytes_on_every_host(tmp_path, monkeypatch):
    written = []
    for host in ("linux", "win32"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "platform", host)  # zipfile tells it in every entry
            write_archive(tmp_path / "it.fmu", {"resources/model.bin": b"0"})
        written.append((tmp_path / "it.fmu").read_bytes())
    assert written[0] == written[1]


def test_a_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    with pytest.raises(InputError, match=rf"cache {blocked}/packfmu/zig cannot be made: .*XDG_CACHE_HOME"):
        cache_folder("zig")


@pytest.mark.parametrize("given", ["", "cache"])
def test_an_empty_or_relative_name_of_the_cache_is_ignored(given, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert cache_folder("zig") == tmp_path / "home" / ".cache" / "packfmu" / "zig"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(InputError, match="pipe cannot be written: it is a pipe, a socket or a device"),
        replacing(tmp_path / "pipe"),
    ):
        pass
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_an_error_about_another_file_is_not_blamed_on_the_output(tmp_path):
    with pytest.raises(InputError, match=r"^\S*missing\.csv: No such file or directory$"), replacing(tmp_path / "out"):
        (tmp_path / "missing.csv").read_text()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_interruption_amid_replacements_comes_when_all_are_done(tmp_path, monkeypatch, interruptible, number):
    targets = [tmp_path / name for name in "abc"]
    for target in targets:
        target.write_text("old")
    replace, done = os.replace, []

    def interrupted(source, target):
        replace(source, target)
        done.append(target)
        if len(done) == number:
            signal.raise_signal(signal.SIGINT)

    def renew():
        with replacing_together() as draft_of:
            for target in targets:
                draft_of(target).write_text("new")

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        renew()
    assert [target.read_text() for target in targets] == ["new"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
