"""The pack current at which the first cell reaches its voltage limit.

Equations
---------
The voltages of the cells are affine in the pack current I, as the busbar currents A_k past the rungs of a group are
(`ladder`, with the balancing current b of the group)::

    A_0 = I + b,   A_k = onward_k A_{k-1} + emf_drive_k + current_drive_k (I + b)
    v_k = emf_k + resistance_k (A_{k-1} - A_k) = v_k(0) + s_k I

These are voltages in the middle of the step, where `lookahead` is half of it; at its end the cell is further on. Under
its last current c it has moved from v, in the middle of the last step, to ``emf_k + resistance_k c``, and moves by half
of that again::

    d_k = max((emf_k + resistance_k c - v) / 2, 0)

One pass over the cells of each group gives v_k(0) and the slope s_k >= 0, hence the current of the cell that limits::

    I = min(`pack_current`, min_k (maximum_cell_voltage - d_k - v_k(0)) / s_k)

of a charge; of a discharge likewise by `minimum_cell_voltage`. It never has the other sign. The first cell stays
`CLEARANCE` within its limit.

Limits
------
At the end of a step the cell is where it is held to the second order of the step, once the current no longer jumps: the
first current of a load may lead beyond the limit.
"""

from __future__ import annotations

import math

from ...core.kernel import Block, kernel
from . import kinds

CLEARANCE = 5e-4
"""Distance of the first cell from its limit [V]: what is not foreseen, such as a kink of its open-circuit voltage, then
sets no cut-off."""


@kernel
def moves_on(x: Block, u: Block, y: Block, k: int, direction: float) -> float:
    """Return how far the voltage of cell k moves towards its limit from the middle to the end of the step [V]."""
    ahead = u.emf[k] + u.resistance[k] * y.current[k]
    return max(0.5 * direction * (ahead - x.cell_voltage[k]), 0.0)


@kernel
def room_of_group(
    x: Block, p: Block, u: Block, y: Block, g: int, cells: int, direction: float, limit: float, most: float
) -> float:
    """Return the size of the pack current that keeps the cells of group g within a voltage limit [V], up to `most` [A].

    Parameters
    ----------
    g, cells : int
        Number of the group, from 0, and of the cells in each.
    direction : float
        1 of a charge, -1 of a discharge.
    """
    balancing = u.balancing_pack_current + u.balancing_current[g]
    before, share_before = balancing, 1.0
    for k in range(g * cells, (g + 1) * cells):
        after = x.onward[k] * before + x.emf_drive[k] + x.current_drive[k] * balancing
        share_after = x.onward[k] * share_before + x.current_drive[k]
        own = kinds.voltage_limit(p, k, direction, limit, CLEARANCE)
        room = direction * (own - u.emf[k] - u.resistance[k] * (before - after)) - moves_on(x, u, y, k, direction)
        slope = u.resistance[k] * (share_before - share_after)
        if slope * most > room:
            most = room / slope if room > 0.0 else 0.0
        before, share_before = after, share_after
    return most


@kernel
def cell_limited_current(x: Block, p: Block, u: Block, y: Block, current: float) -> float:
    """Return the current of a charge at `current` [A] that keeps every cell's voltage within its limit.

    A charge (current > 0) keeps the highest cell at or below `maximum_cell_voltage`, a discharge the lowest at or above
    `minimum_cell_voltage`. Where not even 0 does, it is 0.
    """
    direction = math.copysign(1.0, current)
    limit = (p.maximum_cell_voltage if current > 0.0 else p.minimum_cell_voltage) - direction * CLEARANCE
    groups = x.group_emf.shape[0]
    most = abs(current)
    for g in range(groups):
        most = room_of_group(x, p, u, y, g, x.onward.shape[0] // groups, direction, limit, most)
    return direction * most
