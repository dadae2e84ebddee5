"""What the network tells beside the currents: voltages, cut-offs, energies, state of charge and of energy."""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ...core.statistics import extremes
from ..numerics import tables
from . import ladder


@kernel
def tell_voltages(x: Block, p: Block, u: Block, y: Block) -> None:
    """Write the voltages under the currents of this step, and raise the cut-offs that they cross."""
    for k in range(y.current.shape[0]):
        x.cell_voltage[k] = u.emf[k] + u.resistance[k] * y.current[k]
    least, greatest, _, _, _ = extremes(x.cell_voltage)
    y.undervoltage = 1.0 if least < p.minimum_cell_voltage else 0.0
    y.overvoltage = 1.0 if greatest > p.maximum_cell_voltage else 0.0
    current = y.pack_current_actual
    within = -p.maximum_discharge_current <= current <= p.maximum_charge_current
    y.overcurrent = 0.0 if within else 1.0
    y.pack_voltage = 0.0
    for g in range(y.group_voltage.shape[0]):
        y.group_voltage[g] = x.group_emf[g] + x.group_resistance[g] * x.group_current[g]
        y.pack_voltage += y.group_voltage[g]


@kernel
def tell_energies(x: Block, p: Block, u: Block, y: Block, opposite: bool, h: float) -> None:
    """Write the integrals over a step of h [s]; ``pack + balancing = cell + busbar``, each from its own currents."""
    groups = y.group_voltage.shape[0]
    cells = y.current.shape[0] // groups
    y.pack_charge = h * y.pack_current_actual
    y.pack_energy = h * y.pack_current_actual * y.pack_voltage
    y.balancing_energy = h * u.balancing_pack_current * y.pack_voltage
    y.busbar_loss = y.cell_energy = 0.0
    for g in range(groups):
        y.balancing_energy += h * u.balancing_current[g] * y.group_voltage[g]
        y.busbar_loss += h * ladder.busbar_power(x, p, y, g, cells, opposite, x.group_current[g])
    for k in range(y.current.shape[0]):
        y.cell_energy += h * x.cell_voltage[k] * y.current[k]


@kernel
def group_charge(x: Block, u: Block, y: Block) -> tuple[float, float]:
    """Write the SOC of the groups; return what any of them still gives, and still takes, at least [C]."""
    groups = y.group_voltage.shape[0]
    cells = y.current.shape[0] // groups
    remaining = room = math.inf
    for g in range(groups):
        capacity = charge = 0.0
        for k in range(g * cells, (g + 1) * cells):
            capacity += x.capacity[k]
            charge += x.capacity[k] * u.soc[k]
        x.group_capacity[g] = capacity
        y.group_soc[g] = charge / capacity
        remaining, room = min(remaining, charge), min(room, capacity - charge)
    return remaining, room


@kernel
def share_of_whole(part: float, rest: float) -> float:
    """Return ``part / (part + rest)``; 0 where there is no whole."""
    whole = part + rest
    return part / whole if whole > 0.0 else 0.0


@kernel
def open_circuit_area(x: Block, p: Block, soc: float) -> float:
    """Integral of the open-circuit voltage over SOC, from 0 [V]; times a capacity it is an energy."""
    place = tables.locate(p.open_circuit_voltage.shape[0], soc)
    return tables.area(p.open_circuit_voltage, x.open_circuit_area, place)


@kernel
def tell_charge(x: Block, p: Block, u: Block, y: Block) -> None:
    """Write the pack's SOC, usable capacity and state of energy, as of the SOC given."""
    remaining, room = group_charge(x, u, y)
    y.usable_capacity = remaining + room
    y.pack_soc = share_of_whole(remaining, room)
    given = taken = 0.0
    for g in range(y.group_soc.shape[0]):
        soc, capacity = y.group_soc[g], x.group_capacity[g]
        empty = open_circuit_area(x, p, soc - remaining / capacity)
        present = open_circuit_area(x, p, soc)
        given += capacity * (present - empty)
        taken += capacity * (open_circuit_area(x, p, soc + room / capacity) - present)
    y.state_of_energy = share_of_whole(given, taken)


@kernel
def summarise(u: Block, y: Block) -> None:
    """Tell currents, SOC, and voltage and SOC of the groups by their extremes."""
    least, greatest, mean, least_cell, greatest_cell = extremes(y.current)
    y.current_minimum, y.current_maximum, y.current_mean = least, greatest, mean
    y.current_minimum_cell, y.current_maximum_cell = least_cell, greatest_cell
    least, greatest, mean, least_group, greatest_group = extremes(y.group_voltage)
    y.group_voltage_minimum, y.group_voltage_maximum, y.group_voltage_mean = least, greatest, mean
    y.group_voltage_minimum_group, y.group_voltage_maximum_group = least_group, greatest_group
    least, greatest, mean, least_group, greatest_group = extremes(y.group_soc)
    y.group_soc_minimum, y.group_soc_maximum, y.group_soc_mean = least, greatest, mean
    y.group_soc_minimum_group, y.group_soc_maximum_group = least_group, greatest_group
    least, greatest, mean, least_cell, greatest_cell = extremes(u.soc)
    y.soc_minimum, y.soc_maximum, y.soc_mean = least, greatest, mean
    y.soc_minimum_cell, y.soc_maximum_cell = least_cell, greatest_cell
