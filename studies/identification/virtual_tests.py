"""Tests of a cell that a model takes: records as a cycler would have measured them, for a fit of another model.

The cell is in a chamber that holds its temperature. A stage ends early where the voltage passes a limit of the cell,
and with the row that did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import InputError
from ...core.instance import Instance
from ...models.cell.protocol import CellModel
from ...pack.cells.cell_file import write_cell
from ...records.record import CellRecord, write_record
from .files import read_records
from .fit import fit_cell
from .settings import FitSettings


@dataclass(frozen=True)
class Stage:
    """A time of one current.

    Parameters
    ----------
    rate : float
        Current over the capacity in an hour [1/h]; positive charges.
    duration : float
        [s].
    interval : float
        Of the rows [s].
    """

    rate: float
    duration: float
    interval: float


PULSES = (Stage(-1.0, 30.0, 1.0), Stage(0.0, 60.0, 1.0), Stage(0.75, 10.0, 1.0), Stage(0.0, 60.0, 1.0))
"""A discharge and a charge, each with a rest."""

LEVEL = (*PULSES, Stage(-1.0 / 3.0, 1080.0, 20.0), Stage(0.0, 3600.0, 60.0))
"""Pulses, a discharge by a tenth of the capacity, and a rest."""

FULL = (Stage(1.0 / 3.0, 5.0 * 3600.0, 20.0), Stage(0.0, 3600.0, 60.0))
"""A charge until the upper limit, and a rest."""

HPPC = (Stage(0.0, 60.0, 10.0), *LEVEL * 10, *FULL)
"""Hybrid pulse power characterisation: pulses at every tenth of SOC."""

SLOW = (Stage(0.0, 60.0, 10.0), Stage(-0.05, 21.0 * 3600.0, 60.0), Stage(0.0, 7200.0, 60.0))
"""A discharge in twenty hours."""

TESTS = {"slow_25c": (SLOW, 298.15), "hppc_25c": (HPPC, 298.15), "hppc_10c": (HPPC, 283.15)}
"""Tests that a circuit is identified from: their stages, and the temperature [K]."""


def identify(kind: CellModel, name: str, folder: Path) -> Path:
    """Test a cell virtually, identify its equivalent circuit, and return the cell file of that.

    Parameters
    ----------
    kind : CellModel
        The cell.
    name : str
        Of the files: ``circuit_of_NAME.toml``, and the records ``tests/NAME_*.csv``.
    folder : Path
        Where they are written.
    """
    files = [folder / "tests" / f"{name}_{test}.csv" for test in TESTS]
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    for file, (stages, temperature) in zip(files, TESTS.values(), strict=True):
        write_record(take(kind, stages, temperature), file)
    settings = FitSettings(name=f"circuit of {name}", hysteresis=False, coulombic_efficiency=1.0, **vars(kind.limits))
    fitted, path = fit_cell(read_records([str(file) for file in files]), settings), folder / f"circuit_of_{name}.toml"
    write_cell(fitted.kind, path, {"": fitted.report()})
    return path


def take(kind: CellModel, stages: Sequence[Stage], temperature: float, initial_soc: float = 1.0) -> CellRecord:
    """Return the record of a cell that is taken through stages from rest.

    Parameters
    ----------
    kind : CellModel
        The cell.
    stages : sequence of Stage
        One after the other.
    temperature : float
        Of the chamber, and so of the cell [K].
    initial_soc : float
        At the start [1].

    Raises
    ------
    InputError
        When the model refuses a step.
    """
    cell = Instance(kind.declare(1).with_start({"initial_soc": initial_soc, "temperature": temperature}))
    cell.initialize()
    rows = [(0.0, 0.0, float(cell.y.voltage[0]))]
    for stage in stages:
        current = stage.rate * kind.capacity / 3600.0
        for _ in range(round(stage.duration / stage.interval)):
            cell.u.current[:] = current
            status = cell.advance(rows[-1][0], stage.interval)
            if status:
                raise InputError(f"a virtual test ends after {rows[-1][0]:g} s: {cell.refusal(status)}")
            rows.append((rows[-1][0] + stage.interval, current, float(cell.y.voltage[0])))
            if _passed(kind, current, rows[-1][2]):
                break
    time, currents, voltage = np.array(rows).T
    held = np.full(len(time), temperature)
    return CellRecord(time, currents, voltage, temperature=held, ambient=held)


def _passed(kind: CellModel, current: float, voltage: float) -> bool:
    limits = kind.limits
    return (current < 0.0 and voltage < limits.minimum_voltage) or (current > 0.0 and voltage > limits.maximum_voltage)
