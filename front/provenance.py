"""What a results file tells of its run: what was given, with which versions, and how it ended."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from ..cosim.experiment import RunSummary
from ..coupling.system import System
from ..pack.balances import balances
from ..pack.file import Pack
from ..pack.parts import draw_cells
from ..report.run_record import RunKind, RunLimits, RunRecord

PACKAGES = ("packfmu", "fmpy", "numba", "llvmlite", "numpy", "scipy", "xarray", "netCDF4", "pythonfmu", "ziglang")
"""Packages whose versions may change a result, or the file that holds it."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of what computes."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def started(pack: Pack, kind: RunKind, profile: str, files: Mapping[str, Path], notices: tuple[str, ...]) -> RunRecord:
    """Return what is known of a run before it begins.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    kind : RunKind
        What is run.
    profile : str
        Name of the profile or of the experiment.
    files : mapping of str to Path
        The files whose hashes are told, by what they are called.
    notices : tuple of str
        What the user should know of what was given.
    """
    cell, shape = pack.cell.load(), pack.pack
    return RunRecord(
        kind=kind,
        pack_name=pack.name,
        pack_text=pack.text,
        series=shape.series,
        parallel=shape.parallel,
        cell=pack.cell.name,
        capacity=cell.capacity,
        cell_capacities=tuple(draw_cells(pack, cell)["capacity"].tolist()),
        limits=RunLimits(
            minimum_cell_voltage=cell.limits.minimum_voltage,
            maximum_cell_voltage=cell.limits.maximum_voltage,
            maximum_charge_current=shape.parallel * cell.limits.maximum_charge_current,
            maximum_discharge_current=shape.parallel * cell.limits.maximum_discharge_current,
        ),
        seed=pack.variation.seed,
        profile=profile,
        versions=versions(),
        hashes={name: sha256(path) for name, path in files.items()},
        notices=notices,
    )


def ended(record: RunRecord, system: System, summary: RunSummary, told: tuple[str, ...]) -> RunRecord:
    """Return what is known of a run at its end; `told` are the lines of its summary."""
    return record.model_copy(
        update={
            "balances": tuple(balances(system, summary.totals)),
            "plan": tuple(tuple(table) for table in summary.plan),
            "held": summary.held,
            "violations": summary.violations,
            "stopped_by": summary.stopped_by,
            "summary": told,
            "wall_time": summary.wall_time,
            "real_time_factor": summary.real_time_factor,
        }
    )
