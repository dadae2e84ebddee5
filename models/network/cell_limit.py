"""The pack current at which the first cell reaches its voltage limit.

Equations
---------
The voltages of the cells are affine in the pack current I, as the busbar currents A_k past the rungs of a group are
(`ladder`, with the balancing current b of the group)::

    A_0 = I + b,   A_k = onward_k A_{k-1} + emf_drive_k + current_drive_k (I + b)
    v_k = emf_k + resistance_k (A_{k-1} - A_k) = v_k(0) + s_k I

One pass over the cells of each group gives v_k(0) and the slope s_k >= 0, hence the current of the cell that limits::

    I = min(`pack_current`, min_k (maximum_cell_voltage - v_k(0)) / s_k)

of a charge; of a discharge likewise by `minimum_cell_voltage`. It never has the other sign. The first cell stays
`CLEARANCE` within its limit.

Limits
------
The voltages are those that the ports foresee, in the middle of the step where `lookahead` is half of it. At its end the
cell is further on by half of what its voltage changes in a step.
"""

from __future__ import annotations

import math

from ...core.kernel import Block, kernel

CLEARANCE = 1e-9
"""Distance of the first cell from its limit [V]: rounding then sets no cut-off."""


@kernel
def room_of_group(x: Block, u: Block, g: int, cells: int, direction: float, limit: float, most: float) -> float:
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
        room = direction * (limit - u.emf[k] - u.resistance[k] * (before - after))
        slope = u.resistance[k] * (share_before - share_after)
        if slope * most > room:
            most = room / slope if room > 0.0 else 0.0
        before, share_before = after, share_after
    return most


@kernel
def cell_limited_current(x: Block, p: Block, u: Block, current: float) -> float:
    """Return the current of a charge at `current` [A] that keeps every cell's voltage within its limit.

    A charge (current > 0) keeps the highest cell at or below `maximum_cell_voltage`, a discharge the lowest at or above
    `minimum_cell_voltage`. Where not even 0 does, it is 0.
    """
    direction = math.copysign(1.0, current)
    limit = (p.maximum_cell_voltage if current > 0.0 else p.minimum_cell_voltage) - direction * CLEARANCE
    groups = x.group_emf.shape[0]
    most = abs(current)
    for g in range(groups):
        most = room_of_group(x, u, g, x.onward.shape[0] // groups, direction, limit, most)
    return direction * most
