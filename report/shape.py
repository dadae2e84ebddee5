"""How the cells of results are arranged, and where one of them sits."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from .run_record import RunRecord


@dataclass(frozen=True)
class Shape:
    """Groups in series of cells in parallel, and strings of them in parallel.

    Parameters
    ----------
    series, parallel : int
        Groups in series, and cells in each.
    strings : int
        Strings in parallel.
    """

    series: int
    parallel: int
    strings: int = 1

    @property
    def groups(self) -> int:
        """Number of groups."""
        return self.series * self.strings

    def place(self, cell: int) -> str:
        """Return number, group and place of a cell, given by its index, as text."""
        group, place = divmod(cell, self.parallel)
        return f"cell {cell + 1} (group {group + 1}, place {place + 1})"


def shape_of(results: xr.Dataset, record: RunRecord) -> Shape | None:
    """Return how the cells are arranged, by the record or by what was recorded; None where neither tells."""
    cells = results.sizes.get("cell")
    if record.series and record.parallel:
        told = Shape(record.series, record.parallel, record.strings)
        if cells in (None, told.groups * told.parallel):
            return told
    groups = results.sizes.get("group")
    if cells and groups and cells % groups == 0:
        return Shape(groups, cells // groups)
    return Shape(1, cells) if cells else None
