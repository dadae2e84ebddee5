"""How the nodes of a thermal graph step: the two stages of ode23s, and heat that follows from fluxes.

Method
------
With F(T) the heat flow into the nodes [W], A its slope as a stage has it, M the heat capacities and
``g = 1 - 1/sqrt(2)``, a step of h has the stages::

    (M/h - g A) first = F(T)
    (M/h - g A) second = F(T + first/2) - (M/h) first

and ends at ``T + first + second``. The order is 2 for any A; with the true slope the method is L-stable, and of linear
flows it makes the same as the method of the chain (`method`). Inputs are held.

With a slope that is too flat by more than 17 % a long step overshoots ever more (``1 - 2 m/g + m^2/(2 g^2)`` is below
-1 where the true slope is m > 4 g times A). Conduction and coolant have true slopes. Radiation steepens as nodes warm:
a step is divided where the first stage makes it steeper or flatter by more than `STEEPER` of all that a node gives.

Fluxes
------
The second stage says ``(M/h) (first + second) = F(T + first/2) + g A second``. Its right-hand side is a sum of flows:
what leaves one node enters another, the air or the coolant. With these flows, from the solved stages, both are booked:
the new temperatures and the heat of the step. So energy closes to rounding, however well the stages are solved. For
conduction and coolant that is the flow at ``T + first/2 + g second``, and it is summed as the flow at T and the change,
for a sum of both temperatures would lose the digits of a small change.

Others may have a part in it (runaway): they add to `flow` before a stage is solved and before a step is booked, and to
`extra_conductance` before `stage.set_length`.

Shared states
-------------
`temperature`, `middle`, `later`, `right`, `first_rise`, `second_rise`, `rise`.

References
----------
L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1-22, doi:10.1137/S1064827594276424 (ode23s).
T. Steihaug, A. Wolfbrandt, Math. Comp. 33 (1979) 521-534, doi:10.2307/2006293 (any slope).
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import DONE
from ....core.variable import Count
from ...numerics.summation import add
from ..method import COLDEST, GAMMA, HOTTEST
from . import conduction, coolant, radiation, stage
from .system import ThermalSystem

NOT_SOLVED = 5
"""Status of a step whose stages are not solved."""

STEEPER = 0.1
"""Change of a slope in a sub-step, as a share of all that a node gives: long steps are stable up to 0.17."""

SHORTEST, MOST = 2.0**-20, 4096
"""Shortest sub-step, as a share of a step, and the most attempts at sub-steps."""

REFUSALS = {
    NOT_SOLVED: "the temperatures of a step are not solved for to solve_tolerance = {p.solve_tolerance:.3g}; "
    "step shorter, or raise the tolerance",
}


def fields(system: ThermalSystem) -> Fields:
    """Return the temperatures and the stages."""
    nodes = Count(len(system.graph.nodes), "thermal_node")
    told = {
        "temperature": "Temperature of each node",
        "remainder": "What rounding cut off the temperature of each node",
        "middle": "Work: temperatures in the middle of a step, by its first stage",
        "later": "Work: rise by which the flows of a step differ from those at its start",
        "first_rise": "Work: rise of the first stage",
        "second_rise": "Work: rise of the second stage",
        "rise": "Work: rise over the step",
    }
    own = Fields(
        states=(
            *(state(name, "K", nodes, text) for name, text in told.items()),
            state("right", "W", nodes, "Work: right-hand side of a stage"),
            state("first_flow", "W", nodes, "Work: heat flow into each node at the start of a step"),
            state("first_ambient_heat_flow", "W", None, "Work: heat flow into the air at the start of a step"),
            state("first_coolant_heat_flow", "W", None, "Work: heat flow into the coolant at the start of a step"),
        ),
        modules=(__name__,),
    )
    return own + conduction.fields(system) + radiation.fields(system) + coolant.fields(system) + stage.fields(system)


@kernel
def begin(x: Block, p: Block, u: Block, c: Block) -> None:
    """Start with all nodes at the initial temperature."""
    for i in range(x.temperature.shape[0]):
        x.temperature[i], x.remainder[i] = p.initial_temperature, 0.0
    conduction.begin(x, p, c)
    stage.begin(x, c)
    stage.linearise(x, p, u, c)


@kernel
def write_flows(x: Block, p: Block, u: Block, c: Block, at: Block) -> None:
    """Write the heat flow into each node, `flow` [W], at temperatures `at` [K]."""
    conduction.write(x, u, c, at)
    radiation.add(x, p, u, c, at)
    coolant.add(x, u, c, at)


@kernel
def begin_first(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the flows at the start of a step."""
    write_flows(x, p, u, c, x.temperature)
    for i in range(x.flow.shape[0]):
        x.first_flow[i] = x.flow[i]
    x.first_ambient_heat_flow, x.first_coolant_heat_flow = x.ambient_heat_flow, x.coolant_heat_flow


