"""The peers of `physics_cells`: PyBaMM and liionpack, in an environment of their own; `physics_cells` starts this.

Each line of the standard input is a command in JSON, ``{"do": name, ...}``; each answer is a line of JSON. Times are
those of this thread's processor [s]. What a command needs is built at its first use, which is not in its time.
"""

import json
import sys
from functools import cache
from importlib.metadata import version
from statistics import median
from time import thread_time

import numpy as np
import pybamm

SETTLING = 5
"""Steps before steps are timed."""

START = 0.6
"""SOC at the start of steps."""

MODELS = {"spm": pybamm.lithium_ion.SPM, "spme": pybamm.lithium_ion.SPMe, "dfn": pybamm.lithium_ion.DFN}
LAYERS = ("x_n", "x_s", "x_p", "r_n", "r_p")
CURRENT = "Current function [A]"


def versions():
    """Return the versions of the packages."""
    return {name: version(name) for name in ("pybamm", "pybammsolvers", "liionpack", "casadi")}


@cache
def porous(rtol, points):
    """Return a simulation of the DFN of Chen 2020; None and no points are what PyBaMM takes by itself."""
    solver = pybamm.IDAKLUSolver() if rtol is None else pybamm.IDAKLUSolver(rtol=rtol, atol=1e-2 * rtol)
    given = {"var_pts": dict(zip(LAYERS, points, strict=True))} if points else {}
    return pybamm.Simulation(
        MODELS["dfn"](), parameter_values=pybamm.ParameterValues("Chen2020"), solver=solver, **given
    )


def discharge(rtol=None, points=(), at=()):
    """Discharge by 1C from the shipped start until 2.5 V; voltages are those at some times [s]."""
    simulation = porous(rtol, tuple(points))
    begin = thread_time()
    solution = simulation.solve([0.0, 3600.0])
    seconds = thread_time() - begin
    voltages = solution["Voltage [V]"](list(at)).tolist() if at else []
    return {"seconds": seconds, "steps": len(solution.t) - 1, "end": float(solution.t[-1]), "voltages": voltages}


@cache
def stepped(model):
    """Return a simulation that takes its current in each step."""
    values = pybamm.ParameterValues("Chen2020")
    values.set_initial_state(START)
    values[CURRENT] = "[input]"
    return pybamm.Simulation(MODELS[model](), parameter_values=values, solver=pybamm.IDAKLUSolver())


def step(model, currents):
    """Step a cell by 1 s under each of some currents [A]; the time is the median of a step, nothing read from it."""
    simulation, times = stepped(model), []
    for current in [*currents[:SETTLING], *currents]:
        begin = thread_time()
        solution = simulation.step(1.0, save=False, inputs={CURRENT: current})
        times.append(thread_time() - begin)
        if solution.termination != "final time":
            raise ValueError(f"PyBaMM's {model} ended a step by {solution.termination}")
    return {"seconds": median(times[SETTLING:])}


def pack(series, parallel, steps, h):
    """Step a pack of SPM cells of liionpack by h [s]; the time is that of a step, its setup left out."""
    import liionpack  # noqa: PLC0415  # what it imports takes seconds
    from liionpack_packs import circuit  # noqa: PLC0415

    values = pybamm.ParameterValues("Chen2020")
    netlist = circuit(series, parallel, 5.0 * parallel)
    load = f"Discharge at {5.0 * parallel} A for {steps * h} seconds"
    manager = liionpack.CasadiManager()
    manager.solve(
        netlist=netlist, sim_func=liionpack.basic_simulation, parameter_values=values,
        experiment=pybamm.Experiment([load], period=f"{h} seconds"), output_variables=None, inputs=None, nproc=1,
        initial_soc=0.9, setup_only=True,
    )  # fmt: skip
    manager.global_step = 0
    begin = thread_time()
    manager._step_solve_step(manager.protocol_steps[0], 0.0, manager.step_types[0], None)
    return {"seconds": (thread_time() - begin) / manager.global_step, "steps": manager.global_step}


def circuits(series, parallel, steps, h, path):
    """Save the wiring of the same pack, and each circuit that its steps solve, in an archive of numpy."""
    from liionpack_packs import circuit, trace  # noqa: PLC0415

    load = f"Discharge at {5.0 * parallel} A for {steps * h} seconds"
    found = trace(circuit(series, parallel, 5.0 * parallel), [load], h, pybamm.ParameterValues("Chen2020"), 0.9)
    np.savez_compressed(path, **found)
    return {"circuits": len(found["current"])}


DEEDS = {"versions": versions, "discharge": discharge, "step": step, "pack": pack, "circuits": circuits}


def main():
    """Answer commands until the input ends; what libraries print goes to the standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(DEEDS[command.pop("do")](**command)), file=answers, flush=True)


if __name__ == "__main__":
    main()
