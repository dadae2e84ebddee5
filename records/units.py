"""Units that a header may name, and what makes SI of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError


@dataclass(frozen=True)
class Conversion:
    """What makes SI of a value: ``(value + offset) * multiplier / divisor``.

    Of multiplier and divisor one is 1, and both are exact, so that the result is rounded once.
    """

    multiplier: float = 1.0
    divisor: float = 1.0
    offset: float = 0.0

    def si(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in SI, shape as given."""
        return (values + self.offset) * self.multiplier / self.divisor


_SAME, _KILO, _MEGA = Conversion(), Conversion(1e3), Conversion(1e6)
_MILLI, _MICRO = Conversion(divisor=1e3), Conversion(divisor=1e6)
_MINUTE, _HOUR, _DAY = Conversion(60.0), Conversion(3600.0), Conversion(86400.0)
_KILOMETRE_PER_HOUR = Conversion(1.0 / 3.6)  # one rounding more: that of the shipped cycles' first users
_CELSIUS = Conversion(offset=273.15)
_FAHRENHEIT = Conversion(5.0, 9.0, 459.67)

UNITS: dict[str, dict[str, Conversion]] = {
    "time": {
        "s": _SAME, "sec": _SAME, "second": _SAME, "seconds": _SAME,
        "ms": _MILLI, "millisecond": _MILLI, "us": _MICRO, "µs": _MICRO,
        "min": _MINUTE, "minute": _MINUTE, "minutes": _MINUTE,
        "h": _HOUR, "hr": _HOUR, "hour": _HOUR, "hours": _HOUR, "d": _DAY, "day": _DAY, "days": _DAY,
    },
    "current": {
        "A": _SAME, "ampere": _SAME, "Amps": _SAME,
        "mA": _MILLI, "uA": _MICRO, "µA": _MICRO, "kA": _KILO,
    },
    "voltage": {"V": _SAME, "volt": _SAME, "Volts": _SAME, "mV": _MILLI, "uV": _MICRO, "µV": _MICRO, "kV": _KILO},
    "power": {"W": _SAME, "watt": _SAME, "Watts": _SAME, "mW": _MILLI, "kW": _KILO, "MW": _MEGA},
    "speed": {
        "m/s": _SAME, "km/h": _KILOMETRE_PER_HOUR, "kmh": _KILOMETRE_PER_HOUR, "kph": _KILOMETRE_PER_HOUR,
        "mph": Conversion(0.44704),
    },
    "temperature": {
        "K": _SAME, "kelvin": _SAME, "degC": _CELSIUS, "°C": _CELSIUS, "℃": _CELSIUS, "C": _CELSIUS,
        "celsius": _CELSIUS, "degF": _FAHRENHEIT, "°F": _FAHRENHEIT, "F": _FAHRENHEIT,
    },
    "switch": {"1": _SAME, "": _SAME},
}  # fmt: skip
"""What makes SI of a unit, by dimension and by how a header writes the unit."""

LOWER_CASE = {
    "time": {"s": "s", "ms": "ms", "min": "min", "h": "h"},
    "current": {"a": "A", "ma": "mA", "ka": "kA"},
    "voltage": {"v": "V", "mv": "mV"},
    "power": {"w": "W", "kw": "kW"},
    "speed": {"m_s": "m/s", "km_h": "km/h"},
    "temperature": {"k": "K", "c": "degC", "degc": "degC", "f": "degF", "degf": "degF"},
    "switch": {},
}
"""Units at the end of a header in lower case, such as ``current_ma``, by dimension; mW and MW would be one there."""


def conversion(dimension: str, unit: str) -> Conversion:
    """Return what makes SI of a unit.

    Parameters
    ----------
    dimension : str
        A key of `UNITS`.
    unit : str
        As in a header; upper and lower case differ.

    Raises
    ------
    InputError
        Where the dimension has no such unit; the message tells those that it has.
    """
    known = UNITS[dimension]
    if unit not in known:
        told = ", ".join(each for each in known if each)
        raise InputError(f"the unit {unit!r} is not known for a {dimension}; known are {told}")
    return known[unit]
