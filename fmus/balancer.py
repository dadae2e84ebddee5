"""The Balancer FMU."""

from __future__ import annotations

from collections.abc import Sequence

from ..fmi.definition import Definition, Terminal, TerminalKind
from ..models.balancing import active, passive
from ..models.balancing.options import Converter
from .bms import ESTIMATES

TERMINALS = (
    Terminal(
        "balancing",
        TerminalKind.BALANCING,
        ("group_voltage", "pack_current", "balancing_current", "balancing_pack_current"),
    ),
    Terminal(
        "estimates",
        TerminalKind.MANAGEMENT,
        ("measured_voltage", "group_soc", "group_capacity", "soc_trusted", "enable"),
        ESTIMATES,
    ),
    Terminal("thermal", TerminalKind.THERMAL, ("temperature",)),
    Terminal(
        "board",
        TerminalKind.THERMAL,
        ("heat_rate", "board_temperature"),
        ("board_heat_rate", "board_temperature"),
    ),
)


def define(
    groups: int, parallel: int, converter: str | None = None, links: Sequence[tuple[int, int]] = ()
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
    """
    if converter is None:
        return Definition(passive.declare(groups, parallel), TERMINALS)
    ends = [(first, second) for first, second in links]
    return Definition(active.declare(groups, parallel, Converter[converter.upper()], ends), TERMINALS)
