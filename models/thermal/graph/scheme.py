"""How the nodes of a thermal graph step: the two stages of ode23s, and heat that follows from fluxes.

Method
------
With F(T) the heat flow into the nodes [W], A its slope as a stage has it, M the heat capacities and
``g = 1 - 1/sqrt(2)``, a step of h has the stages::

    (M/h - g A) first = F(T)
    (M/h - g A) second = F(T + first/2) - (M/h) first

and ends at ``T + first + second``. The order is 2 for any A; with the true slope the method is L-stable, and of linear
flows it makes the same as the method of the chain (`method`). Inputs are held.

Fluxes
------
The second stage says ``(M/h) (first + second) = F(T + first/2) + g A second``. Its right-hand side is a sum of flows:
what leaves one node enters another, the air or the coolant. With these flows, from the solved stages, both are booked:
the new temperatures and the heat of the step. So energy closes to rounding, however well the stages are solved. For
conduction and coolant that is the flow at ``T + first/2 + g second``.

Others may have a part in it (runaway): after `write_flows` each stage adds to `flow`, before `solve` to
`extra_conductance`.

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
from ..method import GAMMA
from . import conduction, coolant, radiation, stage
from .system import ThermalSystem

NOT_SOLVED = 5
"""Status of a step whose stages are not solved."""

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
        "middle": "Work: temperatures of a stage",
        "later": "Work: rise that a stage has by its slopes",
        "first_rise": "Work: rise of the first stage",
        "second_rise": "Work: rise of the second stage",
        "rise": "Work: rise over the step",
    }
    own = Fields(
        states=(
            *(state(name, "K", nodes, text) for name, text in told.items()),
            state("right", "W", nodes, "Work: right-hand side of a stage"),
            state("first_flow", "W", nodes, "Work: heat flow into each node at the start of a step"),
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
    stage.begin(x)
    stage.linearise(x, p, u, c)


@kernel
def write_flows(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the heat flow into each node, `flow` [W], at temperatures `middle`, and `later` more by slopes [K]."""
    for i in range(x.rise.shape[0]):
        x.rise[i] = x.middle[i] + x.later[i]
    conduction.write(x, u, c, x.rise)
    radiation.add(x, p, u, c, x.middle, x.later)
    coolant.add(x, u, c, x.rise)


@kernel
def begin_first(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the flows at the start of a step."""
    for i in range(x.temperature.shape[0]):
        x.middle[i], x.later[i] = x.temperature[i], 0.0
    write_flows(x, p, u, c)
    for i in range(x.flow.shape[0]):
        x.first_flow[i] = x.flow[i]


@kernel
def solve_first(x: Block, p: Block, c: Block) -> bool:
    """Solve the first stage for the flows at hand; return whether it is solved."""
    for i in range(x.right.shape[0]):
        x.right[i] = x.flow[i] / GAMMA
    return stage.solve(x, p, c, x.right, x.first_rise)


@kernel
def begin_second(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the flows at the middle of the step, by the first stage.

    That stage says how conduction and coolant changed them; radiation changes them by more or less than its slopes.
    """
    for i in range(x.temperature.shape[0]):
        x.middle[i] = x.temperature[i] + 0.5 * x.first_rise[i]
        returned = (x.inertia[i] + x.extra_conductance[i]) * x.first_rise[i] - x.right[i]
        x.flow[i] = x.first_flow[i] + 0.5 * returned
    radiation.add_change(x, p, u, c, x.temperature, x.middle)


@kernel
def solve_second(x: Block, p: Block, c: Block) -> bool:
    """Solve the second stage for the flows at hand; return whether it is solved."""
    for i in range(x.right.shape[0]):
        x.right[i] = x.flow[i] / GAMMA - x.inertia[i] * x.first_rise[i]
    return stage.solve(x, p, c, x.right, x.second_rise)


@kernel
def begin_booking(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write the flows that make the step, from both stages."""
    for i in range(x.later.shape[0]):
        x.later[i] = GAMMA * x.second_rise[i]
    write_flows(x, p, u, c)


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
def step(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Step all nodes by h [s] under constant heat, air and coolant inlet."""
    reset_heat(y)
    stage.prepare(x, p, u, c, h)
    begin_first(x, p, u, c)
    solved = solve_first(x, p, c)
    begin_second(x, p, u, c)
    solved = solve_second(x, p, c) and solved
    begin_booking(x, p, u, c)
    book(x, y, h)
    return DONE if solved else NOT_SOLVED
