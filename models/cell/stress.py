"""What wears a cell, counted as it happens: time, charge, cycles and plated lithium, weighed by stress.

Equations
---------
The counters are cumulative and step at the cell's own rate; see `cell_ecm` for what they mean. What depends on
SOC alone is a table, and what depends on temperature alone is kept until that changes. A step takes its stress of
rest, the open-circuit voltage and the anode's potential without current, at the SOC in its middle.

The count of cycles (`rainflow`) has weights: the charge, the integral of ``U |i|`` with the open-circuit voltage U, and
for capacity and resistance the charge weighed by the stress that changes within a cycle, in C of the cell that was
tested. What is open counts as half-cycles, so that the damage grows with the charge and not by whole cycles. U depends
on SOC alone: both halves of a cycle have its mean voltage, and together do the harm that it does when it closes. Where
the harm of an open half falls, as some laws of voltage have it, what was told stays. A shift of the SOC moves all of
the count: it is no cycle.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ..aging import plating
from ..aging import power_laws as laws
from ..numerics import rainflow, tables
from ..numerics.arrhenius import GAS_CONSTANT, acceleration, thermal_voltage

CHARGE, VOLTAGE, CAPACITY, RESISTANCE = range(4)
"""Weights of the count of cycles."""

WEIGHTS = 4

HOUR = 3600.0
"""[s]."""


@kernel
def tabulate(x: Block, p: Block) -> None:
    """Write the damage of calendar time by the open-circuit voltage over SOC, at the reference temperature."""
    for node in range(p.open_circuit_voltage.shape[0]):
        voltage = p.open_circuit_voltage[node]
        stress = laws.calendar_voltage(p.capacity_calendar_law, voltage)
        x.capacity_calendar[node] = laws.damage_rate(stress, p.capacity_calendar_exponent)
        stress = laws.calendar_voltage(p.resistance_calendar_law, voltage)
        x.resistance_calendar[node] = laws.damage_rate(stress, p.resistance_calendar_exponent)


@kernel
def begin(x: Block, p: Block, y: Block) -> None:
    """Start all counters at 0."""
    tabulate(x, p)
    for k in range(x.soc.shape[0]):
        x.stress_temperature[k] = 0.0
        rainflow.start_count(x, k, x.soc[k])
        y.charge_throughput[k] = y.reaction_time[k] = y.diffusion_time[k] = 0.0
        y.capacity_calendar_damage[k] = y.resistance_calendar_damage[k] = 0.0
        y.capacity_cycle_damage[k] = y.resistance_cycle_damage[k] = 0.0
        x.told_capacity_damage[k] = x.told_resistance_damage[k] = 0.0
        x.open_capacity_damage[k] = x.open_resistance_damage[k] = 0.0
        y.plated_charge[k] = y.plating_lost_charge[k] = 0.0


@kernel
def exponential(exponent: float) -> float:
    """Return ``exp(exponent)``, at once where it is 0: many laws do not know what makes it another."""
    return math.exp(exponent) if exponent != 0.0 else 1.0


@kernel
def charge_factor(law: Block, exponent: float, temperature: float) -> float:
    """Weight of the charge without current: `charge_stress` raised to 1/z."""
    return laws.damage_rate(laws.charge_stress(law, 0.0, temperature), exponent)


@kernel
def warm_laws(x: Block, p: Block, k: int, temperature: float) -> None:
    """Bring the factors of the published laws, raised to 1/z each, to `temperature` [K]."""
    law, exponent = p.capacity_calendar_law, p.capacity_calendar_exponent
    x.capacity_calendar_factor[k] = exponential(-law[2] / (GAS_CONSTANT * temperature * exponent))
    law, exponent = p.resistance_calendar_law, p.resistance_calendar_exponent
    x.resistance_calendar_factor[k] = exponential(-law[2] / (GAS_CONSTANT * temperature * exponent))
    per_current, scale = HOUR / p.capacity[k], laws.per_charge(p.tested_capacity, p.capacity[k])
    law, exponent = p.capacity_charge_law, p.capacity_cycle_exponent
    x.capacity_charge_factor[k] = scale * charge_factor(law, exponent, temperature)
    x.capacity_current_factor[k] = (law[3] * temperature + law[4]) * per_current / exponent
    law, exponent = p.resistance_charge_law, p.resistance_cycle_exponent
    x.resistance_charge_factor[k] = scale * charge_factor(law, exponent, temperature)
    x.resistance_current_factor[k] = (law[3] * temperature + law[4]) * per_current / exponent


@kernel
def warm_film(x: Block, p: Block, k: int, temperature: float) -> None:
    """Bring the factors of the film to `temperature` [K]."""
    reference = p.aging_reference_temperature
    x.reaction_factor[k] = acceleration(p.reaction_activation_energy, temperature, reference)
    x.diffusion_factor[k] = acceleration(p.diffusion_activation_energy, temperature, reference)


@kernel
def warm_plating(x: Block, p: Block, k: int, temperature: float) -> None:
    """Bring the anode's resistance and the exchange current of plating to `temperature` [K]."""
    reference = p.aging_reference_temperature
    x.anode_resistance[k] = plating.anode_resistance(
        p.anode_resistance, p.anode_activation_energy, temperature, reference
    )
    x.plating_exchange_current[k] = p.plating_exchange_current * acceleration(
        p.plating_activation_energy, temperature, reference
    )


