"""What the memory of an instance may hold."""

import math

import numpy as np
import pytest

from packfmu.core.block.memory_bounds import MemoryBounds
from packfmu.core.fields import MOST, Fields, flag, state, whole
from packfmu.core.model import Model
from packfmu.core.variable import DataType, Variable

MODEL = Model(
    name="Counter",
    description="A counter",
    fields=Fields(
        parameters=(Variable("mode", "1", None, 1.0, 1.0, 3.0, 1.0, "Mode", data_type=DataType.INTEGER),),
        inputs=(Variable("flow", "A", 2, 0.0, -5.0, 5.0, 1.0, "Flow"),),
        outputs=(Variable("soc", "1", None, 0.5, 0.0, 1.0, 1.0, "State of charge"),),
        states=(
            flag("full", None, "Whether it is full"),
            whole("turning_points", (2, 2), "Points", 2.0, 32.0),
            state("charge", "C", None, "Charge"),
            state("since", "s", None, "Time since then", 0.0),
        ),
    ),
    initialize=lambda *blocks: None,
    outputs_kernel=lambda *blocks: None,
    advance=lambda *blocks: 0,
)
GOOD = [1.0, 0.0, 5.0, 0.5, 1.0, 2.0, 3.0, 31.0, 32.0, -1e300, 0.0]


def test_what_instances_hold_has_no_fault():
    assert MemoryBounds(MODEL).fault(np.array(GOOD)) is None
    outputs_have_no_bounds = [*GOOD[:3], 1.5, *GOOD[4:]]
    assert MemoryBounds(MODEL).fault(np.array(outputs_have_no_bounds)) is None


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, 4.0, "mode = 4 is not within [1, 3]"),
        (0, 1.5, "mode = 1.5 is not a whole number within [1, 3]"),
        (2, 5.5, "flow[2] = 5.5 A is not within [-5, 5] A"),
        (3, math.nan, "soc = nan is not finite and within [-inf, inf]"),
        (4, 2.0, "hidden state full = 2 is not within [0, 1]"),
        (4, 0.5, "hidden state full = 0.5 is not a whole number within [0, 1]"),
        (7, 33.0, "hidden state turning_points[2,1] = 33 is not within [2, 32]"),
        (5, 1.0, "hidden state turning_points[1,1] = 1 is not within [2, 32]"),
        (9, math.inf, "hidden state charge = inf C is not finite and within [-inf, inf] C"),
        (10, -1e-300, "hidden state since = -1e-300 s is not within [0, inf] s"),
    ],
)
def test_a_fault_is_named(place, value, words):
    memory = np.array(GOOD)
    memory[place] = value
    assert MemoryBounds(MODEL).fault(memory) == words


def test_a_part_is_looked_at_alone():
    memory = np.array(GOOD)
    memory[[0, 10]] = -1.0
    bounds = MemoryBounds(MODEL)
    assert "mode" in bounds.fault(memory, end=bounds.results)
    assert "since" in bounds.fault(memory, bounds.results)
    assert bounds.fault(memory, 1, 10) is None


def test_a_whole_number_starts_at_0_or_as_near_as_it_may():
    bounds = ((0.0, 9.0), (2.0, 9.0), (-9.0, -2.0), (-1.0, 1.0))
    assert [whole("w", None, "W", *each).start for each in bounds] == [0.0, 2.0, -2.0, 0.0]
    assert whole("w", None, "W").max == MOST
    assert MOST + 1.0 == MOST
