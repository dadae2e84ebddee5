"""The files that a run writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OutputFiles:
    """The files of a run, in one folder and of one name.

    Parameters
    ----------
    folder : Path
        The output folder.
    name : str
        Their name without its end.
    """

    folder: Path
    name: str

    @property
    def netcdf(self) -> Path:
        """Everything that was recorded."""
        return self.folder / f"{self.name}.nc"

    @property
    def table(self) -> Path:
        """What has no dimension but time, comma-separated."""
        return self.folder / f"{self.name}.csv"

    @property
    def figure(self) -> Path:
        """The pack over time and its cells, as a picture."""
        return self.folder / f"{self.name}.png"

    @property
    def page(self) -> Path:
        """The report, for a browser."""
        return self.folder / f"{self.name}.html"

    @property
    def all(self) -> tuple[Path, ...]:
        """All of them."""
        return self.netcdf, self.table, self.figure, self.page

    def told(self) -> str:
        """Return one line that names them."""
        return (
            f"saved in {self.folder}: {self.page.name} (open it in a browser), {self.netcdf.name} (everything, for "
            f"xarray), {self.table.name}, {self.figure.name}"
        )
