"""Units as FMI describes them: exponents of the SI base units and a factor.

A unit is written as in Modelica: factors joined by ``.``, at most one ``/``, parentheses round a denominator of
several factors, integer exponents after the symbol, as in ``J/(kg.K)``, ``m2``, ``A.h`` or ``mOhm``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

BASE_UNITS = ("kg", "m", "s", "A", "K", "mol", "cd", "rad")
"""The base units of FMI, in its order."""

CELSIUS = "degC"
"""The one display unit with an offset; its base is K."""

CELSIUS_OFFSET = -273.15

_PREFIXES = {"G": 9, "M": 6, "k": 3, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12}

_ONE = Fraction(1)

#           exponents of        kg  m  s   A  K mol cd rad
_SYMBOLS: dict[str, tuple[tuple[int, ...], Fraction]] = {
    "1": ((0, 0, 0, 0, 0, 0, 0, 0), _ONE),
    "%": ((0, 0, 0, 0, 0, 0, 0, 0), Fraction(1, 100)),
    "g": ((1, 0, 0, 0, 0, 0, 0, 0), Fraction(1, 1000)),
    "m": ((0, 1, 0, 0, 0, 0, 0, 0), _ONE),
    "s": ((0, 0, 1, 0, 0, 0, 0, 0), _ONE),
    "min": ((0, 0, 1, 0, 0, 0, 0, 0), Fraction(60)),
    "h": ((0, 0, 1, 0, 0, 0, 0, 0), Fraction(3600)),
    "d": ((0, 0, 1, 0, 0, 0, 0, 0), Fraction(86400)),
    "A": ((0, 0, 0, 1, 0, 0, 0, 0), _ONE),
    "K": ((0, 0, 0, 0, 1, 0, 0, 0), _ONE),
    "mol": ((0, 0, 0, 0, 0, 1, 0, 0), _ONE),
    "cd": ((0, 0, 0, 0, 0, 0, 1, 0), _ONE),
    "rad": ((0, 0, 0, 0, 0, 0, 0, 1), _ONE),
    "N": ((1, 1, -2, 0, 0, 0, 0, 0), _ONE),
    "Pa": ((1, -1, -2, 0, 0, 0, 0, 0), _ONE),
    "J": ((1, 2, -2, 0, 0, 0, 0, 0), _ONE),
    "W": ((1, 2, -3, 0, 0, 0, 0, 0), _ONE),
    "C": ((0, 0, 1, 1, 0, 0, 0, 0), _ONE),
    "V": ((1, 2, -3, -1, 0, 0, 0, 0), _ONE),
    "Ohm": ((1, 2, -3, -2, 0, 0, 0, 0), _ONE),
    "S": ((-1, -2, 3, 2, 0, 0, 0, 0), _ONE),
    "F": ((-1, -2, 4, 2, 0, 0, 0, 0), _ONE),
    "H": ((1, 2, -2, -2, 0, 0, 0, 0), _ONE),
    "Hz": ((0, 0, -1, 0, 0, 0, 0, 0), _ONE),
}

_FACTOR = re.compile(r"(?P<symbol>1|%|[A-Za-z]+)(?P<exponent>-?\d+)?")


@dataclass(frozen=True)
class Unit:
    """A unit: ``1 unit = scale * product of base units to their exponents``, in the order of `BASE_UNITS`."""

    exponents: tuple[int, ...]
    scale: Fraction


def parse_unit(text: str) -> Unit:
    """Read a unit such as ``V``, ``J/(kg.K)`` or ``A.h``; ValueError says what cannot be read."""
    numerator, slash, denominator = text.partition("/")
    if slash and denominator.startswith("(") and denominator.endswith(")"):
        denominator = denominator[1:-1]
    elif "." in denominator:
        raise ValueError(f"unit {text!r}: a denominator of several factors stands in parentheses, as in J/(kg.K)")
    factors = [(factor, 1) for factor in numerator.split(".")]
    factors += [(factor, -1) for factor in denominator.split(".") if slash]
    exponents, scale = [0] * len(BASE_UNITS), _ONE
    for factor, sign in factors:
        match = _FACTOR.fullmatch(factor)
        if match is None:
            raise ValueError(f"unit {text!r}: cannot read {factor!r}; write units as in V, J/(kg.K) or A.h")
        unit = _symbol(match["symbol"], text)
        power = sign * int(match["exponent"] or 1)
        exponents = [total + power * own for total, own in zip(exponents, unit.exponents, strict=True)]
        scale *= unit.scale**power
    return Unit(tuple(exponents), scale)


def display_conversion(unit: str, display_unit: str) -> tuple[float, float]:
    """Return factor and offset of ``displayed = factor * value + offset``.

    Parameters
    ----------
    unit, display_unit : str
        Unit of the value, and the one that people think in.

    Raises
    ------
    ValueError
        When the two measure different quantities, or one cannot be read.
    """
    if display_unit == CELSIUS:
        if unit != "K":
            raise ValueError(f"display unit {CELSIUS} belongs to unit K, not to {unit!r}")
        return 1.0, CELSIUS_OFFSET
    base, shown = parse_unit(unit), parse_unit(display_unit)
    if base.exponents != shown.exponents:
        raise ValueError(f"display unit {display_unit!r} does not measure what unit {unit!r} measures")
    return float(base.scale / shown.scale), 0.0


def _symbol(symbol: str, text: str) -> Unit:
    if symbol in _SYMBOLS:
        return Unit(*_SYMBOLS[symbol])
    prefix, rest = symbol[0], symbol[1:]
    if prefix in _PREFIXES and rest in _SYMBOLS:
        exponents, scale = _SYMBOLS[rest]
        return Unit(exponents, scale * Fraction(10) ** _PREFIXES[prefix])
    raise ValueError(f"unit {text!r}: unknown symbol {symbol!r}; known are {', '.join(_SYMBOLS)} with prefixes")
