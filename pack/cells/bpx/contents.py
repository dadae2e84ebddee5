"""A BPX file as the library `bpx` knows it, checked: nothing that is in it is executed.

The library would run formulas as code while it checks them. So formulas are taken out, read by `formula`, and stand
in what the library checks as tables.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from ....core.errors import InputError, one_line, shortened
from ....core.reading import check_encoding, read_file
from .formula import Formula

if TYPE_CHECKING:
    from bpx import BPX

MOST_BYTES = 2**25
"""Size of a BPX file; the records of its validation are most of it."""

LONGEST = 300
"""Letters of a reason."""

MOST_POINTS = 20_000
"""Points of a table."""

SECTIONS = ("Cell", "Electrolyte", "Negative electrode", "Positive electrode", "Separator")
"""Tables of the parameterisation."""

NOT_POSITIVE = ("activation energy", "transference", "toichiometr", "Entropic", "OCP", "pairs")
"""In keys whose numbers need not be positive, or are checked elsewhere."""

Place = tuple[str, ...]
"""Keys from the top of the file down."""


@dataclass(frozen=True)
class Contents:
    """What a BPX file has.

    Parameters
    ----------
    text : str
        The file.
    checked : BPX
        What the library makes of it, with a table instead of each formula.
    formulas : dict
        The formulas by their places below ``Parameterisation``.
    version : str
        Of the format.
    converted : bool
        Whether it was of BPX 0.x.
    user_defined : tuple of str
        Fields that the user has defined.
    """

    text: str
    checked: BPX
    formulas: dict[Place, Formula]
    version: str
    converted: bool
    user_defined: tuple[str, ...]


def read_contents(path: Path) -> Contents:
    """Read and check a BPX file.

    Parameters
    ----------
    path : Path
        A JSON file.

    Returns
    -------
    Contents
        Of the file.

    Raises
    ------
    InputError
        When the library is missing, the file cannot be read, or it does not fit: one line with file, key, value, and
        what is allowed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library calls its parser by old names
        return _read(path)


def _read(path: Path) -> Contents:
    try:
        import bpx  # noqa: PLC0415  # an extra
    except ImportError:
        raise InputError(f"{path}: to read BPX files install the extra: pip install packfmu[bpx]") from None
    text, contents = _read_json(path)
    try:
        _check_shape(contents)
        formulas = dict(_taken_formulas(contents["Parameterisation"]))
        version, own = _with_version(contents), _user_defined(contents)
        old = bpx.is_legacy_bpx(contents)
        made = bpx.BPX.model_validate(bpx.convert_v0_to_v1(contents) if old else contents)
        _check_positive(made)
        return Contents(text, made, formulas, version, old, own)
    except ValidationError as invalid:
        raise InputError(f"{path}: {one_line(_explain(invalid, ()))}") from None
    except ValueError as error:
        raise InputError(f"{path}: {one_line(str(error))}") from None


def _read_json(path: Path) -> tuple[str, Any]:
    content = read_file(path, MOST_BYTES)
    check_encoding(path, content)
    try:
        text = content.decode("utf-8-sig")
        return text, json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON: {one_line(shortened(str(error)))}") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {shortened(twice)!r} is there twice")
    return made


def _check_shape(contents: Any) -> None:
    """Raise ValueError where tables are missing, or a number is not finite."""
    if not isinstance(contents, dict):
        raise ValueError("is no BPX file: it must be a table with Header and Parameterisation")
    for name in ("Header", "Parameterisation"):
        if not isinstance(contents.get(name), dict):
            raise ValueError(f"{name} must be a table of a BPX file")
    for name in SECTIONS:
        if name in contents["Parameterisation"] and not isinstance(contents["Parameterisation"][name], dict):
            raise ValueError(f"Parameterisation: {name} = {_shown(contents['Parameterisation'][name])} must be a table")
    for place, value in _leaves(contents, ()):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not abs(value) < 1e300:
            raise ValueError(f"{': '.join(place)} = {_shown(value)} must be a finite number below 1e300")


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield what a table holds that is no table, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*place, shortened(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, place)
    else:
        yield place, value


