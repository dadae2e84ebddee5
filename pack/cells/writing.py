"""TOML text of the tables of a file, with the description of each key as a comment."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ...core.errors import one_line

A_LINE = 8
"""Values a line of a list."""


def toml_text(contents: BaseModel, comments: Mapping[str, str]) -> str:
    """Return a file as TOML.

    Parameters
    ----------
    contents : BaseModel
        Checked: keys, tables of keys, and lists of tables. A key without a value is left out.
    comments : mapping of str to str
        Further comments above a table or a key by its name, such as ``cell`` or ``rc_pairs.0.resistance``, and at the
        head by the empty name.

    Raises
    ------
    ValueError
        When a comment is given for what is not written.
    """
    unused = dict(comments)
    lines = [*_comment(type(contents).__doc__ or ""), *_comment(unused.pop("", ""))]
    fields = type(contents).model_fields
    held = {name: getattr(contents, name) for name in fields}
    plain = [name for name, value in held.items() if not isinstance(value, (BaseModel, list))]
    lines += ["", *_keys(contents, plain, "", unused)]
    for name, value in held.items():
        tables = value if isinstance(value, list) else [value] if isinstance(value, BaseModel) else []
        for number, table in enumerate(tables):
            listed = isinstance(value, list)
            own = f"{name}.{number}" if listed else name
            lines += ["", *_comment(type(table).__doc__ or ""), *_comment(unused.pop(own, ""))]
            lines.append(f"[[{name}]]" if listed else f"[{name}]")
            lines += _keys(table, list(type(table).model_fields), f"{own}.", unused)
    if unused:
        raise ValueError(f"comments on what is not written: {', '.join(unused)}")
    return "\n".join(lines) + "\n"


def _keys(table: BaseModel, names: list[str], place: str, comments: dict[str, str]) -> list[str]:
    """Return the lines of the keys of a table, and take their comments."""
    lines: list[str] = []
    for name in names:
        value = getattr(table, name)
        if value is None:
            continue
        lines += _comment(comments.pop(f"{place}{name}", ""))
        text = type(table).model_fields[name].description or ""
        if isinstance(value, list) and len(value) > 1:
            lines += [f"# {text}", f"{name} = [", *_rows(value), "]"]
        else:
            lines.append(f"{name} = {_value(value)}  # {text}".removesuffix("  # "))
    return lines


def _rows(values: list[Any]) -> list[str]:
    """Return the lines of a list; a list in it begins a line of its own."""
    if isinstance(values[0], list):
        return [f"    {line}" for inner in values for line in ("[", *_rows(inner), "],")]
    texts = [_value(value) for value in values]
    return ["    " + ", ".join(texts[first : first + A_LINE]) + "," for first in range(0, len(texts), A_LINE)]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _comment(text: str) -> list[str]:
    """Return a text as lines of comment."""
    return [f"# {one_line(line)}".rstrip() for line in inspect.cleandoc(text).splitlines()]
