"""Children of a build end with it, whatever ends it, and with all that they have started."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from packfmu.fmi.native import child
from packfmu.fmi.native.child import NOT_STARTED, Children, run
from tests.processes import BEATING, beats, program, wait_until

ECHO = "import sys; print(sys.stdin.read().upper()); print('told', file=sys.stderr); sys.exit(3)"
HERE = Path(__file__).parent


def test_a_child_reads_and_prints_and_has_an_exit_code():
    told = "line\nof €" + "x" * 100_000
    done = run([sys.executable, "-c", ECHO], HERE, os.environ, told)
    assert (done.returncode, done.stdout, done.stderr) == (3, f"{told.upper()}\n", "told\n")


def test_it_runs_in_its_folder_and_environment(tmp_path):
    code = "import os; print(os.getcwd(), os.environ['OWN'])"
    done = run([sys.executable, "-c", code], tmp_path, os.environ | {"OWN": "1"})
    assert done.stdout == f"{tmp_path.resolve()} 1\n"


def test_what_cannot_be_started_says_why(tmp_path):
    done = run([tmp_path / "none"], tmp_path, os.environ)
    assert (done.returncode, done.stderr) == (NOT_STARTED, "No such file or directory\n")


def test_the_keeper_finds_python_as_its_host_does(tmp_path):
    """A host that was moved needs PYTHONHOME; this one leads nowhere."""
    done = run([sys.executable, "-I", "-c", ""], tmp_path, os.environ | {"PYTHONHOME": str(tmp_path)})
    assert done.returncode == 1
    assert f"PYTHONHOME = '{tmp_path}'" in done.stderr


posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and scripts of POSIX")


@posix
@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGKILL, signal.SIGTERM])
def test_the_signal_that_ends_it_is_told(tmp_path, number):
    done = run([sys.executable, "-c", f"import os; os.kill(os.getpid(), {int(number)})"], tmp_path, os.environ)
    assert done.returncode == -number


@pytest.fixture
def compiler(tmp_path):
    path = tmp_path / "compiler"
    path.write_text(BEATING)
    path.chmod(0o755)
    return path


def beaten(compiler):
    return compiler.with_name("compiler.beats")


@posix
def test_the_end_of_a_build_ends_its_children_and_no_others(compiler, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(compiler.read_bytes())
    other.chmod(0o755)
    builds, done = (Children(), Children()), []

    def build(children, path):
        children.adopt()
        done.append((path, run([path], tmp_path, os.environ).returncode))

    threads = [threading.Thread(target=build, args=each) for each in zip(builds, (compiler, other), strict=True)]
    for thread in threads:
        thread.start()
    for path in (compiler, other):
        wait_until(path.with_name(f"{path.name}.beats").exists)
    builds[0].end()
    threads[0].join()
    assert not beats(beaten(compiler))
    assert beats(other.with_name("other.beats"))
    builds[1].end()
    threads[1].join()
    assert done == [(compiler, -signal.SIGKILL), (other, -signal.SIGKILL)]


@posix
def test_a_build_that_has_ended_lets_no_child_live(compiler, tmp_path):
    children, ended = Children(), []
    children.end()

    def build():
        children.adopt()
        ended.append(run([compiler], tmp_path, os.environ).returncode)

    thread = threading.Thread(target=build)
    thread.start()
    thread.join()
    assert ended == [-signal.SIGKILL]


TASKKILL = """#!/bin/sh
echo "$@" > "$0.told"
"""


@posix
def test_a_system_without_groups_ends_what_a_child_has_started(tmp_path, monkeypatch):
    """As Windows does it, with a stand-in for its taskkill."""
    taskkill = tmp_path / "taskkill"
    taskkill.write_text(TASKKILL)
    taskkill.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delattr(os, "killpg")
    monkeypatch.setattr(os, "read", lambda *_: b"")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60.0)"]) as running:
        child._end_with_input(running)
    assert running.returncode == -signal.SIGKILL
    assert (tmp_path / "taskkill.told").read_text() == f"/F /T /PID {running.pid}\n"


PARENT = """
import os, sys
from packfmu.fmi.native.child import run
run([sys.argv[1]], os.path.dirname(sys.argv[1]), os.environ)
"""


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_when_its_parent_dies(compiler, number):
    with program(PARENT, compiler) as running:
        wait_until(beaten(compiler).exists, running)
        running.send_signal(number)
        running.wait()
        wait_until(lambda: not beats(beaten(compiler)))


INTERRUPTED = """
import os, sys
from packfmu.fmi.command_line import Parser
from packfmu.fmi.native.child import run
sys.exit(Parser("").run([], lambda _: run([sys.argv[1]], os.path.dirname(sys.argv[1]), os.environ).stderr))
"""


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_child_has_ended_when_its_parent_is_interrupted(compiler, number):
    with program(INTERRUPTED, compiler) as running:
        wait_until(beaten(compiler).exists, running)
        running.send_signal(number)
        running.wait(5.0)
    assert running.returncode == 128 + number
    assert not beats(beaten(compiler))


@posix
def test_ctrl_c_at_a_terminal_ends_all(compiler):
    """A terminal tells the whole group of the program, keepers too."""
    with program(PARENT, compiler, start_new_session=True) as running:
        wait_until(beaten(compiler).exists, running)
        os.killpg(running.pid, signal.SIGINT)
        running.wait()
        wait_until(lambda: not beats(beaten(compiler)))


def test_no_descriptor_is_left_open(tmp_path):
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc")
    run([sys.executable, "-c", ""], tmp_path, os.environ)
    before = len(os.listdir("/proc/self/fd"))
    for command in ([sys.executable, "-c", ""], [tmp_path / "none"]):
        run(command, tmp_path, os.environ)
    with pytest.raises(OSError, match="none"):
        run([sys.executable], tmp_path / "none", os.environ)
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_keeper_needs_nothing_but_the_standard_library():
    module = HERE.parents[2] / "fmi" / "native" / "child.py"
    done = subprocess.run([sys.executable, "-P", "-S", module], input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (NOT_STARTED, "")
