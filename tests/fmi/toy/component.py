"""The toy as a component."""

from __future__ import annotations

from ..fmi.component import Component, Terminal, TerminalKind
from ..models import toy


def component(tanks: int) -> Component:
    """Return the tanks."""
    return Component(
        toy.declare(tanks),
        (
            Terminal("flow", TerminalKind.ELECTRICAL, ("rate", "level")),
            Terminal("sum", TerminalKind.LOAD, ("total", "scaled", "limit"), ("whole", "more", "bound")),
        ),
    )
