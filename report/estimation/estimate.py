"""Counted and estimated SOC of a run against the true one, and how sure the filter was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...pack.file import Pack
from ..run_record import read_run_record

Values = NDArray[np.float64]

HOUR = 3600.0
"""[s]; as many C are an Ah."""

USED = {
    "counted_group_soc": "Bms.counted_soc",
    "estimated_capacity": "Bms.group_capacity",
    "current_bias": "Bms.current_bias",
    "current_bias_sigma": "Bms.current_bias_sigma",
    "normalised_innovation": "Bms.normalised_innovation",
    "resting": "Bms.resting",
    "charge_power": "Bms.charge_power",
    "discharge_power": "Bms.discharge_power",
}
"""What has to be recorded besides `pack.recorded.RECORD`: name in the results, and output."""


def estimate(pack: Pack, recorded: xr.Dataset) -> Estimation:
    """Return what was estimated while a pack went through the steps of an experiment.

    Parameters
    ----------
    pack : Pack
        That was run, with a battery management.
    recorded : xarray.Dataset
        The results of its run, with what `USED` names.

    Raises
    ------
    InputError
        When the results do not tell how the run went.
    """
    ended = [(step.name.split(": ", 1)[1].split()[0].lower(), step.end) for step in read_run_record(recorded).steps]
    phases = tuple((what, int(np.searchsorted(recorded["time"].values, end))) for what, end in ended)
    return Estimation(recorded, phases, pack.bms.current_offset if pack.bms else 0.0)


@dataclass(frozen=True, eq=False)
class Estimation:
    """A run that has ended.

    Parameters
    ----------
    recorded : xarray.Dataset
        One row at the start and one after each period, with what `USED` names.
    phases : tuple of (str, int)
        What each step did, such as "rest", and the row in which it ended.
    bias : float
        Of the current sensor [A].
    """

    recorded: xr.Dataset
    phases: tuple[tuple[str, int], ...]
    bias: float

    @property
    def hours(self) -> Values:
        """When the rows were recorded [h]."""
        return self.recorded["time"].values / HOUR

    def error(self, name: str) -> Values:
        """Return by how much the SOC of the groups, `estimated` or `counted`, exceeds the true one in each row [%]."""
        return 100.0 * (self.recorded[f"{name}_group_soc"] - self.recorded["group_soc"]).values

    @property
    def sigma(self) -> Values:
        """Standard deviation that the filter has of each group's SOC in each row [%]."""
        return 100.0 * self.recorded["soc_sigma"].values

    @property
    def spans(self) -> list[tuple[str, int, int]]:
        """What the steps did, and the rows in which each began and ended."""
        begins = [0, *(end for _, end in self.phases)]
        return [(what, begin, end) for begin, (what, end) in zip(begins, self.phases, strict=False)]

    @property
    def settled(self) -> int:
        """Row in which the second rest begins; the last one where there is none."""
        rests = [begin for what, begin, _ in self.spans if what == "rest"]
        return rests[1] if len(rests) > 1 else self.hours.size - 1

    def within(self, begin: int) -> float:
        """Return the share of groups and rows from `begin` on whose error is within two standard deviations [%]."""
        return float(100.0 * (np.abs(self.error("estimated")) <= 2.0 * self.sigma)[begin:].mean())
