"""Steps of an experiment, one line of plain words each, as PyBaMM's users write them.

A step is one of::

    Charge at VALUE [for TIME] [until END]            VALUE  2.3 A  200 mA  C/6  0.5C  11 kW
    Discharge at VALUE [for TIME] [until END]
    Charge at VALUE up to 4.1 V for TIME              constant current, then constant voltage, as a charger does it
    Charge at VALUE with anode above 5 mV until END   no negative electrode falls below; of cells of physics
    Hold at 4.1 V [for TIME] [until END]              END    50 mA  C/20
    Rest for TIME                                     TIME   8 h  90 seconds  0.5 hours
    Rest [for TIME] until balanced                    what the balancer says
    Rest until 07:00                                  within years, whose days begin at a time
    Drive FILE [until END]

``or`` may stand before ``until``, and between two ends. ``at -5 oC`` at the end sets the ambient temperature.

What is meant of a pack
-----------------------
Currents and powers are those of the pack, and C-rates refer to its nominal capacity: parallel cells times the capacity
of the nominal cell. The sign lies in the words: a charge is positive in all results.

A voltage is one of a cell. A charge ends as the highest cell reaches it, a discharge as the lowest does. ``Hold at 4.1
V`` and ``up to 4.1 V`` hold the pack at as many times 4.1 V as there are groups in series. ``393 V pack`` is a voltage
between the pack's terminals. Without a direction, as in a drive, an end says ``< 3.2 V`` (the lowest cell) or
``> 4.1 V`` (the highest).

Steps end with the first base period after which a condition holds; each takes at least one. A step that is to reach a
level and has no duration may take twice the time that its current takes for the whole nominal capacity, a power or a
hold, and a rest until the groups are balanced, 24 hours: the run ends there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..core.duration import LONGEST_COURSE, parse_duration
from ..core.errors import InputError, one_line, shortened
from .step import Step, StepEnd, StepKind, StepUnit

LONGEST_TEXT = 300
"""Letters of a step."""

CELSIUS = 273.15

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TEMPERATURE = rf"-?{_NUMBER}\s*(?:oC|°\s?C|degC|K)"
_FORM = re.compile(
    r"""
    (?P<kind>[A-Za-z]+)
    (?:\s+at\s+(?P<value>.+?))?
    (?:\s+up\s+to\s+(?P<limit>.+?))?
    (?:\s+with\s+anode\s+above\s+(?P<anode>.+?))?
    (?:\s+for\s+(?P<duration>.+?))?
    (?:\s+(?:or\s+)?until\s+(?P<ends>.+))?
    """,
    re.VERBOSE | re.ASCII,
)
_QUANTITY = re.compile(rf"(?:C\s*/\s*(?P<hours>{_NUMBER})|(?P<number>{_NUMBER})\s*(?P<unit>[A-Za-z]+(?:\s+pack)?))")
_UNITS = {
    "A": (StepUnit.AMPERE, 1.0),
    "mA": (StepUnit.AMPERE, 1e-3),
    "C": (StepUnit.C_RATE, 1.0),
    "W": (StepUnit.WATT, 1.0),
    "mW": (StepUnit.WATT, 1e-3),
    "kW": (StepUnit.WATT, 1e3),
    "MW": (StepUnit.WATT, 1e6),
    "V": (StepUnit.CELL_VOLT, 1.0),
    "mV": (StepUnit.CELL_VOLT, 1e-3),
    "V pack": (StepUnit.PACK_VOLT, 1.0),
}
_TIMES = {
    "s": ("s", "sec", "second", "seconds"),
    "min": ("m", "min", "minute", "minutes"),
    "h": ("h", "hr", "hour", "hours"),
    "d": ("d", "day", "days"),
}
BALANCED = StepEnd(1.0, StepUnit.BALANCED, above=True)

_VOLTS = (StepUnit.CELL_VOLT, StepUnit.PACK_VOLT)
_CURRENTS = (StepUnit.AMPERE, StepUnit.C_RATE)


def parse_step(text: str) -> Step:
    """Read a step.

    Parameters
    ----------
    text : str
        A line as described above; words are separated by blanks, a number may stand next to its unit.

    Returns
    -------
    Step
        What it says, in SI units; C-rates stay as they are.

    Raises
    ------
    InputError
        When the text is anything else: one line with the step, the word that does not fit, and what is allowed.
    """
    label = f"step {one_line(shortened(repr(text)))}"
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_TEXT:
        raise InputError(f"{label} is no line of 1 to {LONGEST_TEXT} letters, as in 'Charge at C/6 until 4.1 V'")
    try:
        return _parse(text.strip())
    except InputError as error:
        raise InputError(f"{label}: {error}") from None


def _parse(text: str) -> Step:
    _check_foreign(text)
    body, ambient = _ambient(text)
    word = body.split(maxsplit=1)[0]
    kind = next((kind for kind in StepKind if kind.value == word), None)
    if kind is None:
        raise InputError(f"{word!r} is no step; allowed are {', '.join(kind.value for kind in StepKind)}")
    if kind is StepKind.DRIVE:
        return _drive(text, body, ambient)
    form = _FORM.fullmatch(body)
    if form is None:
        raise InputError(f"{body[len(word) :].strip()!r} is not 'at VALUE', 'for TIME' or 'until END', in this order")
    if kind is StepKind.REST:
        return _rest(text, form, ambient)
    return _controlled(text, kind, form, ambient)


def _ambient(text: str) -> tuple[str, float | None]:
    """Return a step without its ambient temperature at the end, and that [K]."""
    match = re.fullmatch(rf"(.*\S)\s+at\s+({_TEMPERATURE})", text, re.DOTALL)
    return (text, None) if match is None else (match[1], parse_temperature(match[2]))


def parse_temperature(text: str) -> float:
    """Read a temperature such as ``"-5 oC"``, ``"25 degC"`` or ``"298.15 K"``; return it [K].

    Raises
    ------
    InputError
        When it is none, or not within 150 K and 400 K.
    """
    match = re.fullmatch(rf"\s*(-?{_NUMBER})\s*(\D+?)\s*", text)
    if match is None or re.fullmatch(_TEMPERATURE, text.strip()) is None:
        raise InputError(f"{one_line(shortened(repr(text)))} is no temperature, as in '-5 oC' or '298.15 K'")
    kelvin = float(match[1]) + (0.0 if match[2] == "K" else CELSIUS)
    if not 150.0 <= kelvin <= 400.0:
        raise InputError(f"an ambient temperature of {kelvin:g} K is not within [150, 400] K")
    return kelvin


def _controlled(text: str, kind: StepKind, form: re.Match[str], ambient: float | None) -> Step:
    """Return a charge, a discharge or a hold."""
    if form["value"] is None:
        example = "4.1 V" if kind is StepKind.HOLD else "C/6"
        raise InputError(f"'at VALUE' is missing, as in '{kind.value} at {example}'")
    duration = None if form["duration"] is None else _duration(form["duration"])
    value, unit = _quantity(form["value"], _VOLTS if kind is StepKind.HOLD else (*_CURRENTS, StepUnit.WATT))
    limit, limit_unit = _limit(form["limit"], kind, unit, duration)
    anode, ends = _anode(form["anode"], kind, unit, limit), _ends(form["ends"], kind)
    if duration is None and not ends:
        raise InputError("neither 'for TIME' nor 'until END' says how long it lasts")
    return Step(text, kind, value, unit, limit, limit_unit, anode, duration, ends, ambient=ambient)


def _check_foreign(text: str) -> None:
    """Refuse by name what PyBaMM knows and packs do not."""
    if text.split(maxsplit=1)[0] == "Run":
        raise InputError("'Run' is written 'Drive FILE', as in 'Drive commute.csv'")
    if "period)" in text:
        raise InputError("'(... period)' sets what is recorded; here every base period is: leave it out")
    if re.search(r"\d\s*m?Ohm\b", text):
        raise InputError("'Ohm' is no unit of a load here; allowed are A, mA, C, W, mW, kW, MW")


def _drive(text: str, body: str, ambient: float | None) -> Step:
    """Return a drive; the file's name may hold blanks."""
    file, until, ends = body[len(StepKind.DRIVE.value) :].strip().partition(" until ")
    file = file.removesuffix(" or").strip() if until else file.strip()
    if not file:
        raise InputError("the file is missing, as in 'Drive commute.csv'")
    if re.search(r"\sfor\s", f"{file} "):
        raise InputError("'for' does not fit: the file says how long a drive lasts")
    return Step(text, StepKind.DRIVE, ends=_ends(ends if until else None, StepKind.DRIVE), ambient=ambient, file=file)


