"""What thermal models have alike: the temperatures of cells and board, the heat of a step, and their range."""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.kernel import Block, kernel
from ...core.model import DONE
from ...core.statistics import extremes_of
from ...core.variable import Variable
from .method import COLDEST, HOLD_TOLERANCE, HOTTEST

CELL_TOO_COLD, CELL_TOO_HOT, BOARD_BEYOND = 1, 2, 3
"""Statuses of a step after which a temperature would be beyond its range."""


def refusals(hottest: float = HOTTEST) -> dict[int, str]:
    """Return what these statuses mean, where no temperature may be above `hottest` [K]."""
    return {
        CELL_TOO_COLD: "temperature[{y.temperature_minimum_cell:.0f}] would be {y.temperature_minimum:.6g} K, "
        f"below {COLDEST:g} K; heat it, cool it less, or step shorter",
        CELL_TOO_HOT: "temperature[{y.temperature_maximum_cell:.0f}] would be {y.temperature_maximum:.6g} K, "
        f"above {hottest:g} K; heat it less, or cool it more",
        BOARD_BEYOND: "board_temperature would be {y.board_temperature:.6g} K, "
        f"not within [{COLDEST:g}, {hottest:g}] K; heat the board less",
    }


def temperature(cells: int, hottest: float = HOTTEST) -> Variable:
    """Return the output that holds the temperature of each cell, at most `hottest` [K]."""
    return Variable("temperature", "K", cells, 298.15, COLDEST, hottest, 300.0, "Temperature of each cell",
                    display_unit="degC", hold_tolerance=HOLD_TOLERANCE,
                    time_constant="timescale.temperature")  # fmt: skip


def heats() -> tuple[Variable, ...]:
    """Return the heat of cells and board over a step, as it is generated, stored and given away."""
    told = {"generated_heat": "Heat generated in cells and board", "stored_heat": "Heat that warmed cells and board",
            "ambient_heat": "Heat given to the ambient air", "coolant_heat": "Heat given to the coolant"}  # fmt: skip
    return tuple(Variable(name, "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3, f"{text}, over the step")
                 for name, text in told.items())  # fmt: skip


def given_temperature(name: str, text: str) -> Variable:
    """Return a temperature that is given."""
    return Variable(name, "K", None, 298.15, COLDEST, HOTTEST, 300.0, text, display_unit="degC")


TEMPERATURE_EXTREMES = extremes_of(temperature(1))

write_temperature_extremes = TEMPERATURE_EXTREMES.write


@kernel
def within_range(y: Block, hottest: float) -> int:
    """Return ``DONE``, or the status that tells which temperature is below `COLDEST` or above `hottest` [K]."""
    if y.temperature_minimum < COLDEST:
        return CELL_TOO_COLD
    if y.temperature_maximum > hottest:
        return CELL_TOO_HOT
    return DONE if COLDEST <= y.board_temperature <= hottest else BOARD_BEYOND
