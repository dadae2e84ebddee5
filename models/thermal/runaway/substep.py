"""A sub-step of a pack in which cells may run away: reactions and heat flows in one system, and its error.

Method
------
The stages are those of `graph.scheme`, with the reactions of all cells in them (`stage`). A third one tells the error,
with F0, F1 and F2 the flows at the start, the middle and the end, M the heat capacities, g of the method::

    (M - g h J) k3 = F2 - (6 + sqrt(2)) (M k2 - F1) - 2 (M k1 - F0),    error = h/6 (k1 - 2 k2 + k3)

Of each cell it counts in kelvin: that of its temperature, or the heat of what its reactants miss over C, the greater of
them. It may be::

    TOLERANCE (1 + C / (MEMORY dq/dT)) + DELAY |dT/dt|

An error of the temperature fades where the reactions are slow. Where they lead to a runaway it is a delay. No cell may
warm or cool by more than `MOST_RISE` in a sub-step. So a pack at rest takes one sub-step a step.

Reactions may be so fast that their slope outweighs the heat capacity in a stage; a sub-step is so short that they take
`MOST_SHARE` of it at most. Then all pivots are positive. `graph.scheme` says how far radiation may steepen.

Shared states
-------------
`self_slope`, `reacted`, `third_rise` and `stage_source` are written here; `events` and `integration` use the first two.

References
----------
L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, doi:10.1137/S1064827594276424.
"""

from __future__ import annotations

from ....core.bounds import LARGE
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ..graph import radiation, scheme
from ..graph import stage as system
from ..method import GAMMA
from . import kinetics, stage

TOLERANCE = 2e-5
"""Of the temperature of a cell that heats itself [K]."""

MEMORY = 300.0
"""Time after which an error has faded in a cell that does not [s]: the time constant of a small one in air."""

DELAY = 1e-3
"""Of a cell that runs away [s]."""

MOST_RISE = 5.0
"""Of a cell in a sub-step [K]."""

FAR = 1e6
"""Sum of the rises of all nodes in a stage from which on a sub-step is made anew [K]."""

MOST_SHARE = 0.5
"""Of the heat capacity that reactions may take in a stage."""

LITTLE = 1e-30
"""Stands for no heat, and for no slope."""


def fields(cells: int, nodes: int) -> Fields:
    """Return the work arrays of a sub-step."""
    every, each = Count(cells, "cell"), Count(nodes, "thermal_node")
    return Fields(
        states=(
            state("third_rise", "K", each, "Work: rise of the third stage"),
            state("start_flow", "W", each, "Work: heat flow into each node at the start, reactions included"),
            state("middle_flow", "W", each, "Work: heat flow into each node in the middle, reactions included"),
            state("stage_source", "W", every, "Work: what reactants bring to the right-hand side of each cell"),
            state("self_slope", "W/K", every, "Slope of the heat of the reactions by the temperature"),
            state("reacted", "W", every, "Work: heat of the reactions over the sub-step"),
        ),
        modules=(__name__,),
    )


@kernel
def ready(x: Block, p: Block, u: Block, c: Block) -> float:
    """Linearise the flows at the start of a sub-step, whose rates are known; return how long it may be at most [s]."""
    system.linearise(x, p, u, c)
    scheme.begin_first(x, p, u, c)
    for i in range(x.flow.shape[0]):
        x.start_flow[i] = x.flow[i]
    most = LARGE
    for k in range(c.cell_node.shape[0]):
        node = c.cell_node[k]
        heat, slope = kinetics.self_heating(x, k)
        x.start_flow[node] += heat
        x.self_slope[k] = slope
        by_rise = MOST_RISE * x.capacity[node] / max(abs(heat), LITTLE)
        most = min(most, by_rise, MOST_SHARE * x.capacity[node] / max(GAMMA * slope, LITTLE))
    return most


@kernel
def is_far(rise: Block) -> bool:
    """Whether the nodes would rise by more than `FAR` in sum, or by what is no number."""
    total = 0.0
    for i in range(rise.shape[0]):
        total += abs(rise[i])
    return not total <= FAR


@kernel
def attempt(x: Block, p: Block, u: Block, c: Block, h: float) -> bool:
    """Solve the stages of a sub-step of h [s]; return whether they are solved, with slopes that suit the radiation.

    Where a stage is far out nothing is evaluated there: what a sub-step that is far too long leaves is finite.
    """
    if not first(x, p, c, h) or is_far(x.first_rise):
        return False
    if not second(x, p, u, c, h) or is_far(x.second_rise) or radiation.steepening(x, p, c) > scheme.STEEPER:
        return False
    return third(x, p, u, c, h)


