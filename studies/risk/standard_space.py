"""The space of independent standard normal numbers that a cell, or a pack of exchangeable cells, is drawn in.

Of the inputs of a cell the first `shared` ones are those of the pack, such as the temperature of its air; the others
are of each cell. The map to the inputs is that of OpenTURNS (Nataf, or Rosenblatt where the copula is not elliptical),
which is triangular: what is shared depends on the shared numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ..answers import Values, whole

Limit = Callable[[Values], NDArray[np.float64]]
"""Margin of runs, below 0 where they fail: of inputs (runs, d), or of a pack (runs, cells, d)."""

Numbers = tuple[Values, Values]
"""Standard normal numbers of runs: shared, of shape (runs, s), and of each cell, of shape (runs, cells, d - s)."""

BLOCK = 2**17
"""Cells that are drawn at once."""


class StandardSpace:
    """A limit state over standard normal numbers, which counts its calls.

    Parameters
    ----------
    limit : Limit
        Of inputs (runs, d) where `cells` is None, else (runs, cells, d).
    inputs : openturns.Distribution
        Of one cell, of dimension d.
    cells : int or None
        Of a pack.
    shared : int
        Inputs of the pack.
    one_cell : Limit or None
        Margin of one cell, in a pack whose other cells are at their medians, of inputs (runs, d).
    """

    def __init__(
        self, limit: Limit, inputs: Any, cells: int | None = None, shared: int = 0, one_cell: Limit | None = None
    ) -> None:
        self.limit, self.one_cell, self.shared, self.calls = limit, one_cell, whole(shared, "shared", 0), 0
        self.pack, self.cells = cells is not None, whole(cells or 1, "cells")
        self.dimension = int(inputs.getDimension())
        if shared >= self.dimension:
            raise InputError(f"shared = {shared} must be less than the number of inputs, {self.dimension}")
        self.transform = inputs.getInverseIsoProbabilisticTransformation()

    def draw(self, generator: np.random.Generator, runs: int) -> Numbers:
        """Return standard normal numbers of runs."""
        own = generator.standard_normal((runs, self.cells, self.dimension - self.shared))
        return generator.standard_normal((runs, self.shared)), own

    def margins(self, numbers: Numbers) -> Values:
        """Return the margins of runs.

        Raises
        ------
        InputError
            When one is not a number: no probability is told as if a failed run had not been.
        """
        shared, own = numbers
        runs = len(own)
        both = np.concatenate([np.broadcast_to(shared[:, None, :], (runs, self.cells, self.shared)), own], axis=2)
        inputs = self.inputs_of(both)
        return self._checked(self.limit(inputs if self.pack else inputs[:, 0, :]), runs)

    def inputs_of(self, numbers: Values) -> Values:
        """Return the inputs of standard normal numbers, of any shape whose last extent is that of the inputs."""
        return np.array(self.transform(numbers.reshape(-1, self.dimension))).reshape(numbers.shape)

    def _checked(self, margins: Values, runs: int) -> Values:
        found = np.asarray(margins, np.float64)
        if found.shape != (runs,):
            raise InputError(
                f"the limit state gave the shape {found.shape} for {runs} runs: one margin a run is needed"
            )
        if np.isnan(found).any():
            raise InputError(f"{int(np.isnan(found).sum())} of {runs} runs failed and have no margin: mend them first")
        self.calls += runs
        return found

    def of_one_cell(self, points: Values) -> Values:
        """Return the margins where one cell is at `points` (runs, d), and all others are at their medians.

        Without a margin of one cell it is that of the pack: where cells at their medians are no nearer to a failure.
        """
        if self.one_cell is not None:
            return self._checked(self.one_cell(self.inputs_of(points)), len(points))
        own = np.zeros((len(points), self.cells, self.dimension - self.shared))
        own[:, 0, :] = points[:, self.shared :]
        return self.margins((points[:, : self.shared], own))
