"""What a results file tells of its run: what was given, with which versions, and how it ended."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from ..cosim.experiment import RunSummary
from ..coupling.system import System
from ..pack.balances import balances
from ..pack.cells.drawn import draw_cells
from ..pack.file import Pack
from ..report.run_record import RunKind, RunLimits, RunRecord, RunStep
from .summary import held_before

PACKAGES = ("packfmu", "fmpy", "numba", "llvmlite", "numpy", "scipy", "xarray", "netCDF4", "pythonfmu", "ziglang")
"""Packages whose versions may change a result, or the file that holds it."""


def sha256(content: Path | str) -> str:
    """Return the SHA-256 of a file, or of a text in UTF-8, in hexadecimal digits."""
    if isinstance(content, str):
        return hashlib.sha256(content.encode()).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of what computes."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def started(
    pack: Pack, kind: RunKind, profile: str, hashes: Mapping[str, str], notices: Sequence[str] = ()
) -> RunRecord:
    """Return what is known of a run before it begins.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    kind : RunKind
        What is run.
    profile : str
        Name of the profile or of the experiment.
    hashes : mapping of str to str
        SHA-256 of what was given, by what it is called; those of pack and cell are added.
    notices : sequence of str
        What the user should know of what was given.
    """
    cell, shape = pack.cell.load(), pack.pack
    any_kind, suiting = pack.kinds.spanned(narrow=False), pack.kinds.narrowest
    return RunRecord(
        kind=kind,
        pack_name=pack.name,
        pack_text=pack.text,
        series=shape.series,
        parallel=shape.parallel,
        strings=shape.strings,
        cell=pack.cell.parameters,
        capacity=cell.capacity,
        cell_capacities=tuple(draw_cells(pack)["capacity"].tolist()),
        limits=RunLimits(
            minimum_cell_voltage=any_kind.minimum_voltage,
            maximum_cell_voltage=any_kind.maximum_voltage,
            maximum_charge_current=shape.across * suiting.maximum_charge_current,
            maximum_discharge_current=shape.across * suiting.maximum_discharge_current,
        ),
        seed=pack.variation.seed,
        profile=profile,
        versions=versions(),
        hashes={**_hashes(pack), **hashes},
        notices=(*(pack.cell.file.notes if pack.cell.file else ()), *notices),
    )


def file_hashes(given: Mapping[str, Path], fmus: Path) -> dict[str, str]:
    """Return the SHA-256 of files by what they are called, and of the FMUs in a folder by their names."""
    return {name: sha256(path) for name, path in {**given, **{f.name: f for f in sorted(fmus.glob("*.fmu"))}}.items()}


def _hashes(pack: Pack) -> dict[str, str]:
    texts = {"pack": pack.text, "cell": pack.cell.file.text if pack.cell.file else ""}
    hashes = {name: sha256(text) for name, text in texts.items() if text}
    return hashes if pack.cells is None else {**hashes, "cells": sha256(pack.cells.path)}


def ended(record: RunRecord, system: System, summary: RunSummary, told: Sequence[str]) -> RunRecord:
    """Return what is known of a run at its end; `told` are the lines of its summary."""
    return record.model_copy(
        update={
            "totals": dict(summary.totals),
            "balances": tuple(balances(system, summary.totals)),
            "plan": tuple(tuple(table) for table in summary.plan),
            "held": summary.held,
            "violations": summary.violations,
            "stopped_by": summary.stopped_by,
            "summary": tuple(told),
            "notices": (*record.notices, *held_before(summary)),
            "wall_time": summary.wall_time,
            "real_time_factor": summary.real_time_factor,
            "steps": tuple(RunStep(**asdict(phase)) for phase in summary.phases),
        }
    )
