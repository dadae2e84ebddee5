"""A pack as a graph of thermal nodes: cells and their surfaces, casing, busbars, the board, air and coolant.

Equations
---------
`conduction` has the equation of a node, `radiation` and `coolant` what is added to it; `heating` says which heat goes
to which node. `scheme` is the method, `stage` how a stage is solved. Over every step::

    generated_heat = stored_heat + ambient_heat + coolant_heat

Limits
------
A node has one temperature. The air has one temperature and takes any heat. Steps of any length are stable. A transient
does not overshoot in steps up to 2.4 times the least heat capacity over all that a node conducts; in longer steps a
deviation may change its sign, and shrinks to about a fifth or less.

Shared states
-------------
`temperature` is that of `scheme`.
"""

from __future__ import annotations

from collections.abc import Callable

from ....core.fields import Fields
from ....core.kernel import Block, generated, kernel
from ....core.model import DONE, Model, Update
from ....core.statistics import extremes_of
from ....core.timescale import NONE, include_timescale, reset_timescales
from ....core.variable import Count, Detail, Variable
from .. import board, ports, timescales
from ..method import COLDEST, HOTTEST
from . import coolant, heating, scheme
from .nodes import ThermalGraph
from .system import ThermalSystem, system_of

NODE_BEYOND = 4
"""Status of a step after which another node would be beyond the range of temperatures."""


def refusals(hottest: float = HOTTEST) -> dict[int, str]:
    """Return what the statuses mean, where no temperature may be above `hottest` [K]."""
    beyond = (
        "node temperatures would be from {y.node_temperature_minimum:.6g} K, node "
        "{y.node_temperature_minimum_node:.0f}, to {y.node_temperature_maximum:.6g} K, "
        "node {y.node_temperature_maximum_node:.0f}, "
        f"not within [{COLDEST:g}, {hottest:g}] K; heat or cool them less"
    )
    return ports.refusals(hottest) | scheme.REFUSALS | {NODE_BEYOND: beyond}


def node_temperature(nodes: int, hottest: float = HOTTEST) -> Variable:
    """Return the output that holds the temperature of each node, at most `hottest` [K]."""
    return Variable("node_temperature", "K", nodes, 298.15, COLDEST, hottest, 300.0,
                    "Temperature of each node of the graph", display_unit="degC", detail=Detail.CELL)  # fmt: skip


NODE_EXTREMES = extremes_of(node_temperature(1), "node")

write_node_extremes = NODE_EXTREMES.write


def declare(graph: ThermalGraph, shorts: bool = False) -> Model:
    """Declare a pack as a graph of thermal nodes.

    Parameters
    ----------
    graph : ThermalGraph
        Nodes, paths, radiation, and circuits of coolant.
    shorts : bool
        Whether shorts across the cells heat them, too.

    Raises
    ------
    InputError
        When the graph is none of a pack (`checks`).
    """
    system = system_of(graph)
    apart = has_surfaces(system)
    return Model(
        name="Thermal",
        description="Cells, casing, busbars and the balancer's board as a graph of thermal nodes, with air and coolant",
        fields=fields(system, shorts),
        initialize=initialize_with_surfaces if apart else initialize,
        outputs_kernel=outputs_kernel,
        advance=advancing(shorts, bool(graph.conductors), apart),
        refusals=refusals(),
        update=Update.IMPLICIT,
    )


def has_surfaces(system: ThermalSystem) -> bool:
    """Return whether the surface of a cell is a node of its own."""
    return bool((system.surfaces != system.cells).any())


def fields(system: ThermalSystem, shorts: bool, hottest: float = HOTTEST) -> Fields:
    """Return all fields of the model, without `reactions` of any kind; no temperature may be above `hottest` [K]."""
    nodes, cells = Count(len(system.graph.nodes), "thermal_node"), Count(len(system.cells), "cell")
    surfaces = (
        Variable("surface_temperature", "K", cells, 298.15, COLDEST, hottest, 300.0,
                 "Temperature of the surface of each cell", display_unit="degC"),
    )  # fmt: skip
    own = Fields(
        parameters=(ports.given_temperature("initial_temperature", "Temperature of all nodes at the start"),),
        inputs=(ports.given_temperature("ambient_temperature", "Temperature of the air around the pack"),),
        outputs=(
            ports.temperature(cells, hottest),
            *ports.heats(),
            *ports.TEMPERATURE_EXTREMES.variables,
            *(surfaces if has_surfaces(system) else ()),
            board.temperature(hottest),
            node_temperature(nodes, hottest),
            *NODE_EXTREMES.variables,
        ),
        modules=(__name__,),
    )
    return own + heating.fields(system, shorts) + scheme.fields(system) + timescales.fields()


