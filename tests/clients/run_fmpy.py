"""Run a job with FMPy: ``python run_fmpy.py JOB.json TRACE.npy``.

`fmpy.ssp` reads and validates a package. Its `simulate_ssp` cannot run it: it sets every input to zero before the first
step, 0 K too, joins inputs that nothing drives to the output that it found last, and leaves parameter sets out. So the
loop is here, on FMPy's FMUs: all step by the same step, whatever the hints, and then outputs are handed on.
"""

import json
import sys
import tempfile
from pathlib import Path

import fmpy
import numpy as np
from fmpy.fmi2 import FMU2Slave
from fmpy.ssp.ssd import find_components, ns, read_ssd
from lxml import etree


class Slave:
    def __init__(self, name, path, folder):
        description = fmpy.read_model_description(str(path))
        identifier = description.coSimulation.modelIdentifier
        self.variables = {variable.name: variable for variable in description.modelVariables}
        self.fmu = FMU2Slave(
            guid=description.guid, unzipDirectory=fmpy.extract(path, folder), modelIdentifier=identifier,
            instanceName=name,
        )  # fmt: skip
        self.fmu.instantiate()

    def write(self, name, value):
        variable = self.variables[name]
        typed = value if variable.type == "Real" else int(value)
        getattr(self.fmu, f"set{variable.type}")([variable.valueReference], [typed])

    def read(self, name):
        variable = self.variables[name]
        return getattr(self.fmu, f"get{variable.type}")([variable.valueReference])[0]


def opened(job, folder):
    """Return the FMUs by name, parameters set, and the connections."""
    if not job["path"].endswith(".ssp"):
        return {job["instance"]: Slave(job["instance"], job["path"], str(folder / "it"))}, []
    structure = read_ssd(job["path"])
    fmpy.extract(job["path"], str(folder))
    slaves = {}
    for component in find_components(structure.system):
        slave = Slave(component.name, folder / component.source, str(folder / component.name))
        for binding in component.parameterBindings:
            for parameter in etree.parse(folder / binding.source).iterfind(".//ssv:Parameter", ns):
                slave.write(parameter.get("name"), float(parameter[0].get("value")))
        slaves[component.name] = slave
    joined = structure.system.connections
    return slaves, [((c.startElement, c.startConnector), (c.endElement, c.endConnector)) for c in joined]


def initialize(slaves, connections):
    for slave in slaves.values():
        slave.fmu.setupExperiment(startTime=0.0)
        slave.fmu.enterInitializationMode()
    for _ in slaves:
        hand_on(slaves, connections)
    for slave in slaves.values():
        slave.fmu.exitInitializationMode()
    hand_on(slaves, connections)


def hand_on(slaves, connections):
    values = [slaves[name].read(output) for (name, output), _ in connections]
    for (_, (name, driven)), value in zip(connections, values, strict=True):
        slaves[name].write(driven, value)


def run(job, folder):
    slaves, connections = opened(job, folder)
    initialize(slaves, connections)

    def write(end, value):
        name, _, variable = end.partition(".")
        slaves[name].write(variable, value)

    def read(end):
        name, _, variable = end.partition(".")
        return slaves[name].read(variable)

    write(*job["mode"])
    driven, values = job["drive"]
    rows = []
    for number, value in enumerate(values):
        write(driven, value)
        for slave in slaves.values():
            slave.fmu.doStep(number * job["step"], job["step"])
        rows.append([read(name) for name in job["record"]])
        hand_on(slaves, connections)
    for slave in slaves.values():
        slave.fmu.terminate()
        slave.fmu.freeInstance()
    return rows


if __name__ == "__main__":
    with open(sys.argv[1]) as file, tempfile.TemporaryDirectory() as extracted:
        np.save(sys.argv[2], run(json.load(file), Path(extracted)))
