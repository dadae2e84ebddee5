"""What aging does to a cell: its capacity, its resistances, and what it is told to have gained or lost meanwhile.

Only changes of the inputs act, at the beginning of a step; what they were at the initialisation is where the cell
starts. See `cell_ecm` for what they book.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ...core.variable import Variable
from ..numerics import tables
from ..numerics.summation import add
from ..numerics.tables import Place
from . import circuit


def inputs(cells: int) -> tuple[Variable, ...]:
    """Return what the aging model and jumps give to the cells."""
    return (
        Variable("capacity_loss", "1", cells, 0.0, 0.0, 0.9, 0.1,
                 "Share of the capacity that the cell has lost; taken at the beginning of a step", display_unit="%"),
        Variable("resistance_growth", "1", cells, 0.0, 0.0, 100.0, 0.1,
                 "Relative growth of all resistances of the cell; taken at the beginning of a step",
                 display_unit="%"),
        Variable("soc_shift", "1", cells, 0.0, -1.0, 1.0, 0.01,
                 "What jumps in time have added to the SOC in all; a change is taken at the beginning of a step",
                 display_unit="%", shifts="soc"),
    )  # fmt: skip


def ledger_outputs() -> tuple[Variable, ...]:
    """Return the integrals over a step."""
    return tuple(
        Variable(name, unit, None, 0.0, -math.inf, math.inf, 1e3, f"{text}, all cells, over the step")
        for name, unit, text in (
            ("aging_charge", "C", "Charge that left with lost capacity"),
            ("aging_energy", "J", "Energy that left with lost capacity"),
            ("shifted_charge", "C", "Charge that shifts of the SOC added"),
            ("shifted_energy", "J", "Energy that shifts of the SOC added"),
        )
    )


def states(cells: int) -> tuple[Variable, ...]:
    """Return what the cells remember of the inputs; capacity and resistances are states of the cell itself."""
    return (Variable("soc_shift", "1", cells, 0.0, -1.0, 1.0, 0.01, "Shift of the SOC that was taken last"),)


@kernel
def clear_ledger(y: Block) -> None:
    """Begin the integrals of a step."""
    y.aging_charge = y.aging_energy = y.shifted_charge = y.shifted_energy = 0.0


@kernel
def aged_capacity(p: Block, u: Block, k: int) -> float:
    """Capacity of cell k that its loss leaves [C]."""
    return p.capacity[k] * (1.0 - u.capacity_loss[k])


@kernel
def grown_scale(p: Block, u: Block, k: int) -> float:
    """Factor on the resistances of cell k, their growth included."""
    return p.resistance_scale[k] * (1.0 + u.resistance_growth[k])


@kernel
def renew(x: Block, p: Block, u: Block) -> None:
    """Start as the inputs tell."""
    for k in range(x.capacity.shape[0]):
        x.capacity[k] = aged_capacity(p, u, k)
        x.resistance_scale[k] = grown_scale(p, u, k)
        x.soc_shift[k] = u.soc_shift[k]


@kernel
def stored_potential(p: Block, begin: Place, end: Place) -> float:
    """Energy that the ledger stores with a charge [V]: the mean of ``U - T dU/dT`` over a way through the tables."""
    entropic = tables.mean(p.entropic_coefficient, begin, end)
    return tables.mean(p.open_circuit_voltage, begin, end) - p.reference_temperature * entropic


@kernel
def lose_capacity(x: Block, p: Block, y: Block, k: int, capacity: float) -> None:
    """Change the capacity of cell k to `capacity` [C]: the SOC stays, charge and energy leave."""
    change = capacity - x.capacity[k]
    x.capacity[k] = capacity
    charge = change * (x.soc[k] + x.soc_remainder[k])
    empty, present = circuit.locate(p, 0.0), circuit.locate(p, x.soc[k])
    energy = charge * stored_potential(p, empty, present)
    if p.hysteresis_bound != 0.0:
        square = x.hysteresis_voltage[k] * x.hysteresis_voltage[k]
        energy += 0.5 * change * square / (p.hysteresis_rate * p.hysteresis_bound)
    y.stored_charge += charge
    y.aging_charge -= charge
    y.stored_energy += energy
    y.aging_energy -= energy


@kernel
def shift_soc(x: Block, p: Block, y: Block, k: int, change: float) -> None:
    """Add a change to the SOC of cell k; what capacitances that depend on SOC gain is booked as table energy."""
    before, cut_off = x.soc[k], x.soc_remainder[k]
    x.soc[k], x.soc_remainder[k] = add(before, cut_off, change)
    begin, end = circuit.locate(p, before), circuit.locate(p, x.soc[k])
    charge = x.capacity[k] * (x.soc[k] - before + (x.soc_remainder[k] - cut_off))
    energy = charge * stored_potential(p, begin, end)
    y.stored_charge += charge
    y.shifted_charge += charge
    y.stored_energy += energy
    y.shifted_energy += energy
    for j in range(x.polarisation_voltage.shape[1]):
        table = p.polarisation_capacitance[j]
        square = x.polarisation_voltage[k, j] * x.polarisation_voltage[k, j]
        y.table_energy += 0.5 * (tables.bounded(table, end) - tables.bounded(table, begin)) * square


@kernel
def take(x: Block, p: Block, u: Block, y: Block, k: int) -> float:
    """Let what has changed of the inputs act on cell k; return by how much its SOC is shifted."""
    capacity, scale = aged_capacity(p, u, k), grown_scale(p, u, k)
    if capacity != x.capacity[k]:
        lose_capacity(x, p, y, k, capacity)
    if scale != x.resistance_scale[k]:
        x.resistance_scale[k] = scale
        x.temperature[k] = 0.0  # the factors of the temperature are made anew
    before, change = x.soc[k], u.soc_shift[k] - x.soc_shift[k]
    if change != 0.0:
        x.soc_shift[k] = u.soc_shift[k]
        shift_soc(x, p, y, k, change)
    return x.soc[k] - before
