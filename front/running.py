"""A run of a pack: FMUs built where they are missing, stepped, and results, table, figure and report saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ..cosim.duty import with_profiles
from ..cosim.experiment import Experiment, RunSummary
from ..cosim.master import run
from ..cosim.results import load, made_of, save_csv
from ..coupling.schedule import make_plan
from ..coupling.system import System
from ..fmi.files import claimed
from ..pack.balances import balances, format_balances, integrals
from ..pack.block import periods
from ..pack.figure import save_figure
from ..pack.file import Pack
from ..pack.fmus import fmu_pack
from ..pack.parts import parts
from ..pack.recorded import record
from ..report.page import write_report
from ..report.run_record import ATTRIBUTE, RunKind
from ..usage.profile import Profile, profile_rows
from .building import built_pack
from .provenance import ended as ended_record
from .provenance import sha256, started
from .summary import summary

CUT_OFFS = tuple(
    f"PackNetwork.{cut_off}" for cut_off in ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
)
"""Outputs that end a run: the pack would have been disconnected."""


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
        """The pack over time."""
        return self.folder / f"{self.name}.csv"

    @property
    def figure(self) -> Path:
        """The pack over time, and its cells."""
        return self.folder / f"{self.name}.png"

    @property
    def page(self) -> Path:
        """The report."""
        return self.folder / f"{self.name}.html"
