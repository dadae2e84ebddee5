"""Traces of PyBaMM that cells of physics are compared with; tests/references/physics/README.md tells all of them."""

from pathlib import Path

import numpy as np

from packfmu.core.instance import Instance

FOLDER = Path(__file__).parents[3] / "references" / "physics"

STARTS = {
    "full": (0.9013973983641687, 0.2699987322515213),
    "half": (0.45, 0.5712440744219648),
    "empty": (0.05, 0.8381887606449112),
}
"""Stoichiometries of the electrodes of Chen 2020 at the start of a trace."""

PROTOCOLS = {"c20": "full", "1c": "full", "2c": "full", "charge_1c": "empty", "rest": "full", "drive": "half"}
"""Where each trace starts."""


def trace(name, protocol):
    """Return times, currents and voltages of a trace."""
    with np.load(FOLDER / f"{name}.npz") as held:
        return tuple(held[f"{protocol}/{quantity}"].astype(np.float64) for quantity in ("t", "I", "V"))


def at_stoichiometries(model, stoichiometries, **start):
    """Return one initialised cell at rest at the stoichiometries of its electrodes."""
    cell = Instance(model.with_start(start))
    cell.initialize()
    cell.x["mean_stoichiometry"] = stoichiometries
    return cell


def errors(kind, name, protocol, longest=1e6):
    """Return by how much the voltage of a cell departs from a trace [V], after each of its steps.

    A step of the trace is cut into equal ones that are no longer than `longest` [s].
    """
    times, currents, voltages = trace(name, protocol)
    cell = at_stoichiometries(kind.declare(1), STARTS[PROTOCOLS[protocol]])
    found, before = [], 0.0
    for time, current, voltage in zip(times, currents, voltages, strict=True):
        cell.u["current"] = current
        parts = int(np.ceil((time - before) / longest - 1e-9))
        for _ in range(parts if time > before else 0):
            assert cell.advance(0.0, (time - before) / parts) == 0
        if time > before:
            found.append(cell.y["voltage"][0] - voltage)
        before = time
    return np.array(found)
