"""Bounds of the time constants of a thermal chain.

Time constants
--------------
The rates at which the chain relaxes are the eigenvalues of a matrix. Its row k is the heat flow that cell k gives to
its surroundings, over its heat capacity. The eigenvalues lie in the circles of Gershgorin (R. A. Horn, C. R. Johnson,
Matrix Analysis, 2nd edition, theorem 6.1.1): around the diagonal, with the sum of what neighbours and coolant bring as
radius. With the share ``s = 1 - exp(-G / W)`` of the cooling plate, k cells upstream, all as warm, bring a cell
``W s (1 - (1 - s)^k)`` at most through the coolant.
"""

from __future__ import annotations

from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.timescale import NONE, include_timescale, reset_timescales, timescale_variables


def fields() -> Fields:
    """Return the bounds of the time constants."""
    return Fields(outputs=timescale_variables(), modules=(__name__,))


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
    for k in range(p.convection.shape[0]):
        given = p.convection[k] + plate + neighbours
        brought = neighbours + upstream
        shortest = p.heat_capacity[k] / (given + brought) if given + brought > 0.0 else NONE
        include_timescale(y, shortest, p.heat_capacity[k] / (given - brought) if given > brought else NONE)
        upstream += (plate - upstream) * share
    if p.board_convection > 0.0:
        time_constant = p.board_heat_capacity / p.board_convection
        include_timescale(y, time_constant, time_constant)
