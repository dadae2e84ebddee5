"""The facade for Python: load a pack, run it, look at the result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from ..cosim.results import load as load_results
from ..pack.file import Pack, load_pack


@dataclass(frozen=True, eq=False)
class Result:
    """What a run has given.

    Parameters
    ----------
    path : Path
        The netCDF file.
    """

    path: Path

    @property
    def data(self) -> xr.Dataset:
        """Everything that was recorded."""
        return load_results(self.path)


def load(path: str | Path) -> Pack:
    """Read and check a pack file; InputError says what is wrong in one line."""
    return load_pack(Path(path))


def run(pack: Pack) -> Result:
    """Run a pack."""
    raise NotImplementedError
