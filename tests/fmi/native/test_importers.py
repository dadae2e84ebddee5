"""Runs in which the physics refuses a step, as other tools would call them: they end at once and are told why once."""

import subprocess
from dataclasses import dataclass

import numpy as np
import pytest
from fmpy import extract, read_model_description, simulate_fmu

from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from tests.fmi.native.native_toy import CLIENT, compile_c
from tests.fmi.python.host import Host, refused

POWER, STEP, STOP = -200.0, 10.0, 20_000.0
"""Two cells in series, two in parallel, under a power [W] that they cannot deliver for ever, in steps of 10 s."""


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """Return Pack.fmu of four Leaf cells."""
    pack = Pack.model_validate({"pack": {"series": 2, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}})
    folder = tmp_path_factory.mktemp("pack")
    return build_parts(all_parts(pack)[-1:], folder, pack.outputs.detail, platforms=(host_platform(),))["Pack"]


@pytest.fixture(scope="module")
def simulated(pack):
    """Return what FMPy's `simulate_fmu` returns, and what was logged."""
    told = []
    result = simulate_fmu(
        str(pack), stop_time=STOP, output_interval=STEP, output=["pack_voltage"], timeout=60.0,
        start_values={"load_mode": int(LoadMode.POWER), "pack_power": POWER},
        logger=lambda *arguments: told.append((arguments[2], arguments[4].decode())),
    )  # fmt: skip
    return result, told


def test_simulate_fmu_returns_the_rows_until_the_refused_step_and_tells_it_once(simulated):
    result, told = simulated
    end = result["time"][-1]
    energy = 4 * 112_850.0 * 3.7  # of four full cells of the Leaf at about their mean voltage [J]
    assert end * -POWER == pytest.approx(energy, rel=0.1)
    assert result["time"].tolist() == [*np.arange(0.0, end + STEP, STEP), end]  # FMPy repeats the last row
    assert result[-1] == result[-2]
    assert np.isfinite(result["pack_voltage"]).all()
    ((status, message),) = told
    assert status == 2  # fmi2Discard
    assert message.startswith(
        f"the step from {end:g} s by {STEP:g} s is refused: PackNetwork: pack_power = -200 W has no"
    )


@pytest.mark.parametrize("restores", [True, False])
def test_in_fmpy_a_run_goes_on_with_another_load(pack, simulated, restores):
    end = simulated[0]["time"][-1]
    with Host(pack) as host:
        host.initialize(load_mode=int(LoadMode.POWER), pack_power=POWER)
        while host.time < end:
            host.step(h=STEP)
        state, before = host.fmu.getFMUstate(), host.outputs()
        assert "is refused" in refused(host, h=STEP)
        assert (host.fmu.getBooleanStatus(3), host.fmu.getRealStatus(2)) == (True, end)
        assert host.outputs() == before
        if restores:
            host.fmu.setFMUstate(state)
            assert host.fmu.getBooleanStatus(3) is False
        host.fmu.freeFMUstate(state)
        host["pack_power"] = -POWER
        host.step(h=STEP)
        assert (host.fmu.getBooleanStatus(3), host.fmu.getRealStatus(2)) == (False, end + STEP)
        assert host["pack_voltage"] > simulated[0]["pack_voltage"][-1]


@dataclass(frozen=True)
class Printed:
    """What the client printed: rows of time and voltage, messages, and whether the tool is content."""

    rows: list[tuple[float, float]]
    told: list[str]
    end: str


@pytest.fixture(scope="module")
def play(pack, tmp_path_factory):
    """Return a function that runs the pack as a tool does."""
    folder = tmp_path_factory.mktemp("importers")
    client = compile_c(folder / "importers", [CLIENT / "importers.c"], "-O1", "-D_GNU_SOURCE")
    description = read_model_description(str(pack), validate=False)
    references = {variable.name: variable.valueReference for variable in description.modelVariables}
    place = extract(str(pack), str(folder / "pack"))
    library = f"{place}/binaries/linux64/Pack.so"

    def run(tool):
        given = (references["load_mode"], int(LoadMode.POWER), references["pack_power"], POWER)
        command = (client, tool, library, f"file://{place}/resources", description.guid, STEP, STOP,
                   references["pack_voltage"], *given)  # fmt: skip
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        rows = [tuple(map(float, line.split()[1:])) for line in lines if line.startswith("row ")]
        return Printed(rows, [line[4:] for line in lines if line.startswith("log ")], lines[-1])

    return run


@pytest.mark.parametrize(("tool", "more"), [("fmusim", [0.0]), ("pyfmi", []), ("checker", [STEP])])
def test_the_run_of_a_tool_ends_at_the_refused_step_and_is_told_once(play, simulated, tool, more):
    result, told = simulated
    end, voltage = result["time"][-1], result["pack_voltage"].tolist()
    found = play(tool)
    assert [t for t, _ in found.rows] == [*np.arange(0.0, end + STEP, STEP), *(end + each for each in more)]
    assert [value for _, value in found.rows] == [*voltage[:-1], *voltage[-1:] * len(more)]
    assert found.told == [f"2 {told[0][1]}"]
    assert found.end == "end 1"


def test_omsimulator_ends_there_and_cannot_lose_time_when_it_is_told_to_go_on(play, simulated):
    result, told = simulated
    end = result["time"][-1]
    found = play("omsimulator")
    assert [t for t, _ in found.rows] == [*np.arange(0.0, end + STEP, STEP), end + STEP]
    assert found.rows[-1][1] == found.rows[-2][1] == result["pack_voltage"][-1]
    assert found.told == [
        f"2 {told[0][1]}",
        f"3 a step must begin at {end:g} s, where the last one ended; the communication point is {end + STEP:g} s, "
        f"which differs by more than {1e-6 * STEP + 1e-9 * end:.3g} s",
    ]
    assert found.end == "end 0"
