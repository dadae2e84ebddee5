"""Steps of the Python flavour: what refuses them, what that tells and leaves behind, and the ways to go on."""

import math

import pytest
from fmpy import simulate_fmu

from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from tests.fmi.python.host import Host, refused


@pytest.mark.parametrize(("t", "h"), [(0.0, 0.0), (0.0, -1.0), (0.0, math.nan), (0.0, math.inf), (math.nan, 1.0)])
def test_a_step_is_positive_and_finite(host, t, h):
    host.initialize()
    before = host.outputs()
    assert "positive and finite" in refused(host, t, h)
    assert host.outputs() == before
    host.step()


def test_a_step_before_and_after_its_time_is_refused(host):
    assert "the FMU is instantiated" in refused(host)
    host.initialize().step()
    host.fmu.terminate()
    assert "the FMU is terminated" in refused(host)


def test_a_refused_step_tells_why_and_leaves_everything_as_it_was(host, toy_fmu):
    with Host(toy_fmu) as other:
        for each in (host, other):
            each.initialize()
            each["rate[1]"] = 1.0
            each.step()
        host["limit"] = 15.5
        message = refused(host, 1.0)
        assert "total = 17.00" in message
        assert "is beyond limit = 15.5 C, rate[1] = 1 A" in message
        assert host.fmu.getBooleanStatus(3) is True  # fmi2Terminated
        assert host.fmu.getRealStatus(2) == 1.0  # fmi2LastSuccessfulTime
        host["limit"] = 1e6
        host.step(1.0)
        other.step(1.0)
        assert host.outputs() == other.outputs()


def test_a_step_begins_where_the_last_one_ended(host):
    host.fmu.setupExperiment(startTime=100.0)
    host.fmu.enterInitializationMode()
    host.fmu.exitInitializationMode()
    assert "a step must begin at 100 s, where the last one ended; the communication point is 0 s" in refused(host, 0.0)
    host.step(100.0)
    before = host.outputs()
    for lost in (11.0, 5.0):
        message = "a step must begin at 101 s, where the last one ended; the communication point is {:g} s, "
        assert message.format(lost) in refused(host, lost)
    assert "which differs by more than 1.1e-06 s" in host.log[-1][2]
    assert host.outputs() == before
    state = host.fmu.getFMUstate()
    host.step(101.0 + 1e-6)
    host.step(102.0 + 1e-6)
    host.fmu.setFMUstate(state)
    host.fmu.freeFMUstate(state)
    host.step(101.0)


def test_a_start_time_that_is_not_finite_holds_the_steps(host):
    host.fmu.setupExperiment(startTime=math.nan)
    host.fmu.enterInitializationMode()
    host.fmu.exitInitializationMode()
    assert "the start time must be finite; it is nan s" in refused(host, 0.0)
    host.fmu.setupExperiment(startTime=0.0)  # too late
    assert "fmi2SetupExperiment comes first, but the FMU is stepping" in host.log[-1][2]
    refused(host, 0.0)
    host.fmu.reset()
    host.initialize().step()


def test_the_same_message_is_not_logged_twice_in_a_row(host):
    host.initialize()
    host["limit"] = 0.0
    for _ in range(3):
        refused(host)
    assert len(host.log) == 1
    refused(host, 5.0)
    refused(host)
    assert len(host.log) == 3
    assert host.log[0] == host.log[2]


def test_after_a_refused_step_one_goes_on_with_and_without_a_saved_state(host, toy_fmu):
    with Host(toy_fmu) as other:
        for each in (host, other):
            each.initialize(limit=17.0)
            each["rate[1]"] = 1.0
            each.step()
        for restores in (True, False):
            state = host.fmu.getFMUstate()
            host["rate[1]"] = 99.0
            refused(host)
            if restores:
                host.fmu.setFMUstate(state)
            host.fmu.freeFMUstate(state)
            for each in (host, other):
                each["rate[1]"] = 0.25
                each.step()
            assert host.outputs() == other.outputs()


def test_simulate_fmu_returns_the_rows_until_a_refused_step(host, toy_fmu):
    told = []
    result = simulate_fmu(
        str(toy_fmu), stop_time=60.0, output_interval=1.0, output=["total"], timeout=30.0, debug_logging=True,
        start_values={"rate[1]": 1.0, "limit": 20.5},  # pythonfmu tells nothing where logging is off
        logger=lambda *arguments: told.append(arguments[2:5:2]),
    )  # fmt: skip
    host.initialize(limit=20.5)
    host["rate[1]"] = 1.0
    rows = [host["total"]]
    while rows[-1] < 20.5 - 1.1:
        host.step()
        rows.append(host["total"])
    assert "total = " in refused(host)
    assert result["time"].tolist() == [*range(len(rows)), host.time]  # FMPy repeats the last row
    assert result["total"].tolist() == [*rows, rows[-1]]
    ((status, message),) = told
    assert (status, message.decode()) == (2, host.log[-1][2])


@pytest.mark.campaign
def test_simulate_fmu_returns_the_rows_of_a_pack_until_it_is_empty_in_both_flavours(tmp_path):
    """Four Leaf cells under -200 W: the library of pythonfmu takes ten seconds for what the native one does at once."""
    pack = Pack.model_validate({"pack": {"series": 2, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}})
    block = all_parts(pack)[-1]
    build_python_fmu(tmp_path / "python.fmu", block.component, block.arguments, block.start)
    native = build_parts([block], tmp_path, pack.outputs.detail, platforms=(host_platform(),))["Pack"]
    told = []
    python, compiled = (
        simulate_fmu(
            str(path), stop_time=20_000.0, output_interval=60.0, output=["pack_voltage", "pack_soc"], timeout=120.0,
            start_values={"load_mode": int(LoadMode.POWER), "pack_power": -200.0}, debug_logging=True,
            logger=lambda *arguments: told.append(arguments[4]),
        )
        for path in (tmp_path / "python.fmu", native)
    )  # fmt: skip
    assert len(python) > 100
    assert python.tolist() == compiled.tolist()
    assert len(told) == 2
    assert told[0] == told[1]
