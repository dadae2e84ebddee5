"""What a thermal chain reports of itself: time constants by hand, and the range of its temperatures."""

import re

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.core.timescale import NONE
from packfmu.models.thermal import chain
from packfmu.models.thermal.ports import BOARD_BEYOND, CELL_TOO_COLD, CELL_TOO_HOT

CELLS = 3


def started(**start):
    instance = Instance(chain.declare(CELLS).with_start(start))
    instance.initialize()
    return instance


def test_time_constants_of_the_temperatures_by_hand():
    """C / (h + 2 g + W s): of the cell that is fastest between held neighbours; the board's C / h."""
    capacity, convection = np.array([900.0, 400.0, 800.0]), np.array([0.5, 0.3, 0.2])
    told = started(
        heat_capacity=capacity, convection=convection, conduction=0.7, plate_conductance=2.0,
        coolant_heat_capacity_rate=40.0, board_heat_capacity=150.0, board_convection=0.5,
    ).y  # fmt: skip
    plate = 40.0 * (1.0 - np.exp(-2.0 / 40.0))
    assert told["timescale_temperature"] == pytest.approx(min(capacity / (convection + 1.4 + plate)), rel=1e-14)
    assert told["timescale_board_temperature"] == pytest.approx(300.0, rel=1e-15)
    assert told["timescale_fastest"] <= told["timescale_temperature"]


def test_what_gives_no_heat_rests():
    told = started(convection=0.0, conduction=0.0, board_convection=0.0).y
    assert told["timescale_temperature"] == told["timescale_board_temperature"] == NONE


@pytest.mark.parametrize(
    ("heat", "status", "text"),
    [
        (
            {"heat_rate": [0.0, 1e3, 0.0]},
            CELL_TOO_HOT,
            r"temperature\[2\] would be 5\d\d.* K, above 500 K; heat it less",
        ),
        ({"heat_rate": [-1e3, 0.0, 0.0]}, CELL_TOO_COLD, r"temperature\[1\] would be \d+.* K, below 200 K; heat it"),
        ({"board_heat_rate": 2e3}, BOARD_BEYOND, r"board_temperature would be \d+.* K, not within \[200, 500\] K"),
    ],
)
def test_the_step_in_which_a_temperature_leaves_its_range_is_refused(heat, status, text):
    instance = started()
    for name, value in heat.items():
        instance.u[name] = value
    steps, reached = 0, DONE
    while reached == DONE and steps < 1000:
        before = instance.memory.copy()
        reached = instance.advance(0.0, 10.0)
        steps += 1
    assert reached == status
    assert steps > 1
    assert re.search(text, instance.refusal(status))
    instance.memory[:] = before
    for name in heat:
        instance.u[name] = 0.0
    assert instance.advance(0.0, 10.0) == DONE
