"""Hold the DFN of the NMC pouch cell of About:Energy against its tests: python validate_physics_cell.py FOLDER.

The folder holds the files of github.com/About-Energy-OpenSource/About-Energy-BPX-Parameterisation at 8efd45a: the BPX
file, which has a C/20 and a 1C discharge under Validation, a drive cycle and a C/2 discharge. Nothing is fitted.

Each test is run from two starts. The authors start at the stoichiometry limits of the file, whose rest voltage is
4.2018 V, though the records begin at 4.194 V; the RMS deviations that they publish are of all samples, at 25 degC, the
current straight between samples. The other start is the SOC whose rest voltage is the first sample. The records of the
C/20 and the 1C discharge in the file are thinned, and not those that the published figures are of.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from packfmu.core.instance import Instance
from packfmu.models.cell.physics.cell import ElectrochemicalCell
from packfmu.models.electrochemistry.kind import Physics
from packfmu.pack.cells.bpx.file import read_bpx

Record = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Times [s], currents [A] and voltages [V]."""

FILE = "nmc_pouch_cell_BPX.json"
QUANTITIES = ("Time [s]", "Current [A]", "Voltage [V]")
LONGEST = 20.0
"""Of the steps [s]; a longer one of a record is cut."""

PUBLISHED = {"drive cycle": 18.842, "C/2 discharge": 12.3, "C/20 discharge": 15.9, "1C discharge": 13.4}
"""RMS deviation of the authors' DFN [mV], in their `validation-plots.ipynb`."""


def read_records(folder: Path) -> dict[str, Record]:
    """Return the records of the folder by their names."""
    held = json.loads((folder / FILE).read_text(encoding="utf-8"))["Validation"]
    files = {"drive cycle": "drive_cycle_25c.csv", "C/2 discharge": "discharge_c2_25c.csv"}
    found: dict[str, Record] = {}
    for name, file in files.items():
        time, current, voltage = np.loadtxt(folder / file, delimiter=",", skiprows=1).T
        found[name] = time, current, voltage
    for name, table in held.items():
        time, current, voltage = (np.array(table[quantity], np.float64) for quantity in QUANTITIES)
        found[name] = time, current, voltage
    return found


def rested_soc(kind: ElectrochemicalCell, voltage: float) -> float:
    """Return the SOC whose rest voltage is given [V]."""
    return float(brentq(lambda soc: float(kind.open_circuit(soc)) - voltage, 0.0, 1.0))


def simulate(kind: ElectrochemicalCell, record: Record, soc: float) -> NDArray[np.float64]:
    """Return the voltage of a cell at the samples of a record [V]: from rest, the current straight between samples."""
    cell = Instance(kind.declare(1).with_start({"initial_soc": soc}))
    cell.initialize()
    time, current, _ = record
    found = [cell.y.voltage[0]]
    for begin, end, first, last in zip(time[:-1], time[1:], current[:-1], current[1:], strict=True):
        parts = max(1, int(np.ceil((end - begin) / LONGEST)))
        for part in range(parts):
            cell.u.current[0] = first + (part + 0.5) / parts * (last - first)
            if status := cell.advance(begin, (end - begin) / parts):
                raise RuntimeError(f"{begin:g} s: {cell.refusal(status)}")
        found.append(cell.y.voltage[0])
    return np.array(found)


def deviation(simulated: NDArray[np.float64], record: Record) -> float:
    """Return the RMS deviation of a simulation from a record [mV]."""
    return 1e3 * float(np.sqrt(np.mean((simulated - record[2]) ** 2)))


def main(arguments: list[str] | None = None) -> int:
    """Print the deviations."""
    parser = argparse.ArgumentParser(description="Hold the DFN of a measured pouch cell against its tests.")
    parser.add_argument("folder", type=Path, help="of the BPX file and the records")
    folder = parser.parse_args(arguments).folder
    kind = replace(read_bpx(folder / FILE).kind, physics=Physics.DFN)
    print("| test | samples | RMS deviation from full [mV] | published | from the first rest voltage | SOC there |")
    print("|---|---|---|---|---|---|")
    for name, record in read_records(folder).items():
        soc = rested_soc(kind, record[2][0])
        full, rested = (deviation(simulate(kind, record, start), record) for start in (1.0, soc))
        print(f"| {name} | {record[0].size} | {full:.2f} | {PUBLISHED[name]:.1f} | {rested:.2f} | {soc:.4f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
