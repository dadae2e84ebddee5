"""The pack current that holds the lowest potential of the cells' negative electrodes.

Equations
---------
Cells of physics tell the potential of their negative electrode ahead, ``U_k = anode_emf_k - anode_resistance_k c_k``
with the current c_k into the cell, in the middle of the step where `lookahead` is half of it. The currents are affine
in the pack current I, as in `cell_limit`, and so are these potentials: ``U_k = U_k(0) - s_k I`` with ``s_k >= 0``. At
the end of the step the electrode is further on: under its last current c it has fallen from U, in the middle of the
last step, to ``anode_emf_k - anode_resistance_k c``, and falls by half of that again::

    d_k = max((U - anode_emf_k + anode_resistance_k c) / 2, 0)
    I = min(`pack_current`, min_k (U_k(0) - d_k - `anode_potential_limit`) / s_k)

and not below 0. Discharging raises these potentials: a discharge is as it is asked for.

Limits
------
At the end of a step the lowest cell is where it is held to the second order of the step, once the current no longer
jumps. Ports that do not know of a current yet tell of the fall at small currents, which is steeper: the first two steps
from rest charge less than they might.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from .bounds import VOLTAGE


def fields(cells: int) -> Fields:
    """Return what n cells tell of their negative electrodes, and the limit."""
    return Fields(
        inputs=(
            Variable("anode_emf", "V", cells, 0.1, -VOLTAGE, VOLTAGE, 0.1,
                     "Port: potential of the cell's negative electrode at zero current"),
            Variable("anode_resistance", "Ohm", cells, 1e-3, -1e6, 1e6, 1e-3,
                     "Port: fall of that potential with the current into the cell", display_unit="mOhm"),
            Variable("anode_potential_limit", "V", None, 0.0, -VOLTAGE, VOLTAGE, 0.1,
                     "Potential against lithium that no negative electrode shall fall below", display_unit="mV"),
        ),
        states=(
            Variable("anode_before", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                     "Potential of the negative electrode by its port, in the middle of the last step"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def keep(x: Block, u: Block, y: Block) -> None:
    """Keep the potentials under the currents of this step."""
    for k in range(x.anode_before.shape[0]):
        x.anode_before[k] = u.anode_emf[k] - u.anode_resistance[k] * y.current[k]


@kernel
def moves_on(x: Block, u: Block, y: Block, k: int) -> float:
    """Return how far the potential of cell k falls from the middle to the end of the step [V]."""
    ahead = u.anode_emf[k] - u.anode_resistance[k] * y.current[k]
    return max(0.5 * (x.anode_before[k] - ahead), 0.0)


@kernel
def room_of_group(x: Block, u: Block, y: Block, g: int, cells: int, most: float) -> float:
    """Return the pack current that keeps the cells of group g at or above the limit, from 0 up to `most` [A].

    Parameters
    ----------
    g, cells : int
        Number of the group, from 0, and of the cells in each.
    """
    balancing = u.balancing_pack_current + u.balancing_current[g]
    before, share_before = balancing, 1.0
    for k in range(g * cells, (g + 1) * cells):
        after = x.onward[k] * before + x.emf_drive[k] + x.current_drive[k] * balancing
        share_after = x.onward[k] * share_before + x.current_drive[k]
        without = u.anode_emf[k] - u.anode_resistance[k] * (before - after)
        room = without - moves_on(x, u, y, k) - u.anode_potential_limit
        slope = u.anode_resistance[k] * (share_before - share_after)
        if slope * most > room:
            most = room / slope if room > 0.0 else 0.0
        before, share_before = after, share_after
    return most


@kernel
def anode_limited_current(x: Block, u: Block, y: Block, current: float) -> float:
    """Return the current of a charge at `current` [A] that keeps every negative electrode at or above its limit."""
    if current <= 0.0:
        return current
    groups = x.group_emf.shape[0]
    most = current
    for g in range(groups):
        most = room_of_group(x, u, y, g, x.onward.shape[0] // groups, most)
    return most
