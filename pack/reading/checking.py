"""Contents of a file against the tables that it may have; what does not fit is told in one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from ...core.errors import InputError, one_line, shortened
from .toml_file import check_integers

Contents = TypeVar("Contents", bound=BaseModel)


def checked(kind: type[Contents], contents: dict[str, Any], source: str, context: Any = None) -> Contents:
    """Check the contents of a file.

    Parameters
    ----------
    kind : type
        The pydantic model of the whole file; its fields are tables, lists of tables, or keys.
    contents : dict
        What was read.
    source : str
        Begins the message: the name of the file.
    context : Any
        What the validators of the model ask for.

    Raises
    ------
    InputError
        When the contents do not fit: one line that names the key, its value and what is allowed. Tables and values of
        a list are counted from 1.
    """
    try:
        check_integers(contents)
        return kind.model_validate(contents, context=context)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    except ValidationError as invalid:
        problems = sorted(invalid.errors(include_url=False), key=lambda problem: problem["type"] != "extra_forbidden")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{source}: {one_line(_explain(kind, problems[0]))}{more}") from None


@contextmanager
def said_of(table: str) -> Iterator[None]:
    """Tell a table in the message of a ValueError."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"[{table}]: {error}") from None


def suggestion(name: str, allowed: tuple[str, ...]) -> str:
    """Return the end of a message about an unknown name: the one that was probably meant, else all that there are."""
    close = difflib.get_close_matches(name, allowed, n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; allowed are {', '.join(allowed)}"


def tables_of(kind: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the tables, and what lists of tables hold, among the keys of a model."""
    found = {name: (field.annotation, *get_args(field.annotation)) for name, field in kind.model_fields.items()}
    return {
        name: table
        for name, kinds in found.items()
        for table in kinds
        if isinstance(table, type) and issubclass(table, BaseModel)
    }


def _explain(kind: type[BaseModel], problem: Any) -> str:
    reason = problem["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    if not problem["loc"]:  # of several tables
        return str(reason)
    table, *keys = (shortened(str(part + 1 if isinstance(part, int) else part)) for part in problem["loc"])
    if table in tables_of(kind) and isinstance((*problem["loc"], "")[1], int):
        table = f"{table}.{keys.pop(0)}"  # one of a list of tables
    heading = table if table in kind.model_fields and table not in tables_of(kind) else f"[{table}]"
    name, value = f"{heading} {'.'.join(keys)}".rstrip(), problem["input"]
    if problem["type"] == "missing":
        return f"{name} is missing; it has no default"
    whole = problem["type"] == "extra_forbidden" or isinstance(problem["loc"][-1], int) or not keys
    if not (isinstance(value, dict) and whole):
        name = f"{name} = {_toml(value)}"
    if problem["type"] == "extra_forbidden":
        *within, unknown = problem["loc"]
        return f"{name} is not a known key{suggestion(unknown, tuple(_held(kind, within).model_fields))}"
    if problem["type"] == "model_type":
        return f"{name} must be a table of {', '.join(_held(kind, problem['loc']).model_fields)}"
    return f"{name}: {reason}"


def _held(kind: type[BaseModel], place: list[Any] | tuple[Any, ...]) -> type[BaseModel]:
    """Return the table at a place; numbers in it count the tables of a list."""
    for part in place:
        if not isinstance(part, int):
            kind = tables_of(kind)[part]
    return kind


def _toml(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return shortened(text)
