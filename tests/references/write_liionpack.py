"""Write the circuits of liionpack that wired packs are compared with.

Run by hand from this folder, in an environment with liionpack 0.4.0, PyBaMM 25.8.0 and pandas 2.3.3::

    python write_liionpack.py

Each file of `network` holds the wiring of a pack of 3 x 4 cells, and of each step the open-circuit voltages and the
internal resistances that liionpack found, the current out of the pack, the currents into the cells and the voltage at
the terminals (`benchmarks/liionpack_packs.py`). The cells are those of Chen 2020 as SPM, of unlike heights.
"""

import sys
from pathlib import Path

import numpy as np
import pybamm

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from liionpack_packs import circuit, trace

FOLDER = Path(__file__).parent / "network"
PACKS = {
    "strings": {"configuration": "parallel-strings", "terminals": "left"},
    "groups": {"configuration": "series-groups", "terminals": "left"},
    "groups_both_ends": {"configuration": "series-groups", "terminals": "left-right"},
}
STEPS = ("Discharge at 20 A for 60 seconds", "Rest for 40 seconds", "Charge at 12 A for 60 seconds")
HEIGHTS = 0.065 * np.array([1.0, 0.9, 1.1, 1.05, 0.97, 0.85, 1.15, 1.0, 0.92, 1.08, 0.88, 1.02])


def main():
    """Write all files."""
    for name, options in PACKS.items():
        parameters = pybamm.ParameterValues("Chen2020")
        parameters.update({"Electrode height [m]": "[input]", "Upper voltage cut-off [V]": 4.5})
        inputs = {"Electrode height [m]": HEIGHTS}
        found = trace(circuit(3, 4, 20.0, **options), STEPS, 10, parameters, None, inputs)
        np.savez_compressed(FOLDER / f"liionpack_{name}.npz", **found)


if __name__ == "__main__":
    main()
