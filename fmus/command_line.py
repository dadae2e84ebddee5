"""What the scripts share: whatever is wrong with what a user gave is said in one line, with exit code 2."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from ..models.errors import InputError
from .pack import one_line

REFUSED = 2
"""The exit code where something given does not fit."""


class Parser(argparse.ArgumentParser):
    """A parser whose `parse_args` raises an `InputError` instead of printing its usage; options are written out."""

    def __init__(self, description: str) -> None:
        super().__init__(description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise the message."""
        raise InputError(f"{message}; {self.prog} --help tells what there is")


def refuse(error: InputError) -> int:
    """Say on stderr what does not fit, and return the exit code."""
    print(f"error: {one_line(str(error))}", file=sys.stderr)
    return REFUSED
