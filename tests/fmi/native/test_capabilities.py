"""What the model description of a native FMU says that it can do: each capability is read there, and used."""

import subprocess
import sys
import zipfile
from ctypes import byref, c_double, c_int
from xml.etree import ElementTree

import pytest
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

from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import Platform
from tests.fmi.python.host import Host

ARGUMENTS = {"cells": 2, "parameters": "nissan_leaf_2013"}
OK, ERROR = 0, 3


@pytest.fixture(scope="module")
def fmu(tmp_path_factory):
    path = tmp_path_factory.mktemp("cell") / "Cell.fmu"
    build_native_fmu(path, "cell", ARGUMENTS, {"initial_soc": [0.5275, 0.4725]}, platforms=(Platform.LINUX64,))
    return path


@pytest.fixture(scope="module")
def capabilities(fmu):
    """Return the attributes of the element CoSimulation, and the names of the log categories."""
    with zipfile.ZipFile(fmu) as archive:
        root = ElementTree.fromstring(archive.read("modelDescription.xml"))
    attributes = dict(root.find("CoSimulation").attrib)
    attributes["LogCategories"] = " ".join(category.get("name") for category in root.iter("Category"))
    return attributes


def no_tool_is_needed(fmu, value):
    assert value == "false"
    script = "import sys; from fmpy import simulate_fmu; print(simulate_fmu(sys.argv[1], stop_time=2.0)['soc[1]'][-1])"
    done = subprocess.run([sys.executable, "-c", script, fmu], env={"PATH": ""}, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert float(done.stdout) == pytest.approx(0.5275, abs=1e-6)  # self-discharge over two seconds


def steps_of_any_size_end_where_one_does(fmu, value):
    assert value == "true"
    ends = []
    for steps in ([3.0], [0.1, 0.65, 2.25], [1e-3, 2.0, 0.999]):
        with Host(fmu) as host:
            host.initialize()
            host["current[1]"], t = -20.0, 0.0
            for h in steps:
                host.step(t, h)
                t += h
            ends.append(host["soc[1]"])
    assert ends == [pytest.approx(ends[0], rel=1e-12)] * 3  # rounding of three steps; the charge is the same


def a_ramp_moves_the_charge_of_its_mean(fmu, value):
    assert value == "true"
    with Host(fmu) as ramp, Host(fmu) as mean:
        for host, current in ((ramp, -10.0), (mean, -20.0)):
            host.initialize()
            host["current[1]"] = current
        ramp.fmu.setRealInputDerivatives([ramp.variables["current[1]"].valueReference], [1], [-5.0])
        for host in (ramp, mean):
            host.step(0.0, 4.0)
        assert ramp["soc[1]"] == mean["soc[1]"]
        assert ramp["current[1]"] == -30.0


def the_rate_of_an_output_is_told(fmu, value):
    assert value == "1"
    with Host(fmu) as host:
        host.initialize()
        host["current[1]"] = -20.0
        for _ in range(2):
            before = host["soc[1]"]
            host.step(h=4.0)
        reference = host.variables["soc[1]"].valueReference
        (rate,) = host.fmu.getRealOutputDerivatives([reference], [1])
        assert rate == pytest.approx((host["soc[1]"] - before) / 4.0, rel=1e-8)  # the SOC is rounded to 1e-16


def a_step_has_ended_when_the_call_returns(fmu, value):
    assert value == "false"
    with Host(fmu) as host:
        host.initialize()
        host.step(0.0, 2.0)
        time = c_double()
        assert host.fmu.fmi2GetRealStatus(host.fmu.component, c_int(2), byref(time)) == OK
        assert time.value == 2.0
        with pytest.raises(FMICallException) as caught:
            host.fmu.cancelStep()
        assert caught.value.status == ERROR


def instances_of_one_process_are_their_own(fmu, value):
    assert value == "false"
    with Host(fmu) as busy, Host(fmu) as idle:
        for host in (busy, idle):
            host.initialize()
        busy["current[1]"] = -20.0
        for k in range(10):
            for host in (busy, idle):
                host.step(k)
        assert busy["soc[1]"] < idle["soc[1]"] - 1e-3
        assert idle["current[1]"] == 0.0


def memory_comes_from_the_importer(fmu, value):
    assert value == "false"
    live = set()

    def allocate(count, size):
        address = calloc(count, size)
        live.add(address)
        return address

    def release(address):
        live.remove(address)
        free(address)

    callbacks = fmi2CallbackFunctions(
        logger=fmi2CallbackLoggerTYPE(print),
        allocateMemory=fmi2CallbackAllocateMemoryTYPE(allocate),
        freeMemory=fmi2CallbackFreeMemoryTYPE(release),
    )
    with Host(fmu) as host:
        identity = {"guid": host.description.guid, "modelIdentifier": "Cell", "unzipDirectory": host.folder}
        second = FMU2Slave(**identity, instanceName="second")
        second.instantiate(callbacks=callbacks)
        assert len(live) == 1
        state = second.getFMUstate()
        assert len(live) == 2
        second.freeFMUstate(state)
        second.freeInstance()
    assert live == set()


def a_state_is_returned_to(fmu, value):
    assert value == "true"
    with Host(fmu) as host:
        host.initialize()
        host["current[1]"] = -20.0
        host.step(0.0)
        state, ends = host.fmu.getFMUstate(), []
        for _ in range(2):
            host.step(1.0)
            ends.append(host.outputs())
            host.fmu.setFMUstate(state)
        host.fmu.freeFMUstate(state)
        assert ends[0] == ends[1]


def a_state_travels_as_bytes(fmu, value):
    assert value == "true"
    with Host(fmu) as first, Host(fmu) as second:
        first.initialize()
        first["current[1]"] = -20.0
        first.step(0.0)
        saved = first.fmu.getFMUstate()
        state = second.fmu.deSerializeFMUstate(first.fmu.serializeFMUstate(saved))
        second.fmu.setFMUstate(state)
        first.fmu.freeFMUstate(saved)
        second.fmu.freeFMUstate(state)
        for host in (first, second):
            host.step(1.0)
        assert first.outputs() == second.outputs()


def no_directional_derivative_is_given(fmu, value):
    assert value == "false"
    with Host(fmu) as host:
        host.initialize()
        with pytest.raises(FMICallException) as caught:
            host.fmu.getDirectionalDerivative([0], [0], [1.0])
        assert caught.value.status == ERROR


def each_category_is_told_of_its_refusals(fmu, value):
    with Host(fmu) as host:
        host.initialize()
        host["current[1]"] = 1e300
        for h in (-1.0, 1.0):
            with pytest.raises(FMICallException):
                host.step(0.0, h)
        assert {category for _, category, _ in host.log} == set(value.split())


USES = {
    "needsExecutionTool": no_tool_is_needed,
    "canHandleVariableCommunicationStepSize": steps_of_any_size_end_where_one_does,
    "canInterpolateInputs": a_ramp_moves_the_charge_of_its_mean,
    "maxOutputDerivativeOrder": the_rate_of_an_output_is_told,
    "canRunAsynchronuously": a_step_has_ended_when_the_call_returns,
    "canBeInstantiatedOnlyOncePerProcess": instances_of_one_process_are_their_own,
    "canNotUseMemoryManagementFunctions": memory_comes_from_the_importer,
    "canGetAndSetFMUstate": a_state_is_returned_to,
    "canSerializeFMUstate": a_state_travels_as_bytes,
    "providesDirectionalDerivative": no_directional_derivative_is_given,
    "LogCategories": each_category_is_told_of_its_refusals,
}


@pytest.mark.parametrize("capability", USES)
def test_it_does_what_its_model_description_says(fmu, capabilities, capability):
    USES[capability](fmu, capabilities[capability])


def test_it_says_nothing_else_of_itself(capabilities):
    assert set(capabilities) == {"modelIdentifier", *USES}
