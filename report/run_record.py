"""What a results file tells of its run besides the arrays: the attribute `run_record`, JSON."""

from __future__ import annotations

from enum import Enum

import xarray as xr
from pydantic import BaseModel, ConfigDict, ValidationError

from ..core.errors import InputError, one_line
from ..coupling.holding import HeldChange
from ..pack.balances import Balance

ATTRIBUTE = "run_record"
"""Name of the attribute of the netCDF file."""


class RunKind(Enum):
    """What was run."""

    PROFILE = "profile"
    STEPS = "steps"
    YEARS = "years"


class _Part(BaseModel):
    """A part of a record: unchangeable, and what a later version has added is left out when it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")


class RunLimits(_Part):
    """The limits of the cells and of the pack; None where they are not known.

    Parameters
    ----------
    minimum_cell_voltage, maximum_cell_voltage : float or None
        [V].
    maximum_charge_current, maximum_discharge_current : float or None
        Of the pack, both positive [A].
    """

    minimum_cell_voltage: float | None = None
    maximum_cell_voltage: float | None = None
    maximum_charge_current: float | None = None
    maximum_discharge_current: float | None = None


class RunStep(_Part):
    """A step of an experiment.

    Parameters
    ----------
    name : str
        As the user wrote it.
    start, end : float
        Simulated time [s].
    ended_by : str
        Why it ended.
    """

    name: str
    start: float
    end: float
    ended_by: str = ""


class RunRecord(_Part):
    """All that a report needs besides the arrays; whatever is left out is told as not recorded.

    Parameters
    ----------
    kind : RunKind or None
        What was run; None where that is not known.
    pack_name, pack_text : str
        Name of the pack and the text of its file.
    series, parallel : int or None
        Groups in series, and cells in each group.
    strings : int
        Strings in parallel.
    cell : str
        Name of the cell's parameter set.
    capacity : float or None
        Nominal capacity of a cell [C].
    cell_capacities : tuple of float
        Of each cell as drawn, when new [C].
    limits : RunLimits
        Of cells and pack.
    seed : int or None
        Of the random draws.
    profile : str
        Name of the profile, of the steps, or of the duties.
    begin : str
        Date at which a run of years begins, ISO 8601.
    versions : dict
        Version by name: packfmu, Python, numpy and so on.
    hashes : dict
        SHA-256 in hexadecimal by the name of the file: pack, cell, profile, FMUs.
    totals : dict
        Energies [J] and charges [C] over the run by ``"Component.output"``, those of `pack.balances.integrals`.
    balances : tuple of Balance
        The ledger, of `pack.balances.balances`.
    plan : tuple of tables
        Of `coupling.explanation.tables`: rows of text, the first one the head.
    held : tuple of HeldChange
        The greatest change of each held value.
    violations, stopped_by, summary, notices : tuple of str
        Timescales that came too close; outputs that ended the run; lines of the summary; what the user should know.
    wall_time, real_time_factor : float or None
        Time spent stepping [s], and simulated time over it.
    steps : tuple of RunStep
        The steps of an experiment.
    """

    kind: RunKind | None = None
    pack_name: str = ""
    pack_text: str = ""
    series: int | None = None
    parallel: int | None = None
    strings: int = 1
    cell: str = ""
    capacity: float | None = None
    cell_capacities: tuple[float, ...] = ()
    limits: RunLimits = RunLimits()
    seed: int | None = None
    profile: str = ""
    begin: str = ""
    versions: dict[str, str] = {}
    hashes: dict[str, str] = {}
    totals: dict[str, float] = {}
    balances: tuple[Balance, ...] = ()
    plan: tuple[tuple[tuple[str, ...], ...], ...] = ()
    held: tuple[HeldChange, ...] = ()
    violations: tuple[str, ...] = ()
    stopped_by: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    wall_time: float | None = None
    real_time_factor: float | None = None
    steps: tuple[RunStep, ...] = ()

    def to_json(self) -> str:
        """Return the text of the attribute; the same record gives the same text."""
        return self.model_dump_json()


def read_run_record(results: xr.Dataset) -> RunRecord:
    """Return what a results file tells of its run.

    Parameters
    ----------
    results : xarray.Dataset
        As `cosim.results.load` returns it.

    Returns
    -------
    RunRecord
        Of a file without one, such as an older file, the defaults.

    Raises
    ------
    InputError
        When the attribute is no such record: one line that names the key.
    """
    text = results.attrs.get(ATTRIBUTE)
    if text is None:
        return RunRecord()
    try:
        return RunRecord.model_validate_json(str(text))
    except ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise InputError(
            one_line(f"attribute {ATTRIBUTE}{f', {place}' if place else ''}: {problem['msg']}; run the pack again")
        ) from None
