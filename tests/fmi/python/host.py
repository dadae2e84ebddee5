"""An importer: an FMU run through FMPy, by variable names, with what its logger was told."""

from __future__ import annotations

import math
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from fmpy import extract, read_model_description
from fmpy.fmi1 import FMICallException
from fmpy.fmi2 import (
    FMU2Slave,
    calloc,
    fmi2CallbackAllocateMemoryTYPE,
    fmi2CallbackFreeMemoryTYPE,
    fmi2CallbackFunctions,
    fmi2CallbackLoggerTYPE,
    free,
)

DISCARD = 2
KINDS = {"Real": "Real", "Integer": "Integer", "Enumeration": "Integer", "Boolean": "Boolean"}


class Host:
    """One instance of an FMU; a context manager that frees it and removes what was extracted."""

    def __init__(self, fmu: Path, name: str = "instance") -> None:
        self.folder = extract(str(fmu))
        self.description = read_model_description(self.folder, validate=False)
        self.variables = {v.name: v for v in self.description.modelVariables}
        self.log: list[tuple[int, str, str]] = []
        self.time = 0.0
        self.callbacks = fmi2CallbackFunctions(
            logger=fmi2CallbackLoggerTYPE(self._logged),
            allocateMemory=fmi2CallbackAllocateMemoryTYPE(calloc),
            freeMemory=fmi2CallbackFreeMemoryTYPE(free),
        )
        self.fmu = FMU2Slave(
            guid=self.description.guid,
            modelIdentifier=self.description.coSimulation.modelIdentifier,
            unzipDirectory=self.folder,
            instanceName=name,
        )
        try:
            self.fmu.instantiate(callbacks=self.callbacks, loggingOn=True)
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        finally:
            with suppress(AttributeError):  # pythonfmu's library lets go of it twice when the process ends
                self.fmu.dll.finalizePythonInterpreter()

    def _logged(self, environment, instance, status, category, message) -> None:
        self.log.append((status, (category or b"").decode(), message.decode()))

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *exception) -> None:
        self.fmu.freeInstance()
        shutil.rmtree(self.folder)

    def initialize(self, **values) -> Host:
        """Set values and initialise."""
        self.fmu.setupExperiment(startTime=0.0)
        self.time = 0.0
        self.fmu.enterInitializationMode()
        for name, value in values.items():
            self[name] = value
        self.fmu.exitInitializationMode()
        return self

    def _call(self, verb: str, name: str):
        variable = self.variables[name]
        return getattr(self.fmu, verb + KINDS[variable.type]), variable.valueReference

    def __getitem__(self, name: str):
        getter, reference = self._call("get", name)
        return getter([reference])[0]

    def __setitem__(self, name: str, value) -> None:
        setter, reference = self._call("set", name)
        setter([reference], [value])

    def step(self, t: float | None = None, h: float = 1.0) -> None:
        """Step from a time, by default from the end of the last step."""
        begin = self.time if t is None else t
        self.fmu.doStep(begin, h)
        self.time = begin + h

    def outputs(self) -> list[float]:
        """All real outputs."""
        variables = self.description.modelVariables
        return self.fmu.getReal([v.valueReference for v in variables if v.causality == "output" and v.type == "Real"])

    def messages(self) -> str:
        return "\n".join(message for _, _, message in self.log)


def refused(host, t=None, h=1.0):
    """Take a step that must be refused, and return what the logger was told last."""
    with pytest.raises(FMICallException) as caught:
        host.step(t, h)
    assert caught.value.status == DISCARD
    status, category, message = host.log[-1]
    return message if (status, category) == (DISCARD, "logStatusDiscard") else f"{status} {category} {message}"


def run(host, steps, begin=0):
    """Step under a changing input; return the outputs after each step."""
    trace = []
    for k in range(begin, begin + steps):
        host["rate[1]"] = math.sin(k)
        host.step(float(k))
        trace.append(host.outputs())
    return trace
