"""What aging does to a cell: its capacity, its resistances, and shifts of its SOC by jumps in time.

Equations
---------
Four inputs act at the start of a step, where they have changed since the last one or, at first, since the
initialisation. With `capacity_loss` the capacity is ``Q = capacity (1 - capacity_loss)``: a loss dQ leaves the SOC z as
it is, and takes the charge ``z dQ`` and the energy ``dQ (integral from 0 to z of (U - T dU/dT) dz + v_h^2 / (2 gamma
M))`` out of the cell, its aging charge and aging energy. `resistance_growth` g multiplies all resistances by ``1 + g``.
`film_resistance` is added to R0, with the activation energy of the film, ``R_f exp(E_f/R_gas (1/T - 1/T_ref))``.
What `soc_shift` has gained is added to the SOC, and its charge and energy to the cell. Then::

    charge + shifted_charge = stored_charge + lost_charge + aging_charge
    electrical_energy + shifted_energy = stored_energy + heat + aging_energy

Shared states
-------------
`capacity` is written here; `circuit`, `port` and `step` use it. `film_resistance` is written here; `circuit` uses it.
`resistance_scale` is written here; `aging.plating`
and `circuit` use it. `soc` is written here; `aging.damage`, `ecm`, `port`, `step` and `stress` use it. `soc_remainder`
is written here; `step` uses it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..numerics import tables
from ..numerics.arrhenius import arrhenius
from ..numerics.summation import add
from ..numerics.tables import Place
from . import aging_port, circuit


def fields(cells: int) -> Fields:
    """Return what the aging model and jumps give to n cells, what the cells book of it, and what they took last."""
    grown = Variable("film_grown", "Ohm", cells, 0.0, 0.0, UNBOUNDED, 1e-3,
                     "Resistance of the film that was taken last")  # fmt: skip
    return aging_port.fields(cells) + Fields(states=(grown,), modules=(__name__,))


@kernel
def aged_capacity(p: Block, u: Block, k: int) -> float:
    """Return the capacity that its loss has left to cell k [C]."""
    return p.capacity[k] * (1.0 - u.capacity_loss[k])


@kernel
def grown_scale(p: Block, u: Block, k: int) -> float:
    """Return the factor on the resistances of cell k, their growth included."""
    return p.resistance_scale[k] * (1.0 + u.resistance_growth[k])


@kernel
def set_aged(x: Block, p: Block, u: Block) -> None:
    """Set the capacity that aging has left and the resistances that it has grown."""
    for k in range(x.capacity.shape[0]):
        x.capacity[k] = aged_capacity(p, u, k)
        x.resistance_scale[k] = grown_scale(p, u, k)
        x.soc_shift[k] = u.soc_shift[k]
        set_film(x, p, u, k)


@kernel
def set_film(x: Block, p: Block, u: Block, k: int) -> None:
    """Set the resistance that the film of cell k has gained, at the temperature of the inputs."""
    grown = x.film_grown[k] = u.film_resistance[k]
    colder = 1.0
    if grown > 0.0:
        colder = arrhenius(p.film_activation_energy, u.temperature[k], p.aging_reference_temperature)
    x.film_resistance[k] = grown * colder


@kernel
def adapt(x: Block, p: Block, u: Block, k: int) -> bool:
    """Set temperature and resistances of cell k to those of the inputs; return whether more than its film changed."""
    changed = circuit.adapt(x, p, k, u.temperature[k], grown_scale(p, u, k))
    if changed or x.film_grown[k] != u.film_resistance[k]:
        set_film(x, p, u, k)
    return changed


@kernel
def stored_potential(p: Block, k: int, start: Place, end: Place) -> float:
    """Return the energy that cell k stores with a charge [V]: the mean of ``U - T dU/dT`` between two places."""
    entropic = tables.mean(p.entropic_coefficient, start, end)
    reference = tables.mean(p.open_circuit_voltage, start, end) + p.open_circuit_offset[k]
    return reference - p.reference_temperature * entropic


@kernel
def lose_capacity(x: Block, p: Block, y: Block, k: int, capacity: float) -> None:
    """Change the capacity of cell k to `capacity` [C]: the SOC stays, charge and energy leave."""
    change = capacity - x.capacity[k]
    x.capacity[k] = capacity
    charge = change * (x.soc[k] + x.soc_remainder[k])
    empty, present = circuit.locate(p, 0.0), circuit.locate(p, x.soc[k])
    energy, bound = charge * stored_potential(p, k, empty, present), circuit.hysteresis_bound(p, k)
    if bound != 0.0:
        square = x.hysteresis_voltage[k] * x.hysteresis_voltage[k]
        energy += 0.5 * change * square / (p.hysteresis_rate * bound)
    y.stored_charge += charge
    y.aging_charge -= charge
    y.stored_energy += energy
    y.aging_energy -= energy


@kernel
def shift_soc(x: Block, p: Block, y: Block, k: int, change: float) -> None:
    """Add a change to the SOC of cell k; what capacitances that depend on SOC gain is booked as table energy."""
    before, cut_off = x.soc[k], x.soc_remainder[k]
    x.soc[k], x.soc_remainder[k] = add(before, cut_off, change)
    start, end = circuit.locate(p, before), circuit.locate(p, x.soc[k])
    charge = x.capacity[k] * (x.soc[k] - before + (x.soc_remainder[k] - cut_off))
    energy = charge * stored_potential(p, k, start, end)
    y.stored_charge += charge
    y.shifted_charge += charge
    y.stored_energy += energy
    y.shifted_energy += energy
    for j in range(x.polarisation_voltage.shape[1]):
        square = x.polarisation_voltage[k, j] * x.polarisation_voltage[k, j]
        gained = circuit.pair_capacitance(p, k, j, end) - circuit.pair_capacitance(p, k, j, start)
        y.table_energy += 0.5 * gained * square


@kernel
def take_changes(x: Block, p: Block, u: Block, y: Block, k: int) -> float:
    """Apply what has changed of capacity and SOC to cell k; return by how much its SOC is shifted."""
    capacity = aged_capacity(p, u, k)
    if capacity != x.capacity[k]:
        lose_capacity(x, p, y, k, capacity)
    before, change = x.soc[k], u.soc_shift[k] - x.soc_shift[k]
    if change != 0.0:
        x.soc_shift[k] = u.soc_shift[k]
        shift_soc(x, p, y, k, change)
    return x.soc[k] - before
