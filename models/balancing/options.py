"""What a user chooses of a balancer, and how choices and states are declared."""

from __future__ import annotations

from enum import IntEnum

from ...core.variable import DataType, Variable

GREAT = 1e9
"""Bound of parts, currents and gains, in their units."""


class Option(IntEnum):
    """A choice: a model stores its number, a pack file has its word."""

    @property
    def word(self) -> str:
        """The name in small letters."""
        return self.name.lower()


class BleedingLaw(Option):
    """How the groups that bleed are chosen."""

    VOLTAGE = 1
    """By voltage, with hysteresis."""
    CHARGE_HISTORY = 2
    """By the charge that each group still has to bleed."""


class Converter(Option):
    """What moves the charge."""

    BUCK_BOOST = 0
    """An inductor between neighbouring groups."""
    SWITCHED_CAPACITOR = 1
    """A capacitor that is connected to neighbouring groups in turn."""
    FLYBACK = 2
    """A transformer between two groups, or between a group and the pack's terminals."""


class ConverterLaw(Option):
    """How the current of each link is chosen."""

    PAIRWISE = 1
    """The greatest differences of SOC first, a group in one link at a time, at the rated current."""
    CONSENSUS = 2
    """Every link, in proportion to its difference of SOC."""


class Fidelity(Option):
    """How the converters are computed."""

    IDEAL = 1
    """With a constant efficiency."""
    AVERAGED = 2
    """By the averages of their periodic steady state, refreshed where the operating point has moved."""
    SWITCHING = 3
    """Period by period."""


def option(name: str, default: Option, description: str) -> Variable:
    """Return the parameter that holds one of the options of the kind of `default`."""
    numbers = [float(choice) for choice in type(default)]
    return Variable(name, "1", None, float(default), min(numbers), max(numbers), 1.0, description,
                    data_type=DataType.INTEGER)  # fmt: skip


def availability(count: int, whose: str) -> Variable:
    """Return the tunable parameter that says for each group or link whether its balancing works."""
    return Variable("available", "1", count, 1.0, 0.0, 1.0, 1.0,
                    f"Whether the balancing of each {whose} works; acts from the next decision on",
                    data_type=DataType.BOOLEAN, tunable=True)  # fmt: skip