@kernel
def first(x: Block, p: Block, c: Block, h: float) -> bool:
    """Solve the first stage."""
    for i in range(x.flow.shape[0]):
        x.flow[i], x.extra_conductance[i] = x.start_flow[i], 0.0
    for k in range(c.cell_node.shape[0]):
        x.extra_conductance[c.cell_node[k]] -= stage.diagonal(x, k, GAMMA * h)
        x.flow[c.cell_node[k]] += stage.begin_first(x, k, GAMMA * h)
    system.set_length(x, c, h)
    solved = scheme.solve_first(x, p, c)
    for k in range(c.cell_node.shape[0]):
        stage.end_first(x, k, GAMMA * h, x.first_rise[c.cell_node[k]] / h)
    return solved


@kernel
def second(x: Block, p: Block, u: Block, c: Block, h: float) -> bool:
    """Solve the second stage, and find the heat of the reactions over the sub-step."""
    scheme.begin_second(x, p, u, c)
    for k in range(c.cell_node.shape[0]):
        heat, x.stage_source[k] = stage.begin_second(x, p, k, h, x.middle[c.cell_node[k]])
        x.flow[c.cell_node[k]] += heat
    for i in range(x.flow.shape[0]):
        x.middle_flow[i] = x.flow[i]
    for k in range(c.cell_node.shape[0]):
        x.flow[c.cell_node[k]] += x.stage_source[k]
    solved = scheme.solve_second(x, p, c)
    for k in range(c.cell_node.shape[0]):
        x.reacted[k] = stage.end_second(x, k, GAMMA * h, x.second_rise[c.cell_node[k]] / h)
    return solved


@kernel
def third(x: Block, p: Block, u: Block, c: Block, h: float) -> bool:
    """Solve the third stage, which tells the error."""
    for i in range(x.flow.shape[0]):
        x.middle[i] = x.temperature[i] + x.first_rise[i] + x.second_rise[i]
    scheme.write_flows(x, p, u, c, x.middle)
    for k in range(c.cell_node.shape[0]):
        heat, x.stage_source[k] = stage.begin_third(x, p, k, h, x.middle[c.cell_node[k]])
        x.flow[c.cell_node[k]] += heat + x.stage_source[k]
    for i in range(x.flow.shape[0]):
        inertia = x.capacity[i] / h
        second_excess = inertia * (x.first_rise[i] + x.second_rise[i]) - x.middle_flow[i]
        first_excess = inertia * x.first_rise[i] - x.start_flow[i]
        x.right[i] = (x.flow[i] - stage.MIDDLE * second_excess - 2.0 * first_excess) / GAMMA
    return system.solve(x, p, c, x.right, x.third_rise)


@kernel
def error(x: Block, c: Block, h: float) -> float:
    """Return the greatest error or rise of a cell, as a multiple of what it may be; `LARGE` of what is no number."""
    worst, total = 0.0, 0.0
    for k in range(c.cell_node.shape[0]):
        node = c.cell_node[k]
        rise = x.first_rise[node] + x.second_rise[node]
        missed = abs(x.first_rise[node] - 2.0 * rise + x.third_rise[node]) / 6.0
        heat = stage.error(x, k, h, x.third_rise[node] / h)
        slow = x.capacity[node] / (MEMORY * max(x.self_slope[k], LITTLE))
        allowed = TOLERANCE * (1.0 + slow) + DELAY * abs(rise) / h
        steep = abs(rise) / MOST_RISE
        ratio = max(max(missed, heat / x.capacity[node]) / allowed, steep * steep * steep)
        worst, total = max(worst, ratio), total + ratio
    return worst if total < LARGE else LARGE


@kernel
def accept(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Take the sub-step of h [s] at hand: book its flows, and leave the rates of what is left."""
    scheme.begin_booking(x, p, u, c)
    for k in range(c.cell_node.shape[0]):
        x.flow[c.cell_node[k]] += x.reacted[k]
        y.reaction_heat += h * x.reacted[k]
    scheme.book(x, y, h)
    for k in range(c.cell_node.shape[0]):
        stage.take(x, p, k, h, x.temperature[c.cell_node[k]])
