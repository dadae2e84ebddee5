"""Where the cells of a pack lie, and which are neighbours.

Cells lie in the order of their numbers: block by block, layer by layer, row by row. In a hexagonal arrangement every
second row is shifted by half a pitch; a cell then has six places around it, else four.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

Pair = tuple[int, int]


@dataclass(frozen=True)
class Places:
    """Where the cells lie.

    Parameters
    ----------
    cells : int
        All of them.
    blocks, layers, columns : int
        Blocks, layers of a block, and cells in a row.
    hexagonal : bool
        Whether every second row is shifted.
    joined : bool
        Whether neighbours are joined; of listed paths they are not.
    """

    cells: int
    blocks: int
    layers: int
    columns: int
    hexagonal: bool = False
    joined: bool = True

    @property
    def around(self) -> int:
        """Places around a cell in its layer."""
        return 6 if self.hexagonal else 4

    @property
    def in_layer(self) -> int:
        """Cells of a layer; those of a block are shared among its layers."""
        return math.ceil(self.cells // self.blocks / self.layers)

    @property
    def rows(self) -> int:
        """Rows of a layer; the last may be shorter."""
        return math.ceil(self.in_layer / self.columns)

    def blocks_of_cells(self) -> list[range]:
        """Return the cells of each block, from 0."""
        size = self.cells // self.blocks
        return [range(b * size, (b + 1) * size) for b in range(self.blocks)]

    def layers_of(self, block: range) -> list[range]:
        """Return the cells of each layer of a block."""
        size = self.in_layer
        return [range(first, min(first + size, block.stop)) for first in range(block.start, block.stop, size)]

    def rows_of(self, layer: range) -> list[range]:
        """Return the cells of each row of a layer."""
        size = self.columns
        return [range(first, min(first + size, layer.stop)) for first in range(layer.start, layer.stop, size)]

    def _layers(self) -> Iterator[range]:
        for block in self.blocks_of_cells():
            yield from self.layers_of(block)

    def within_rows(self) -> list[Pair]:
        """Return the neighbours within rows."""
        rows = [row for layer in self._layers() for row in self.rows_of(layer)]
        return [(k, k + 1) for row in rows for k in row[:-1]] if self.joined else []

    def across_rows(self) -> list[Pair]:
        """Return the neighbours in two rows."""
        return [pair for layer in self._layers() for pair in self._across(layer)] if self.joined else []

    def _across(self, layer: range) -> Iterator[Pair]:
        rows = self.rows_of(layer)
        for number, (row, following) in enumerate(pairwise(rows)):
            shifts = ((-1, 0), (0, 1))[number % 2] if self.hexagonal else (0,)
            for place, k in enumerate(row):
                yield from ((k, following[place + s]) for s in shifts if 0 <= place + s < len(following))

    def across_layers(self) -> list[Pair]:
        """Return the neighbours in two layers."""
        if not self.joined:
            return []
        layered = [self.layers_of(block) for block in self.blocks_of_cells()]
        return [
            pair for layers in layered for lower, upper in pairwise(layers) for pair in zip(lower, upper, strict=False)
        ]

    def ends(self) -> tuple[list[int], list[int]]:
        """Return the cells without one below, and those without one above."""
        pairs = self.across_layers()
        below, above = {pair[1] for pair in pairs}, {pair[0] for pair in pairs}
        return [k for k in range(self.cells) if k not in below], [k for k in range(self.cells) if k not in above]

    def at(self, side: str) -> list[list[list[int]]]:
        """Return the cells at a side, of each block row by row.

        Parameters
        ----------
        side : str
            ``bottom`` or ``top``, ``left`` or ``right``, ``front`` or ``back``, or ``rows`` for all.
        """
        lowest, highest = (set(cells) for cells in self.ends())
        found = []
        for block in self.blocks_of_cells():
            rows = [(layer, row) for layer in self.layers_of(block) for row in self.rows_of(layer)]
            chosen = {
                "bottom": [[k for k in row if k in lowest] for _, row in rows],
                "top": [[k for k in row if k in highest] for _, row in rows],
                "left": [[row[0] for _, row in rows]],
                "right": [[row[-1] for _, row in rows]],
                "front": [list(row) for layer, row in rows if row.start == layer.start],
                "back": [list(row) for layer, row in rows if row.stop == layer.stop],
                "rows": [list(row) for _, row in rows],
            }[side]
            found.append([row for row in chosen if row])
        return found

    def free_sides(self) -> tuple[list[int], list[int]]:
        """Return how many places along its row, and how many towards other rows, are free at each cell."""
        along: Counter[int] = Counter()
        across: Counter[int] = Counter()
        for counted, pairs in ((along, self.within_rows()), (across, self.across_rows())):
            for pair in pairs:
                counted.update(pair)
        return [2 - along[k] for k in range(self.cells)], [
            self.around - 2 - across[k] for k in range(self.cells)
        ]  # fmt: skip

    def extents(self, pitches: tuple[float, float], gaps: tuple[float, float]) -> tuple[float, float]:
        """Return length and width of a block [m].

        Parameters
        ----------
        pitches, gaps : (float, float)
            Extents of a cell, and gaps, in a row and across the rows [m].
        """
        columns = min(self.columns, self.in_layer)
        length = columns * pitches[0] + (columns - 1) * gaps[0]
        if self.hexagonal:
            pitch = pitches[0] + gaps[0]
            length += 0.5 * pitch if self.rows > 1 else 0.0
            return length, pitches[1] + (self.rows - 1) * pitch * math.sqrt(0.75)
        return length, self.rows * pitches[1] + (self.rows - 1) * gaps[1]
