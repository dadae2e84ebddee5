"""Work in a process of its own that may be killed at any moment."""

from __future__ import annotations

import os
from collections.abc import Callable

Say = Callable[[object], object]
"""Sends a line to the process that waits."""


def forked(work: Callable[[Say], object]) -> tuple[int, list[str]]:
    """Let a process do some work; return how it ended, as `os.waitpid` tells, and the lines that it said.

    An exception of the work is said as its last line, and ends the process with the code 1.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, lambda text: os.write(writing, f"{text}\n".encode()))
    os.close(writing)
    with os.fdopen(reading) as lines:
        said = lines.read().splitlines()
    return os.waitpid(child, 0)[1], said


def _work(work: Callable[[Say], object], say: Say) -> None:
    """Work in the process that was forked, and leave it."""
    try:
        work(say)
        os._exit(0)
    except BaseException as error:
        say(f"{type(error).__name__}: {error}")
        os._exit(1)
