"""Programs that are started, told a signal, and watched."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds after which a test gives up; machines are shared."""

DEFAULTS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""Ctrl-C as at a terminal: a job in the background ignores it."""


@contextmanager
def program(code, *arguments, **settings):
    """Run Python code as a program; it is killed at the end of the block at the latest."""
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "examples")])}
    command = [sys.executable, "-c", DEFAULTS + code, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=os.environ | paths, **pipes | settings) as running:
        try:
            yield running
        finally:
            running.kill()


def wait_until(condition, running=None):
    """Wait until something holds; fail when it does not come, or the program ends before."""
    begin = time.monotonic()
    while not condition():
        assert running is None or running.poll() is None, running.communicate()
        assert time.monotonic() - begin < PATIENCE
        time.sleep(0.01)


def wait_until_it_hangs(running):
    """Wait until the main thread of a program sleeps and is not woken; Linux tells how often it has been."""
    while True:
        before = _sleeps(running.pid)
        time.sleep(0.2)
        if before == _sleeps(running.pid) and before[0] == "S":
            return
        assert running.poll() is None, running.communicate()


def _sleeps(number):
    """Return the state of the main thread, and how often it has gone to sleep."""
    status = Path(f"/proc/{number}/task/{number}/status").read_text()
    return re.findall(r"^(?:State|voluntary_ctxt_switches):\s*(\w+)", status, re.MULTILINE)


def beats(path):
    """Whether the child writes on to a file; see `BEATING`."""
    before = path.read_bytes()
    time.sleep(0.3)
    return path.read_bytes() != before


BEATING = """#!/bin/sh
beat() { while true; do echo "$$" >> "$0.beats"; sleep 0.05; done; }
beat &
beat
"""
"""A compiler that never ends, and has a child of its own; both write to a file beside it."""
