"""How long a thermal graph takes to settle: a bound of its slowest time constant, however its nodes give their heat.

Equations
---------
With A the heat flows out of the nodes by their temperatures [W/K] and M the heat capacities, the time constants are the
eigenvalues of ``A^-1 M``. No entry of that matrix is negative, for A is an M-matrix, coolant included. So none of them
is greater than its greatest row sum, the greatest of the times w [s] of::

    A w = M 1

Each w is the mean time after which heat put into that node has left the pack. For one node alone it is its time
constant, for a rod cooled at one end 1.23 times that. A node needs no way of its own to air or coolant.

A part of the graph without any way outwards keeps its heat: its mean temperature is an integrator, and is left out. Its
other modes settle no slower than where one of its nodes is held: a conductance outwards more lies between the first
eigenvalue and the second (rank one, interlacing). So a node of each such part is held, and takes no part.

The times are found anew where a slope of radiation, or the flow in a channel, has changed by more than `CHANGE`.

Shared states
-------------
`slowest_time`, the bound.

References
----------
A. Berman, R. J. Plemmons, Nonnegative Matrices in the Mathematical Sciences, SIAM 1994, chapter 2, theorem 2.35 (row
sums), and chapter 6 (M-matrices). G. H. Golub, Matrix Computations, 4th ed., Johns Hopkins 2013, theorem 8.1.8
(interlacing).
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.timescale import NONE
from ....core.variable import Count
from . import factored
from .system import ThermalSystem

CHANGE = 0.1
"""Change of a slope or a flow, as a share of it, from which on the times are found anew."""

HELD = 1e9
"""Conductance that holds a node [W/K]."""

LEFT = 0.01
"""Of the heat capacity of a node, what an iteration may leave: so much is the bound off, and no more."""

OUTWARD = -1.0
"""Part of the nodes that have a way outwards."""


def fields(system: ThermalSystem) -> Fields:
    """Return the time in which each node settles, and for which slopes and flows that is."""
    graph = system.graph
    nodes = Count(len(graph.nodes), "thermal_node")
    channels = Count(sum(len(circuit.channels) for circuit in graph.circuits), "channel")
    return Fields(
        states=(
            state("part", "1", nodes, "Work: part of the graph that each node is of, -1 of those with a way out"),
            state("settling_time", "s", nodes, "Mean time after which heat in each node has left the pack", 0.0),
            state("slowest_time", "s", None, "The longest time of a node that is not held", 0.0),
            state("settled_slope", "W/K", Count(len(graph.radiations), "radiation"), "Slope for which that is", 0.0),
            state("settled_flow", "W/K", channels, "Flow for which that is", 0.0),
        ),
        modules=(__name__,),
    )


@kernel
def lower(x: Block, c: Block, i: int) -> bool:
    """Let a node be of the least part among its neighbours; return whether that is another."""
    least = x.part[i]
    for e in range(c.row_start[i], c.row_start[i + 1]):
        if x.row_conductance[e] > 0.0:
            least = min(least, x.part[c.entry_node[e]])
    lowered = least < x.part[i]
    x.part[i] = least
    return lowered


@kernel
def find_parts(x: Block, c: Block) -> None:
    """Find which nodes heat leads to each other; a part is named by its first node."""
    count = x.part.shape[0]
    for i in range(count):
        x.part[i] = OUTWARD if x.outside_conductance[i] > 0.0 else float(i)
    for _ in range(count):
        lowered = False
        for i in range(count):
            if lower(x, c, i):
                lowered = True
        for i in range(count - 1, -1, -1):
            if lower(x, c, i):
                lowered = True
        if not lowered:
            break


@kernel
def set_system(x: Block) -> None:
    """Set the steady system, with the first node of each part held that keeps its heat."""
    for i in range(x.part.shape[0]):
        x.inertia[i] = 0.0
        x.extra_conductance[i] = HELD if x.part[i] == float(i) else 0.0
        x.inverse_total[i] = 1.0 / (x.row_sum[i] + x.outside_conductance[i] + x.extra_conductance[i])


@kernel
def longest(x: Block) -> float:
    """Return the longest time of a node that is not held [s]; 0 where there is none."""
    time = 0.0
    for i in range(x.part.shape[0]):
        if x.part[i] != float(i):
            time = max(time, x.settling_time[i])
    return time


@kernel
def solve(x: Block, p: Block, c: Block) -> bool:
    """Solve for the times; return whether they are solved for. What the stages had factored is lost."""
    factored.factor(x, c)
    factored.precondition(x, c, x.capacity, x.settling_time)
    solved, time = True, longest(x)
    if c.contact_node.shape[0] > 0 and time > 0.0:
        for i in range(x.inertia.shape[0]):
            x.inertia[i] = LEFT * x.capacity[i] / (time * p.solve_tolerance)  # it ends as soon as that is left
        solved = factored.solve(x, p, c, x.capacity, x.settling_time)
    for i in range(x.factored_total.shape[0]):
        x.factored_total[i] = x.extra_conductance[i] = 0.0
    return solved


@kernel
def renew(x: Block, p: Block, c: Block) -> None:
    """Find the times for the slopes and flows at hand; there is no bound where they are not solved for."""
    for r in range(x.settled_slope.shape[0]):
        x.settled_slope[r] = x.radiative_conductance[r]
    for channel in range(x.settled_flow.shape[0]):
        x.settled_flow[channel] = x.channel_flow[channel]
    find_parts(x, c)
    set_system(x)
    x.slowest_time = NONE
    if solve(x, p, c):
        x.slowest_time = longest(x)


@kernel
def is_stale(x: Block) -> bool:
    """Whether a slope or a flow has changed by more than a small share of it."""
    for r in range(x.settled_slope.shape[0]):
        if abs(x.radiative_conductance[r] - x.settled_slope[r]) > CHANGE * x.settled_slope[r]:
            return True
    for channel in range(x.settled_flow.shape[0]):
        if abs(x.channel_flow[channel] - x.settled_flow[channel]) > CHANGE * x.settled_flow[channel]:
            return True
    return False


@kernel
def follow(x: Block, p: Block, c: Block) -> None:
    """Find the times anew where they have changed."""
    if is_stale(x):
        renew(x, p, c)
