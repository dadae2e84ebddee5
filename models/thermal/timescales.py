"""Bounds of the time constants of a thermal chain.

Time constants
--------------
The rates at which the chain relaxes are the eigenvalues of a matrix. Its row k is the heat flow that cell k gives to
its surroundings, over its heat capacity. The eigenvalues lie in the circles of Gershgorin (R. A. Horn, C. R. Johnson,
Matrix Analysis, 2nd edition, theorem 6.1.1): around the diagonal, with the sum of what neighbours and coolant bring as
radius. With the share ``s = 1 - exp(-G / W)`` of the cooling plate, k cells upstream, all as warm, bring a cell
``W s (1 - (1 - s)^k)`` at most through the coolant.

``timescale.temperature`` is that of a single cell between neighbours that are held: its heat capacity over all that it
gives. ``timescale.board_temperature`` is the board's own.
"""

from __future__ import annotations

from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.timescale import NONE, include_timescale, reset_timescales, time_constant, timescale_variables


def fields() -> Fields:
    """Return the bounds of the time constants, and those of the temperatures that are handed on."""
    return Fields(
        outputs=(
            *timescale_variables(),
            time_constant("temperature", "Time constant of a cell between held neighbours, the shortest"),
            time_constant("board_temperature", "Time constant of the board"),
        ),
        modules=(__name__,),
    )


@kernel
def of_capacity(heat_capacity: float, conductance: float) -> float:
    """Return the time constant [s] of a heat capacity [J/K] behind a conductance [W/K]."""
    return heat_capacity / conductance if conductance > 0.0 else NONE


@kernel
def write_timescales(p: Block, y: Block, share: float, plate: float) -> None:
    """Write bounds of the time constants of cells and board.

    Parameters
    ----------
    share, plate : float
        s and W s of the cooling plate, see `chain.plate_element`.
    """
    reset_timescales(y)
    neighbours = 2.0 * p.conduction if p.convection.shape[0] > 1 else 0.0
    upstream = 0.0
    y.timescale_temperature = NONE
    for k in range(p.convection.shape[0]):
        given = p.convection[k] + plate + neighbours
        brought = neighbours + upstream
        shortest = of_capacity(p.heat_capacity[k], given + brought)
        include_timescale(y, shortest, of_capacity(p.heat_capacity[k], given - brought))
        y.timescale_temperature = min(y.timescale_temperature, of_capacity(p.heat_capacity[k], given))
        upstream += (plate - upstream) * share
    y.timescale_board_temperature = of_capacity(p.board_heat_capacity, p.board_convection)
    if p.board_convection > 0.0:
        include_timescale(y, y.timescale_board_temperature, y.timescale_board_temperature)
