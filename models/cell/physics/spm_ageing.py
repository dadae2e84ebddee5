"""Single particles that age, by the potential of the negative electrode in the middle of each step."""

from __future__ import annotations

from dataclasses import replace

from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import Model
from ...electrochemistry import lithium
from ...electrochemistry.kind import ElectrochemicalParameters
from . import ageing, common, spm, surfaces, terminals


def declare(cells: int, kind: ElectrochemicalParameters, capacity: float, aging: Fields) -> Model:
    """Declare n cells of one kind, as `spm.declare` does, which age; `aging` is of `ageing.fields`."""
    plain = spm.declare(cells, kind, capacity)
    fields = plain.fields + aging + Fields(modules=(__name__,))
    return replace(plain, fields=fields, initialize=initialize, advance=advance)


@kernel
def begin(x: Block, y: Block) -> None:
    """Begin a step of all cells, which age."""
    common.reset_aging_sums(x, y)
    surfaces.reset(x)


@kernel
def warm(x: Block, p: Block, u: Block, k: int) -> None:
    """Set the temperature of cell k to that of the inputs, and what follows from it and from aging."""
    terminals.warm(x, p, k, u.temperature[k])
    ageing.grow(x, p, u, k)


@kernel
def start(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Start cell k at rest, with the lithium and the resistances that aging has left."""
    lithium.renew(x, p, k)
    ageing.renew(x, p, u, k)
    warm(x, p, u, k)
    spm.settle(x, p, y, k)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells at rest, with the lithium and the resistances that aging has left, and all counters at 0."""
    begin(x, y)
    for k in range(x.soc.shape[0]):
        start(x, p, u, y, k)
    common.write_sums(x, y, 0.0)
    ageing.reset(x, p, y)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, k: int, h: float) -> None:
    """Take what aging has changed of cell k, step it over h [s], and count what the step did to it."""
    ageing.take_changes(x, p, u, y, k)
    if ageing.stale(x, u, k):
        warm(x, p, u, k)
    ageing.follow_film(x, p, u, k)
    x.current[k], before = u.current[k], x.soc[k]
    spm.advance_cell(x, p, y, k, h)
    spm.write_cell(x, p, y, k)
    ageing.count(x, p, y, k, before, h)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what aging has changed, advance every cell, and count what the step did to it."""
    begin(x, y)
    for k in range(x.soc.shape[0]):
        step(x, p, u, y, k, h)
    return spm.end(x, y, h)
