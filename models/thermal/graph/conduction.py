"""Conduction between the nodes of a thermal graph, and from nodes to the air.

Equations
---------
Node i with the heat capacity C_i, the conductances G_ij to its neighbours and G_i0 to air at T_a has::

    C_i dT_i/dt = q_i + sum_j G_ij (T_j - T_i) + G_i0 (T_a - T_i) + radiation + coolant

Paths side by side between two nodes are one conductance. Heat that leaves one node along a path reaches the other: both
rows round it alike.

Shared states
-------------
`flow` and `ambient_heat_flow`, which `radiation` and `coolant` add to; `link_conductance`,
`link_sum`, `air_conductance` and `capacity`.
"""

from __future__ import annotations

import numpy as np

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...numerics import laplacian
from ..method import CAPACITY, CONDUCTANCE
from .checks import LEAST_CAPACITY
from .system import AIR, Links, ThermalSystem


def fields(system: ThermalSystem) -> Fields:
    """Return heat capacities, conductances, the rows, and the heat that flows into each node."""
    graph = system.graph
    nodes, paths = Count(len(graph.nodes), "thermal_node"), Count(len(graph.paths), "path")
    entries = Count(len(system.entry_node), "entry")
    capacities = np.array([node.heat_capacity for node in graph.nodes])
    conductances = np.array([path.conductance for path in graph.paths])
    return Fields(
        parameters=(
            Variable("heat_capacity", "J/K", nodes, capacities, LEAST_CAPACITY, CAPACITY, 1e3,
                     "Heat capacity of each node"),
            Variable("path_conductance", "W/K", paths, conductances, 0.0, CONDUCTANCE, 1.0,
                     "Conductance of each path"),
        ),
        states=(
            state("capacity", "J/K", nodes, "Heat capacity of each node, as far as it is still there", 0.0),
            state("link_conductance", "W/K", entries, "Conductance from each node to each neighbour", 0.0),
            state("link_sum", "W/K", nodes, "Conductance from each node to all neighbours", 0.0),
            state("air_conductance", "W/K", nodes, "Conductance from each node to the air", 0.0),
            state("flow", "W", nodes, "Work: heat flow into each node"),
            state("ambient_heat_flow", "W", None, "Work: heat flow into the air"),
        ),
        constants=(
            laplacian.constant("row_start", system.row_start, "row", "Where the row of each node begins"),
            laplacian.constant("entry_node", system.entry_node, "entry", "Neighbour that each entry of a row is"),
            *link_constants("path", system.paths),
        ),
        modules=(__name__,),
    )  # fmt: skip


def link_constants(kind: str, links: Links) -> tuple[Variable, ...]:
    """Return where paths or radiations act, as constants of the structure."""
    told = {"first": "First node", "second": "Second node, or -1 for the air,", "forward": "Entry of the first node",
            "backward": "Entry of the second node"}  # fmt: skip
    return tuple(laplacian.constant(f"{kind}_{name}", getattr(links, name), kind, f"{text} of each {kind}")
                 for name, text in told.items())  # fmt: skip


@kernel
def begin(x: Block, p: Block, c: Block) -> None:
    """Set the heat capacities, and the conductances of the rows from those of the paths."""
    for i in range(x.capacity.shape[0]):
        x.capacity[i] = p.heat_capacity[i]
    for e in range(x.link_conductance.shape[0]):
        x.link_conductance[e] = 0.0
    for i in range(x.air_conductance.shape[0]):
        x.air_conductance[i] = 0.0
    for j in range(p.path_conductance.shape[0]):
        if c.path_second[j] == AIR:
            x.air_conductance[c.path_first[j]] += p.path_conductance[j]
        else:
            x.link_conductance[c.path_forward[j]] += p.path_conductance[j]
            x.link_conductance[c.path_backward[j]] += p.path_conductance[j]
    for i in range(x.link_sum.shape[0]):
        x.link_sum[i] = 0.0
        for e in range(c.row_start[i], c.row_start[i + 1]):
            x.link_sum[i] += x.link_conductance[e]


@kernel
def write(x: Block, u: Block, c: Block, at: Block) -> None:
    """Write the heat flow into each node, `flow` [W], at temperatures `at` [K]: what is generated, and conduction."""
    given = 0.0
    for i in range(at.shape[0]):
        outward = x.air_conductance[i] * (at[i] - u.ambient_temperature)
        x.flow[i] = x.heating[i] - outward
        given += outward
    x.ambient_heat_flow = given
    conduct(x.link_conductance, c.row_start, c.entry_node, at, x.flow)


@kernel
def add_rise(x: Block, c: Block, rise: Block) -> None:
    """Add to `flow` [W] what follows of a `rise` of the nodes [K]; the air does not rise."""
    for i in range(rise.shape[0]):
        outward = x.air_conductance[i] * rise[i]
        x.flow[i] -= outward
        x.ambient_heat_flow += outward
    conduct(x.link_conductance, c.row_start, c.entry_node, rise, x.flow)


@kernel
def conduct(conductance: Block, start: Block, neighbour: Block, at: Block, flow: Block) -> None:
    """Add what each node gets from its neighbours [W] at temperatures `at` [K]."""
    first = 0
    for i in range(at.shape[0]):
        end, own, total = start[i + 1], at[i], 0.0
        for e in range(first, end):
            total += conductance[e] * (at[neighbour[e]] - own)
        flow[i] += total
        first = end
