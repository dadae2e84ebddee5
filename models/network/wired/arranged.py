"""The usual wirings as netlists: groups of cells in series, strings of them in parallel, modules in series.

A group has two busbars, as `ladder` has them: rung k joins them through cell k; the positive terminal is at the first
rung, the negative one there too or at the last. The groups of a string follow each other without resistance. A string
ends in its cable, which leads to the positive end of its module; the strings of a module lie in parallel. The modules
follow each other, and the last one ends in the cable of the pack.

Groups are numbered string by string, strings module by module, cells group by group; nodes and conductors are called by
these numbers, from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....core.bounds import LARGE
from .netlist import CellPlace, Conductor, GroupPlace, Netlist

NEGATIVE, POSITIVE, CABLE = "negative", "positive", "pack cable"
"""The terminals of the pack, and the conductor that leads to the positive one."""


NO_FUSE = (LARGE, 0.0, 0.0)
"""Of a cable without a fuse."""


@dataclass(frozen=True, kw_only=True)
class Arranged:
    """How a pack of one of the usual ways is wired.

    Parameters
    ----------
    series, parallel : int
        Groups between the terminals of the pack, and cells in a group, >= 1.
    strings, modules : int
        Strings in parallel in a module, and modules in series, >= 1; `series` is a multiple of `modules`.
    opposite_terminals : bool
        Whether a group's negative terminal is at its last cell; else both are at its first.
    segment, string_cable, pack_cable : (float, float)
        Resistance [Ohm] and inductance [H] of a busbar between neighbouring cells, and of the cables, >= 0.
    contactors : bool
        Whether each string can be opened, in its cable.
    string_fuse, pack_fuse : (float, float, float)
        Melting integral [A2 s], current that never melts it [A] and arc voltage [V] of the fuses in the cables.
    """

    series: int
    parallel: int
    strings: int = 1
    modules: int = 1
    opposite_terminals: bool = False
    segment: tuple[float, float] = (1e-5, 0.0)
    string_cable: tuple[float, float] = (0.0, 0.0)
    pack_cable: tuple[float, float] = (0.0, 0.0)
    contactors: bool = False
    string_fuse: tuple[float, float, float] = NO_FUSE
    pack_fuse: tuple[float, float, float] = NO_FUSE

    def netlist(self) -> Netlist:
        """Return the netlist."""
        groups = tuple(range(1, self.series * self.strings + 1))
        rows = [self._group(g) for g in groups]
        strings = [string_cable(s) for s in range(1, self.strings * self.modules + 1)]
        return Netlist(
            NEGATIVE, POSITIVE,
            tuple(cell for cells, _, _ in rows for cell in cells),
            tuple([c for _, conductors, _ in rows for c in conductors] + list(self._joints())),
            tuple(tap for _, _, tap in rows),
            tuple(strings) if self.contactors else (),
        )  # fmt: skip

    def _group(self, g: int) -> tuple[list[CellPlace], list[Conductor], GroupPlace]:
        """Return what a group is made of."""
        cells, conductors = [], []
        for k in range(1, self.parallel + 1):
            number = (g - 1) * self.parallel + k
            cells.append(CellPlace(f"cell {number}", f"{g}.{k}-", f"{g}.{k}+", g - 1))
            if k > 1:
                for pole in "-+":
                    name = f"busbar {g}.{k}{pole}"
                    conductors.append(Conductor(name, f"{g}.{k - 1}{pole}", f"{g}.{k}{pole}", *self.segment))
        string = (g - 1) // self._length
        return cells, conductors, GroupPlace(f"group {g}", self._lower(g), _upper(g), string, string // self.strings)

    def _joints(self) -> Iterator[Conductor]:
        """Yield what joins groups, strings and modules."""
        below = NEGATIVE
        for m in range(self.modules):
            above = f"module {m + 1}"
            for s in range(m * self.strings, (m + 1) * self.strings):
                first, last = s * self._length + 1, (s + 1) * self._length
                yield Conductor(f"foot {s + 1}", below, self._lower(first), 0.0)
                for g in range(first, last):
                    yield Conductor(f"link {g}", _upper(g), self._lower(g + 1), 0.0)
                yield Conductor(string_cable(s + 1), _upper(last), above, *self.string_cable, *self.string_fuse)
            below = above
        yield Conductor(CABLE, below, POSITIVE, *self.pack_cable, *self.pack_fuse)

    @property
    def _length(self) -> int:
        """Groups in a string."""
        return self.series // self.modules

    def _lower(self, g: int) -> str:
        return f"{g}.{self.parallel if self.opposite_terminals else 1}-"


def string_cable(s: int) -> str:
    """Return what the cable of string s is called, counted from 1."""
    return f"string cable {s}"


def _upper(g: int) -> str:
    return f"{g}.1+"
