"""Children of a build: none outlives it, however it ends.

Between a build and each of its children stands a keeper, this file as a script. It runs the child in a session of its
own and waits for the end of its own input, which comes when the build closes it or dies: then the child goes, with all
that it has started. The keeper ignores what ends the build by a signal: it sees the end of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

NOT_STARTED = 127
"""The exit code where the child cannot be started, as that of shells; stderr says why."""

ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Children:
    """The children of one build, which end with it; each of its threads is to call `adopt`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inputs: set[int] = set()
        self._has_ended = False

    def adopt(self) -> None:
        """Let `run` in this thread start children of this build."""
        _build.children = self

    def end(self) -> None:
        """End those that run, and start no others."""
        with self._lock:
            self._has_ended = True
            while self._inputs:
                os.close(self._inputs.pop())

    def hold(self, keeper_input: int) -> None:
        """Keep a child alive until `release` or the end."""
        with self._lock:
            self._inputs.add(keeper_input)
        if self._has_ended:
            self.end()

    def release(self, keeper_input: int) -> None:
        """Forget a child that has ended."""
        with self._lock:
            if keeper_input in self._inputs:
                self._inputs.remove(keeper_input)
                os.close(keeper_input)


class _Build(threading.local):
    children: Children | None = None


_build = _Build()
"""Whose children this thread starts."""


def run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], told: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a child that ends with this process or its build, and return how it ended and what it printed.

    Parameters
    ----------
    command : sequence of str or Path
        Program and arguments.
    folder : Path
        Where it runs.
    environment : mapping of str to str
        Its environment variables.
    told : str
        What it reads from its input.
    """
    children = _build.children or Children()
    settings = ["-E"] if sys.flags.ignore_environment else []  # Python may be found by PYTHONHOME only
    keeper = [sys.executable, *settings, "-P", "-S", __file__, *map(str, command)]
    reading, writing = os.pipe()
    with os.fdopen(os.dup(writing), "w", encoding="utf-8") as telling, os.fdopen(reading) as its_input:
        children.hold(writing)
        try:
            process = subprocess.Popen(
                keeper, cwd=folder, env=environment, encoding="utf-8",
                stdin=its_input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError:
            children.release(writing)
            raise
        its_input.close()
        with process:
            try:
                with suppress(BrokenPipeError), telling:
                    telling.write(f"{json.dumps(told)}\n")
                printed, errors = process.communicate()
            finally:  # whatever interrupts this thread, no child lives on
                children.release(writing)
                process.wait()
    return subprocess.CompletedProcess(list(map(str, command)), process.returncode, printed, errors)


def main() -> None:
    """Keep the child that the command line names; this runs in the keeper."""
    for name in ENDING:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)  # what is ignored would be ignored by the child too
    told = sys.stdin.buffer.readline()
    if not told:
        os._exit(NOT_STARTED)
    try:
        child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
    except OSError as error:
        print(error.strerror, file=sys.stderr, flush=True)
        os._exit(NOT_STARTED)
    threading.Thread(target=_end_with_input, args=(child,), daemon=True).start()
    child.communicate(json.loads(told).encode())
    if child.returncode < 0:
        with suppress(OSError):  # of SIGKILL
            signal.signal(-child.returncode, signal.SIG_DFL)
        os.kill(os.getpid(), -child.returncode)
    os._exit(child.returncode)


def _end_with_input(child: subprocess.Popen[bytes]) -> None:
    """End a child, and what it has started, when the input of this process ends."""
    os.read(0, 1)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    else:
        with suppress(OSError):
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], capture_output=True, check=False)
        child.kill()


if __name__ == "__main__":
    main()
