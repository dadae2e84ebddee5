"""Damage by time and by cycles of cells that age by laws of power.

Equations
---------
The laws of capacity and of resistance (`power_laws`) turn damages D by time (1, 3) and by cycles (2, 4) into::

    capacity_loss     = c D_1**z_1 + D_2**z_2
    resistance_growth = c D_3**z_3 + D_4**z_4

with the factor c of the cell, `aging_rate`. Each cell counts its damages. Damage by time is counted at the open-circuit
voltage of the SOC, at the reference temperature, and at the cell's temperature; an offset of this voltage that is the
cell's own counts in the first order, within 2 % of the rate up to 0.1 V. Damage by cycles is counted by cycles
of the SOC (`rainflow`), with the charge that flowed in a cycle and the mean voltage weighed by it. The count has
weights: the charge, the integral of ``U |i|`` with the open-circuit voltage U, and for capacity and resistance the
charge weighed by the stress that changes within a cycle, in C of the cell that was tested.

Open legs count as half-cycles, so that the damage grows with the charge and not by whole cycles: a day like the one
before adds as much, wherever in it the counters are read. The voltage is that at open circuit, at the reference
temperature: what current adds on the way up it takes on the way down, little in a cycle, but much in half of one. U
depends on SOC alone, so that both halves of a cycle have its mean voltage and together do the damage of the closed
cycle. Where the damage of an open half falls, as by some laws of voltage, the counter stays.

Throughput and C-rate count by the capacity that the cell had when new. A shift of the SOC is no cycle: it moves all
turning points of the count.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, whole
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..numerics import rainflow, tables
from ..numerics.arrhenius import GAS_CONSTANT
from ..numerics.tables import Place
from . import power_laws
from .law import AgingLaw, Counter, exponential
from .power_laws import EmpiricalLaws

COUNTERS = (
    Counter("charge_throughput", "C", "A.h", 1e6, "Charge that flowed, in both directions"),
    Counter("capacity_calendar_damage", "1", "", 1e-3, "Damage to the capacity by time"),
    Counter("capacity_cycle_damage", "1", "", 1e-3, "Damage to the capacity by cycles, what is open as half ones"),
    Counter("resistance_calendar_damage", "1", "", 1e-3, "Damage to the resistance by time"),
    Counter("resistance_cycle_damage", "1", "", 1e-3, "Damage to the resistance by cycles, what is open as half ones"),
)

TURNING_POINTS = 32
"""Points of the count of cycles that may be open at once."""

CHARGE, VOLTAGE, CAPACITY, RESISTANCE = range(4)
"""Weights of the count of cycles."""
WEIGHTS = 4
NEAR = 0.01
"""How far from a voltage the slope of the damage by it is taken, both ways [V]: about an offset of a cell."""

HOUR = 3600.0
"""[s]."""


def cell_fields(laws: EmpiricalLaws, cells: int, nodes: int) -> Fields:
    """Return the laws, the count of cycles, the tables over SOC, and the factors of the temperature."""
    return Fields(
        parameters=power_laws.parameters(laws),
        states=(*_cycle_states(cells), *_calendar_states(nodes), *_factor_states(cells)),
        modules=(__name__, power_laws.__name__),
    )


def aging_fields(laws: EmpiricalLaws, cells: int) -> Fields:
    """Return the exponents of the laws."""
    return Fields(parameters=power_laws.exponents(laws), modules=(__name__, power_laws.__name__))


def _cycle_states(cells: int) -> tuple[Variable, ...]:
    """Return the memory of `rainflow`, and the damages of cycles that are closed and of half-cycles that are open."""
    count = whole("turning_points", cells, "Points of the count of cycles that are open", 2.0, TURNING_POINTS)
    return count, *_states(
        ("turns", (cells, TURNING_POINTS), "SOC at these points"),
        ("legs", (cells, TURNING_POINTS * WEIGHTS), "Weights of the legs that end there"),
        ("left", WEIGHTS, "What the way to the sample adds to the weights"),
        ("closed", WEIGHTS, "Weights of the cycle that was closed last"),
        ("closed_capacity_damage", cells, "Damage to the capacity by cycles that are closed"),
        ("closed_resistance_damage", cells, "Damage to the resistance by cycles that are closed"),
        ("open_capacity_damage", cells, "Damage to the capacity by half-cycles that are open, without the last"),
        ("open_resistance_damage", cells, "Damage to the resistance by half-cycles that are open, without the last"),
    )


def _calendar_states(nodes: int) -> tuple[Variable, ...]:
    rate = "Damage to the {} a second at rest, over SOC, without the factor of temperature"
    rise = "Its slope by the open-circuit voltage [1/V]"
    each = ((f"{what}_calendar", rate.format(what)) for what in ("capacity", "resistance"))
    return _states(*(state for name, text in each for state in ((name, nodes, text), (f"{name}_rise", nodes, rise))))


def _factor_states(cells: int) -> tuple[Variable, ...]:
    return _states(
        ("capacity_calendar_factor", cells, "Factor on the calendar damage to the capacity"),
        ("resistance_calendar_factor", cells, "Factor on the calendar damage to the resistance"),
        ("capacity_charge_factor", cells, "Weight of the charge for the capacity, without current"),
        ("resistance_charge_factor", cells, "Weight of the charge for the resistance, without current"),
        ("capacity_current_factor", cells, "Its exponent by the current [1/A]"),
        ("resistance_current_factor", cells, "Its exponent by the current [1/A]"),
    )


def _states(*states: tuple[str, int | tuple[int, int], str]) -> tuple[Variable, ...]:
    return tuple(Variable(name, "1", size, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, text) for name, size, text in states)


@kernel
def tabulate_law(rates: Block, rises: Block, law: Block, exponent: float, node: int, voltage: float) -> None:
    """Write the damage of calendar time by a law at a voltage [V], and its slope by this, to a node."""
    rates[node] = power_laws.damage_rate(power_laws.calendar_voltage(law, voltage), exponent)
    above = power_laws.damage_rate(power_laws.calendar_voltage(law, voltage + NEAR), exponent)
    below = power_laws.damage_rate(power_laws.calendar_voltage(law, voltage - NEAR), exponent)
    rises[node] = (above - below) / (2.0 * NEAR)


@kernel
def tabulate(x: Block, p: Block) -> None:
    """Write the damage of calendar time by the open-circuit voltage over SOC, at the reference temperature."""
    for node in range(p.open_circuit_voltage.shape[0]):
        voltage = p.open_circuit_voltage[node]
        law, exponent = p.capacity_calendar_law, p.capacity_calendar_exponent
        tabulate_law(x.capacity_calendar, x.capacity_calendar_rise, law, exponent, node, voltage)
        law, exponent = p.resistance_calendar_law, p.resistance_calendar_exponent
        tabulate_law(x.resistance_calendar, x.resistance_calendar_rise, law, exponent, node, voltage)


@kernel
def reset(x: Block, p: Block, y: Block) -> None:
    """Start the count of cycles at the SOC of each cell."""
    tabulate(x, p)
    for k in range(x.soc.shape[0]):
        rainflow.start_count(x, k, x.soc[k])
        x.closed_capacity_damage[k] = x.closed_resistance_damage[k] = 0.0
        x.open_capacity_damage[k] = x.open_resistance_damage[k] = 0.0


@kernel
def charge_factor(law: Block, exponent: float, temperature: float) -> float:
    """Weight of the charge without current: `charge_stress` raised to 1/z."""
    return power_laws.damage_rate(power_laws.charge_stress(law, 0.0, temperature), exponent)


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Adapt the factors of the laws, raised to 1/z each, to `temperature` [K]."""
    law, exponent = p.capacity_calendar_law, p.capacity_calendar_exponent
    x.capacity_calendar_factor[k] = exponential(-law[2] / (GAS_CONSTANT * temperature * exponent))
    law, exponent = p.resistance_calendar_law, p.resistance_calendar_exponent
    x.resistance_calendar_factor[k] = exponential(-law[2] / (GAS_CONSTANT * temperature * exponent))
    per_current, scale = HOUR / p.capacity[k], power_laws.per_charge(p.tested_capacity, p.capacity[k])
    law, exponent = p.capacity_charge_law, p.capacity_cycle_exponent
    x.capacity_charge_factor[k] = scale * charge_factor(law, exponent, temperature)
    x.capacity_current_factor[k] = (law[3] * temperature + law[4]) * per_current / exponent
    law, exponent = p.resistance_charge_law, p.resistance_cycle_exponent
    x.resistance_charge_factor[k] = scale * charge_factor(law, exponent, temperature)
    x.resistance_current_factor[k] = (law[3] * temperature + law[4]) * per_current / exponent


