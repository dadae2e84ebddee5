"""A pack as a graph of thermal nodes whose cells may run away.

Equations
---------
The graph is that of `graph.network`. `kinetics` has the reactions in each cell, `separator` the short when one has
melted, `venting` what leaves a cell, `events` what each tells of its runaway. `integration` steps all together.

Limits
------
A cell has one state of its reactants, at the temperature of its own node. Fire, and gas that burns or heats others, are
left out.
"""

from __future__ import annotations

from collections.abc import Callable

from ....core.fields import Fields
from ....core.kernel import Block, generated, kernel
from ....core.model import DONE, Model, Update
from ..graph import heating
from ..graph import network as plain
from ..graph.nodes import ThermalGraph
from ..graph.system import ThermalSystem, system_of
from . import events, integration, kinetics, separator, stage, substep, venting
from .kind import RunawayParameters

HOTTEST = 3000.0
"""Bound of a temperature [K]: a step that would pass it is refused."""


def declare(graph: ThermalGraph, kind: RunawayParameters, dendrites: bool = False) -> Model:
    """Declare a pack as a graph of thermal nodes whose cells may run away.

    Parameters
    ----------
    graph : ThermalGraph
        Nodes, paths, radiation, and circuits of coolant.
    kind : RunawayParameters
        How its cells run away.
    dendrites : bool
        Whether dendrites may short cells.

    Raises
    ------
    InputError
        When the graph is none of a pack.
    """
    system = system_of(graph)
    apart = plain.has_surfaces(system)
    return Model(
        name="Thermal",
        description="Cells that may run away, casing, busbars and the balancer's board as a graph of thermal nodes",
        fields=fields(system, kind, dendrites),
        initialize=initialize_with_surfaces if apart else initialize,
        outputs_kernel=plain.outputs_kernel,
        advance=advancing(bool(graph.conductors), apart, dendrites),
        refusals=plain.refusals(HOTTEST) | integration.REFUSALS,
        update=Update.IMPLICIT,
    )


def fields(system: ThermalSystem, kind: RunawayParameters, dendrites: bool) -> Fields:
    """Return all fields of the model."""
    cells, nodes = len(system.cells), len(system.graph.nodes)
    own = kinetics.fields(cells, kind) + stage.fields(cells) + substep.fields(cells, nodes) + integration.fields()
    happening = separator.fields(cells, kind, dendrites) + venting.fields(cells, kind) + events.fields(cells, kind)
    happening += events.surface_fields(cells) if plain.has_surfaces(system) else Fields()
    return Fields(modules=(__name__,)) + plain.fields(system, True, HOTTEST) + own + happening


def advancing(conductors: bool, surfaces: bool, dendrites: bool) -> Callable[..., int]:
    """Return the kernel that steps the model, with what heats its nodes, shorts its cells, and what it tells."""
    heated = {"of_cells": heating.of_cells, "add_shorts": heating.add_shorts}
    if conductors:
        heated["add_conductors"] = heating.add_conductors
    shorted = separator.tell_with_dendrites if dendrites else separator.tell
    told = {"write_surfaces": write_surfaces} if surfaces else {}
    body = "; ".join([*(f"{name}(x, u, c)" for name in heated), "status = step(x, p, u, y, c, t, h)",
                      "tell(x, p, u, y, h)", *(f"{name}(x, y, c)" for name in told), "return status"])  # fmt: skip
    called = {**heated, **told, "step": step, "tell": shorted}
    return generated("advance", "x, p, u, y, c, t, h", body, called, __name__)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set all nodes to the initial temperature, with all that may react."""
    plain.initialize(x, p, u, y, c)
    integration.start(x, p, u, y, c)
    events.write(x, y, c)


@kernel
def initialize_with_surfaces(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Set all nodes to the initial temperature, surfaces too, with all that may react."""
    initialize(x, p, u, y, c)
    write_surfaces(x, y, c)


@kernel
def write_surfaces(x: Block, y: Block, c: Block) -> None:
    """Write the temperatures of the surfaces of cells, and as others take them."""
    plain.write_surfaces(x, y, c)
    events.write_surfaces(y)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Step all nodes by h [s] from t for the heat at hand, within the range of temperatures."""
    status = integration.step(x, p, u, y, c, t, h)
    plain.write_timescales(x, y, c)
    plain.write_temperatures(x, p, u, y, c)
    events.write(x, y, c)
    return status if status != DONE else plain.within_range(y, HOTTEST)
