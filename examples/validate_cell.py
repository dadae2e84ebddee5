"""Hold the stored Leaf cell against its measured tests: python examples/validate_cell.py [FOLDER].

The folder holds the records of the tests (`leaf_records`).

Runs the Cell and Thermal models over the HPPC and 1C tests, the cell warming by its own heat, prints the residuals, and
saves figures in dist/validation. Each record needs its state of charge at the start: in an HPPC test that of least
squares from the rest after the full charge on, in the 1C test that which meets the last sample of the rest before the
first discharge. The cell starts at rest, and at the temperature of the chamber or of the thermocouples' first minute.
The 25 degC record begins within a charge; how long that had lasted is told by the balance of charge
(`leaf_records.UNRECORDED`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from leaf_records import CELSIUS, FOLDER, Record, Thermocouples, read_discharges, read_hppc, rested_soc
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from packfmu.core.errors import InputError
from packfmu.models.cell.kind import CellParameters
from packfmu.studies.identification.simulation import CellResponse, simulate_heating

STORED = "packfmu.models.parameters.nissan_leaf_2013"
OUTPUT = Path(__file__).parents[1] / "dist" / "validation"
FIRST_MINUTE = 20
"""Samples of the thermocouples."""


class Use(Enum):
    """Whether a part of a test entered the identification."""

    FITTED = "fitted"
    VALIDATION = "validation: not fitted"
    PARTLY = "first charge not fitted"


@dataclass(frozen=True, eq=False)
class Window:
    """Residuals of one part of a test.

    Parameters
    ----------
    test, part : str
        Which.
    use : Use
        Whether the part entered the identification.
    residuals : (samples,) array
        Simulated less measured, in `unit`.
    target : float
        What the root mean square must reach, in `unit`.
    unit : str
        mV or K.
    """

    test: str
    part: str
    use: Use
    residuals: NDArray[np.float64]
    target: float
    unit: str

    @property
    def rms(self) -> float:
        """Root mean square of the residuals, in `unit`."""
        return float(np.sqrt(np.mean(self.residuals**2)))


@dataclass(frozen=True, eq=False)
class Comparison:
    """A test, its simulation, and the windows it is judged in."""

    record: Record
    simulation: CellResponse
    windows: tuple[Window, ...]
    thermocouples: Thermocouples | None = None

    @property
    def residuals(self) -> NDArray[np.float64]:
        """Simulated less measured voltage at each row [mV]."""
        return voltage_residuals(self.record, self.simulation)

    @property
    def full_soc(self) -> float:
        """State of charge at the end of the first full charge [1]."""
        return float(self.simulation.soc[self.record.last_steps[self.record.full]])


def voltage_residuals(record: Record, simulation: CellResponse) -> NDArray[np.float64]:
    """Return simulated less measured voltage at each row [mV]."""
    return 1e3 * (simulation.voltage[record.last_steps] - record.voltage)


def compare_hppc(folder: Path, kind: CellParameters, celsius: int, target: float) -> Comparison:
    """Hold an HPPC test against its simulation."""
    record = read_hppc(folder, celsius)
    later = slice(record.full + 1, None)

    def drive(soc: float) -> CellResponse:
        return simulate_heating(record, kind, soc, record.ambient[0])

    def misfit(soc: float) -> float:
        return float(np.sum(voltage_residuals(record, drive(soc))[later] ** 2))

    simulation = drive(minimize_scalar(misfit, bounds=(0.0, 0.1), method="bounded", options={"xatol": 1e-7}).x)
    residuals = voltage_residuals(record, simulation)
    test = f"HPPC {celsius} °C"
    windows = (
        Window(test, "from the rest after the full charge", Use.FITTED, residuals[later], target, "mV"),
        Window(test, "whole record", Use.FITTED if celsius == 10 else Use.PARTLY, residuals, target, "mV"),
    )
    return Comparison(record, simulation, windows)


def compare_discharges(folder: Path, kind: CellParameters) -> Comparison:
    """Hold the 1C test against its simulation: voltage of the discharges, and temperature."""
    record, thermocouples = read_discharges(folder)
    warm = float(thermocouples.cell[:FIRST_MINUTE].mean())
    soc = rested_soc(record, lambda start: simulate_heating(record, kind, start, warm))
    simulation = simulate_heating(record, kind, soc, warm)
    residuals, reached = voltage_residuals(record, simulation), simulation.soc[record.last_steps]
    warming = temperature_residuals(record, simulation, thermocouples)
    windows = []
    for lowest, target in ((0.2, 15.0), (0.1, 35.0)):
        within = (record.phase == "DCHG2") & (reached <= 0.95) & (reached >= lowest)
        part = f"95 to {100 * lowest:.0f} % SOC"
        windows.append(Window("1C discharges", part, Use.VALIDATION, residuals[within], target, "mV"))
    windows.append(Window("1C test", "temperature", Use.FITTED, warming, 0.1, "K"))
    return Comparison(record, simulation, tuple(windows), thermocouples)


def temperature_residuals(
    record: Record, simulation: CellResponse, thermocouples: Thermocouples
) -> NDArray[np.float64]:
    """Return simulated less measured temperature at each sample of the thermocouples [K]."""
    within = thermocouples.time <= record.time[-1]
    simulated = np.interp(thermocouples.time[within], record.ends, simulation.temperature)
    return simulated - thermocouples.cell[within]


def validate(folder: Path, kind: CellParameters) -> tuple[Comparison, ...]:
    """Hold a cell against all its tests."""
    return compare_hppc(folder, kind, 25, 2.0), compare_hppc(folder, kind, 10, 4.0), compare_discharges(folder, kind)


def table(comparisons: tuple[Comparison, ...]) -> str:
    """Return the residuals of every window as a table."""
    rows = ["| test | window | use | RMSE | largest | target |", "|---|---|---|---|---|---|"]
    for window in (window for comparison in comparisons for window in comparison.windows):
        largest = np.abs(window.residuals).max()
        digits = 3 if window.unit == "K" else 2
        rows.append(
            f"| {window.test} | {window.part} | {window.use.value} | {window.rms:.{digits}f} {window.unit} "
            f"| {largest:.{digits}f} {window.unit} | {window.target:g} {window.unit} |"
        )
    return "\n".join(rows)


def draw(comparison: Comparison, path: Path) -> None:
    """Save measured, simulated and residual voltage over time, and the temperature where it was measured."""
    record, simulation, thermocouples = comparison.record, comparison.simulation, comparison.thermocouples
    figure = Figure(figsize=(10.0, 8.0 if thermocouples else 6.0), layout="constrained")
    axes = figure.subplots(3 if thermocouples else 2, 1, sharex=True)
    hours = record.time / 3600.0
    axes[0].plot(hours, record.voltage, "k", linewidth=1.0, label="measured")
    axes[0].plot(hours, simulation.voltage[record.last_steps], "C3", linewidth=0.8, label="simulated")
    axes[0].set_ylabel("voltage [V]")
    axes[0].legend()
    axes[1].plot(hours, comparison.residuals, "C3", linewidth=0.8)
    axes[1].set_ylabel("simulated less measured [mV]")
    axes[1].set_ylim(-40.0, 40.0)
    axes[1].grid(visible=True)
    if thermocouples:
        axes[2].plot(thermocouples.time / 3600.0, thermocouples.cell - CELSIUS, "k", linewidth=1.0)
        axes[2].plot(hours, simulation.temperature[record.last_steps] - CELSIUS, "C3", linewidth=0.8)
        axes[2].set_ylabel("temperature [°C]")
    axes[-1].set_xlabel("time [h]")
    axes[0].set_title(record.name)
    figure.savefig(path, dpi=120)


def main(arguments: list[str] | None = None) -> int:
    """Validate the stored parameters, print the table and save the figures."""
    parser = argparse.ArgumentParser(description="Hold the stored Leaf cell against its measured tests.")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="of the records [%(default)s]")
    try:
        comparisons = validate(parser.parse_args(arguments).folder, importlib.import_module(STORED).PARAMETERS)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(table(comparisons))
    print(f"\nSOC at the end of the first full charge: {', '.join(f'{c.full_soc:.3f}' for c in comparisons)}")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for comparison in comparisons:
        path = OUTPUT / f"{comparison.record.name}.png"
        draw(comparison, path)
        print(path, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
