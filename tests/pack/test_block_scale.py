"""The pack as one block whose periods are scaled, against blocks whose periods are longer."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.fmi.registry import load_definition
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import pack_block
from packfmu.pack.file import Schedule
from packfmu.pack.parts import parts


@pytest.fixture(scope="module")
def longer_model(small_pack):
    """Return the block with periods four times as long."""
    schedule = Schedule(electrical="4 s", control="40 s", thermal="40 s")
    pack = small_pack.model_copy(update={"schedule": schedule})
    part = pack_block(pack, parts(pack))
    return load_definition(part.component, part.arguments, part.start).model


@pytest.fixture
def longer(longer_model):
    instance = Instance(longer_model)
    instance.u["load_mode"], instance.u["ambient_temperature"] = LoadMode.POWER, 290.0
    instance.initialize()
    return instance


def assert_same_outputs(found, expected):
    for name in found.y.names:
        np.testing.assert_array_equal(found.y[name], expected.y[name], name)
    for ports in ("PackNetwork_inputs", "Cell_outputs"):
        assert found.x[ports].memory.tobytes() == expected.x[ports].memory.tobytes()


def drive(instances, begin, steps):
    t = begin
    for number, h in enumerate(steps):
        for instance in instances:
            instance.u["pack_power"] = -900.0 - 100.0 * (number % 7)
            assert instance.advance(t, h) == 0
        t += h


@pytest.mark.parametrize("steps", [[4.0] * 30, [120.0], [1.1] * 100, [7.0, 50.0, 23.5, 0.25]])
def test_four_times_the_scale_is_four_times_the_periods(block, longer, steps):
    block.p["step_scale"] = 4.0
    block.initialize()
    assert_same_outputs(block, longer)
    drive((block, longer), 0.0, steps)
    assert_same_outputs(block, longer)
    assert np.ptp(block.y["current"]) > 0.1


def test_a_new_scale_begins_with_ports_that_look_as_far_ahead(block, longer):
    """The block with longer periods goes on with the state of the one whose periods become longer."""
    drive((block,), 0.0, [1.0] * 40)
    longer.memory[:] = block.memory
    longer.p["Cell"]["lookahead"] = 2.0
    longer.update_outputs()
    for name in ("emf", "resistance"):
        longer.x["PackNetwork_inputs"][name] = longer.x["Cell_outputs"][name]
    before = longer.x["PackNetwork_inputs"]["resistance"].copy()
    assert np.all(before > block.x["PackNetwork_inputs"]["resistance"])  # polarisation grows with the time
    block.p["step_scale"] = 4.0
    block.update_outputs()
    drive((block, longer), 40.0, [40.0, 8.0, 3.0, 69.0])
    assert_same_outputs(block, longer)


@pytest.mark.parametrize("when", [31, 35, 39])
def test_a_scale_that_is_set_within_a_period_waits_for_its_end(model, block, when):
    """Set at 31 to 39 s it is taken up at 40 s, where the balancer and the thermal network step."""
    other = Instance(model)
    other.memory[:] = block.memory
    drive((block,), 0.0, [1.0] * 60)
    assert block.x["scale"] == 1.0
    other.u["pack_power"] = 0.0
    drive((other,), 0.0, [1.0] * when)
    reference = Instance(model)
    reference.memory[:] = other.memory
    other.p["step_scale"] = 4.0
    for instance in (other, reference):
        drive((instance,), float(when), [1.0] * (40 - when))
    assert (other.x["scale"], reference.x["scale"]) == (1.0, 1.0)
    reference.p["step_scale"] = 4.0
    drive((other, reference), 40.0, [4.0] * 10)
    assert_same_outputs(other, reference)
    assert other.y["soc_mean"] != block.y["soc_mean"]


def test_coarser_steps_stay_near(block, model):
    """Second order: in ten minutes under a constant power steps of 8 s were off by 2e-5 of the charge."""
    fine, charges = Instance(model), []
    fine.memory[:] = block.memory
    block.p["step_scale"] = 8.0
    block.initialize()
    for instance in (fine, block):
        instance.u["pack_power"] = -900.0
        charge = 0.0
        for number in range(10):
            assert instance.advance(80.0 * number, 80.0) == 0
            charge += float(instance.y["pack_charge"])
        charges.append(charge)
    assert charges[1] == pytest.approx(charges[0], rel=1e-4)
    assert charges[1] != charges[0]
