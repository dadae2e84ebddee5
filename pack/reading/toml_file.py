"""TOML files of users: read within bounds of size and time, whatever is in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ...core.errors import InputError, one_line, shortened
from ...core.reading import check_encoding, read_file

MOST_DOTS = 64
"""Dots in a key. Keys have one; the time that tomllib takes grows with the square of their number."""

_TOKEN = re.compile(
    r"""
    \#[^\n]* | \"{3}(?:\\.?|[^\\"]|"(?!""))*+(?:"{3,5}|\Z) | '{3}(?:[^']|'(?!''))*+(?:'{3,5}|\Z)
    | (?P<dot>\.)
    | (?P<part>"(?:\\[^\n]|[^\\"\n])*+"? | '[^'\n]*+'? | [A-Za-z0-9_-]++ | [ \t]++)
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
"""Comments and texts of many lines, dots, what else a key is made of, and what ends one; none is looked at twice."""


def read_toml(path: Path, most: int) -> tuple[str, dict[str, Any]]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        As the user named it.
    most : int
        The greatest size that is taken [bytes].

    Returns
    -------
    text : str
        The file, without a byte order mark.
    contents : dict
        What is in it; `check_integers` has not been asked.

    Raises
    ------
    InputError
        When the file cannot be read or is not TOML: one line that begins with the path.
    """
    content = read_file(path, most)
    check_encoding(path, content)
    try:
        text = content.decode("utf-8-sig")
        check_dots(text)
        contents = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:  # the last of countless brackets
        raise InputError(f"{path}: is not TOML: {error}") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except ValueError:  # Python reads no more than 4300 digits
        raise InputError(f"{path}: is not TOML: an integer in it has thousands of digits, not 64 bits") from None
    return text, contents


def check_dots(text: str) -> None:
    """Raise InputError where a key has countless parts; a value has one dot, or its text is a part."""
    dots = 0
    for token in _TOKEN.finditer(f"{text}\n"):
        if token.lastgroup == "dot":
            dots += 1
        elif token.lastgroup != "part":
            if dots > MOST_DOTS:
                line = text.count("\n", 0, token.start()) + 1
                raise InputError(f"line {line} has a key of {dots} dots; at most {MOST_DOTS} are taken")
            dots = 0


def check_integers(contents: dict[str, Any]) -> None:
    """Raise InputError where an integer does not fit into 64 bits, as TOML demands; what follows would stumble."""
    left: list[tuple[str, Any]] = [(f"[{table}]", value) for table, value in contents.items()]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{name} {key}", inner) for key, inner in value.items()]
        elif isinstance(value, list):
            left += [(name, inner) for inner in value]
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise InputError(f"{one_line(shortened(name))} has an integer of {value.bit_length()} bits, not 64")
