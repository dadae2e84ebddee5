"""Run a job in ecos: ``python run_ecos.py JOB.json TRACE.npy``.

ecos' fixed-step algorithm lets every model whose turn it is step over the whole of its own step, a multiple of the
step that it is given, and hands all outputs on after each of those: what a slower model has computed for the end of its
step is handed on at its beginning. A parameter set is applied only when it is named. Where an FMU cannot be
instantiated ecos goes on with zeros; only the log on stdout tells.
"""

import json
import sys

import numpy as np
from ecospy import EcosLib, EcosSimulation, EcosSimulationStructure


def opened(job):
    if job["path"].endswith(".ssp"):
        simulation = EcosSimulation(step_size=job["step"], ssp_path=job["path"])
        assert simulation.init(parameter_set=job["parameter_set"]), EcosLib.get_last_error()
        return simulation
    with EcosSimulationStructure() as structure:
        structure.add_model(job["instance"], job["path"])
        simulation = EcosSimulation(step_size=job["step"], structure=structure)
    assert simulation.init(), EcosLib.get_last_error()
    return simulation


def run(job):
    with opened(job) as simulation:
        names = [name.replace(".", "::", 1) for name in job["record"]]
        readers = [simulation.get_integer if name in job["integers"] else simulation.get_real for name in job["record"]]
        mode, chosen = job["mode"]
        simulation.set_integer(mode.replace(".", "::", 1), chosen)
        driven, values = job["drive"]
        rows = []
        for value in values:
            simulation.set_real(driven.replace(".", "::", 1), value)
            simulation.step()
            rows.append([read(name) for read, name in zip(readers, names, strict=True)])
        simulation.terminate()
    return rows


if __name__ == "__main__":
    EcosLib.set_log_level("debug")
    with open(sys.argv[1]) as file:
        np.save(sys.argv[2], run(json.load(file)))
