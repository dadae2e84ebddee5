"""A state that would leave its range is refused in the step in which it does, and nothing becomes stuck: the FMUs."""

from contextlib import ExitStack

import numpy as np
import pytest

from packfmu.cosim.fmu.component import fmu_component
from packfmu.coupling.slave import SlaveError
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from packfmu.pack.topology import ELECTRICAL, THERMAL

FILE = {"pack": {"series": 1, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013", "initial_soc": 0.0}}


@pytest.fixture(scope="module", params=Form, ids=lambda form: form.value)
def built(request, tmp_path_factory):
    kind = Pack.model_validate(FILE)
    folder = tmp_path_factory.mktemp("built")
    return build_parts(all_parts(kind), folder, kind.outputs.detail, request.param, (host_platform(),))


@pytest.fixture
def start(built):
    """Return a function that starts an FMU at start values, and frees it after the test."""
    with ExitStack() as stack:

        def started(name, layer, inputs, outputs, **values):
            slave = fmu_component(name, layer, built[name]).open(inputs, outputs)
            stack.callback(slave.close)
            slave.prepare({name.replace("__", "."): np.array([value]) for name, value in values.items()}, 0.0)
            slave.end_initialization()
            return slave

        yield started


def until_refused(slave, h, most):
    """Step until the FMU refuses; return how often it stepped, and why it stopped."""
    for n in range(most):
        try:
            slave.step(n * h, h)
        except SlaveError as refused:
            return n, str(refused)
    pytest.fail(f"{most} steps were taken")


@pytest.mark.parametrize("h", [20.0, 900.0])
@pytest.mark.parametrize(("name", "current"), [("Cell", "current"), ("Pack", "pack_current")])
def test_an_empty_cell_ends_at_the_range_of_soc_and_can_be_charged(start, name, current, h):
    """At -31 A a Leaf cell goes from SOC 0 to -1 within hours; whatever the step, none ends below."""
    slave = start(name, ELECTRICAL, [current], ["soc"])
    slave.inputs[current][:] = -31.0
    steps, reason = until_refused(slave, h, 10_000)
    assert "soc[1] would be -1." in reason
    assert "charge the cell, or take less from it" in reason
    soc = float(slave.outputs["soc"][0])
    assert -1.0 <= soc < -1.0 + 31.0 * h / 230e3
    slave.inputs[current][:] = 31.0  # no state was restored: nothing has changed
    slave.step(steps * h, h)
    assert float(slave.outputs["soc"][0]) > soc


def test_a_cell_that_would_be_too_hot_ends_the_step_and_can_cool(start):
    slave = start("Thermal", THERMAL, ["heat_rate"], ["temperature"])
    slave.inputs["heat_rate"][:] = 500.0
    steps, reason = until_refused(slave, 10.0, 1000)
    assert "temperature[1] would be 50" in reason
    assert float(slave.outputs["temperature"][0]) <= 500.0
    slave.inputs["heat_rate"][:] = 0.0
    slave.step(steps * 10.0, 10.0)
    assert float(slave.outputs["temperature"][0]) < 500.0


def test_a_pack_whose_cell_gets_too_hot_is_refused_then_and_can_cool(start):
    """500 A warm a cell of 499.9 K to its bound; the step in which Thermal finds that is refused."""
    inputs = ["pack_current", "ambient_temperature"]
    slave = start("Pack", ELECTRICAL, inputs, ["temperature"], Thermal__initial_temperature=499.9)
    slave.inputs["pack_current"][:], slave.inputs["ambient_temperature"][:] = 500.0, 499.9
    steps, reason = until_refused(slave, 5.0, 100)
    assert steps % 2 == 1  # the temperature moves every 10 s
    assert "Thermal: temperature[1] would be 500" in reason
    slave.inputs["pack_current"][:], slave.inputs["ambient_temperature"][:] = 0.0, 300.0
    slave.step(steps * 5.0, 5.0)
    assert float(slave.outputs["temperature"][0]) < 500.0
