"""The toy as a component."""

from __future__ import annotations

from ..fmi.definition import Definition, Terminal, TerminalKind
from ..models import toy


def define(tanks: int) -> Definition:
    """Return the tanks."""
    return Definition(
        toy.declare(tanks),
        (
            Terminal("flow", TerminalKind.ELECTRICAL, ("rate", "level")),
            Terminal("sum", TerminalKind.LOAD, ("total", "scaled", "limit"), ("whole", "more", "bound")),
        ),
    )
