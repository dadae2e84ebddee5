"""What the scripts share: how they end. What is wrong with what a user gave is said in one line, and so is Ctrl-C."""

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
        raise InputError(f"{message}; {self.prog} --help tells what there is")

    def run(self, arguments: Sequence[str] | None, work: Callable[[argparse.Namespace], str]) -> int:
        """Do what a command line asks for, print what that returns, and return the exit code."""
        try:
            print(work(self.parse_args(arguments)))
        except InputError as error:
            print(f"error: {one_line(str(error))}", file=sys.stderr)
            return REFUSED
        except KeyboardInterrupt:
            print("interrupted; no file is left incomplete", file=sys.stderr)
            return INTERRUPTED
        return 0