def _taken_formulas(sections: dict[str, Any]) -> Iterator[tuple[Place, Formula]]:
    """Yield the formulas, and put a table in the place of each; check the tables that are there."""
    for name in SECTIONS:
        electrode = sections.get(name, {})
        particles = electrode.get("Particle", {})
        blend = particles if isinstance(particles, dict) else {}
        for place, table in [((name,), electrode), *(((name, key), blend[key]) for key in blend)]:
            for key, value in table.items() if isinstance(table, dict) else ():
                if isinstance(value, str):
                    yield (*place, key), _formula((*place, key), value)
                    table[key] = {"x": [0.0, 1.0], "y": [0.0, 1.0]}
                elif isinstance(value, dict) and "x" in value and "y" in value:
                    _check_table((*place, key), value)


def _formula(place: Place, text: str) -> Formula:
    from bpx import Function  # noqa: PLC0415

    try:
        formula = Formula(text)
        Function.validate(text)  # by the grammar of the format
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{': '.join(place)} = {_shown(text)}: {str(error)[:LONGEST]}") from None
    return formula


def _check_table(place: Place, table: dict[str, Any]) -> None:
    said = ": ".join(place)
    for axis in ("x", "y"):
        values = table[axis]
        numbers = isinstance(values, list) and all(type(v) in (int, float) for v in values)
        if not (numbers and 2 <= len(values) <= MOST_POINTS):
            raise ValueError(f"{said}: {axis} of a table must be a list of 2 to {MOST_POINTS} numbers")
    if len(table["x"]) == len(table["y"]) and not np.all(np.diff(table["x"]) > 0.0):
        raise ValueError(f"{said}: x of a table must rise")


def _with_version(contents: dict[str, Any]) -> str:
    """Write the version of the format as a text, which old files have as a number; return it."""
    version = contents["Header"].get("BPX")
    if isinstance(version, float) and math.isfinite(version):
        contents["Header"]["BPX"] = f"{version:.1f}"
    return str(contents["Header"].get("BPX"))


def _user_defined(contents: dict[str, Any]) -> tuple[str, ...]:
    """Take out what users have defined; return the names."""
    given = contents["Parameterisation"].pop("User-defined", None)
    return tuple(given) if isinstance(given, dict) else ()


def _check_positive(made: BPX) -> None:
    """Raise ValueError where a number is not positive that must be."""
    sections = made.parameterisation
    held = {name: getattr(sections, name.lower().replace(" ", "_"), None) for name in SECTIONS}
    for name, section in held.items():
        blend = getattr(section, "particle", None) or {}
        for place, table in [((name,), section), *(((name, key), blend[key]) for key in blend)]:
            for field, about in type(table).model_fields.items() if table is not None else ():
                key, value = about.alias or field, getattr(table, field)
                number = isinstance(value, (int, float)) and not any(word in key for word in NOT_POSITIVE)
                if number and not value > 0.0:
                    raise ValueError(f"{': '.join((*place, key))} = {value:g} must be positive")


@contextmanager
def said(*place: str) -> Iterator[None]:
    """Tell a place in the message of a ValueError."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{': '.join(place)}: {error}") from None


def _explain(invalid: ValidationError, place: Place) -> str:
    """Return what the library finds first, in one line; its validators hide errors within errors."""
    problem = invalid.errors(include_url=False)[0]
    within = (*place, *(str(part) for part in problem["loc"] if not _is_kind(str(part))))
    inner = problem.get("ctx", {}).get("error")
    if isinstance(inner, ValidationError):
        return _explain(inner, within)
    said = shortened(": ".join(within)) or "the file"
    if problem["type"] == "missing":
        return f"{said} is missing; it has no default"
    if problem["type"] == "extra_forbidden":
        return f"{said} is not a known key"
    reason = problem["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    value = "" if isinstance(problem["input"], dict) else f" = {_shown(problem['input'])}"
    return f"{said}{value}: {reason[:LONGEST]}"


def _is_kind(part: str) -> bool:
    """Return whether a part of a place names a type of the library, not a key of the file."""
    return part in ("float", "int", "InterpolatedTable") or part.startswith("function-")


def _shown(value: Any) -> str:
    return one_line(shortened(repr(value)))
