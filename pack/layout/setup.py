"""What the thermal graph of a pack is made of: its tables, where the cells lie, and what they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...models.network.wired.netlist import Netlist
from ...models.thermal.geometry.shapes import Shape
from ..tables import Arrangement, Busbar, Thermal
from .places import Places
from .sides import Side, Way, side
from .tables import Casing, LayoutTable, Plate

BOARD = "board"
"""The node of the balancer's board."""


@dataclass(frozen=True, eq=False)
class Setup:
    """A pack as its file tells of its heat.

    Parameters
    ----------
    arrangement : Arrangement
        The table [pack].
    layout, casing, plates : LayoutTable, Casing or None, sequence of Plate
        How the cells lie and are cooled.
    thermal, busbar : Thermal, Busbar
        The tables of these names.
    capacities : sequence of float
        Heat capacity of each cell [J/K].
    netlist : Netlist or None
        How the cells are wired, where conductors are told.
    """

    arrangement: Arrangement
    layout: LayoutTable
    casing: Casing | None
    plates: Sequence[Plate]
    thermal: Thermal
    busbar: Busbar
    capacities: Sequence[float]
    netlist: Netlist | None = None

    @property
    def shape(self) -> Shape | None:
        """The shape of the cells."""
        return self.layout.body

    @cached_property
    def places(self) -> Places:
        """Where the cells lie; ValueError where they cannot be shared among the blocks."""
        layout, arrangement = self.layout, self.arrangement
        cells, blocks = arrangement.cells, layout.blocks or arrangement.modules
        if cells % blocks:
            raise ValueError(f"blocks = {blocks}: {cells} cells cannot be shared equally among so many blocks")
        in_block = cells // blocks
        if layout.layers > in_block:
            raise ValueError(f"layers = {layout.layers}: a block has {in_block} cells only")
        in_layer = math.ceil(in_block / layout.layers)
        columns = layout.columns or self._columns(in_layer)
        if layout.arrangement in ("row", "listed"):
            if layout.columns is not None:
                raise ValueError(f'columns = {layout.columns} needs arrangement = "grid" or "hexagonal"')
            columns = in_layer
        hexagonal, joined = layout.arrangement == "hexagonal", layout.arrangement != "listed"
        return Places(cells, blocks, layout.layers, columns, hexagonal, joined)

    def _columns(self, in_layer: int) -> int:
        parallel = self.arrangement.parallel
        return min(parallel, in_layer) if parallel > 1 else math.ceil(math.sqrt(in_layer))

    def side(self, way: Way) -> Side | None:
        """Return a side of each cell; None without a shape."""
        return side(self.layout, self.shape, self.places, way) if self.shape else None

    def told(self, key: str) -> float | None:
        """Return a key of [thermal] where the file has it, or no shape tells it; else None."""
        return getattr(self.thermal, key) if self.shape is None or key in self.thermal.model_fields_set else None

    def core(self, k: int) -> str:
        """Return the node of cell k, from 0, where its heat is generated."""
        return f"core {k + 1}" if self.layout.has_cores else f"cell {k + 1}"

    def surface(self, k: int) -> str:
        """Return the node of the surface of cell k, from 0."""
        return f"cell {k + 1}"

    def casing_of(self, block: int) -> str:
        """Return the node of the case of a block, from 0."""
        return "casing" if self.places.blocks == 1 else f"casing {block + 1}"

    def way_of(self, plate: Plate) -> Way:
        """Return the side of the cells that a plate lies at."""
        if plate.side in ("bottom", "top"):
            return Way.END
        return Way.ALONG if plate.side in ("left", "right") else Way.ACROSS
