"""Components that call kernels directly: what they take back."""

import numpy as np
import pytest

from packfmu.core.block.memory_bounds import MemoryBounds
from packfmu.core.fields import Fields, whole
from packfmu.core.instance import blocks_of
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import Variable
from packfmu.coupling.kernels import KernelSlave
from packfmu.coupling.slave import SlaveError


@kernel
def begin(x, p, u, y, c):
    x.count = 1.0
    y.told = 1.0


@kernel
def nothing(x, p, u, y, c):
    y.told = x.count


@kernel
def count(x, p, u, y, c, t, h):
    x.count += 1.0
    y.told = x.count
    return DONE


@pytest.fixture(scope="module")
def model():
    told = Variable("told", "1", None, 0.0, 0.0, 1.0, 1.0, "Steps")
    flow = Variable("flow", "A", None, 0.0, -1.0, 1.0, 1.0, "Flow")
    step = Variable("step", "1", None, 1.0, 0.0, 2.0, 1.0, "Step")
    fields = Fields(
        parameters=(step,), inputs=(flow,), outputs=(told,), states=(whole("count", None, "Steps", 1.0, 9.0),)
    )
    return Model("Counter", "Counts", fields, begin, nothing, count)


def test_what_kernels_have_left_is_taken_back(model):
    slave = KernelSlave(model, ["flow"], ["told"])
    slave.end_initialization()
    slave.inputs["flow"][:] = 2.0  # a master checks what users give, not what components hand on
    slave.step(0.0, 1.0)
    saved = slave.save()
    slave.step(1.0, 1.0)
    slave.restore(saved)
    assert slave.outputs["told"][0] == 2.0
    assert slave.save() == saved


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, 3.0, "step = 3 is not within"),
        (1, np.inf, "an input is not finite"),
        (2, np.nan, "told = nan is not"),
        (3, 10.0, "count = 10 is not within"),
        (3, 1.5, "count = 1.5 is not a whole"),
    ],
)
def test_what_no_kernel_can_have_left_is_refused_and_changes_nothing(model, place, value, words):
    slave = KernelSlave(model, ["flow"], ["told"])
    slave.end_initialization()
    before = slave.save()
    memory = np.frombuffer(before).copy()
    memory[place] = value
    with pytest.raises(SlaveError, match=words):
        slave.restore(memory.tobytes())
    assert slave.save() == before


def test_the_memory_of_a_new_instance_has_states_that_are_still_to_be_computed(model):
    memory, _ = blocks_of(model)
    bounds = MemoryBounds(model)
    assert bounds.fault(memory) is not None
    assert bounds.fault(memory, end=bounds.results) is None
