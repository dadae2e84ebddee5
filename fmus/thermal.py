"""The Thermal FMU."""

from __future__ import annotations

from ..fmi.component import Component, Terminal, TerminalKind
from ..models.thermal import chain as thermal


def component(cells: int) -> Component:
    """Return a chain of n cells and the balancer's board; n >= 1."""
    return Component(
        thermal.declare(cells),
        (
            Terminal("thermal", TerminalKind.THERMAL, ("heat_rate", "temperature")),
            Terminal("board", TerminalKind.THERMAL, ("board_heat_rate", "board_temperature")),
        ),
    )
