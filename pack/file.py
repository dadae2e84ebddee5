"""The pack file: what is in it, and how it is read.

A pack file is TOML with the tables of `Pack`. Every key but those of ``[pack]`` and ``[cell]`` and the kind of aging
has a default, no other key is allowed, numbers are finite and in SI units. What is wrong with a file is said in one
line that names the key, its value and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from pydantic import Field, ValidationError, model_validator

from ..core.errors import InputError, one_line, shortened
from ..core.reading import read_file
from .balancing_tables import Balancer, Bms
from .setting import Table
from .tables import Aging, Arrangement, Busbar, Cell, Outputs, Schedule, Thermal, Variation, suggestion

MOST_BYTES = 2**18
"""Size of a pack file; 20 000 links have room, and whatever is in it is read in seconds."""

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


class Pack(Table):
    """A whole pack file."""

    pack: Arrangement
    cell: Cell
    variation: Variation = Field(default_factory=Variation)
    busbar: Busbar = Field(default_factory=Busbar)
    thermal: Thermal = Field(default_factory=Thermal)
    balancer: Balancer = Field(default_factory=Balancer)
    bms: Bms | None = None
    outputs: Outputs = Field(default_factory=Outputs)
    aging: Aging | None = None
    schedule: Schedule = Field(default_factory=Schedule)

    @model_validator(mode="after")
    def _consistent(self) -> Pack:
        with _said_of("schedule"):
            if self.aging is not None:
                self.schedule.check_multiple("thermal", "aging")
        with _said_of("balancer"):
            self.balancer.check_links(self.pack.series)
            self.balancer.check_minimum_voltage(self.cell.load().limits.maximum_voltage)
        return self


@contextmanager
def _said_of(table: str) -> Iterator[None]:
    """Tell a table in the message of a ValueError."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"[{table}]: {error}") from None


def load_pack(path: Path) -> Pack:
    """Read and check a pack file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    Pack
        Its contents, the defaults filled in.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML or does not fit the schema: one line that names the key, its value
        and what is allowed.
    """
    content = read_file(path, MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
        _check_dots(text)
        contents = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:  # the last of countless brackets
        raise InputError(f"{path}: is not TOML: {error}") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except ValueError:  # Python reads no more than 4300 digits
        raise InputError(f"{path}: is not TOML: an integer in it has thousands of digits, not 64 bits") from None
    return parse_pack(contents, str(path))


def _check_dots(text: str) -> None:
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


def _check_integers(contents: dict[str, Any]) -> None:
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


def parse_pack(contents: dict[str, Any], source: str) -> Pack:
    """Check the contents of a pack file; `source` names it in the message of an `InputError`."""
    try:
        _check_integers(contents)
        return Pack.model_validate(contents)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    except ValidationError as invalid:
        problems = sorted(invalid.errors(include_url=False), key=lambda problem: problem["type"] != "extra_forbidden")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{source}: {one_line(_explain(problems[0]))}{more}") from None


def _explain(problem: Any) -> str:
    reason = problem["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    if not problem["loc"]:  # of several tables
        return str(reason)
    table, *keys = (shortened(str(part)) for part in problem["loc"])
    name, value = f"[{table}] {'.'.join(keys)}".rstrip(), problem["input"]
    if problem["type"] == "missing":
        return f"{name} is missing; it has no default"
    if not isinstance(value, dict) or (keys and problem["type"] != "extra_forbidden"):
        name = f"{name} = {_toml(value)}"
    if problem["type"] == "extra_forbidden":
        allowed = tuple((_TABLES[table] if keys else Pack).model_fields)
        return f"{name} is not a known key{suggestion(keys[-1] if keys else table, allowed)}"
    if problem["type"] == "model_type":
        return f"{name} must be a table of {', '.join(_TABLES[table].model_fields)}"
    return f"{name}: {reason}"


def tables() -> dict[str, type[Table]]:
    """Return the tables that a pack file may have."""
    return {
        name: next(kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type))
        for name, field in Pack.model_fields.items()
    }


_TABLES = tables()


def _toml(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return shortened(text)
