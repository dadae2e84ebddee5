"""What aging does to a cell of physics, and the stress that it counts for it.

Equations
---------
A step counts, at the potential U_a of the negative electrode under its film in the middle of the step (`anode`), the
time that the film's reaction and diffusion weigh, and what plates; charge and cycles as any cell does.

Inputs act at the start of a step, where they have changed. The electrodes lose material (`material`). `capacity_loss`
is lithium: ``capacity capacity_loss`` has left the cyclable lithium, out of the negative electrode. SOC 0 and 1 and the
capacity between them are found anew (`lithium`). `film_resistance` is the resistance of what the film on the negative
electrode has gained, with the activation energy of the film. `resistance_growth` g multiplies by ``1 + g`` what
`resistance_scale` multiplies: the resistances of contacts, of conductors, of a new cell's films and, by smaller
exchange currents, of the reactions. What `soc_shift` has gained moves lithium between the electrodes. Then::

    charge + shifted_charge = stored_charge + lost_charge + aging_charge
    electrical_energy + shifted_energy = stored_energy + heat + aging_energy

The lithium leaves with the enthalpy of the negative electrode's mean stoichiometry: `aging_energy` is below 0, as
lithium is worth less in the electrode than as metal.

Limits
------
The growth of resistance leaves diffusion in particles and electrolyte as it is.

Shared states
-------------
`film_resistance`, `exchange_current` and `contact_resistance` are written here after `films`, `materials` and
`terminals`; the models use them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Detail, Variable
from ...aging import anode, counters, damage, film, plating
from ...aging.kind import AgingParameters
from ...electrochemistry import films, lithium, potentials
from ...electrochemistry.kind import NEGATIVE, POSITIVE
from ...electrochemistry.materials import ELECTRODES
from ...numerics import tables
from ...numerics.arrhenius import arrhenius
from ...numerics.summation import add
from .. import aging_port
from . import material


def fields(cells: Count, aging: AgingParameters, open_circuit: NDArray[np.float64]) -> Fields:
    """Return the counters of n cells, what the laws need to count, and what aging gives to the cells.

    Parameters
    ----------
    cells : Count
        Number of cells.
    aging : AgingParameters
        How they age; of its anode nothing is used.
    open_circuit : (nodes,) array
        Open-circuit voltage of the nominal cell over SOC 0 to 1 [V].
    """
    nodes = Count(len(open_circuit), "node")
    own = Fields(
        parameters=(
            Variable("open_circuit_voltage", "V", nodes, open_circuit, 0.0, 10.0, 3.7,
                     "Open-circuit voltage of the nominal cell at the reference temperature, over SOC 0 to 1"),
            Variable("open_circuit_offset", "V", cells, 0.0, -1.0, 1.0, 1e-3,
                     "Open-circuit voltage less that of the table, for the damages", display_unit="mV",
                     detail=Detail.CELL),
            anode.reference(aging.reference_temperature),
        ),
        outputs=counters.counters(cells),
        states=(
            state("lithium_lost", "C", cells, "Lithium that has left the cell", 0.0),
            state("soc_shift", "1", cells, "Shift of the SOC that was taken last"),
            state("resistance_growth", "1", cells, "Growth of the resistances that was taken last"),
            state("film_grown", "Ohm", cells, "Resistance of the film that was taken last", 0.0),
        ),
        modules=(__name__,),
    )  # fmt: skip
    laws = (
        damage.cell_fields(aging.laws, cells, nodes),
        film.cell_fields(aging.sei, cells, nodes),
        plating.cell_fields(aging.plating, cells, nodes),
    )
    return sum(laws, aging_port.fields(cells) + own + material.fields(cells))


@kernel
def lost_lithium(p: Block, u: Block, k: int) -> float:
    """Return the lithium that cell k has lost by now [C]."""
    return u.capacity_loss[k] * p.capacity[k]


@kernel
def renew(x: Block, p: Block, u: Block, k: int) -> None:
    """Take out of cell k, which has the lithium of a new one, what it has lost; its particles have no lithium yet."""
    x.lithium_lost[k] = lost_lithium(p, u, k)
    x.soc_shift[k] = u.soc_shift[k]
    new = x.lithium[k]
    material.renew(x, p, u, k)
    x.lithium[k] -= x.lithium_lost[k]
    if x.lithium[k] != new or material.any_lost(x, k):
        lithium.find_window(x, p, k)


@kernel
def set_film(x: Block, p: Block, u: Block, k: int) -> None:
    """Set the resistance that the film of cell k has, at the temperature of the inputs."""
    grown = x.film_grown[k] = u.film_resistance[k]
    films.renew(x, p, k)
    for e in range(ELECTRODES):
        x.film_resistance[k, e] *= 1.0 + x.resistance_growth[k]
    if grown > 0.0:
        colder = arrhenius(p.film_activation_energy, u.temperature[k], p.aging_reference_temperature)
        x.film_resistance[k, NEGATIVE] += grown * colder / (1.0 - x.material_lost[k, NEGATIVE])


@kernel
def grow(x: Block, p: Block, u: Block, k: int) -> None:
    """Set what follows from aging and from the temperature of the inputs, to which cell k has been warmed."""
    temperature = u.temperature[k]
    x.resistance_growth[k] = u.resistance_growth[k]
    grown = 1.0 + u.resistance_growth[k]
    x.contact_resistance[k] *= grown
    for m in range(x.exchange_current.shape[1]):
        x.exchange_current[k, m] /= grown
    set_film(x, p, u, k)
    damage.warm(x, p, k, temperature)
    film.warm(x, p, k, temperature)
    plating.warm_exchange(x, p, k, temperature)


@kernel
def grow_layers(x: Block, k: int) -> None:
    """Let the growth of cell k act on its layers, whose conduction its temperature has set."""
    grown = 1.0 + x.resistance_growth[k]
    for layer in range(x.layer_solid.shape[1]):
        x.layer_conduction[k, layer] *= grown
        x.layer_solid[k, layer] *= grown


@kernel
def stale(x: Block, u: Block, k: int) -> bool:
    """Return whether temperature or growth of cell k are not those of the inputs: it has to be warmed, and grown."""
    return bool(x.temperature[k] != u.temperature[k] or x.resistance_growth[k] != u.resistance_growth[k])


@kernel
def follow_film(x: Block, p: Block, u: Block, k: int) -> None:
    """Set the resistance of the film of cell k to that of the inputs, where it has changed."""
    if x.film_grown[k] != u.film_resistance[k]:
        set_film(x, p, u, k)


@kernel
def move(x: Block, p: Block, k: int, particle: int, m: int, change: float) -> float:
    """Change the mean stoichiometry of a particle of material m; return by how much its charge stores more [V]."""
    before = x.mean_stoichiometry[k, particle]
    after, x.mean_remainder[k, particle] = add(before, x.mean_remainder[k, particle], change)
    x.mean_stoichiometry[k, particle] = after
    level = potentials.enthalpy(p, m, potentials.locate(p, m, before))
    return level - potentials.enthalpy(p, m, potentials.locate(p, m, after))


@kernel
def asked(x: Block, p: Block, u: Block, k: int) -> tuple[float, float]:
    """Return what cell k is to lose of its lithium [C], and by what its SOC is to shift, since it was told last."""
    return lost_lithium(p, u, k) - x.lithium_lost[k], u.soc_shift[k] - x.soc_shift[k]


@kernel
def book_loss(x: Block, p: Block, y: Block, k: int, charge: float, gained: float) -> None:
    """Book lithium of a charge [C] that has left the negative electrode, which stores more energy now [J]."""
    x.lithium_lost[k] += charge
    x.lithium[k] -= charge
    lithium.find_window(x, p, k)
    y.stored_charge -= charge
    y.aging_charge += charge
    y.stored_energy += gained
    y.aging_energy -= gained


@kernel
def book_shift(x: Block, u: Block, y: Block, k: int, charge: float, gained: float) -> None:
    """Book lithium of a charge [C] that was moved to the negative electrode; the cell stores more energy now [J]."""
    x.soc_shift[k] = u.soc_shift[k]
    y.stored_charge += charge
    y.shifted_charge += charge
    y.stored_energy += gained
    y.shifted_energy += gained


@kernel
def follow_soc(x: Block, k: int, negative: float) -> None:
    """Set the SOC of cell k to that at a mean stoichiometry of its negative electrode; that is no cycle."""
    before = x.soc[k]
    x.soc[k] = lithium.soc_at(x, k, negative)
    damage.shift(x, k, x.soc[k] - before)


@kernel
def pour(x: Block, p: Block, k: int, e: int, charge: float) -> float:
    """Add lithium of a charge [C] to the single particle of electrode e; return by how much it stores more [J]."""
    total = x.material_charge[k, e]
    return total * move(x, p, k, e, e, charge / total)


@kernel
def take_changes(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Apply what has changed of lithium and SOC to cell k, whose electrodes are single particles."""
    lost, change = asked(x, p, u, k)
    if lost == 0.0 and change == 0.0 and not material.waits(x, u, k):
        return
    if material.waits(x, u, k):
        material.lose(x, p, u, y, k)
        set_film(x, p, u, k)
    if lost != 0.0:
        book_loss(x, p, y, k, lost, pour(x, p, k, NEGATIVE, -lost))
    if change != 0.0:
        charge = change * x.capacity[k]
        gained = pour(x, p, k, NEGATIVE, charge) + pour(x, p, k, POSITIVE, -charge)
        book_shift(x, u, y, k, charge, gained)
    follow_soc(x, k, x.mean_stoichiometry[k, NEGATIVE])


@kernel
def reset(x: Block, p: Block, y: Block) -> None:
    """Start all counters at 0."""
    counters.reset(y)
    damage.reset(x, p, y)
    plating.reset(x, p, y)
    material.reset(p, y)


@kernel
def count_cycles(x: Block, p: Block, y: Block, k: int, start: float, h: float) -> None:
    """Count time, charge and cycles of a step of cell k over h [s] from the SOC `start`."""
    middle = 0.5 * (start + x.soc[k])
    voltage = tables.value(p.open_circuit_voltage, tables.locate(p.open_circuit_voltage.shape[0], middle))
    damage.count(x, p, y, k, middle, voltage, h)
    material.count(x, k, middle, h)


@kernel
def count(x: Block, p: Block, y: Block, k: int, start: float, h: float) -> None:
    """Count a step of cell k over h [s] from the SOC `start`, at one potential of the negative electrode."""
    count_cycles(x, p, y, k, start, h)
    film.weigh(x, p, y, k, x.anode_middle[k], h)
    if p.plating_exchange_current > 0.0:
        plating.deposit(x, p, y, k, x.anode_middle[k], h)
