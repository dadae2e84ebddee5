"""The reactions of a cell in a stage of the method: its reactants eliminated, its temperature left.

Equations
---------
A stage of the method of ode23s solves, with gamma its coefficient, h the sub-step and the derivatives r_s and r_T of
each rate at the start of the sub-step::

    (1 + gamma h r_s) s' + gamma h r_T T' = b
    C T' - gamma h (A T' + sum Q (r_T T' + r_s s')) = b_T

Each reactant has a row and a column of its own, and is eliminated::

    s' = (b - gamma h r_T T') / (1 + gamma h r_s)

What is left for the node of the cell is a term of the diagonal, and one of the right-hand side::

    -gamma h sum Q r_T / (1 + gamma h r_s),    gamma h sum Q r_s b / (1 + gamma h r_s)

All stages are linear in the same way, so that ``-sum Q s'`` is the heat of the reactions in each of them, to rounding:
the enthalpy of the reactants is kept, whatever the sub-step and its error.

Shared states
-------------
`first_rate` and `second_rate` are written here; `dense` uses them. `speed`, `slope`, `warming` and `remaining` are
those of `kinetics`, at the end of a sub-step.

References
----------
L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, doi:10.1137/S1064827594276424: the method, its error
and its dense output. E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd edition, section IV.7:
linear invariants of Rosenbrock methods.
"""

from __future__ import annotations

import math

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ..method import GAMMA
from . import kinetics
from .kind import REACTIONS

MIDDLE = 6.0 + math.sqrt(2.0)
"""Weight of the second stage in the third, which tells the error."""


def fields(cells: int) -> Fields:
    """Return the rates of the reactants in each stage."""
    each = (Count(cells, "cell"), REACTIONS)
    return Fields(
        states=(
            state("damping", "1", each, "Work: inverse of the diagonal of each reactant in a stage"),
            state("stage_known", "1/s", each, "Work: right-hand side of a stage"),
            state("first_rate", "1/s", each, "Work: rate of each reactant in the first stage"),
            state("second_rate", "1/s", each, "Work: rate of each reactant over the sub-step"),
            state("middle_speed", "1/s", each, "Work: rate of each reaction in the middle of the sub-step"),
            state("last_speed", "1/s", each, "Work: rate of each reaction at the end of the sub-step"),
            state("last_slope", "1/s", each, "Work: its derivative by what is left; 0 where it is negative", 0.0),
        ),
        modules=(__name__,),
    )


@kernel
def diagonal(x: Block, k: int, gh: float) -> float:
    """Eliminate the reactants of cell k for ``gh = gamma h`` [s]; return what that takes off the diagonal [W/K]."""
    total = 0.0
    for i in range(REACTIONS):
        x.damping[k, i] = 1.0 / (1.0 + gh * x.slope[k, i])
        total += x.whole_heat[k, i] * x.warming[k, i] * x.damping[k, i]
    return total


@kernel
def source(x: Block, k: int, gh: float) -> float:
    """Return what the right-hand sides of the reactants bring to that of their cell [W]."""
    total = 0.0
    for i in range(REACTIONS):
        total += x.whole_heat[k, i] * gh * x.slope[k, i] * x.damping[k, i] * x.stage_known[k, i]
    return total


@kernel
def resolved(x: Block, k: int, i: int, gh: float, warmed: float) -> float:
    """Return the rate of a reactant in a stage [1/s], in which the cell warms by so much [K/s]."""
    return (x.stage_known[k, i] - gh * x.warming[k, i] * warmed) * x.damping[k, i]


@kernel
def begin_first(x: Block, k: int, gh: float) -> float:
    """Begin the first stage of cell k; return what its reactants bring to the right-hand side [W], besides the heat."""
    for i in range(REACTIONS):
        x.stage_known[k, i] = -x.speed[k, i]
    return source(x, k, gh)


@kernel
def end_first(x: Block, k: int, gh: float, warmed: float) -> None:
    """Take the first stage's rates, in which the cell warms by so much [K/s]."""
    for i in range(REACTIONS):
        x.first_rate[k, i] = resolved(x, k, i, gh, warmed)


@kernel
def begin_second(x: Block, p: Block, k: int, h: float, temperature: float) -> tuple[float, float]:
    """Begin the second stage of cell k, at the temperature in the middle [K].

    Returns
    -------
    heat : float
        Of the reactions in the middle [W].
    source : float
        What the reactants bring to the right-hand side, besides [W].
    """
    heat = 0.0
    for i in range(REACTIONS):
        speed = kinetics.rate(p, i, x.remaining[k, i] + 0.5 * h * x.first_rate[k, i], temperature)
        heat += x.whole_heat[k, i] * speed
        x.middle_speed[k, i] = speed
        x.stage_known[k, i] = -speed - x.first_rate[k, i]
    return heat, source(x, k, GAMMA * h)


@kernel
def end_second(x: Block, k: int, gh: float, warmed: float) -> float:
    """Take the second stage's rates, in which the cell warms by so much more; return the heat of reactions [W]."""
    heat = 0.0
    for i in range(REACTIONS):
        x.second_rate[k, i] = x.first_rate[k, i] + resolved(x, k, i, gh, warmed)
        heat -= x.whole_heat[k, i] * x.second_rate[k, i]
    return heat


@kernel
def begin_third(x: Block, p: Block, k: int, h: float, temperature: float) -> tuple[float, float]:
    """Begin the third stage of cell k, at the temperature of the end [K]; return what `begin_second` does."""
    heat = 0.0
    for i in range(REACTIONS):
        speed, slope = kinetics.rate_and_slope(p, i, x.remaining[k, i] + h * x.second_rate[k, i], temperature)
        heat += x.whole_heat[k, i] * speed
        x.last_speed[k, i], x.last_slope[k, i] = speed, slope
        second_excess = x.second_rate[k, i] + x.middle_speed[k, i]
        x.stage_known[k, i] = -speed - MIDDLE * second_excess - 2.0 * (x.first_rate[k, i] + x.speed[k, i])
    return heat, source(x, k, GAMMA * h)


@kernel
def error(x: Block, k: int, h: float, warmed: float) -> float:
    """Return the heat that the reactants of cell k miss by the error of the sub-step [J]."""
    total = 0.0
    for i in range(REACTIONS):
        third = resolved(x, k, i, GAMMA * h, warmed)
        total += x.whole_heat[k, i] * abs(x.first_rate[k, i] - 2.0 * x.second_rate[k, i] + third)
    return total * h / 6.0


@kernel
def take(x: Block, p: Block, k: int, h: float, temperature: float) -> None:
    """Take from the reactants of cell k what has reacted over h [s]; their rates are those of the third stage."""
    for i in range(REACTIONS):
        x.remaining[k, i] += h * x.second_rate[k, i]
        x.speed[k, i], x.slope[k, i] = x.last_speed[k, i], x.last_slope[k, i]
        x.warming[k, i] = kinetics.warming(p, i, x.speed[k, i], temperature)