@kernel
def at_rest(rates: Block, rises: Block, offset: float, place: Place) -> float:
    """Return the damage a second at a place of the tables and an offset of the open-circuit voltage [V]."""
    rate = tables.bounded(rates, place)
    return rate if offset == 0.0 else max(rate + offset * tables.bounded(rises, place), 0.0)


@kernel
def count_time(x: Block, p: Block, y: Block, k: int, soc: float, h: float) -> None:
    """Count the damage by h seconds at a SOC."""
    place, offset = tables.locate(p.open_circuit_voltage.shape[0], soc), p.open_circuit_offset[k]
    rate = at_rest(x.capacity_calendar, x.capacity_calendar_rise, offset, place)
    y.capacity_calendar_damage[k] += h * (x.capacity_calendar_factor[k] * rate)
    rate = at_rest(x.resistance_calendar, x.resistance_calendar_rise, offset, place)
    y.resistance_calendar_damage[k] += h * (x.resistance_calendar_factor[k] * rate)


@kernel
def damage_of_cycle(p: Block, depth: float, weights: tuple[float, float, float, float]) -> tuple[float, float]:
    """Damage to capacity and resistance by a cycle, or half of one; without charge it does none."""
    charge, voltage, capacity, resistance = weights
    mean = voltage / charge if charge > 0.0 else 0.0
    stress = power_laws.cycle_stress(p.capacity_cycle_law, mean, depth)
    to_capacity = power_laws.cycle_damage(stress, capacity, p.capacity_cycle_exponent)
    stress = power_laws.cycle_stress(p.resistance_cycle_law, mean, depth)
    return to_capacity, power_laws.cycle_damage(stress, resistance, p.resistance_cycle_exponent)


