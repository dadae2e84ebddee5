"""Strongly coupled nodes: the system is factored (`laplacian`), and solved with that by BiCGSTAB.

Equations
---------
The factor is that of the symmetric part: inertia, conduction, radiation and what leads outwards, as conductances to a
last node. What coolant brings from upstream is not in it. Where no coolant flows, and nothing has changed since, it is
the system itself, and the first iteration ends. It is made anew where a diagonal has changed by more than `STALE`.

An iteration ends where no node keeps more of the right-hand side than changes its temperature by the tolerance.

Shared states
-------------
`known`, `conductance` and `lasting_conductance` are those of `laplacian`; `left`.

References
----------
H. A. van der Vorst, SIAM J. Sci. Stat. Comput. 13 (1992) 631-644, doi:10.1137/0913035 (BiCGSTAB).
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ...numerics import laplacian
from . import coolant
from .system import AIR, ThermalSystem

STALE = 0.01
"""Change of a diagonal, as a share of it, from which on a factor is made anew: up to it an iteration leaves 1 %."""

MOST = 200
"""Iterations."""

ROUNDING = 1e-14
"""Of the diagonal times the greatest rise: what is left below it is rounding."""


def fields(system: ThermalSystem) -> Fields:
    """Return the factor and the vectors of the iteration."""
    nodes = Count(len(system.graph.nodes), "thermal_node")
    vectors = {
        "left": "what the rises leave of the right-hand side",
        "shadow": "what they left at first",
        "direction": "direction of an iteration",
        "image": "what the system makes of it",
        "second_image": "what it makes of the rest",
    }
    return laplacian.fields(system.pattern) + Fields(
        states=(
            state("factored_total", "W/K", nodes, "Diagonal when the system was factored; 0: it was not", 0.0),
            state("correction", "K", nodes, "Work: change of the rises"),
            *(state(name, "W", nodes, f"Work: {text}") for name, text in vectors.items()),
        ),
        constants=(
            laplacian.constant("node_place", system.pattern.place[:-1], "thermal_node", "When each is eliminated"),
            laplacian.constant("entry_pair", system.entry_pair, "entry", "Pair that each entry is"),
            laplacian.constant("air_pair", system.air_pair, "thermal_node", "Pair of each node with the last"),
        ),
        modules=(__name__,),
    )


@kernel
def begin(x: Block, c: Block) -> None:
    """Start with nothing factored; conduction lasts."""
    for a in range(x.lasting_conductance.shape[0]):
        x.lasting_conductance[a] = 0.0
    for e in range(x.link_conductance.shape[0]):
        x.lasting_conductance[c.entry_pair[e]] = x.link_conductance[e]
    for i in range(x.factored_total.shape[0]):
        x.factored_total[i] = 0.0


@kernel
def is_stale(x: Block) -> bool:
    """Whether a diagonal has changed by more than a small share since the system was factored."""
    change = 0.0
    for i in range(x.factored_total.shape[0]):
        change = max(change, abs(1.0 - x.factored_total[i] * x.inverse_total[i]))
    return change > STALE


@kernel
def factor(x: Block, c: Block) -> None:
    """Factor the symmetric part of the system."""
    laplacian.begin(x)
    for i in range(x.factored_total.shape[0]):
        x.factored_total[i] = 1.0 / x.inverse_total[i]
        x.conductance[c.air_pair[i]] = x.inertia[i] + x.outside_conductance[i] + x.extra_conductance[i]
    for r in range(x.radiative_conductance.shape[0]):
        if c.radiation_second[r] != AIR:
            x.conductance[c.entry_pair[c.radiation_forward[r]]] += x.radiative_conductance[r]
    laplacian.eliminate(x, c)


@kernel
def precondition(x: Block, c: Block, given: Block, found: Block) -> None:
    """Solve the factored system: the rises `found` [K] for `given` [W]."""
    for i in range(given.shape[0]):
        x.known[c.node_place[i]] = given[i]
    x.known[x.known.shape[0] - 1] = 0.0
    laplacian.spread(x, c)
    laplacian.substitute(x, c, x.known)
    for i in range(given.shape[0]):
        found[i] = x.known[c.node_place[i]]


@kernel
def apply(x: Block, c: Block, rise: Block, image: Block) -> None:
    """Write what the system makes of rises [K] into `image` [W]."""
    if c.contact_node.shape[0] > 0:
        coolant.feed(x, c, rise, x.fed)
    first = 0
    for i in range(rise.shape[0]):
        end, total = c.row_start[i + 1], x.fed[i]
        for e in range(first, end):
            total += x.row_conductance[e] * rise[c.entry_node[e]]
        image[i] = rise[i] / x.inverse_total[i] - total
        first = end


@kernel
def inner(first: Block, second: Block) -> float:
    """Return the inner product of two vectors."""
    total = 0.0
    for i in range(first.shape[0]):
        total += first[i] * second[i]
    return total


@kernel
def ratio(first: float, second: float) -> float:
    """Return a quotient; 0 where the divisor is."""
    return first / second if second != 0.0 else 0.0


@kernel
def move(x: Block, rise: Block, length: float, image: Block) -> None:
    """Add the correction so many times to the rises, and take its image from what is left."""
    for i in range(rise.shape[0]):
        rise[i] += length * x.correction[i]
        x.left[i] -= length * image[i]


@kernel
def is_solved(x: Block, p: Block, rise: Block) -> bool:
    """Whether nothing is left that changes a temperature by more than the tolerance."""
    greatest = 0.0
    for i in range(rise.shape[0]):
        greatest = max(greatest, abs(rise[i]))
    for i in range(rise.shape[0]):
        allowed = p.solve_tolerance * x.inertia[i] + ROUNDING / x.inverse_total[i]
        if abs(x.left[i]) > allowed * greatest:
            return False
    return True


@kernel
def turn(x: Block, share: float, damping: float) -> None:
    """Set the next direction from what is left and the last one."""
    for i in range(x.left.shape[0]):
        x.direction[i] = x.left[i] + share * (x.direction[i] - damping * x.image[i])


@kernel
def restart(x: Block, right: Block, rise: Block) -> None:
    """Begin with rises of 0."""
    for i in range(rise.shape[0]):
        rise[i] = x.direction[i] = x.image[i] = 0.0
        x.left[i] = x.shadow[i] = right[i]


@kernel
def solve(x: Block, p: Block, c: Block, right: Block, rise: Block) -> bool:
    """Iterate until nothing is left to correct; return whether that came."""
    restart(x, right, rise)
    former, length, damping = 1.0, 1.0, 1.0
    for _ in range(MOST):
        if is_solved(x, p, rise):
            return True
        present = inner(x.shadow, x.left)
        turn(x, ratio(present, former) * ratio(length, damping), damping)
        precondition(x, c, x.direction, x.correction)
        apply(x, c, x.correction, x.image)
        length = ratio(present, inner(x.shadow, x.image))
        move(x, rise, length, x.image)
        if is_solved(x, p, rise):
            return True
        precondition(x, c, x.left, x.correction)
        apply(x, c, x.correction, x.second_image)
        damping = ratio(inner(x.second_image, x.left), inner(x.second_image, x.second_image))
        move(x, rise, damping, x.second_image)
        former = present
    return is_solved(x, p, rise)
