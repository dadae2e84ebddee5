"""The Thermal FMU."""

from __future__ import annotations

from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.thermal import chain as thermal


def define(cells: int, shorts: bool = False) -> Definition:
    """Return a chain of n cells and the balancer's board; n >= 1.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    shorts : bool
        Whether shorts across the cells heat them, too.
    """
    heats = ("heat_rate", "short_heat_rate") if shorts else ("heat_rate",)
    return Definition(
        thermal.declare(cells, shorts),
        (
            Terminal("thermal", TerminalKind.THERMAL, (*heats, "temperature"), partner="Cell; Balancer and Bms"),
            Terminal("board", TerminalKind.THERMAL, ("board_heat_rate", "board_temperature"), partner="Balancer"),
        ),
        example=Example({"heat_rate[1]": 5.0}, 600.0, ("temperature_maximum", "temperature_mean")),
    )
