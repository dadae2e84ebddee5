"""Run a job in libcosim: ``python run_libcosim.py JOB.json TRACE.npy``.

libcosim's fixed-step algorithm lets every simulator whose turn it is step over the whole of its own step, a multiple
of the base step, and then hands outputs on: those of a connection at the instants at which a step of both ends is
complete. A manipulator sets what nothing drives.
"""

import json
import sys

import numpy as np
from libcosimpy.CosimEnums import CosimVariableType
from libcosimpy.CosimExecution import CosimExecution
from libcosimpy.CosimLogging import CosimLogLevel, log_output_level
from libcosimpy.CosimManipulator import CosimManipulator
from libcosimpy.CosimObserver import CosimObserver
from libcosimpy.CosimSlave import CosimLocalSlave


def opened(job):
    path = job["path"]
    if path.endswith(".ssp"):
        return CosimExecution.from_ssp_file(path)
    if path.endswith(".xml"):
        return CosimExecution.from_osp_config_file(path)
    execution = CosimExecution.from_step_size(job["step"] * 1e9)
    execution.add_local_slave(CosimLocalSlave(path, job["instance"]))
    return execution


def run(job):
    execution = opened(job)
    observer, manipulator = CosimObserver.create_last_value(), CosimManipulator.create_override()
    assert execution.add_observer(observer)
    assert execution.add_manipulator(manipulator)
    places = {}
    for slave in execution.slave_infos():
        for variable in execution.slave_variables(slave.index):
            places[f"{slave.name.decode()}.{variable.name.decode()}"] = slave.index, [variable.reference], variable.type
    kinds = {CosimVariableType.REAL.value: "real", CosimVariableType.INTEGER.value: "integer"}

    def write(name, value):
        slave, reference, kind = places[name]
        assert getattr(manipulator, f"slave_{kinds[kind]}_values")(slave, reference, [value]), name

    def read(name):
        slave, reference, kind = places[name]
        return getattr(observer, f"last_{kinds[kind]}_values")(slave, reference)[0]

    write(*job["mode"])
    driven, values = job["drive"]
    rows = []
    for value in values:
        write(driven, value)
        assert execution.step(), "a step failed; the log on stdout tells why"
        rows.append([read(name) for name in job["record"]])
    return rows


if __name__ == "__main__":
    log_output_level(CosimLogLevel.WARNING)
    with open(sys.argv[1]) as file:
        np.save(sys.argv[2], run(json.load(file)))