def _rest(text: str, form: re.Match[str], ambient: float | None) -> Step:
    if form["anode"] is not None:
        raise InputError("'with anode above' fits a charge by a current")
    if form["value"] is not None or form["limit"] is not None:
        raise InputError("'at' and 'up to' do not fit a rest; it takes 'for TIME', 'until balanced', or 'until 07:00'")
    duration = None if form["duration"] is None else _duration(form["duration"])
    if form["ends"] == BALANCED.unit.value:
        return Step(text, StepKind.REST, duration=duration, ends=(BALANCED,), ambient=ambient)
    clock = None if form["ends"] is None else _clock(form["ends"])
    if (duration is None) == (clock is None):
        raise InputError("a rest takes 'for TIME', 'until balanced', or 'until 07:00' within years")
    return Step(text, StepKind.REST, duration=duration, clock=clock, ambient=ambient)


def _clock(text: str) -> int:
    """Return a time of the day [ns after midnight]."""
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?", text.strip(), re.ASCII)
    if match is None:
        raise InputError(f"until {one_line(text)!r}: a rest ends at a time of the day, as in 'Rest until 07:00'")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 3600 + minutes * 60 + seconds) * 10**9


def _duration(text: str) -> int:
    match = re.fullmatch(rf"({_NUMBER})\s*([A-Za-z]+)", text.strip(), re.ASCII)
    unit = next((unit for unit, names in _TIMES.items() if match and match[2] in names), None)
    if match is None or unit is None:
        raise InputError(f"{one_line(text)!r} is no time; allowed are numbers with seconds, minutes, hours or days")
    duration = parse_duration(f"{match[1]} {unit}")
    if duration > LONGEST_COURSE:
        raise InputError(f"{one_line(text)!r} is longer than ten years")
    return duration


