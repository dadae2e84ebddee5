"""The command line of the scripts: a mistake of the user and Ctrl-C each end a script with one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from ..core.errors import InputError, one_line

REFUSED = 2
"""The exit code where something given does not fit."""

INTERRUPTED = 130
"""The exit code that shells give a program that Ctrl-C ended."""


class Parser(argparse.ArgumentParser):
    """A parser whose `parse_args` raises an `InputError` instead of printing its usage; options are written out."""

    def __init__(self, description: str) -> None:
        super().__init__(description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise the message."""
        raise InputError(f"{message}; {self.prog} --help lists the options")

    def run(self, arguments: Sequence[str] | None, work: Callable[[argparse.Namespace], str]) -> int:
        """Do what a command line asks for, print what that returns, and return the exit code."""
        try:
            print(work(self.parse_args(arguments)))
        except InputError as error:
            print(f"error: {one_line(str(error))}", file=sys.stderr)
            return REFUSED
        except KeyboardInterrupt:
            print("interrupted; no file is half-written, and results end with the last step", file=sys.stderr)
            return INTERRUPTED
        return 0
