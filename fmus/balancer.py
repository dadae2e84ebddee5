"""The Balancer FMU."""

from __future__ import annotations

from collections.abc import Sequence

from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.balancing import active, passive
from ..models.balancing.options import Converter
from ..models.strings import strings_of
from .bms import ESTIMATES

TERMINALS = (
    Terminal(
        "balancing",
        TerminalKind.BALANCING,
        ("group_voltage", "pack_current", "balancing_current", "balancing_pack_current"),
        partner="PackNetwork and Bms",
    ),
    Terminal(
        "estimates",
        TerminalKind.MANAGEMENT,
        ("measured_voltage", "group_soc", "group_capacity", "soc_trusted", "enable"),
        ESTIMATES,
        "Bms; without one PackNetwork",
    ),
    Terminal("thermal", TerminalKind.THERMAL, ("temperature",), partner="Thermal"),
    Terminal(
        "board",
        TerminalKind.THERMAL,
        ("heat_rate", "board_temperature"),
        ("board_heat_rate", "board_temperature"),
        "Thermal",
    ),
)

EXAMPLE = Example({"group_soc[1]": 0.99}, 600.0, ("active_groups", "heat_rate"))
"""One group is far above the others."""


def define(
    groups: int,
    parallel: int,
    converter: str | None = None,
    links: Sequence[tuple[int, int]] = (),
    strings: int | Sequence[int] = 1,
    modules: int = 1,
) -> Definition:
    """Return a bleed resistor for each group, or converters between groups.

    Parameters
    ----------
    groups, parallel : int
        Groups in the pack and cells in a group, >= 1.
    converter : str, optional
        The word of a `Converter`, such as ``"flyback"``; without it the balancer is passive.
    links : sequence of (int, int)
        The groups that each converter joins, from 0; -1 stands for the terminals of the pack.
    strings : int or sequence of int
        Strings in parallel, or how many groups each string has (`models.strings`); groups in series are compared.
    modules : int
        Modules in series, each of equally many strings.
    """
    lying = strings_of(groups, strings, modules)
    if converter is None:
        return Definition(passive.declare(groups, parallel, lying), TERMINALS, example=EXAMPLE)
    ends = [(first, second) for first, second in links]
    model = active.declare(groups, parallel, Converter[converter.upper()], ends, lying)
    return Definition(model, TERMINALS, example=EXAMPLE)