def _quantity(text: str, allowed: Sequence[StepUnit]) -> tuple[float, StepUnit]:
    """Return a positive number and its unit, one of those that are allowed."""
    names = ", ".join(name for name, (unit, _) in _UNITS.items() if unit in allowed)
    if StepUnit.C_RATE in allowed:
        names += ", and C/6"
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{one_line(text)!r} is no number with a unit; allowed units are {names}")
    if match["hours"] is not None:
        unit, number = StepUnit.C_RATE, float(match["hours"])
        value = 1.0 / number if number > 0.0 else 0.0
    else:
        written = " ".join(match["unit"].split())
        if written not in _UNITS:
            raise InputError(f"{written!r} is no unit here; allowed are {names}")
        unit, factor = _UNITS[written]
        value = factor * float(match["number"])
    if unit not in allowed:
        raise InputError(f"{one_line(text)!r} does not fit here; allowed units are {names}")
    if not 1e-12 <= value < 1e12:
        raise InputError(
            f"{one_line(text)!r} is not a positive number from 1e-12 to 1e12; the word before it holds the sign"
        )
    return value, unit


def _limit(text: str | None, kind: StepKind, unit: StepUnit, duration: int | None) -> tuple[float | None, StepUnit]:
    if text is None:
        return None, StepUnit.CELL_VOLT
    if kind not in (StepKind.CHARGE, StepKind.DISCHARGE) or unit not in _CURRENTS:
        raise InputError("'up to' fits a charge or discharge by a current, as in 'Charge at C/6 up to 4.1 V for 6 h'")
    if duration is None:
        raise InputError("'up to' needs 'for TIME': the charger stays connected so long")
    return _quantity(text, _VOLTS)


def _anode(text: str | None, kind: StepKind, unit: StepUnit, limit: float | None) -> float | None:
    """Return the potential that no negative electrode falls below [V]; 0 is one, too."""
    if text is None:
        return None
    if kind is not StepKind.CHARGE or unit not in _CURRENTS or limit is not None:
        raise InputError(
            "'with anode above' fits a charge by a current, as in 'Charge at 3C with anode above 0 V for 1 h'"
        )
    match = re.fullmatch(rf"({_NUMBER})\s*(m?V)", text.strip(), re.ASCII)
    if match is None or float(match[1]) >= 1e3:
        raise InputError(f"{one_line(text)!r} is no potential of an anode, as in '0 V' or '5 mV'")
    return float(match[1]) * _UNITS[match[2]][1]


def _ends(text: str | None, kind: StepKind) -> tuple[StepEnd, ...]:
    if text is None:
        return ()
    parts = re.split(r"\s+or(?:\s+until)?\s+", text.strip())
    return tuple(_end(part, kind) for part in parts)


def _end(text: str, kind: StepKind) -> StepEnd:
    """Return an end; the direction of a voltage is that of the step, unless it is told."""
    operator = text[0] if text[0] in "<>" else ""
    value, unit = _quantity(text.removeprefix(operator), (*_VOLTS, *_CURRENTS))
    if unit in _CURRENTS:
        if kind is not StepKind.HOLD or operator:
            raise InputError(f"until {one_line(text)!r}: a current ends a hold, as in 'Hold at 4.1 V until C/20'")
        return StepEnd(value, unit)
    if kind is StepKind.HOLD:
        raise InputError(f"until {one_line(text)!r}: a current ends a hold, as in 'Hold at 4.1 V until C/20'")
    if kind is StepKind.DRIVE and not operator:
        raise InputError(f"until {one_line(text)!r}: say '< {text}', of the lowest cell, or '> {text}', of the highest")
    return StepEnd(value, unit, operator == ">" if operator else kind is StepKind.CHARGE)
