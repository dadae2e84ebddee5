"""The balancer's board, a thermal node of its own that air cools.

Equations
---------
With the temperature T_b of the board, heat q_b generated on it, and air at T_a::

    C_b dT_b/dt = q_b + h_b (T_a - T_b)

The start values of heat capacity and convection are assumptions.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..numerics.summation import add
from .method import CAPACITY, CARRIED, COLDEST, CONDUCTANCE, GAMMA, HOLD_TOLERANCE, HOTTEST, mean_temperature


def heat_rate() -> Variable:
    """Return the input that heats the board."""
    return Variable("board_heat_rate", "W", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Heat generated on the board")


def temperature(hottest: float = HOTTEST) -> Variable:
    """Return the output that holds the temperature of the board, at most `hottest` [K]."""
    return Variable("board_temperature", "K", None, 298.15, COLDEST, hottest, 300.0, "Temperature of the board",
                    display_unit="degC", hold_tolerance=HOLD_TOLERANCE,
                    time_constant="timescale.board_temperature")  # fmt: skip


def fields() -> Fields:
    """Return the board's heat capacity and convection, what heats it, and its temperature."""
    return Fields(
        parameters=(
            Variable("board_heat_capacity", "J/K", None, 200.0, 1e-3, CAPACITY, 100.0, "Heat capacity of the board"),
            Variable("board_convection", "W/K", None, 1.0, 0.0, CONDUCTANCE, 1.0,
                     "Conductance from the board to the air"),
        ),
        inputs=(heat_rate(),),
        outputs=(temperature(),),
        states=(
            Variable("board_temperature", "K", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Temperature of the board"),
            Variable("board_remainder", "K", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "What rounding cut off the temperature of the board"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def start(x: Block, p: Block, y: Block) -> None:
    """Set the board to the initial temperature."""
    x.board_temperature, x.board_remainder = p.initial_temperature, 0.0
    y.board_temperature = x.board_temperature


@kernel
def rises(x: Block, p: Block, u: Block, h: float) -> tuple[float, float]:
    """Return the rise of the board in both stages of a step of h [s]; the second is that of the step [K]."""
    source = u.board_heat_rate + p.board_convection * (u.ambient_temperature - x.board_temperature)
    inertia = p.board_heat_capacity / (GAMMA * h)
    first = source / (inertia + p.board_convection)
    return first, (source + inertia * CARRIED * first) / (inertia + p.board_convection)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Step the board by h [s], and add its heat to that of the cells."""
    first, rise = rises(x, p, u, h)
    mean = mean_temperature(x.board_temperature, first, rise)
    y.generated_heat += h * u.board_heat_rate
    y.stored_heat += p.board_heat_capacity * rise
    y.ambient_heat += h * p.board_convection * (mean - u.ambient_temperature)
    x.board_temperature, x.board_remainder = add(x.board_temperature, x.board_remainder, rise)
    y.board_temperature = x.board_temperature
