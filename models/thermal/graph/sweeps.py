"""Weakly coupled nodes: sweeps in which each one follows from its neighbours (Gauss and Seidel).

Equations
---------
::

    rise_i = (right_i + fed_i + sum_j G_ij rise_j) / d_i

with the newest rises of neighbours, from ``right_i / d_i``; `fed` is what the coolant brings by the rises of the last
sweep. With r, the greatest share of its rise that a node takes from others, a change of c leaves an error of at most
``c r / (1 - r)``. The fluxes that follow from the rises (`scheme`) make it smaller by r once more, and so a solution is
as exact as asked where ``c r^2 / (1 - r)`` is.

References
----------
Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., SIAM 2003, section 4.1.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from . import coolant

MOST = 200
"""Sweeps: two in turn leave a tenth of an error, or less."""

ROUNDING = 1e-15
"""Of the greatest rise: a change below it is none."""


@kernel
def sweep(x: Block, c: Block, right: Block, rise: Block) -> tuple[float, float]:
    """Let each node follow its neighbours; return the greatest change, and the greatest rise [K]."""
    return follow(x.row_conductance, x.inverse_total, c.row_start, c.entry_node, right, x.fed, rise)


@kernel
def follow(
    conductance: Block, inverse: Block, start: Block, neighbour: Block, right: Block, fed: Block, rise: Block
) -> tuple[float, float]:
    """Sweep over the rows, as `sweep` says."""
    first, change, greatest = 0, 0.0, 0.0
    for i in range(rise.shape[0]):
        end, total = start[i + 1], right[i] + fed[i]
        for e in range(first, end):
            total += conductance[e] * rise[neighbour[e]]
        total *= inverse[i]
        change, greatest = max(change, abs(total - rise[i])), max(greatest, abs(total))
        rise[i] = total
        first = end
    return change, greatest


@kernel
def solve(x: Block, p: Block, c: Block, right: Block, rise: Block) -> bool:
    """Sweep until nothing changes by more than the tolerance; return whether that came."""
    for i in range(rise.shape[0]):
        rise[i] = right[i] * x.inverse_total[i]
    share, allowed = x.taken_share, max(p.solve_tolerance, ROUNDING)
    for _ in range(MOST):
        if c.contact_node.shape[0] > 0:
            coolant.feed(x, c, rise, x.fed)
        change, greatest = sweep(x, c, right, rise)
        if change * share * share <= allowed * greatest * (1.0 - share):
            return True
    return False