@kernel
def damage_of_leg(x: Block, p: Block, k: int, leg: int) -> tuple[float, float]:
    """Damage by a leg that is still open, as half a cycle."""
    depth, _ = rainflow.half(x, k, leg)
    charge, voltage = rainflow.weight(x, k, leg, CHARGE), rainflow.weight(x, k, leg, VOLTAGE)
    capacity, resistance = rainflow.weight(x, k, leg, CAPACITY), rainflow.weight(x, k, leg, RESISTANCE)
    return damage_of_cycle(p, depth, (charge, voltage, capacity, resistance))


@kernel
def add_closed_cycle(x: Block, p: Block, k: int, depth: float) -> None:
    """Add the cycle of a depth that the count has just closed."""
    weights = (x.closed[CHARGE], x.closed[VOLTAGE], x.closed[CAPACITY], x.closed[RESISTANCE])
    to_capacity, to_resistance = damage_of_cycle(p, depth, weights)
    x.closed_capacity_damage[k] += to_capacity
    x.closed_resistance_damage[k] += to_resistance


@kernel
def sum_open_legs(x: Block, p: Block, k: int) -> None:
    """Sum up the legs that are open but do not move."""
    x.open_capacity_damage[k] = x.open_resistance_damage[k] = 0.0
    for leg in range(1, rainflow.points(x, k) - 1):
        to_capacity, to_resistance = damage_of_leg(x, p, k, leg)
        x.open_capacity_damage[k] += to_capacity
        x.open_resistance_damage[k] += to_resistance


@kernel
def write_cycle_damage(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the damage by all cycles: those that are closed, and the halves that are open."""
    to_capacity, to_resistance = damage_of_leg(x, p, k, rainflow.points(x, k) - 1)
    damage = x.closed_capacity_damage[k] + x.open_capacity_damage[k] + to_capacity
    y.capacity_cycle_damage[k] = max(y.capacity_cycle_damage[k], damage)
    damage = x.closed_resistance_damage[k] + x.open_resistance_damage[k] + to_resistance
    y.resistance_cycle_damage[k] = max(y.resistance_cycle_damage[k], damage)


@kernel
def count_cycles(x: Block, p: Block, k: int) -> None:
    """Move the count of cycles to where the SOC is now."""
    before, changed = rainflow.points(x, k), False
    closed, depth, _ = rainflow.push(x, k, x.soc[k])
    while closed != rainflow.NONE:
        add_closed_cycle(x, p, k, depth)
        changed = True
        closed, depth, _ = rainflow.push(x, k, x.soc[k])
    if changed or rainflow.points(x, k) != before:
        sum_open_legs(x, p, k)


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
        write_cycle_damage(x, p, y, k)


@kernel
def count(x: Block, p: Block, y: Block, k: int, soc: float, voltage: float, h: float) -> None:
    """Count time, charge and cycles of a step of h [s]."""
    count_time(x, p, y, k, soc, h)
    count_charge(x, p, y, k, voltage, h)


@kernel
def shift(x: Block, k: int, change: float) -> None:
    """Move the turning points of cell k with a shift of its SOC."""
    for point in range(rainflow.points(x, k)):
        x.turns[k, point] += change


@kernel
def capacity_loss(x: Block, p: Block, k: int) -> float:
    """Return the share of its capacity that cell k has lost [1]."""
    calendar = x.capacity_calendar_damage[k] + p.earlier_capacity_calendar_damage[k]
    cycles = x.capacity_cycle_damage[k] + p.earlier_capacity_cycle_damage[k]
    by_time = p.aging_rate[k] * power_laws.loss(calendar, p.capacity_calendar_exponent)
    return by_time + power_laws.loss(cycles, p.capacity_cycle_exponent)


@kernel
def resistance_growth(x: Block, p: Block, k: int) -> float:
    """Return the relative growth of the resistance of cell k [1]."""
    calendar = x.resistance_calendar_damage[k] + p.earlier_resistance_calendar_damage[k]
    cycles = x.resistance_cycle_damage[k] + p.earlier_resistance_cycle_damage[k]
    by_time = p.aging_rate[k] * power_laws.loss(calendar, p.resistance_calendar_exponent)
    return by_time + power_laws.loss(cycles, p.resistance_cycle_exponent)


LAW = AgingLaw(
    counters=COUNTERS,
    cell_fields=cell_fields,
    aging_fields=aging_fields,
    count=count,
    reset=reset,
    warm=warm,
    shift=shift,
    capacity_loss=capacity_loss,
    resistance_growth=resistance_growth,
)
