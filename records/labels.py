"""What the columns of a record are called: the labels of the Battery Data Format, and those of everyday files.

A header is a name with a unit: ``Current / A``, ``current [A]``, ``Current (A)``, ``current_a`` or the notation of the
Battery Data Format, ``current_ampere``. Upper and lower case, ``_``, ``-`` and ``.`` make no difference in a name; in a
unit upper and lower case do. A date and ``enable`` have no unit.

References
----------
Battery Data Alliance, Battery Data Format Ontology 1.0.0 (2026), https://w3id.org/battery-data-alliance/ontology/battery-data-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..core.errors import InputError
from .units import LOWER_CASE, UNITS, Conversion, conversion

SURFACES = tuple(f"surface_temperature_t{number}" for number in range(1, 6))
"""Several temperatures of one surface, each a quantity; their mean is what is read."""


@dataclass(frozen=True)
class Quantity:
    """A quantity that a column can hold.

    Parameters
    ----------
    dimension : str
        A key of `units.UNITS`; "date" and "text" are not converted.
    names : tuple of str
        What a header may call it, without its unit; the first one is that of the Battery Data Format where it has one.
    meaning : str
        What is read, with its SI unit and its sign.
    turned : tuple of str
        Names of the same quantity with the other sign.
    """

    dimension: str
    names: tuple[str, ...]
    meaning: str
    turned: tuple[str, ...] = ()


LABELS: dict[str, Quantity] = {
    "time": Quantity("time", ("test time", "time", "elapsed time", "total time"), "time since the record's zero [s]"),
    "unix_time": Quantity("time", ("unix time",), "time since 1970 [s]; the first row is the record's zero"),
    "date": Quantity(
        "date",
        ("date", "date time", "datetime", "timestamp", "time stamp", "absolute time", "test time", "time"),
        "date and time of day, no unit; the first row is the record's zero",
    ),
    "current": Quantity(
        "current",
        ("current", "pack current", "cell current", "battery current"),
        "current [A], positive when charging",
        turned=("discharge current", "discharging current"),
    ),
    "voltage": Quantity("voltage", ("voltage", "cell voltage", "terminal voltage"), "terminal voltage [V]"),
    "power": Quantity(
        "power",
        ("power", "pack power", "battery power"),
        "power [W], positive when charging",
        turned=("discharge power", "discharging power"),
    ),
    "speed": Quantity("speed", ("speed", "vehicle speed", "velocity"), "speed of the vehicle [m/s]"),
    "surface_temperature": Quantity(
        "temperature", ("surface temperature", "cell temperature", "temperature"), "temperature of the surface [K]"
    ),
    **{
        name: Quantity(
            "temperature", (name.replace("_", " "), f"temperature t{name[-1]}"), f"thermocouple {name[-1]} [K]"
        )
        for name in SURFACES
    },
    "ambient_temperature": Quantity("temperature", ("ambient temperature",), "temperature of the air [K]"),
    "coolant_temperature": Quantity("temperature", ("coolant temperature",), "temperature of the coolant [K]"),
    "enable": Quantity(
        "switch", ("enable", "balancing enable", "balancing allowed"), "1 where balancing is allowed, or 0"
    ),
    "mode": Quantity("text", ("mode",), "CHRG and DCHG tell the sign of the current"),
}
"""The quantities that a file can hold, by the names that the code uses."""

LONGEST_HEADER = 200
"""Letters; a longer header names no quantity."""

_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<name>.+?)\s*\[(?P<unit>.*)\]",
        r"(?P<name>.+?)\s*\((?P<unit>.*)\)",
        r"(?P<name>[^/]+?)\s*/\s*(?P<unit>.+)",
    )
)


@dataclass(frozen=True)
class Heading:
    """A column that is to be read.

    Parameters
    ----------
    column : int
        Index in the file, from 0.
    text : str
        The header as it is in the file.
    quantity : str
        A key of `LABELS`.
    conversion : Conversion
        What makes SI of its values, the sign left out.
    sign : float
        1 or -1; values in SI are multiplied by it.
    """

    column: int
    text: str
    quantity: str
    conversion: Conversion
    sign: float


def headings(headers: Sequence[str], wanted: Sequence[str]) -> dict[str, Heading]:
    """Return the columns that hold the wanted quantities; other columns are passed over.

    Parameters
    ----------
    headers : sequence of str
        Of a file, in its order.
    wanted : sequence of str
        Keys of `LABELS`.

    Returns
    -------
    dict of str to Heading
        By quantity, those that are there.

    Raises
    ------
    InputError
        When two columns hold one quantity, a unit is not known, or one is missing.
    """
    found: dict[str, Heading] = {}
    for column, text in enumerate(headers):
        heading = _heading(column, text, wanted)
        if heading is None:
            continue
        if heading.quantity in found:
            other = found[heading.quantity].text
            raise InputError(f"the columns {other!r} and {text!r} are both the {_word(heading.quantity)}; leave one")
        found[heading.quantity] = heading
    return found


def _heading(column: int, text: str, wanted: Sequence[str]) -> Heading | None:
    """Return what a column holds, or None where it is nothing wanted."""
    if len(text) > LONGEST_HEADER:
        return None
    for name, unit in _splits(text.strip()):
        for quantity in wanted:
            label = LABELS[quantity]
            if name not in label.names + label.turned or (label.dimension == "date") != (
                unit is None and _undated(name)
            ):
                continue
            sign = -1.0 if name in label.turned else 1.0
            return Heading(column, text, quantity, _conversion(text, label.dimension, unit), sign)
    return None


def _undated(name: str) -> bool:
    return name in LABELS["date"].names


def _splits(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the ways in which a header can be a name and a unit; the unit is None where it has none."""
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            yield _plain(match["name"]), match["unit"].strip()
    yield _plain(text), None
    words = text.split("_")
    for count in (1, 2):
        if len(words) > count:
            yield _plain("_".join(words[:-count])), "_".join(words[-count:])


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_.\-]", " ", name).lower().split())


def _conversion(text: str, dimension: str, unit: str | None) -> Conversion:
    if dimension in ("date", "text"):
        return Conversion()
    if unit is None and "" not in UNITS[dimension]:
        example = next(iter(UNITS[dimension]))
        raise InputError(f"column {text!r} has no unit; write one, such as '{text} [{example}]'")
    unit = unit or ""
    if unit not in UNITS[dimension] and "_" in text:
        unit = LOWER_CASE[dimension].get(unit.lower(), unit)
    try:
        return conversion(dimension, unit)
    except InputError as error:
        raise InputError(f"column {text!r}: {error}") from None


def _word(quantity: str) -> str:
    return quantity.replace("_", " ")
