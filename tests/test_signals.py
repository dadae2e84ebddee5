"""Signals that ask a program to end: SIGTERM and SIGHUP end a command line as Ctrl-C does."""

import os
import signal
import sys
import threading
import time

import pytest

from packfmu.core.interruption import AT_ONCE, ENDING, Interruption, ended_by_signals, interrupt, interruption_put_off
from packfmu.cosim import results
from packfmu.cosim.long.long_run import run_long
from tests.cosim.long.wear import life, planned, prepared
from tests.processes import BEATING, PATIENCE, beats, program, wait_until, wait_until_it_hangs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
INTERRUPTED = "interrupted; no file is half-written, and results end with the last step\n"

COMMAND = """
import sys, time
from pathlib import Path
from packfmu.fmi.command_line import Parser
output = Path(sys.argv[1])
"""

IDLE = """
def work(_):
    (output / "ready").touch()
    time.sleep(60.0)

sys.exit(Parser("").run([], work))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_line_ends_with_one_line_and_the_code_of_the_signal(tmp_path, number):
    with program(COMMAND + IDLE, tmp_path) as running:
        wait_until((tmp_path / "ready").exists, running)
        running.send_signal(number)
        assert running.communicate() == ("", INTERRUPTED)
    assert running.returncode == 128 + number


def test_what_nohup_ignores_stays_ignored(tmp_path):
    with program("signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + COMMAND + IDLE, tmp_path) as running:
        wait_until((tmp_path / "ready").exists, running)
        running.send_signal(signal.SIGHUP)
        time.sleep(0.1)
        running.send_signal(signal.SIGTERM)
        running.communicate()
    assert running.returncode == 128 + signal.SIGTERM


def test_a_terminal_that_is_closed_ends_a_program(tmp_path):
    """What is printed then fails."""
    terminal, end = os.openpty()
    code = "import fcntl, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0)\n" + COMMAND + IDLE
    with program(code, tmp_path, stdout=end, stderr=end, start_new_session=True) as running:
        os.close(end)
        wait_until((tmp_path / "ready").exists, running)
        os.close(terminal)
        running.wait(PATIENCE)
    assert running.returncode == 128 + signal.SIGHUP


RUN = """
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from tests.cosim.runs import SECOND, fast_and_slow, logged, plan_of

class Slowly(list):
    def append(self, step):
        time.sleep(0.01)
        if step[1] == 3.0:
            (output / "ready").touch()

def work(_):
    system, record = logged(fast_and_slow(), Slowly()), {"total": "Slow.total"}
    run(system, plan_of(system), Experiment(10**6 * SECOND, record=record, output=output / "run.nc"))

sys.exit(Parser("").run([], work))
"""

LONG = """
from packfmu.cosim.long.long_run import run_long
from tests.cosim.long.wear import life, planned, prepared, wrapped

def slowed(slave):
    step = slave.step
    slave.step = lambda t, h: (time.sleep(0.001), (output / "ready").touch(), step(t, h))

def work(_):
    system = wrapped(prepared(), "Runner", slowed)
    run_long(system, planned(system), life(output / "life.nc", 3000))

sys.exit(Parser("").run([], work))
"""


def interrupted(code, folder, number):
    """Run a program until it is ready, and tell it a signal."""
    with program(COMMAND + code, folder) as running:
        wait_until((folder / "ready").exists, running)
        running.send_signal(number)
        assert running.communicate() == ("", INTERRUPTED)
    assert running.returncode == 128 + number
    (folder / "ready").unlink()


def test_a_run_keeps_its_rows(tmp_path):
    interrupted(RUN, tmp_path, signal.SIGHUP)
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]
    recorded = results.load(tmp_path / "run.nc")
    assert recorded.attrs == {"complete": 0, "reason": "interrupted"}
    assert recorded.sizes["time"] >= 4


def test_a_long_run_can_be_resumed(tmp_path):
    interrupted(LONG, tmp_path, signal.SIGTERM)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["life.checkpoint", "life.nc"]
    assert results.load(tmp_path / "life.nc").attrs == {"complete": 0, "reason": "interrupted"}
    system = prepared()
    assert run_long(system, planned(system), life(tmp_path / "life.nc", 3000), resume=True).cycles == 3000
    assert results.load(tmp_path / "life.nc").attrs == {"complete": 1}


HANGING = """
import ctypes
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from tests.cosim.runs import SECOND, fast_and_slow, logged, plan_of

def python():
    while True:
        time.sleep(0.01)

def c():
    mutex = ctypes.create_string_buffer(256)
    for _ in range(2):
        ctypes.CDLL(None).pthread_mutex_lock(mutex)

class Hanging(list):
    def append(self, step):
        (output / "ready").touch()
        globals()[sys.argv[2]]()

