"""Porous electrodes that age: each volume counts at its own potential, and all of them lose lithium alike.

Equations
---------
The film weighs time, and lithium plates, by the potential of each volume of the negative electrode under its film in
the middle of the step; the counters are means over the volumes. Lithium that is lost or shifted changes all
stoichiometries of an electrode by the same.

Limits
------
The film is of one thickness throughout, that of the mean growth, and so is what is plated.
"""

from __future__ import annotations

from dataclasses import replace

from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import DONE, Model
from ...aging import film, plating
from ...electrochemistry import electrolyte, lithium
from ...electrochemistry.kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ...electrochemistry.materials import ELECTRODES
from ...electrochemistry.porous import mesh, stage
from .. import reported
from . import ageing, common, dfn, material


def declare(cells: int, kind: ElectrochemicalParameters, capacity: float, aging: Fields) -> Model:
    """Declare n cells of one kind, as `dfn.declare` does, which age; `aging` is of `ageing.fields`."""
    plain = dfn.declare(cells, kind, capacity)
    fields = plain.fields + aging + Fields(modules=(__name__,))
    return replace(plain, fields=fields, initialize=initialize, advance=advance)


@kernel
def pour(x: Block, p: Block, k: int, e: int, charge: float) -> float:
    """Add lithium of a charge [C] to all particles of electrode e alike; return by how much they store more [J]."""
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    total, gained = 0.0, 0.0
    for m in range(first, first + count):
        total += x.material_charge[k, m]
    for n in range(mesh.volumes(p, e)):
        for m in range(first, first + count):
            share = mesh.width(p, e, n) * x.material_charge[k, m]
            gained += share * ageing.move(x, p, k, particle, m, charge / total)
            particle += 1
    return gained


@kernel
def shrink(x: Block, p: Block, k: int, e: int, share: float, change: float) -> float:
    """Take a share of all particles of electrode e away and change their means; return what they store more [J]."""
    first, count, particle = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.first_particle(p, e)
    gained = 0.0
    for n in range(mesh.volumes(p, e)):
        for m in range(first, first + count):
            charge = mesh.width(p, e, n) * x.material_charge[k, m]
            gained += charge * material.shrink(x, p, k, particle, m, share, change)
            particle += 1
    return gained


@kernel
def lose_material(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Take what has changed of its material out of cell k."""
    soc = material.mean_soc(x, k)
    for e in range(ELECTRODES):
        share = material.asked(x, u, k, e)
        gained = shrink(x, p, k, e, share, material.rise(x, k, e, share, soc))
        material.book(x, p, y, k, e, share, soc, gained)
    material.settle(x, p, u, k)


@kernel
def take_changes(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Apply what has changed of material, lithium and SOC to cell k."""
    lost, change = ageing.asked(x, p, u, k)
    if lost == 0.0 and change == 0.0 and not material.waits(x, u, k):
        return
    if material.waits(x, u, k):
        lose_material(x, p, u, y, k)
        ageing.set_film(x, p, u, k)
    if lost != 0.0:
        ageing.book_loss(x, p, y, k, lost, pour(x, p, k, NEGATIVE, -lost))
    if change != 0.0:
        charge = change * x.capacity[k]
        gained = pour(x, p, k, NEGATIVE, charge) + pour(x, p, k, POSITIVE, -charge)
        ageing.book_shift(x, u, y, k, charge, gained)
    ageing.follow_soc(x, k, stage.filling(x, p, k))


@kernel
def count(x: Block, p: Block, y: Block, k: int, start: float, h: float) -> None:
    """Count a step of cell k over h [s] from the SOC `start`."""
    ageing.count_cycles(x, p, y, k, start, h)
    deposited = stripping = 0.0
    for i in range(x.anode_profile.shape[0]):
        share, potential = p.negative_width[i], x.anode_profile[i]
        film.weigh(x, p, y, k, potential, share * h)
        plated, stripped = plating.rates(x, p, k, potential)
        deposited += share * plated
        stripping += share * stripped
    if p.plating_exchange_current > 0.0:
        plating.settle(x, p, y, k, deposited, stripping, h)


@kernel
def warm(x: Block, p: Block, u: Block, k: int) -> None:
    """Set the temperature of cell k to that of the inputs, and what follows from it and from aging."""
    dfn.warm(x, p, k, u.temperature[k])
    ageing.grow(x, p, u, k)
    ageing.grow_layers(x, k)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells at rest, with the lithium and the resistances that aging has left, and all counters at 0."""
    common.reset_aging_sums(x, y)
    for k in range(x.soc.shape[0]):
        lithium.renew(x, p, k)
        electrolyte.measure(x, p, k)
        ageing.renew(x, p, u, k)
        warm(x, p, u, k)
        dfn.begin(x, p, y, k)
    common.write_sums(x, y, 0.0)
    ageing.reset(x, p, y)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, k: int, h: float) -> int:
    """Take what aging has changed of cell k, step it over h [s], and count what the step did to it; return a status."""
    take_changes(x, p, u, y, k)
    if ageing.stale(x, u, k):
        warm(x, p, u, k)
    ageing.follow_film(x, p, u, k)
    x.current[k], start = u.current[k], x.soc[k]
    status = dfn.advance_cell(x, p, y, k, h)
    if status == DONE:
        status = dfn.write_cell(x, p, y, k, h)
    if status == DONE:
        count(x, p, y, k, start, h)
    return status


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what aging has changed, advance every cell, and count what the step did to it."""
    common.reset_aging_sums(x, y)
    for k in range(x.soc.shape[0]):
        status = step(x, p, u, y, k, h)
        if status != DONE:
            x.refused = k + 1.0
            return status
    common.write_sums(x, y, h)
    return reported.within_range(y)
