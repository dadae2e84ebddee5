"""Bounds of the time constants of a thermal chain."""

from __future__ import annotations

from ...core.model import Block, kernel
from ...core.timescale import NONE, include_timescale, reset_timescales


@kernel
def bound_timescales(p: Block, y: Block, share: float, plate: float) -> None:
    """Tell bounds of the time constants of cells and board.

    The rates are the eigenvalues of a matrix whose row k is what cell k gives to its surroundings, over its heat
    capacity; they lie in the circles of Gershgorin, around the diagonal with the sum of what neighbours and coolant
    bring as radius (R. A. Horn, C. R. Johnson, Matrix Analysis, 2nd edition, theorem 6.1.1). The coolant brings to a
    cell ``plate (1 - (1 - share)^k)`` at most, the k cells before it being as warm.

    Parameters
    ----------
    share, plate : float
        Of the cooling plate, see `thermal.plate_element`.
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
