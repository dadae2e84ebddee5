"""Cells resolved into regions in parallel, so that a field within a cell acts.

The regions of a cell are cells in parallel, one after the other on the busbar, each with its share of area, heat
capacity, cooling and current. Its foils join them without resistance: the potentials are equal, the currents are not.

Limits
------
Contact of a cell is shared by its regions, each with as many times the resistance; where their currents differ, its
voltage is that of their mean only in the mean. Heat passes between regions as between cells, times their number.
"""

from __future__ import annotations

from pathlib import Path

from ...core.errors import InputError
from ...models.cell.physics.cell import ElectrochemicalCell
from ...pack.cells.chosen import CURRENTS, Cell
from ...pack.file import Pack
from ...pack.tables import Context


def in_regions(pack: Pack, regions: int) -> Pack:
    """Return a pack whose cells are so many regions in parallel; the capacity of each is for the caller to divide.

    Parameters
    ----------
    pack : Pack
        Of one kind of cell, of physics; groups in series, without strings, netlist and ageing.
    regions : int
        Of each cell, >= 1.

    Raises
    ------
    InputError
        When the pack is another one.
    """
    kind = pack.cell.load()
    if not isinstance(kind, ElectrochemicalCell):
        raise InputError(f"[within]: regions of a cell need cells of physics; {pack.cell.parameters} is none")
    beyond = {
        "wiring": pack.wiring,
        "replaced": pack.replaced,
        "aging": pack.aging,
        "bms": pack.bms,
        "cells": pack.cells,
    }
    for name, table in beyond.items():
        if table:
            raise InputError(f"[within]: regions of a cell are for plain packs of new cells; leave {name} out")
    folder = pack.path.parent if pack.path else Path()
    told = {key: getattr(kind.limits, key) / regions for key in CURRENTS}
    cell = Cell.model_validate({**pack.cell.model_dump(exclude_none=True), **told}, context=Context(folder))
    capacity = pack.thermal.heat_capacity or kind.heat_capacity
    contact = pack.busbar.contact_resistance * regions + kind.contact_resistance * (regions - 1)
    shared = {key: getattr(pack.thermal, key) / regions for key in ("convection", "plate_conductance")}
    thermal = {**shared, "heat_capacity": capacity / regions, "conduction": pack.thermal.conduction * regions}
    return pack.model_copy(
        update={
            "pack": pack.pack.model_copy(update={"parallel": pack.pack.parallel * regions}),
            "cell": cell,
            "busbar": pack.busbar.model_copy(
                update={"contact_resistance": contact, "segment_resistance": pack.busbar.segment_resistance / regions}
            ),
            "thermal": pack.thermal.model_copy(update=thermal),
        }
    )
