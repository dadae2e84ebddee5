"""The netlist of a pack: that of its file, or a usual one; None where the groups are in series and no more."""

from __future__ import annotations

from ...models.network.wired.arranged import Arranged
from ...models.network.wired.netlist import Netlist
from ..tables import Arrangement, Busbar, Terminals
from .tables import Cable, Faults, NetlistTable


def wiring(
    arrangement: Arrangement,
    busbar: Busbar,
    cable: Cable | None,
    netlist: NetlistTable | None,
    faults: Faults | None,
) -> Netlist | None:
    """Return how cells and conductors are wired; None where the groups are in series, without cables and faults.

    Raises
    ------
    ValueError
        When a netlist has another number of cells or groups than the pack, or both a netlist and cables are told.
    """
    if netlist is not None:
        _check(netlist, arrangement, cable)
        return netlist.netlist(arrangement.parallel)
    plain = arrangement.strings == 1 and busbar.segment_inductance == 0.0
    if plain and cable is None and faults is None:
        return None
    return _arranged(arrangement, busbar, cable or Cable()).netlist()


def _arranged(arrangement: Arrangement, busbar: Busbar, cable: Cable) -> Arranged:
    """Return how the pack is wired in one of the usual ways; a cable that conducts can be opened."""
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
