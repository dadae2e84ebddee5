"""Write how PyBaMM's DFN of the measured NMC pouch cell deviates from its records: python write_pouch.py FOLDER.

FOLDER holds the BPX file and the records as `examples/validate_physics_cell.py` takes them. Run by hand from this
folder, in an environment as `write_physics.py` asks for. Only deviations are written, nothing of the records.

`physics/nmc_pouch.json` has for each record, mesh and start the RMS deviation [mV] of all samples, and that of all but
the first one. The record begins at rest, where PyBaMM's first sample has the current that follows: a rest voltage takes
its place in the first figure. The current is straight between samples. Starts:

full
    The stoichiometry limits of the file, as its authors start.
rested
    The state of charge whose rest voltage is the first sample.

Meshes: `authors` has 16 volumes in each layer and particle, those of particles graded, and PyBaMM's means at faces;
`ours` has 10/4/10 volumes, resistances in series at faces, 40 graded volumes in a particle and a parabola at its
surface.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pybamm
from pybamm_cells import SeriesFaces, regularise
from scipy.optimize import brentq

FILE = "nmc_pouch_cell_BPX.json"
RECORDS = {"drive cycle": "drive_cycle_25c.csv", "C/2 discharge": "discharge_c2_25c.csv"}
QUANTITIES = ("Time [s]", "Current [A]", "Voltage [V]")
SIDES = ("negative", "positive")
MESHES = {"authors": (16, 16, 16, 16, 16), "ours": (10, 4, 10, 40, 40)}
TOLERANCE = 1e-7


def read_records(folder, held):
    """Return times, currents (positive into the cell) and voltages by the name of their record."""
    found = {name: np.loadtxt(folder / file, delimiter=",", skiprows=1).T for name, file in RECORDS.items()}
    return found | {
        name: [np.array(table[quantity], np.float64) for quantity in QUANTITIES]
        for name, table in held["Validation"].items()
    }


def limits(held):
    """Return the stoichiometries of both electrodes at SOC 0 and at SOC 1."""
    low, high = "Minimum stoichiometry", "Maximum stoichiometry"
    negative, positive = (held["Parameterisation"][f"{side.capitalize()} electrode"] for side in SIDES)
    return np.array([[negative[low], positive[high]], [negative[high], positive[low]]])


def rest_voltage(values, at):
    """Return the difference of the open-circuit potentials at stoichiometries of both electrodes [V]."""
    negative, positive = (
        float(values[f"{side.capitalize()} electrode OCP [V]"](pybamm.Scalar(x)).evaluate())
        for side, x in zip(SIDES, at, strict=True)
    )
    return positive - negative


def voltage(folder, mesh, at, time, current):
    """Return the voltage of the DFN at the samples of a record, from stoichiometries of both electrodes [V]."""
    model, values = pybamm.lithium_ion.DFN(), pybamm.ParameterValues.create_from_bpx(str(folder / FILE))
    model.events = []
    for side, x in zip(SIDES, at, strict=True):
        most = values[f"Maximum concentration in {side} electrode [mol.m-3]"]
        values[f"Initial concentration in {side} electrode [mol.m-3]"] = x * most
    values["Current function [A]"] = pybamm.Interpolant(time, -current, pybamm.t, interpolator="linear")
    submeshes, methods = dict(model.default_submesh_types), dict(model.default_spatial_methods)
    order = {"extrapolation": {"order": {"gradient": "quadratic", "value": "quadratic"}, "use bcs": False}}
    for side in SIDES:
        given = {"side": "right"} | ({"stretch": 2.3} if mesh == "ours" else {})
        submeshes[f"{side} particle"] = pybamm.MeshGenerator(pybamm.Exponential1DSubMesh, given)
        if mesh == "ours":
            methods[f"{side} particle"] = pybamm.FiniteVolume(order)
    if mesh == "ours":
        methods["macroscale"] = SeriesFaces()
    points = dict(zip(("x_n", "x_s", "x_p", "r_n", "r_p"), MESHES[mesh], strict=True))
    simulation = pybamm.Simulation(
        model,
        parameter_values=values,
        submesh_types=submeshes,
        spatial_methods=methods,
        var_pts=points,
        solver=pybamm.IDAKLUSolver(rtol=TOLERANCE, atol=TOLERANCE, output_variables=["Voltage [V]"]),
    )
    found = np.array(simulation.solve(time)["Voltage [V]"](time))
    found[0] = rest_voltage(values, at)
    return found


def root_mean_square(values):
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def main(folder):
    """Write the deviations, after each one that is found."""
    regularise(kept=True)
    held = json.loads((folder / FILE).read_text(encoding="utf-8"))
    empty, full = limits(held)
    values = pybamm.ParameterValues.create_from_bpx(str(folder / FILE))
    path, found = Path(__file__).parent / "physics" / "nmc_pouch.json", {}
    for name, (time, current, measured) in sorted(read_records(folder, held).items(), key=lambda item: len(item[1][0])):
        soc = brentq(lambda s, v=measured[0]: rest_voltage(values, empty + s * (full - empty)) - v, 0.5, 1.0)
        found[name] = {"soc": round(soc, 8)}
        for mesh in MESHES:
            for start, at in (("full", 1.0), ("rested", soc)):
                off = voltage(folder, mesh, empty + at * (full - empty), time, current) - measured
                figures = [round(1e3 * root_mean_square(off[first:]), 4) for first in (0, 1)]
                found[name][f"{mesh}, {start}"] = figures
                print(name, mesh, start, *figures, flush=True)
                path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
