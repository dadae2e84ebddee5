"""Fit a cell to a record that is simulated, with noise: python examples/fit_cell.py.

A known cell, the Leaf's with two RC pairs, is driven through pulses (HPPC) at 25 and 10 degC. Its current and voltage,
with 1 mV of white noise, are written as files with the labels of the Battery Data Format; the fit reads them, and its
95 % intervals are held against the true values. `packfmu cell fit dist/fit/*.csv --output my_cell.toml` does the same.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from packfmu.core.errors import InputError
from packfmu.fmi.files import replacing
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS
from packfmu.pack.cells.cell_file import write_cell
from packfmu.records.record import CellRecord, write_record
from packfmu.studies.identification.figure import draw_fit
from packfmu.studies.identification.files import read_records
from packfmu.studies.identification.fit import fit_cell
from packfmu.studies.identification.settings import FitSettings
from packfmu.studies.identification.simulation import simulate_held
from packfmu.studies.identification.steps import cut

OUTPUT = Path(__file__).parents[1] / "dist" / "fit"
SETTINGS = FitSettings(name="my cell", nodes=21, resistance_knots=21, minimum_voltage=3.0, maximum_voltage=4.2)
NOISE = 1e-3  # V
EVERY = slice(None, None, 10)  # nodes of the Leaf's tables
KNOWN = replace(
    PARAMETERS,
    open_circuit_voltage=PARAMETERS.open_circuit_voltage[EVERY],
    entropic_coefficient=PARAMETERS.entropic_coefficient[EVERY],
    ohmic_resistance=PARAMETERS.ohmic_resistance[EVERY],
    polarisation_resistance=PARAMETERS.polarisation_resistance[:2, EVERY],
    polarisation_capacitance=PARAMETERS.polarisation_capacitance[:2, EVERY],
    polarisation_activation_energy=PARAMETERS.polarisation_activation_energy[:2],
)


def hppc() -> tuple[np.ndarray, np.ndarray]:
    """Return times [s] and currents [A]: pulses both ways at every tenth of SOC, then a slow charge."""
    pulses = [(-30.0, 30, 1.0), (0.0, 40, 1.0), (22.5, 10, 1.0), (0.0, 40, 1.0)]
    level = [*pulses, (-10.0, 105, 10.0), (0.0, 90, 20.0)]
    parts = [(0.0, 10, 10.0), *level * 10, (10.0, 1110, 10.0), (0.0, 90, 20.0)]
    current = np.concatenate([np.full(count, value) for value, count, _ in parts])
    return np.cumsum(np.concatenate([np.full(count, interval) for _, count, interval in parts])), current


def simulate(celsius: float, noise: np.random.Generator) -> CellRecord:
    """Return the record of the known cell in a chamber."""
    time, current = hppc()
    record = CellRecord(time, current, np.zeros(len(time)), ambient=np.full(len(time), celsius + 273.15))
    steps = cut("simulated", record, celsius + 273.15)
    voltage = simulate_held(steps, KNOWN, 0.995, steps.temperature).voltage[steps.last]
    return replace(record, voltage=voltage + NOISE * noise.normal(size=len(voltage)))


def main() -> int:
    """Simulate, write, fit, and print the true values beside the intervals."""
    noise, files = np.random.default_rng(0), [OUTPUT / "hppc_25c.csv", OUTPUT / "hppc_10c.csv"]
    try:
        for file, celsius in zip(files, (25.0, 10.0), strict=True):
            with replacing(file) as draft:
                write_record(simulate(celsius, noise), draft)
        fitted = fit_cell(read_records([str(file) for file in files]), SETTINGS)
        write_cell(fitted.kind, OUTPUT / "my_cell.toml", {"": fitted.report()})
        draw_fit(fitted, OUTPUT / "my_cell.png")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(fitted.report(), end="\n\n")
    constants = KNOWN.polarisation_resistance[:, 0] * KNOWN.polarisation_capacitance[:, 0]
    energies = [KNOWN.ohmic_activation_energy, *KNOWN.polarisation_activation_energy]
    names = ["R0", "pair 1", "pair 2"]
    true = {
        "capacity": KNOWN.capacity,
        **{f"time constant of {n}": c for n, c in zip(names[1:], constants, strict=True)},
    }
    true |= {f"activation energy of {name}": energy for name, energy in zip(names, energies, strict=True)}
    for name, value in true.items():
        found = fitted.estimate(name)
        place = "within" if abs(found.value - value) <= found.half_width else "beyond"
        print(
            f"{name:<28} true {value:10.1f}, found {found.value:10.1f} +- {found.half_width:.1f} {found.unit}: {place}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
