"""The table of a pack file that tells of single cells: aged ones, measured ones, replaced ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from ...core.errors import InputError
from ..setting import Table
from ..tables import Context, Duration
from .cell_table import AGING_COLUMNS, Values, read_cells


class KnownCells(Table):
    """What is known of each cell; without this table the cells are drawn by [variation], and are new."""

    table: str = Field(
        min_length=1,
        description="comma-separated values, a row a cell, relative to this file; an empty field is as new",
    )
    age: Duration | None = Field(
        default=None, description="time since the cells were new, from which the noise of aging goes on"
    )
    _folder: Path = PrivateAttr(default=Path())
    _known: Mapping[str, Values] = PrivateAttr(default={})

    @model_validator(mode="after")
    def _in_folder(self, info: ValidationInfo) -> KnownCells:
        self._folder = info.context.folder if isinstance(info.context, Context) else Path()
        return self

    @property
    def path(self) -> Path:
        """The file of the table."""
        return self._folder / self.table

    @property
    def known(self) -> Mapping[str, Values]:
        """The columns of the table, of `pack.cells.cell_table.read_cells`."""
        return self._known

    def read(self, cells: int, ages: bool) -> None:
        """Read the table; ValueError where it does not fit a pack of so many cells, which age or not."""
        try:
            self._known = read_cells(self.path, cells)
        except InputError as error:
            raise ValueError(f'table = "{self.table}": {error}') from None
        wear = [name for name in AGING_COLUMNS if name in self._known]
        if wear and not ages:
            raise ValueError(f'table = "{self.table}": column {wear[0]} needs the table [aging]')
