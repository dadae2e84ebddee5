"""The linear system of a stage: nodes with inertia, conductances between them and outwards, and coolant.

Equations
---------
With the step h, g of the method, and L the linearised heat flows out of the nodes, the stages solve::

    (M / (g h) + L + E) rise = right                       [W], right = heat flow / g

E [W/K] is a diagonal that others may add: 0, or less the slope of what heats the nodes (runaway). `prepare` sets the
system for a step of h, with the slopes of radiation at the present temperatures; `solve` solves it, as often as
needed.

How it is solved
----------------
A node takes the share ``r_i = sum_j L_ij / (M_i / (g h) + sum_j L_ij + E_i)`` of its rise from its neighbours and the
coolant. Twice in turn that is ``k_i = sum_j L_ij r_j / (...)``. Where no k is above `WEAK`, sweeps over the nodes
converge at once (`sweeps`). Else the system is factored, where it is not so already, and solved with that (`factored`).
Both end when what is left is below `solve_tolerance`, as a share of the greatest rise. No heat depends on it: heat
follows from fluxes (`scheme`).

Shared states
-------------
`row_conductance`, `row_sum`, `fed_sum`, `outside_conductance`, `inertia`, `inverse_total`, `extra_conductance`, `fed`,
`taken_share`.

References
----------
Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., SIAM 2003, theorem 4.9: diagonally dominant systems.
"""

from __future__ import annotations

from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ..method import GAMMA
from . import coolant, factored, radiation, sweeps
from .system import ThermalSystem

WEAK = 0.1
"""Of the share of its own rise that a node hands on and gets back. Measured with 7104 nodes: up to a third of it sweeps
are faster than a factor at hand, at all of it they take 1.8 ms a step against 1.2, and 5 to 7 where it must be made."""


def fields(system: ThermalSystem) -> Fields:
    """Return the linear system and its work arrays."""
    nodes, entries = Count(len(system.graph.nodes), "thermal_node"), Count(len(system.entry_node), "entry")
    return Fields(
        parameters=(
            Variable("solve_tolerance", "1", None, 1e-9, 1e-13, 1e-2, 1e-9,
                     "Share of the greatest rise in a step up to which temperatures are solved for"),
        ),
        states=(
            state("row_conductance", "W/K", entries, "Conductance of each entry, radiation included", 0.0),
            state("row_sum", "W/K", nodes, "Conductance of each node to its neighbours", 0.0),
            state("fed_sum", "W/K", nodes, "Bound of what coolant brings each node as nodes upstream rise", 0.0),
            state("outside_conductance", "W/K", nodes, "Conductance of each node to air and coolant", 0.0),
            state("inertia", "W/K", nodes, "Heat capacity over the step of a stage"),
            state("inverse_total", "K/W", nodes, "Inverse of the diagonal of a stage"),
            state("extra_conductance", "W/K", nodes, "What others add to the diagonal"),
            state("fed", "W", nodes, "Work: what coolant brings each node"),
            state("taken_share", "1", None, "Greatest share of its rise that a node takes from others", 0.0),
            flag("strong", None, "Whether the system is factored"),
        ),
        modules=(__name__,),
    ) + factored.fields(system)  # fmt: skip


@kernel
def begin(x: Block, c: Block) -> None:
    """Start with nothing factored, and nothing added to the diagonal."""
    for e in range(x.row_conductance.shape[0]):
        x.row_conductance[e] = x.link_conductance[e]
    for i in range(x.fed.shape[0]):
        x.fed[i] = x.extra_conductance[i] = 0.0
    factored.begin(x, c)


@kernel
def linearise(x: Block, p: Block, u: Block, c: Block) -> None:
    """Set the conductances of all rows and outwards for the flows and temperatures at hand."""
    for i in range(x.row_sum.shape[0]):
        x.row_sum[i], x.fed_sum[i], x.outside_conductance[i] = x.link_sum[i], 0.0, x.air_conductance[i]
    radiation.linearise(x, p, c, x.temperature)
    coolant.set_flows(x, p, u, c)
    coolant.linearise(x, c)


@kernel
def set_diagonal(x: Block, h: float) -> float:
    """Set the diagonal for a step of h [s]; return the greatest share of its rise that a node takes from others."""
    greatest = 0.0
    for i in range(x.inertia.shape[0]):
        x.inertia[i] = x.capacity[i] / (GAMMA * h)
        total = x.inertia[i] + x.row_sum[i] + x.outside_conductance[i] + x.extra_conductance[i]
        x.inverse_total[i] = 1.0 / total
        greatest = max(greatest, (x.row_sum[i] + x.fed_sum[i]) * x.inverse_total[i])
    return greatest


@kernel
def returned(x: Block, c: Block, greatest: float) -> float:
    """Return the greatest share of its own rise that a node hands on and gets back, at most."""
    first, most = 0, 0.0
    for i in range(x.inertia.shape[0]):
        end, total = c.row_start[i + 1], x.fed_sum[i] * greatest
        for e in range(first, end):
            j = c.entry_node[e]
            total += x.row_conductance[e] * (x.row_sum[j] + x.fed_sum[j]) * x.inverse_total[j]
        most = max(most, total * x.inverse_total[i])
        first = end
    return most


@kernel
def prepare(x: Block, p: Block, u: Block, c: Block, h: float) -> None:
    """Set the system of the stages of a step of h [s] from the present `temperature`; factor it where need be."""
    linearise(x, p, u, c)
    set_length(x, c, h)


@kernel
def set_length(x: Block, c: Block, h: float) -> None:
    """Set it for another length h [s], or another `extra_conductance`, with the same slopes."""
    greatest = x.taken_share = set_diagonal(x, h)
    x.strong = 0.0
    if greatest * greatest > WEAK and returned(x, c, greatest) > WEAK:
        x.strong = 1.0
        if factored.is_stale(x):
            factored.factor(x, c)


@kernel
def solve(x: Block, p: Block, c: Block, right: Block, rise: Block) -> bool:
    """Solve the system for the `rise` of all nodes [K]; return whether that is as exact as asked."""
    if x.strong > 0.0:
        return factored.solve(x, p, c, right, rise)
    return sweeps.solve(x, p, c, right, rise)
