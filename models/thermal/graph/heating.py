"""What heats the nodes of a thermal graph: cells, shorts across them, their contacts, conductors, and the board.

Equations
---------
The heat of a cell and of a short across it goes to the cell's own node, that of its contacts to its surface, that of a
conductor and of the board to theirs. Each is the mean over the step.

Shared states
-------------
`heating`, the heat generated in each node [W].
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...numerics import laplacian
from ..board import heat_rate as board_heat_rate
from .system import ThermalSystem


def fields(system: ThermalSystem, shorts: bool) -> Fields:
    """Return the heat of cells, board and, where asked or told, of shorts, contacts and conductors."""
    cells, conductors = Count(len(system.cells), "cell"), Count(len(system.conductors), "conductor")
    told = [("heat_rate", cells, "Heat generated in each cell")]
    if shorts:
        told.append(("short_heat_rate", cells, "Heat generated in the short across each cell, which stays in the cell"))
    if conductors:
        told.append(("contact_heat_rate", cells, "Heat generated in the contacts of each cell"))
        told.append(("conductor_heat_rate", conductors, "Heat generated in each conductor"))
    return Fields(
        inputs=(
            *(Variable(name, "W", size, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, text) for name, size, text in told),
            board_heat_rate(),
        ),
        states=(state("heating", "W", Count(len(system.graph.nodes), "thermal_node"), "Heat generated in each node"),),
        constants=(
            laplacian.constant("cell_node", system.cells, "cell", "Node of each cell"),
            laplacian.constant("surface_node", system.surfaces, "cell", "Node of the surface of each cell"),
            laplacian.constant("conductor_node", system.conductors, "conductor", "Node of each conductor"),
            laplacian.constant("board_node", [system.board], "board", "Node of the board"),
        ),
        modules=(__name__,),
    )


@kernel
def of_cells(x: Block, u: Block, c: Block) -> None:
    """Set the heat generated in each node to that of cells and board."""
    for i in range(x.heating.shape[0]):
        x.heating[i] = 0.0
    for k in range(u.heat_rate.shape[0]):
        x.heating[c.cell_node[k]] += u.heat_rate[k]
    x.heating[c.board_node[0]] += u.board_heat_rate


@kernel
def add_shorts(x: Block, u: Block, c: Block) -> None:
    """Add the heat of shorts across the cells."""
    for k in range(u.short_heat_rate.shape[0]):
        x.heating[c.cell_node[k]] += u.short_heat_rate[k]


@kernel
def add_conductors(x: Block, u: Block, c: Block) -> None:
    """Add the heat of contacts and conductors."""
    for k in range(u.contact_heat_rate.shape[0]):
        x.heating[c.surface_node[k]] += u.contact_heat_rate[k]
    for b in range(u.conductor_heat_rate.shape[0]):
        x.heating[c.conductor_node[b]] += u.conductor_heat_rate[b]
