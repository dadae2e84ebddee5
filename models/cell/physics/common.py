"""What all cells of physics have, and what each of their steps begins and ends with."""

from __future__ import annotations

from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ...electrochemistry import films, heat, lithium, materials, particles
from ...electrochemistry.kind import ElectrochemicalParameters
from .. import aging_port, port, reported
from . import anode, terminals


def fields(cells: Count, kind: ElectrochemicalParameters, capacity: float, resolved: int) -> Fields:
    """Return what n cells of one kind have: electrodes, ports and ledger.

    Parameters
    ----------
    cells : Count
        Number of cells.
    kind : ElectrochemicalParameters
        Start values of every cell.
    capacity : float
        Between SOC 0 and 1 of the nominal cell [C].
    resolved : int
        Number of particles that stand for each cell.
    """
    return (
        lithium.fields(cells, kind, capacity)
        + materials.fields(cells, kind)
        + films.fields(cells, kind)
        + particles.fields(cells, resolved, kind)
        + port.fields(cells)
        + terminals.fields(cells, kind)
        + heat.fields(cells)
        + anode.fields(cells)
    )


@kernel
def reset_sums(x: Block, y: Block) -> None:
    """Set what a step adds up over all cells to 0."""
    reported.reset_sums(x, y)
    heat.reset(y)


@kernel
def reset_aging_sums(x: Block, y: Block) -> None:
    """Set what a step adds up over all cells that age to 0."""
    reset_sums(x, y)
    aging_port.reset_sums(y)


@kernel
def write_sums(x: Block, y: Block, h: float) -> None:
    """Write what follows from all cells after a step of h [s]."""
    y.heat = heat.total(y)
    reported.write_extremes(x, y, h)
    anode.write_extremes(y.anode_potential, y)