@kernel
def warm(x: Block, p: Block, k: int) -> None:
    """Bring what depends on temperature alone to the temperature of cell k."""
    temperature = x.temperature[k]
    if x.stress_temperature[k] != temperature:
        x.stress_temperature[k] = temperature
        warm_laws(x, p, k, temperature)
        warm_film(x, p, k, temperature)
        if p.plating_exchange_current > 0.0:
            warm_plating(x, p, k, temperature)


@kernel
def anode_potential(p: Block, soc: float, current: float, resistance: float) -> float:
    """Potential of the anode [V] under a current [A] through its resistance [Ohm]."""
    window = (p.anode_window[0], p.anode_window[1])
    return plating.anode_potential(p.anode_potential, window, soc, current, resistance)


@kernel
def count_time(x: Block, p: Block, y: Block, k: int, soc: float, h: float) -> None:
    """Count h seconds of rest at a SOC."""
    place = tables.locate(p.open_circuit_voltage.shape[0], soc)
    rate = x.capacity_calendar_factor[k] * tables.bounded(x.capacity_calendar, place)
    y.capacity_calendar_damage[k] += h * rate
    rate = x.resistance_calendar_factor[k] * tables.bounded(x.resistance_calendar, place)
    y.resistance_calendar_damage[k] += h * rate
    drive = 0.0
    if p.reaction_transfer != 0.0 or p.diffusion_transfer != 0.0:
        below = p.film_reference_potential - anode_potential(p, soc, 0.0, 0.0)
        drive = below / thermal_voltage(x.temperature[k])
    y.reaction_time[k] += h * x.reaction_factor[k] * exponential(p.reaction_transfer * drive)
    y.diffusion_time[k] += h * x.diffusion_factor[k] * exponential(p.diffusion_transfer * drive)


@kernel
def harm(p: Block, depth: float, weights: tuple[float, float, float, float]) -> tuple[float, float]:
    """Damage to capacity and resistance by a cycle, or half of one; without charge it does none."""
    charge, voltage, capacity, resistance = weights
    mean = voltage / charge if charge > 0.0 else 0.0
    stress = laws.cycle_stress(p.capacity_cycle_law, mean, depth)
    to_capacity = laws.cycle_damage(stress, capacity, p.capacity_cycle_exponent)
    stress = laws.cycle_stress(p.resistance_cycle_law, mean, depth)
    return to_capacity, laws.cycle_damage(stress, resistance, p.resistance_cycle_exponent)


@kernel
def harm_of_leg(x: Block, p: Block, k: int, leg: int) -> tuple[float, float]:
    """Damage by a leg that is still open, as half a cycle."""
    depth, _ = rainflow.half(x, k, leg)
    charge, voltage = rainflow.weight(x, k, leg, CHARGE), rainflow.weight(x, k, leg, VOLTAGE)
    capacity, resistance = rainflow.weight(x, k, leg, CAPACITY), rainflow.weight(x, k, leg, RESISTANCE)
    return harm(p, depth, (charge, voltage, capacity, resistance))


