"""A population of cells: what the process varies, within batches and between them, and how it depends on each other.

A cell's number of a quantity is ``z = sqrt(b) z_batch + sqrt(f) z_field + sqrt(w) z_within + sqrt(1 - b - f - w)
z_cell`` of independent standard normal numbers, with the shares b, f and w of its variance. Its uniform number ``F(z)``
goes through the copula and becomes the quantile of the quantity's distribution. Each z is a function of seed, sample,
batch, cell and quantity (`counter`): a cell is the same whatever else is drawn, and by whichever process.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from ...core.errors import InputError
from ...pack.reading.checking import checked, said_of, suggestion
from ...pack.reading.toml_file import read_toml
from ...pack.setting import Table
from .copulas import Copula
from .counter import SHARED, Values, chained, uniforms
from .fields import LEAST_REGIONS, FieldWithin, RandomField, field_values
from .marginals import Marginal
from .tables import CELL_QUANTITIES, ELECTRODES, NAMES, CellProcess, ElectrodeProcess, General

MOST_BYTES = 2**22
"""Size of a population file, in which samples may be."""

FROM_BATCH, FROM_CELL, FROM_FIELD, FROM_WITHIN = range(4)
"""What a number of a quantity comes from: the last key of a draw."""

Drawn = dict[str, Values]


class Population(Table):
    """A whole population file."""

    population: General = Field(default_factory=General)
    negative: ElectrodeProcess = Field(default_factory=ElectrodeProcess)
    positive: ElectrodeProcess = Field(default_factory=ElectrodeProcess)
    cells: CellProcess = Field(default_factory=CellProcess)
    copulas: list[Copula] = Field(default=[])
    neighbours: RandomField | None = None
    within: FieldWithin | None = None

    @property
    def quantities(self) -> dict[str, Marginal]:
        """What varies, by name, such as ``negative.coating``."""
        found: dict[str, Marginal] = {}
        for name in NAMES:
            table, _, key = name.rpartition(".")
            quantity = getattr(getattr(self, table or "cells"), key)
            if quantity is not None:
                found[name] = quantity
        return found

    @property
    def regions(self) -> int:
        """Regions in parallel that each cell is resolved into."""
        return 1 if self.within is None else self.within.regions

    @model_validator(mode="after")
    def _consistent(self) -> Population:
        self._check_fields()
        joined: set[str] = set()
        for number, copula in enumerate(self.copulas, start=1):
            with said_of(f"copulas.{number}"):
                for name in copula.of:
                    if name not in self.quantities:
                        raise ValueError(f'of: "{name}" does not vary{suggestion(name, tuple(self.quantities))}')
                    if name in joined:
                        raise ValueError(f'of: "{name}" is joined by a copula before')
                joined |= set(copula.of)
        return self

    def _check_fields(self) -> None:
        for name, quantity in self.quantities.items():
            for key in ("neighbours", "within"):
                if getattr(quantity, key) and getattr(self, key) is None:
                    raise ValueError(f"{name}: {key} = {getattr(quantity, key):g} needs the table [{key}]")
            if quantity.within and name in CELL_QUANTITIES:
                raise ValueError(f"{name}: within = {quantity.within:g}; it is one of a whole cell, without a field")
        if self.within is not None and self.within.regions < LEAST_REGIONS:
            raise ValueError(
                f"[within] regions = {self.within.regions}: a field within a cell that is averaged into so few numbers "
                f"has no effect on the least anode potential; at least {LEAST_REGIONS} regions resolve it"
            )

    def draw(self, sample: int, cells: int, nominal: dict[str, float] | None = None) -> Drawn:
        """Draw the quantities of the cells of a pack.

        Parameters
        ----------
        sample : int
            Number of the pack, >= 0.
        cells : int
            Its cells, >= 1; the first n of a larger pack are those of a smaller one, but for fields over their places.
        nominal : dict of str to float, optional
            Means by the name of the quantity; of factors, and of others that are left out, 1.

        Returns
        -------
        dict of str to (cells, regions) array
            What varies, by name.
        """
        quantities, given = self.quantities, nominal or {}
        uniform = {name: ndtr(self._normal(sample, cells, name, each)) for name, each in quantities.items()}
        for copula in self.copulas:
            stacked = np.stack([uniform[name].ravel() for name in copula.of], axis=1)
            joined = copula.joined(stacked).T
            uniform |= {name: column.reshape(cells, -1) for name, column in zip(copula.of, joined, strict=True)}
        return {name: each.quantile(uniform[name], given.get(name, 1.0)) for name, each in quantities.items()}

    def _normal(self, sample: int, cells: int, name: str, quantity: Marginal) -> Values:
        """Return the standard normal numbers of a quantity, shape (cells, regions)."""
        seed, number = self.population.seed, NAMES.index(name)
        cell = np.arange(cells) + 1
        batch = (cell - 1) // self.population.batch_size + 1
        shares = quantity.batch, quantity.neighbours, quantity.within
        own = chained(seed, sample, batch, cell, number, FROM_CELL)
        total = np.sqrt(max(1.0 - sum(shares), 0.0)) * ndtri(uniforms(own))
        if quantity.batch:
            of_batch = chained(seed, sample, batch, SHARED, number, FROM_BATCH)
            total = total + np.sqrt(quantity.batch) * ndtri(uniforms(of_batch))
        if quantity.neighbours and self.neighbours is not None:
            of_pack = chained(seed, sample, SHARED, SHARED, number, np.array([FROM_FIELD]))
            total = total + np.sqrt(quantity.neighbours) * field_values(self.neighbours, cells, of_pack)[0]
        found = np.repeat(total[:, None], self.regions, axis=1)
        if quantity.within and self.within is not None:
            inside = chained(seed, sample, batch, cell, number, FROM_WITHIN)
            found = found + np.sqrt(quantity.within) * field_values(self.within, self.regions, inside)
        return np.asarray(found)


def load_population(path: Path) -> Population:
    """Read and check a population file.

    Parameters
    ----------
    path : Path
        TOML with the tables of `Population`.

    Raises
    ------
    InputError
        When it cannot be read or does not fit: one line that names the key, its value and what is allowed.
    """
    _, contents = read_toml(path, MOST_BYTES)
    return parse_population(contents, str(path))


def parse_population(contents: dict[str, object], source: str) -> Population:
    """Check the contents of a population file, which `source` names in messages."""
    found = checked(Population, contents, source)
    if not found.quantities:
        raise InputError(f"{source}: nothing varies; {', '.join(ELECTRODES)} and cells have quantities")
    return found
