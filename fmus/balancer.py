"""The Balancer FMU."""

from __future__ import annotations

from ..models import balancer
from .component import Component, Terminal, TerminalKind


def component(groups: int) -> Component:
    """Return a bleed resistor for each of the groups; groups >= 1."""
    return Component(
        balancer.declare(groups),
        (
            Terminal(
                "balancing",
                TerminalKind.BALANCING,
                ("group_voltage", "balancing_current", "balancing_pack_current"),
            ),
            Terminal(
                "board",
                TerminalKind.THERMAL,
                ("heat_rate", "board_temperature"),
                ("board_heat_rate", "board_temperature"),
            ),
        ),
    )