def work(_):
    system = logged(fast_and_slow(), Hanging())
    run(system, plan_of(system), Experiment(100 * SECOND))

sys.exit(Parser("").run([], work))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a mutex of Linux")
@pytest.mark.parametrize(
    ("where", "told", "number"), [("python", INTERRUPTED, signal.SIGTERM), ("c", "", signal.SIGINT)]
)
def test_the_second_signal_ends_what_hangs(tmp_path, where, told, number):
    with program(COMMAND + HANGING, tmp_path, where) as running:
        wait_until((tmp_path / "ready").exists, running)
        if where == "c":  # before it hangs, Python handles a signal
            wait_until_it_hangs(running)
        for _ in range(2):  # as timeout sends each
            running.send_signal(number)
        time.sleep(4.0 * AT_ONCE)  # under load it sees the first ones late
        assert running.poll() is None
        running.send_signal(number)
        assert running.communicate(timeout=PATIENCE) == ("", told)
    assert running.returncode == 128 + number


BUILD = """
import os, tempfile
from packfmu.core.variable import Detail
from packfmu.fmi.build import build_parts
from packfmu.fmi.definition import Part
from packfmu.fmi.native import libraries, runtime
from packfmu.fmi.native.platforms import Platform

tempfile.tempdir = str(output / "temporary")
libraries.object_code = lambda wanted, targets: dict.fromkeys(targets, b"")
libraries.code_folder = lambda name: output
runtime.runtimes = lambda *_: b"PK\\5\\6" + bytes(18)
runtime.package_folder = lambda name: output

def work(_):
    parts = [Part("Thermal", "thermal", {"cells": 3}, {})]
    build_parts(parts, output / "dist", Detail.CELL, platforms=[Platform.LINUX64])

sys.exit(Parser("").run([], work))
"""


@pytest.fixture
def compiler(tmp_path):
    """A compiler that never ends, in the place of zig."""
    path = tmp_path / "zig"
    path.write_text(BEATING)
    path.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    return tmp_path / "zig.beats"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_build_ends_with_its_compilers_and_leaves_nothing(tmp_path, compiler, number):
    with program(COMMAND + BUILD, tmp_path) as running:
        wait_until(compiler.exists, running)
        begin = time.monotonic()
        running.send_signal(number)
        assert running.communicate() == ("", INTERRUPTED)
        assert time.monotonic() - begin < PATIENCE
    assert running.returncode == 128 + number
    assert not beats(compiler)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert [path for path in (tmp_path / "dist").rglob("*") if path.is_file()] == []


def test_no_compiler_outlives_a_build_that_is_killed(tmp_path, compiler):
    with program(COMMAND + BUILD, tmp_path) as running:
        wait_until(compiler.exists, running)
        running.kill()
        running.wait()
        wait_until(lambda: not beats(compiler))


def test_a_library_leaves_signals_to_its_host(interruptible):
    met = []
    former = signal.signal(signal.SIGTERM, lambda *_: met.append(1))
    try:
        with ended_by_signals(), interruption_put_off() as check:
            signal.raise_signal(signal.SIGTERM)
            check()
    finally:
        signal.signal(signal.SIGTERM, former)
    assert met == [1]
    with interruption_put_off():
        assert {signal.getsignal(number) for number in ENDING} == {signal.SIG_DFL}


def test_a_signal_that_ends_is_put_off_like_ctrl_c(interruptible):
    def meet(number):
        with interruption_put_off() as check:
            signal.raise_signal(number)
            reached.append(number)
            check()
            pytest.fail("passed")

    reached = []
    for number in (signal.SIGINT, *ENDING):
        with ended_by_signals():
            with pytest.raises(Interruption) as met:
                meet(number)
            assert met.value.number == number
            assert signal.getsignal(signal.SIGTERM) is interrupt
    assert reached == [signal.SIGINT, *ENDING]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert {signal.getsignal(number) for number in ENDING} == {signal.SIG_DFL}


@pytest.mark.parametrize("block", [ended_by_signals, interruption_put_off])
def test_a_signal_while_handlers_are_installed_leaves_none(interruptible, monkeypatch, block):
    install, reached = signal.signal, []

    def interrupted_install(number, handler):
        install(number, handler)
        if not reached:
            reached.append(number)
            raise KeyboardInterrupt

    def enter():
        with monkeypatch.context() as patch:
            patch.setattr(signal, "signal", interrupted_install)
            with block():
                pytest.fail("entered")

    with pytest.raises(KeyboardInterrupt):
        enter()
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert {signal.getsignal(number) for number in ENDING} == {signal.SIG_DFL}


def test_only_the_main_thread_is_asked():
    def work():
        with ended_by_signals(), interruption_put_off() as check:
            check()
            done.append(signal.getsignal(signal.SIGTERM))

    done = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [signal.SIG_DFL]
