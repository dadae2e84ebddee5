"""The Thermal FMU."""

from __future__ import annotations

from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.thermal import chain as thermal


def define(cells: int) -> Definition:
    """Return a chain of n cells and the balancer's board; n >= 1."""
    return Definition(
        thermal.declare(cells),
        (
            Terminal("thermal", TerminalKind.THERMAL, ("heat_rate", "temperature"), partner="Cell; Balancer and Bms"),
            Terminal("board", TerminalKind.THERMAL, ("board_heat_rate", "board_temperature"), partner="Balancer"),
        ),
        example=Example({"heat_rate[1]": 5.0}, 600.0, ("temperature_maximum", "temperature_mean")),
    )
