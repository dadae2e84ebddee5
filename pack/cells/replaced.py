"""Cells of other kinds or ages than those of the table ``[cell]``: replaced cells, second-life modules.

A pack file may have several tables ``[[replaced]]``. Each names cells, groups, strings or modules by their numbers,
counted from 1 through the pack, and tells what these cells are; of several that name a cell the last one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from ...models.cell.figures import figures
from ...models.cell.kind import CellLimits
from ...models.cell.mixed.cells import MOST_KINDS
from ...models.cell.protocol import CellModel
from ...models.parameter_sets import cell_model
from ..setting import Table
from ..tables import Arrangement, Fraction
from .chosen import Cell, MeshTable, known_cell

Number = Annotated[int, Field(ge=1)]
"""Counted from 1."""

PLACES = ("cells", "groups", "strings", "modules")
"""What a table names cells by."""

OWN = ("model", "mesh", "maximum_charge_current", "maximum_discharge_current")
"""Keys that are of the cell that `parameters` names."""


class Replaced(Table):
    """Cells that are of another kind, another age or at another state of charge than those of [cell]."""

    cells: list[Number] | None = Field(default=None, min_length=1, description="their numbers, from 1")
    groups: list[Number] | None = Field(default=None, min_length=1, description="all cells of these groups, from 1")
    strings: list[Number] | None = Field(
        default=None, min_length=1, description="all cells of these strings, counted from 1 module by module"
    )
    modules: list[Number] | None = Field(default=None, min_length=1, description="all cells of these modules, from 1")
    parameters: Annotated[str, BeforeValidator(known_cell)] | None = Field(
        default=None, description="their kind, as in [cell]; by default that of [cell]"
    )
    model: Literal["ecm", "spm", "spme", "dfn"] | None = Field(default=None, description="as in [cell]")
    mesh: MeshTable | None = Field(default=None, description="as in [cell]")
    maximum_charge_current: float | None = Field(default=None, gt=0.0, le=1e6, description="as in [cell] [A]")
    maximum_discharge_current: float | None = Field(default=None, gt=0.0, le=1e6, description="as in [cell] [A]")
    initial_soc: Fraction | None = Field(
        default=None, description="state of charge at the start, by default that of [cell] with its spread [1]"
    )
    capacity_loss: float = Field(
        default=0.0, ge=0.0, le=0.9, description="share of its capacity that the cell has lost before the start [1]"
    )
    resistance_growth: float = Field(
        default=0.0, ge=0.0, le=100.0, description="relative growth of its resistances before the start [1]"
    )
    _chosen: Cell | None = PrivateAttr(default=None)

    @property
    def chosen(self) -> Cell | None:
        """The kind of cell; None where it is that of [cell]."""
        return self._chosen

    @model_validator(mode="after")
    def _found(self, info: ValidationInfo) -> Replaced:
        if all(getattr(self, place) is None for place in PLACES):
            raise ValueError(f"one of {', '.join(PLACES)} must tell which cells are replaced")
        given = {key: getattr(self, key) for key in OWN if getattr(self, key) is not None}
        if self.parameters is None:
            if given:
                raise ValueError(f"{next(iter(given))} needs the key parameters, the cell that it is of")
            return self
        if self.mesh is not None:
            given["mesh"] = self.mesh.model_dump()
        self._chosen = Cell.model_validate({"parameters": self.parameters, **given}, context=info.context)
        return self

    def numbers(self, shape: Arrangement) -> NDArray[np.int64]:
        """Return the cells that it replaces, from 0; ValueError where a number is none of the pack's."""
        cells = np.arange(shape.cells)
        strings = shape.strings * shape.modules
        within = {"cells": shape.cells, "groups": shape.groups, "strings": strings, "modules": shape.modules}
        found = []
        for place, count in within.items():
            for number in getattr(self, place) or ():
                if number > count:
                    raise ValueError(f"{place} = {number} is none of the {count} {place} of the pack")
                found.append(cells.reshape(count, -1)[number - 1])
        return np.unique(np.concatenate(found))


