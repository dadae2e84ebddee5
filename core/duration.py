"""Durations as whole nanoseconds: reading and writing them with a unit."""

from __future__ import annotations

import re
from decimal import Decimal

from .errors import InputError, shortened

NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
"""Nanoseconds in each unit of time."""

LONGEST = 2**63 - 1
"""The greatest duration [ns], about 292 years."""

LONGEST_COURSE = 3653 * NANOSECONDS["d"]
"""Longest time that a record, a profile or an experiment takes [ns], ten years: more is a wrong unit."""

LONGEST_TEXT = 100
"""Letters of a duration: exact arithmetic with more digits takes long."""

_FORM = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]+)\s*", re.ASCII)


def parse_duration(text: str) -> int:
    """Read a duration such as ``"1 s"``, ``"100 ms"`` or ``"1.5 min"`` exactly.

    Parameters
    ----------
    text : str
        A positive decimal number and one of the units ns, us, ms, s, min, h, d.

    Returns
    -------
    int
        The duration [ns], 1 to `LONGEST`.

    Raises
    ------
    InputError
        When the text is anything else; the message names the text and what is allowed.
    """
    units = ", ".join(NANOSECONDS)
    match = _FORM.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST_TEXT else None
    if match is None or match[2] not in NANOSECONDS:
        raise InputError(
            f"duration {shortened(repr(text))} is not a positive number with one of the units {units}, as in '1 s'"
        )
    numerator, denominator = Decimal(match[1]).as_integer_ratio()
    nanoseconds, rest = divmod(numerator * NANOSECONDS[match[2]], denominator)
    if rest or not 1 <= nanoseconds <= LONGEST:
        raise InputError(f"duration {text!r} is not a whole number of nanoseconds from 1 to {LONGEST} (292 years)")
    return nanoseconds


def format_duration(nanoseconds: int) -> str:
    """Write a duration [ns] exactly, in the greatest unit that needs no fraction."""
    for unit in reversed(NANOSECONDS):
        if nanoseconds and nanoseconds % NANOSECONDS[unit] == 0:
            return f"{nanoseconds // NANOSECONDS[unit]} {unit}"
    return "0 s"


def at_most(time: float) -> str:
    """Write a time [s] as a duration rounded down to two digits."""
    nanoseconds = int(time * NANOSECONDS["s"])
    unit = 10 ** max(len(str(nanoseconds)) - 2, 0)
    return format_duration(nanoseconds // unit * unit)


def seconds(nanoseconds: int) -> float:
    """Convert an instant or a duration [ns] to seconds, correctly rounded."""
    return nanoseconds / NANOSECONDS["s"]
