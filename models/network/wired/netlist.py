"""The wiring of a pack as a netlist: nodes, and the cells, conductors and taps between them.

Conductors without resistance join their nodes to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True)
class CellPlace:
    """Where a cell is: its poles' nodes, and the group that it belongs to, counted from 0."""

    name: str
    negative: str
    positive: str
    group: int = 0


@dataclass(frozen=True)
class Conductor:
    """What joins two nodes, of a resistance [Ohm] and an inductance [H], >= 0; without either it makes them one."""

    name: str
    first: str
    second: str
    resistance: float
    inductance: float = 0.0


@dataclass(frozen=True)
class GroupPlace:
    """Where the voltage of a group is sensed, and where it is balanced; its string and its module, counted from 0.

    The groups of a string are in series, the strings of a module in parallel, and the modules in series.
    """

    name: str
    lower: str
    upper: str
    string: int = 0
    module: int = 0


@dataclass(frozen=True)
class Netlist:
    """A pack as it is wired.

    Parameters
    ----------
    negative, positive : str
        The nodes at the terminals of the pack.
    cells : tuple of CellPlace
        In the order of the ports.
    conductors : tuple of Conductor
        Busbars, links and cables.
    taps : tuple of GroupPlace
        One for each group, string by string, module by module.
    contactors : tuple of str
        The conductors that the contactors of the strings open, string by string; none where strings have none.
    """

    negative: str
    positive: str
    cells: tuple[CellPlace, ...]
    conductors: tuple[Conductor, ...]
    taps: tuple[GroupPlace, ...]
    contactors: tuple[str, ...] = ()

    def figures(self) -> dict[str, Any]:
        """Return it as lists and plain values, of which `of_figures` makes it again."""
        rows = {name: [list(astuple(each)) for each in getattr(self, name)] for name in ("cells", "conductors", "taps")}
        return {"negative": self.negative, "positive": self.positive, **rows, "contactors": list(self.contactors)}

    @classmethod
    def of_figures(cls, figures: Mapping[str, Any]) -> Netlist:
        """Return the netlist of `figures`."""
        return cls(
            figures["negative"],
            figures["positive"],
            tuple(CellPlace(*row) for row in figures["cells"]),
            tuple(Conductor(*row) for row in figures["conductors"]),
            tuple(GroupPlace(*row) for row in figures["taps"]),
            tuple(figures["contactors"]),
        )
