"""Command lines: a mistake of the user, Ctrl-C and other signals each end one with one line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TextIO

from ..core.errors import InputError, one_line
from ..core.interruption import Interruption, ended_by_signals

REFUSED = 2
"""The exit code where something given does not fit."""

BY_SIGNAL = 128
"""What shells add to the number of the signal that ended a program: 130 after Ctrl-C, 143 after SIGTERM."""

INTERRUPTED = "interrupted; no file is half-written, and results end with the last step"


class Parser(argparse.ArgumentParser):
    """A parser whose `parse_args` raises an `InputError` instead of printing its usage; options are written out."""

    def __init__(self, description: str) -> None:
        super().__init__(description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise the message."""
        raise InputError(f"{message}; {self.prog} --help lists the options")

    def run(self, arguments: Sequence[str] | None, work: Callable[[argparse.Namespace], str]) -> int:
        """Do what a command line asks for, print what that returns, and return the exit code."""
        return ended(lambda: work(self.parse_args(arguments)))


def ended(work: Callable[[], str]) -> int:
    """Do some work, print what it returns, if anything, and return the exit code of the command."""
    try:
        with ended_by_signals():
            told = work()
            if told:
                _print(told)
    except InputError as error:
        _tell_at_the_end(f"error: {one_line(str(error))}")
        return REFUSED
    except KeyboardInterrupt as error:
        _tell_at_the_end("\n".join((*getattr(error, "__notes__", ()), INTERRUPTED)))
        return BY_SIGNAL + (error.number if isinstance(error, Interruption) else signal.SIGINT)
    return 0


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        _close(sys.stdout)
        raise InputError(f"all is done, but the summary cannot be printed: {error.strerror}") from error


def _tell_at_the_end(text: str) -> None:
    """Print on stderr, unless that is a terminal that is gone."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _close(sys.stderr)


def _close(stream: TextIO) -> None:
    """Let a stream that cannot be written to lead nowhere: it is flushed once more when Python ends."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
