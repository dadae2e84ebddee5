"""The wiring of a pack as a netlist: nodes, and the cells, conductors and taps between them.

Conductors without resistance join their nodes to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from ....core.bounds import LARGE


@dataclass(frozen=True)
class CellPlace:
    """Where a cell is: its poles' nodes, and the group that it belongs to, counted from 0."""

    name: str
    negative: str
    positive: str
    group: int = 0


@dataclass(frozen=True)
class Conductor:
    """What joins two nodes, of a resistance [Ohm] and an inductance [H], >= 0; without either it makes them one.

    Its fuse has a melting integral [A2 s], a current that never melts it [A], and an arc voltage [V] (`fuses`).
    """

    name: str
    first: str
    second: str
    resistance: float
    inductance: float = 0.0
    melting_integral: float = LARGE
    minimum_melting_current: float = 0.0
    arc_voltage: float = 0.0


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
class Coupling:
    """Two conductors with a mutual inductance [H], or with a coupling coefficient, the other being 0 (`mutual`)."""

    first: str
    second: str
    inductance: float = 0.0
    coefficient: float = 0.0


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
    couplings : tuple of Coupling
        Pairs of conductors with mutual inductances.
    """

    negative: str
    positive: str
    cells: tuple[CellPlace, ...]
    conductors: tuple[Conductor, ...]
    taps: tuple[GroupPlace, ...]
    contactors: tuple[str, ...] = ()
    couplings: tuple[Coupling, ...] = ()

    @property
    def has_transients(self) -> bool:
        """Whether a conductor has an inductance or a fuse: its current changes within a step."""
        return any(c.inductance > 0.0 or c.melting_integral < LARGE for c in self.conductors)

    def figures(self) -> dict[str, Any]:
        """Return it as lists and plain values, of which `of_figures` makes it again."""
        rows = {name: [list(astuple(each)) for each in getattr(self, name)] for name in ROWS}
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
            tuple(Coupling(*row) for row in figures["couplings"]),
        )


ROWS = "cells", "conductors", "taps", "couplings"
"""What a netlist has several of."""