def advancing(shorts: bool, conductors: bool, surfaces: bool) -> Callable[..., int]:
    """Return the kernel that steps the model, with what heats its nodes and what it tells."""
    heated = {"of_cells": heating.of_cells}
    if shorts:
        heated["add_shorts"] = heating.add_shorts
    if conductors:
        heated["add_conductors"] = heating.add_conductors
    told = {"write_surfaces": write_surfaces} if surfaces else {}
    body = "; ".join([*(f"{name}(x, u, c)" for name in heated), "status = step(x, p, u, y, c, h)",
                      *(f"{name}(x, y, c)" for name in told), "return status"])  # fmt: skip
    return generated("advance", "x, p, u, y, c, t, h", body, {**heated, **told, "step": step}, __name__)


@kernel
def write_temperatures(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the temperatures of cells, board, nodes and coolant."""
    for i in range(x.temperature.shape[0]):
        y.node_temperature[i] = x.temperature[i]
    for k in range(y.temperature.shape[0]):
        y.temperature[k] = x.temperature[c.cell_node[k]]
    y.board_temperature = x.temperature[c.board_node[0]]
    coolant.write_outlets(x, p, u, y, c, x.temperature)
    ports.write_temperature_extremes(y.temperature, y)
    write_node_extremes(y.node_temperature, y)


@kernel
def write_surfaces(x: Block, y: Block, c: Block) -> None:
    """Write the temperatures of the surfaces of cells."""
    for k in range(y.surface_temperature.shape[0]):
        y.surface_temperature[k] = x.temperature[c.surface_node[k]]


@kernel
def shortest_timescale(x: Block, i: int) -> float:
    """Return a bound below the time constants of node i [s], by its circle of Gershgorin (`timescales`)."""
    return timescales.of_capacity(x.capacity[i], 2.0 * x.row_sum[i] + x.outside_conductance[i] + x.fed_sum[i])


@kernel
def write_timescales(x: Block, y: Block, c: Block) -> None:
    """Write bounds of the time constants, by the circles of Gershgorin (`timescales`).

    The shortest is that of cells and board, which others see held. What the graph alone sees, such as a busbar, is
    stepped implicitly and takes no part.
    """
    reset_timescales(y)
    y.timescale_temperature = NONE
    for i in range(x.row_sum.shape[0]):
        lasting = x.outside_conductance[i] - x.fed_sum[i]
        include_timescale(y, NONE, timescales.of_capacity(x.capacity[i], lasting))
    for k in range(c.cell_node.shape[0]):
        i = c.cell_node[k]
        own = timescales.of_capacity(x.capacity[i], x.row_sum[i] + x.outside_conductance[i])
        y.timescale_temperature = min(y.timescale_temperature, own)
        include_timescale(y, shortest_timescale(x, i), 0.0)
    b = c.board_node[0]
    given = x.row_sum[b] + x.outside_conductance[b]
    y.timescale_board_temperature = timescales.of_capacity(x.capacity[b], given)
    include_timescale(y, shortest_timescale(x, b), 0.0)


@kernel
def tell(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write temperatures, and time constants where radiation or coolant may change them."""
    if c.radiation_first.shape[0] + c.contact_node.shape[0] > 0:
        write_timescales(x, y, c)
    write_temperatures(x, p, u, y, c)


@kernel
def within_range(y: Block, hottest: float) -> int:
    """Return ``DONE``, or the status that tells which temperature is below `COLDEST` or above `hottest` [K]."""
    status = ports.within_range(y, hottest)
    if status != DONE:
        return status
    within = y.node_temperature_minimum >= COLDEST and y.node_temperature_maximum <= hottest
    return DONE if within else NODE_BEYOND


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set all nodes to the initial temperature."""
    scheme.begin(x, p, u, c)
    scheme.reset_heat(y)
    write_timescales(x, y, c)
    write_temperatures(x, p, u, y, c)


@kernel
def initialize_with_surfaces(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set all nodes to the initial temperature, surfaces too."""
    initialize(x, p, u, y, c)
    write_surfaces(x, y, c)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no parameter is tunable."""


@kernel
def step(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Step all nodes by h [s] for the heat at hand, within the range of temperatures."""
    status = scheme.step(x, p, u, y, c, h)
    tell(x, p, u, y, c)
    return status if status != DONE else within_range(y, HOTTEST)
