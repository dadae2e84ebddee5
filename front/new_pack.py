"""A commented pack file: every key with its default and its meaning."""

from __future__ import annotations

import textwrap
import tomllib
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..core.errors import InputError
from ..fmi.files import replacing
from ..pack.file import Pack, heading, parse_pack, tables

Given = dict[str, dict[str, Any]]
"""Values by table and key."""

WIDTH = 100
"""Longest line of a comment."""

HEAD = """\
# A battery pack for packfmu. SI units: A, V, Ohm, K, W, J, s, C; SOC is 0 to 1. Currents are positive into the cell.
# Only [pack] and [cell] are required. Every other key is shown with its default: remove the # before it to set another.
#
#   packfmu check {name}                     explains what will be built
#   packfmu build {name}                     builds its FMUs
#   packfmu run {name} wltc_class3b          drives a cycle, and makes a report
"""


def write_pack_file(path: Path, series: int, parallel: int, cell: str) -> str:
    """Write a pack file, and return what to do next.

    Parameters
    ----------
    path : Path
        The file, which must not exist.
    series, parallel : int
        Groups in series, and cells in parallel in each group.
    cell : str
        A shipped cell, or a cell file by its path from the pack file's folder.

    Raises
    ------
    InputError
        When the file exists, or a value does not fit: nothing is written then.
    """
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} exists; name another file, or remove it")
    given: Given = {"pack": {"series": series, "parallel": parallel}, "cell": {"parameters": cell}}
    text = pack_text(path.name, given)
    parse_pack(tomllib.loads(text), str(path), path.parent)
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return f"{path} is written; packfmu check {path} explains the pack"


def pack_text(name: str, given: Given) -> str:
    """Return a pack file with these values by table and key, and the defaults of all others as they are."""
    text = [HEAD.format(name=name)]
    for table, kind in tables().items():
        optional = Pack.model_fields[table].default in (None, [])
        text.append(_table(heading(table), kind, given.get(table, {}), optional))
    return "\n".join(text)


def _table(head: str, kind: type[BaseModel], given: dict[str, Any], optional: bool) -> str:
    lines = [*_comment(_purpose(kind)), f"# {head}" if optional else head]
    for key, field in kind.model_fields.items():
        lines += _comment(f"{key}: {field.description}")
        if key in given:
            lines.append(f"{key} = {_toml(given[key])}")
        elif field.is_required():
            lines.append(f"# {key} = ...")
        else:
            lines.append(f"# {key} =" if field.default is None else f"# {key} = {_toml(field.default)}")
    return "\n".join(lines) + "\n"


def _purpose(kind: type[BaseModel]) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)


def _toml(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return f'"{value.value}"'
    return f'"{value}"' if isinstance(value, str) else repr(value)
