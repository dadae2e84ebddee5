"""The elimination of a chain of cells and of the coolant that passes them, for a stage of the method.

`chain` has the equations. It subtracts nothing: pivots are sums of positive terms.
"""

from __future__ import annotations

import math

from ...core.kernel import Block, kernel
from .method import GAMMA


@kernel
def plate_element(p: Block) -> tuple[float, float]:
    """Share of a cell's excess temperature that the coolant takes on, and W times it [W/K]; both 0 without a plate."""
    if p.plate_conductance <= 0.0 or p.coolant_heat_capacity_rate <= 0.0:
        return 0.0, 0.0
    share = -math.expm1(-p.plate_conductance / p.coolant_heat_capacity_rate)
    return share, p.coolant_heat_capacity_rate * share


@kernel
def factorise(x: Block, p: Block, h: float) -> None:
    """Eliminate chain and coolant for a stage of a step of h [s].

    With the cells before k eliminated, a rise of cell k by 1 K lifts cell k - 1 by ``coupling`` and the coolant that
    reaches k by one less ``missing``; ``left`` is the conductance of what lies before k, seen from k.
    """
    share, plate = plate_element(p)
    left, missing = 0.0, 1.0
    last = x.temperature.shape[0] - 1
    for k in range(last + 1):
        right = p.conduction if k < last else 0.0
        load = p.heat_capacity[k] / (GAMMA * h) + p.convection[k] + left + plate * missing
        x.inverse_pivot[k] = 1.0 / (load + right)
        x.coupling[k] = right * x.inverse_pivot[k]
        x.coolant_reach[k] = 1.0 - (1.0 - share) * missing
        left = p.conduction * load * x.inverse_pivot[k]
        missing = load * x.inverse_pivot[k] + x.coupling[k] * (1.0 - share) * missing


@kernel
def solve(x: Block, p: Block, rise: Block) -> None:
    """Solve a factorised stage: the `rise` of every cell [K] for the source at hand."""
    share, plate = plate_element(p)
    before, coolant = 0.0, 0.0
    for k in range(rise.shape[0]):
        before = (x.source[k] + p.conduction * before + plate * coolant) * x.inverse_pivot[k]
        coolant = (1.0 - share) * coolant + x.coolant_reach[k] * before
        rise[k] = before
    for k in range(rise.shape[0] - 2, -1, -1):
        rise[k] += x.coupling[k] * rise[k + 1]