@kernel
def tell_cycle(x: Block, p: Block, k: int, depth: float) -> None:
    """Count the cycle that was told, of a depth."""
    weights = (x.told[CHARGE], x.told[VOLTAGE], x.told[CAPACITY], x.told[RESISTANCE])
    to_capacity, to_resistance = harm(p, depth, weights)
    x.told_capacity_damage[k] += to_capacity
    x.told_resistance_damage[k] += to_resistance


@kernel
def sum_up(x: Block, p: Block, k: int) -> None:
    """Sum up the legs that are open but do not move."""
    x.open_capacity_damage[k] = x.open_resistance_damage[k] = 0.0
    for leg in range(1, rainflow.points(x, k) - 1):
        to_capacity, to_resistance = harm_of_leg(x, p, k, leg)
        x.open_capacity_damage[k] += to_capacity
        x.open_resistance_damage[k] += to_resistance


@kernel
def tell_cycles(x: Block, p: Block, y: Block, k: int) -> None:
    """Tell the damage by all cycles: those that were told, and the halves that are open."""
    to_capacity, to_resistance = harm_of_leg(x, p, k, rainflow.points(x, k) - 1)
    damage = x.told_capacity_damage[k] + x.open_capacity_damage[k] + to_capacity
    y.capacity_cycle_damage[k] = max(y.capacity_cycle_damage[k], damage)
    damage = x.told_resistance_damage[k] + x.open_resistance_damage[k] + to_resistance
    y.resistance_cycle_damage[k] = max(y.resistance_cycle_damage[k], damage)


@kernel
def count_cycles(x: Block, p: Block, k: int) -> None:
    """Move the count of cycles to where the SOC is now."""
    before, changed = rainflow.points(x, k), False
    told, depth, _ = rainflow.push(x, k, x.soc[k])
    while told != rainflow.NONE:
        tell_cycle(x, p, k, depth)
        changed = True
        told, depth, _ = rainflow.push(x, k, x.soc[k])
    if changed or rainflow.points(x, k) != before:
        sum_up(x, p, k)


@kernel
def count_charge(x: Block, p: Block, y: Block, k: int, voltage: float, h: float) -> None:
    """Count the charge of a step, its mean open-circuit voltage [V], and the cycles that it makes."""
    current = abs(x.current[k])
    charge = h * current
    y.charge_throughput[k] += charge
    x.left[CHARGE] = charge
    x.left[VOLTAGE] = charge * voltage
    x.left[CAPACITY] = charge * x.capacity_charge_factor[k] * exponential(x.capacity_current_factor[k] * current)
    x.left[RESISTANCE] = charge * x.resistance_charge_factor[k] * exponential(x.resistance_current_factor[k] * current)
    count_cycles(x, p, k)
    if charge > 0.0:
        tell_cycles(x, p, y, k)


@kernel
def count_plating(x: Block, p: Block, y: Block, k: int, soc: float, h: float) -> None:
    """Plate and strip lithium for h seconds at a SOC."""
    current, temperature = x.current[k], x.temperature[k]
    potential = anode_potential(p, soc, current, x.anode_resistance[k])
    exchange, transfer = x.plating_exchange_current[k], p.plating_transfer
    deposited = plating.plating_current(potential, current, exchange, transfer, temperature)
    stripping = plating.stripping_rate(potential, p.plating_stripping_rate, transfer, temperature)
    reversible, death = p.plating_reversible, p.plating_death_rate
    there, _, _, lost = plating.plate(y.plated_charge[k], deposited, reversible, stripping, death, h)
    y.plated_charge[k] = there
    y.plating_lost_charge[k] += lost


@kernel
def count(x: Block, p: Block, y: Block, k: int, begin: float, voltage: float, h: float) -> None:
    """Count a step of cell k over h seconds, from a SOC to where it is now, at a mean open-circuit voltage [V]."""
    warm(x, p, k)
    middle = 0.5 * (begin + x.soc[k])
    count_time(x, p, y, k, middle, h)
    count_charge(x, p, y, k, voltage, h)
    if p.plating_exchange_current > 0.0:
        count_plating(x, p, y, k, middle, h)


@kernel
def shift(x: Block, k: int, change: float) -> None:
    """Move the turning points of cell k with a shift of its SOC."""
    for point in range(rainflow.points(x, k)):
        x.turns[k, point] += change