@kernel
def solve_first(x: Block, p: Block, c: Block) -> bool:
    """Solve the first stage for the flows at hand; return whether it is solved."""
    for i in range(x.right.shape[0]):
        x.right[i] = x.flow[i] / GAMMA
    return stage.solve(x, p, c, x.right, x.first_rise)


@kernel
def begin_second(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the flows at temperatures `middle`, by the first stage.

    That stage says how they changed by their slopes; radiation changes by more or less than that.
    """
    for i in range(x.temperature.shape[0]):
        x.middle[i] = x.temperature[i] + 0.5 * x.first_rise[i]
        returned = (x.inertia[i] + x.extra_conductance[i]) * x.first_rise[i] - x.right[i]
        x.flow[i] = x.first_flow[i] + 0.5 * returned
    radiation.add_change(x, p, u, c, x.temperature, x.middle, x.first_rise)


@kernel
def solve_second(x: Block, p: Block, c: Block) -> bool:
    """Solve the second stage for the flows at hand; return whether it is solved."""
    for i in range(x.right.shape[0]):
        x.right[i] = x.flow[i] / GAMMA - x.inertia[i] * x.first_rise[i]
    return stage.solve(x, p, c, x.right, x.second_rise)


@kernel
def begin_booking(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the flows that make the step: those at its start, and what both stages change."""
    for i in range(x.later.shape[0]):
        x.flow[i], x.middle[i] = x.first_flow[i], x.temperature[i] + 0.5 * x.first_rise[i]
        x.later[i] = 0.5 * x.first_rise[i] + GAMMA * x.second_rise[i]
    x.ambient_heat_flow, x.coolant_heat_flow = x.first_ambient_heat_flow, x.first_coolant_heat_flow
    conduction.add_rise(x, c, x.later)
    radiation.add_rise(x, c, x.later)
    radiation.add_change(x, p, u, c, x.temperature, x.middle, x.first_rise)
    coolant.add_rise(x, c, x.later)


@kernel
def book(x: Block, y: Block, h: float) -> None:
    """Let the flows at hand act for h [s]: write the rise of all nodes, and add the heat to that of the step [J]."""
    generated, stored = 0.0, 0.0
    for i in range(x.rise.shape[0]):
        x.rise[i] = h * x.flow[i] / x.capacity[i]
        generated += x.heating[i]
        stored += x.capacity[i] * x.rise[i]
        x.temperature[i], x.remainder[i] = add(x.temperature[i], x.remainder[i], x.rise[i])
    y.generated_heat += h * generated
    y.stored_heat += stored
    y.ambient_heat += h * x.ambient_heat_flow
    y.coolant_heat += h * x.coolant_heat_flow


@kernel
def reset_heat(y: Block) -> None:
    """Begin the heat of a step."""
    y.generated_heat = y.stored_heat = y.ambient_heat = y.coolant_heat = 0.0


@kernel
def beyond(x: Block) -> bool:
    """Whether a node has left the range of temperatures."""
    low, high = COLDEST, HOTTEST
    for i in range(x.temperature.shape[0]):
        low, high = min(low, x.temperature[i]), max(high, x.temperature[i])
    return low < COLDEST or high > HOTTEST


@kernel
def attempt(x: Block, p: Block, u: Block, c: Block, h: float) -> bool:
    """Solve the stages of a sub-step of h [s]; return whether they are solved."""
    stage.prepare(x, p, u, c, h)
    begin_first(x, p, u, c)
    solved = solve_first(x, p, c)
    begin_second(x, p, u, c)
    return solve_second(x, p, c) and solved


@kernel
def step(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Step all nodes by h [s] under constant heat, air and coolant inlet, in sub-steps that suit the radiation."""
    reset_heat(y)
    left, length = h, h
    for _ in range(MOST):
        solved = attempt(x, p, u, c, length)
        if radiation.steepening(x, p, c) > STEEPER and length > SHORTEST * h:
            length *= 0.5
        elif not solved:
            return NOT_SOLVED
        else:
            begin_booking(x, p, u, c)
            book(x, y, length)
            left -= length
            if left <= 0.0 or beyond(x):  # the caller refuses what has left its range
                return DONE
            length = min(2.0 * length, left)
    return NOT_SOLVED