@dataclass(frozen=True, eq=False)
class Kinds:
    """The kinds of cells that a pack has, and which cell is of which.

    Parameters
    ----------
    chosen : tuple of Cell
        Each kind that a cell is of.
    of : (cells,) array
        The number of the kind of each cell, from 0.
    initial_soc : (cells,) array
        State of charge at the start that is told of a cell [1]; NaN where none is.
    capacity_loss, resistance_growth : (cells,) array
        What the cells have lost and gained before the start [1].
    """

    chosen: tuple[Cell, ...]
    of: NDArray[np.int64]
    initial_soc: NDArray[np.float64]
    capacity_loss: NDArray[np.float64]
    resistance_growth: NDArray[np.float64]

    @property
    def are_several(self) -> bool:
        """Whether the pack has cells of several kinds."""
        return len(self.chosen) > 1

    @property
    def are_worn(self) -> bool:
        """Whether a cell has lost capacity or gained resistance before the start."""
        return bool(self.capacity_loss.any() or self.resistance_growth.any())

    @cached_property
    def models(self) -> tuple[CellModel, ...]:
        """The kinds."""
        return tuple(cell.load() for cell in self.chosen)

    @property
    def figures(self) -> str | dict[str, Any]:
        """What the component Cell is given."""
        if not self.are_several:
            return self.chosen[0].figures
        return {"kinds": [cell.figures for cell in self.chosen], "of": self.of.tolist()}

    @property
    def nodes(self) -> int:
        """Number of values that tabulate an open-circuit voltage: the most of any kind."""
        return max(kind.nodes for kind in self.models)

    def each(self, value: Callable[[CellModel], float]) -> float | NDArray[np.float64]:
        """Return a figure of the kinds, for each cell where there are several."""
        values = [value(kind) for kind in self.models]
        return np.array(values)[self.of] if self.are_several else values[0]

    def spanned(self, narrow: bool) -> CellLimits:
        """Return the limits that all kinds keep to where they are `narrow`; else those that any kind has."""
        limits = [kind.limits for kind in self.models]
        within, beyond = (max, min) if narrow else (min, max)
        return CellLimits(
            minimum_voltage=within(each.minimum_voltage for each in limits),
            maximum_voltage=beyond(each.maximum_voltage for each in limits),
            maximum_charge_current=beyond(each.maximum_charge_current for each in limits),
            maximum_discharge_current=beyond(each.maximum_discharge_current for each in limits),
        )

    @property
    def narrowest(self) -> CellLimits:
        """The limits that suit all kinds."""
        return self.spanned(narrow=True)

    def greatest_voltage(self, shape: Arrangement) -> float:
        """Return the voltage between the terminals that the cells of every string may have in the mean [V]."""
        if not self.are_several:
            return round(shape.series * self.models[0].limits.maximum_voltage, 9)
        most = np.asarray(self.each(lambda kind: kind.limits.maximum_voltage)).reshape(-1, shape.parallel).min(axis=1)
        strings = most.reshape(shape.modules, shape.strings, -1).sum(axis=2)
        return round(float(strings.min(axis=1).sum()), 9)

    def managed(self, taken: str | dict[str, Any]) -> str | dict[str, Any]:
        """Return the figures of the cell that a battery management takes for the pack's, within limits that suit all.

        `taken` are the figures of the cell that it is told.
        """
        if not self.are_several:
            return taken
        kind, mine = cell_model(taken).equivalent_circuit(), self.narrowest
        return figures(
            replace(
                kind,
                minimum_voltage=max(kind.minimum_voltage, mine.minimum_voltage),
                maximum_voltage=min(kind.maximum_voltage, mine.maximum_voltage),
                maximum_charge_current=min(kind.maximum_charge_current, mine.maximum_charge_current),
                maximum_discharge_current=min(kind.maximum_discharge_current, mine.maximum_discharge_current),
            )
        )

    def check(self) -> None:
        """Raise ValueError where the kinds are too many, or no voltage suits all."""
        if len(self.chosen) > MOST_KINDS:
            raise ValueError(f"the pack has {len(self.chosen)} kinds of cells; it may have {MOST_KINDS}")
        low, high = self.narrowest.minimum_voltage, self.narrowest.maximum_voltage
        if low >= high:
            names = " and ".join(cell.parameters for cell in self.chosen)
            raise ValueError(
                f"no voltage suits {names}: the lowest that all allow is {low:g} V, the highest {high:g} V; balancing "
                "and battery management have one range for all groups"
            )


def kinds_of(cell: Cell, replaced: Sequence[Replaced], shape: Arrangement) -> Kinds:
    """Return the kinds of cells of a pack.

    Parameters
    ----------
    cell : Cell
        The table ``[cell]``.
    replaced : sequence of Replaced
        The tables ``[[replaced]]``, in the order of the file.
    shape : Arrangement
        The table ``[pack]``.

    Raises
    ------
    ValueError
        When a table names what the pack does not have; the message tells which table, from 1.
    """
    kinds, of = [cell], np.zeros(shape.cells, np.int64)
    soc, loss, growth = np.full(shape.cells, np.nan), np.zeros(shape.cells), np.zeros(shape.cells)
    for number, row in enumerate(replaced, start=1):
        try:
            where = row.numbers(shape)
        except ValueError as error:
            raise ValueError(f"[replaced.{number}]: {error}") from None
        own = cell if row.chosen is None else row.chosen
        known = next((n for n, kind in enumerate(kinds) if _same(kind, own)), len(kinds))
        kinds += [own] if known == len(kinds) else []
        of[where], loss[where], growth[where] = known, row.capacity_loss, row.resistance_growth
        soc[where] = np.nan if row.initial_soc is None else row.initial_soc
    left, of = np.unique(of, return_inverse=True)
    return Kinds(tuple(kinds[n] for n in left), of, soc, loss, growth)


def _same(first: Cell, second: Cell) -> bool:
    """Whether two tables choose the same kind of cell, with the same limits."""
    return first.figures == second.figures and first.load().limits == second.load().limits
