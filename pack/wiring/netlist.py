"""The netlist of a pack: that of its file, or a usual one; None where the groups are in series and no more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...models.network.wired.arranged import NO_FUSE, Arranged
from ...models.network.wired.netlist import Netlist
from ...models.network.wired.system import wire
from ..reading.checking import suggestion
from ..tables import Arrangement, Busbar, Terminals
from .tables import Cable, Fuse, NetlistTable


def wiring(
    arrangement: Arrangement,
    busbar: Busbar,
    cable: Cable | None,
    netlist: NetlistTable | None,
    fuses: Mapping[str, Fuse | None],
    asked: bool,
) -> Netlist | None:
    """Return how cells and conductors are wired; None where the groups are in series and nothing else is `asked` for.

    Raises
    ------
    ValueError
        When a netlist has another number of cells or groups than the pack, or both a netlist and cables are told.
    """
    if netlist is not None:
        _check(netlist, arrangement, cable)
        for name, fuse in fuses.items():
            if fuse is not None:
                raise ValueError(f"a pack with a netlist has no table [{name}]: its conductors have fuses of their own")
        return netlist.netlist(arrangement.parallel)
    plain = arrangement.strings == 1 and busbar.segment_inductance == 0.0
    if plain and not asked and cable is None:
        return None
    return _arranged(arrangement, busbar, cable or Cable(), fuses).netlist()


def _arranged(arrangement: Arrangement, busbar: Busbar, cable: Cable, fuses: Mapping[str, Fuse | None]) -> Arranged:
    """Return how the pack is wired in one of the usual ways; a cable that conducts can be opened."""
    figures = {name: fuse.figures for name, fuse in fuses.items() if fuse}
    for name, resistance in (("string_fuse", cable.string_resistance), ("fuse", cable.resistance)):
        if name in figures and resistance == 0.0:
            raise ValueError(f"[{name}] needs a cable with a resistance, [cable] {name.replace('fuse', 'resistance')}")
    return Arranged(
        series=arrangement.series,
        parallel=arrangement.parallel,
        strings=arrangement.strings,
        modules=arrangement.modules,
        opposite_terminals=busbar.terminals is Terminals.OPPOSITE,
        segment=(busbar.segment_resistance, busbar.segment_inductance),
        string_cable=(cable.string_resistance, cable.string_inductance),
        pack_cable=(cable.resistance, cable.inductance),
        contactors=cable.string_resistance > 0.0,
        string_fuse=figures.get("string_fuse", NO_FUSE),
        pack_fuse=figures.get("fuse", NO_FUSE),
    )


def _check(netlist: NetlistTable, arrangement: Arrangement, cable: Cable | None) -> None:
    if cable is not None:
        raise ValueError("a pack with a netlist has no table [cable]: its conductors are those of the netlist")
    if len(netlist.cells) != arrangement.cells:
        raise ValueError(
            f"cells has {len(netlist.cells)} rows; the pack has {arrangement.cells} cells: series times parallel times "
            "strings"
        )
    groups = len(netlist.groups) if netlist.groups is not None else arrangement.groups
    if groups != arrangement.groups:
        raise ValueError(f"groups has {groups} rows; the pack has {arrangement.groups} groups: series times strings")
    if netlist.groups is None and arrangement.strings > 1:
        raise ValueError(f"groups must tell the string of each group where the pack has {arrangement.strings} strings")


def check_levels(netlist: Netlist, arrangement: Arrangement) -> None:
    """Raise ValueError where a netlist is no pack of so many groups in series and strings in parallel.

    From the negative to the positive pole every cell, and every group, goes up by one cell; the pack by its groups in
    series; and all modules have equally many strings.
    """
    system = wire(netlist)
    for coupling in netlist.couplings:
        for name in (coupling.first, coupling.second):
            if name not in system.names:
                raise ValueError(f"couplings: there is no conductor {name!r}{suggestion(name, system.names)}")
    names = [cell.name for cell in netlist.cells] + [tap.name for tap in netlist.taps]
    for name, rise in zip(names, (*system.cells.rise, *system.taps.rise), strict=True):
        if rise != 1:
            raise ValueError(f"{name} goes up by {rise} cells from its lower to its upper node; it must go up by 1")
    if system.level != arrangement.series:
        raise ValueError(
            f"from {netlist.negative} to {netlist.positive} it goes up by {system.level} cells; series = "
            f"{arrangement.series}"
        )
    strings = np.diff(system.modules)
    if len(set(strings)) > 1 or int(strings[0]) != arrangement.strings:
        raise ValueError(f"its modules have {', '.join(map(str, strings))} strings; strings = {arrangement.strings}")
