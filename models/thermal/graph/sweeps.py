"""Weakly coupled nodes: sweeps in which each one follows from its neighbours (Gauss and Seidel).

Equations
---------
::

    rise_i = (right_i + fed_i + sum_j G_ij rise_j) / d_i

with the newest rises of neighbours, from 0; `fed` is what the coolant brings by the rises of the last sweep. What a
sweep changes is at most `stage.WEAK` of what the last but one did.

References
----------
Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., SIAM 2003, section 4.1.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from . import coolant

MOST = 40
"""Sweeps: two in turn leave a tenth, or less."""

ROUNDING = 1e-15
"""Of the greatest rise: a change below it is none."""


@kernel
def sweep(x: Block, c: Block, right: Block, rise: Block) -> tuple[float, float]:
    """Let each node follow its neighbours; return the greatest change, and the greatest rise [K]."""
    first, change, greatest = 0, 0.0, 0.0
    for i in range(rise.shape[0]):
        end, total = c.row_start[i + 1], right[i] + x.fed[i]
        for e in range(first, end):
            total += x.row_conductance[e] * rise[c.entry_node[e]]
        total *= x.inverse_total[i]
        change, greatest = max(change, abs(total - rise[i])), max(greatest, abs(total))
        rise[i] = total
        first = end
    return change, greatest


@kernel
def solve(x: Block, p: Block, c: Block, right: Block, rise: Block) -> bool:
    """Sweep until nothing changes by more than the tolerance; return whether that came."""
    for i in range(rise.shape[0]):
        rise[i] = x.fed[i] = 0.0
    for _ in range(MOST):
        change, greatest = sweep(x, c, right, rise)
        if change <= max(p.solve_tolerance, ROUNDING) * greatest:
            return True
        if c.contact_node.shape[0] > 0:
            coolant.feed(x, c, rise, x.fed)
    return False
