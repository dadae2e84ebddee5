"""One step of the equivalent-circuit cell, and what is told of it; see `cell_ecm` for the equations."""

from __future__ import annotations

from ...core import timescale
from ...core.model import Block, kernel
from ...core.statistics import extremes
from ..numerics import tables
from ..numerics.relaxation import relax
from ..numerics.summation import add
from ..numerics.tables import Place
from . import circuit
from .port import offer_port


@kernel
def polarise(
    x: Block, p: Block, k: int, way: tuple[Place, Place, Place], h: float
) -> tuple[float, float, float, float]:
    """Step the RC pairs of cell k along a way through the tables, of which its begin, middle and end are given.

    Returns the integral of their voltages [V s], and the energy stored, lost and booked [J].
    """
    before, middle, after = way
    integral = stored = lost = booked = 0.0
    for j in range(x.polarisation_voltage.shape[1]):
        resistance, capacitance = circuit.pair(x, p, k, j, middle)
        start = x.polarisation_voltage[k, j]
        end, area, square = relax(start, resistance * x.current[k], 1.0 / (resistance * capacitance), h)
        x.polarisation_voltage[k, j] = end
        integral += area
        lost += square / resistance
        stored += 0.5 * capacitance * (end - start) * (end + start)
        booked += 0.5 * (tables.bounded(p.polarisation_capacitance[j], after) - capacitance) * end * end
        booked -= 0.5 * (tables.bounded(p.polarisation_capacitance[j], before) - capacitance) * start * start
    return integral, stored, lost, booked


@kernel
def switch(x: Block, p: Block, k: int, h: float) -> tuple[float, float, float]:
    """Step the hysteresis voltage of cell k; return its integral [V s] and the energy stored and lost [J]."""
    if p.hysteresis_bound == 0.0:
        return 0.0, 0.0, 0.0
    capacitance = x.capacity[k] / (p.hysteresis_rate * p.hysteresis_bound)
    by_charge, rate = circuit.switching(x, p, k, x.current[k])
    settled = p.hysteresis_bound * by_charge / rate if rate > 0.0 else 0.0
    start = x.hysteresis_voltage[k]
    end, integral, square = relax(start, settled, rate, h)
    x.hysteresis_voltage[k] = end
    return integral, 0.5 * capacitance * (end - start) * (end + start), rate * capacitance * square


@kernel
def charge(x: Block, p: Block, y: Block, k: int, main: float, h: float) -> None:
    """Store a current [A] in cell k for h seconds, and add it to the ledger."""
    before, cut_off, rise = x.soc[k], x.soc_remainder[k], h * main / x.capacity[k]
    x.soc[k], x.soc_remainder[k] = add(before, cut_off, rise)
    y.charge += h * x.current[k]
    y.stored_charge += x.capacity[k] * (x.soc[k] - before + (x.soc_remainder[k] - cut_off))
    y.lost_charge += h * (x.current[k] - main)


@kernel
def advance_cell(x: Block, p: Block, y: Block, k: int, h: float) -> float:
    """Step cell k, its current and temperature being in x already, and add it to the ledger.

    Returns the mean open-circuit voltage of the way, at the reference temperature [V].
    """
    current, temperature, begin = x.current[k], x.temperature[k], x.soc[k]
    main = circuit.storing(p, k, current) * current - x.self_discharge[k]
    charge(x, p, y, k, main, h)
    before, after = circuit.locate(p, begin), circuit.locate(p, x.soc[k])
    middle = circuit.locate(p, 0.5 * (begin + x.soc[k]))
    resistance = circuit.ohmic(x, p, k, middle)
    reference = tables.mean(p.open_circuit_voltage, before, after)
    entropic = tables.mean(p.entropic_coefficient, before, after)
    potential = reference + (temperature - p.reference_temperature) * entropic
    polarised, polarisation_stored, polarisation_lost, booked = polarise(x, p, k, (before, middle, after), h)
    switched, hysteresis_stored, hysteresis_lost = switch(x, p, k, h)
    heat = h * (current * current * resistance + main * temperature * entropic + (current - main) * potential)
    heat += polarisation_lost + hysteresis_lost
    y.heat_rate[k] = heat / h
    y.heat += heat
    y.electrical_energy += current * (h * (potential + resistance * current) + polarised + switched)
    y.stored_energy += h * main * (reference - p.reference_temperature * entropic)
    y.stored_energy += polarisation_stored + hysteresis_stored
    y.table_energy += booked
    return reference


@kernel
def clear_ledger(y: Block) -> None:
    """Begin the integrals of a step."""
    y.electrical_energy = y.stored_energy = y.heat = y.table_energy = 0.0
    y.charge = y.stored_charge = y.lost_charge = 0.0


@kernel
def summarise(y: Block) -> None:
    """Tell voltage and SOC by their extremes."""
    least, greatest, mean, least_cell, greatest_cell = extremes(y.voltage)
    y.voltage_minimum, y.voltage_maximum, y.voltage_mean = least, greatest, mean
    y.voltage_minimum_cell, y.voltage_maximum_cell = least_cell, greatest_cell
    least, greatest, mean, least_cell, greatest_cell = extremes(y.soc)
    y.soc_minimum, y.soc_maximum, y.soc_mean = least, greatest, mean
    y.soc_minimum_cell, y.soc_maximum_cell = least_cell, greatest_cell


@kernel
def tell(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the outputs of cell k at the communication point."""
    y.voltage[k] = circuit.terminal_voltage(x, p, k)
    y.soc[k] = x.soc[k]
    offer_port(x, p, y, k)


@kernel
def begin(y: Block) -> None:
    """Begin the outputs of a step that are made of all cells."""
    clear_ledger(y)
    timescale.reset_timescales(y)


@kernel
def rest(x: Block, p: Block, u: Block, y: Block) -> None:
    """Rest at the initial SOC and the temperature that is set."""
    begin(y)
    for k in range(x.soc.shape[0]):
        x.soc[k] = p.initial_soc[k]
        x.soc_remainder[k] = x.current[k] = x.hysteresis_voltage[k] = x.temperature[k] = 0.0
        for j in range(x.polarisation_voltage.shape[1]):
            x.polarisation_voltage[k, j] = 0.0
        circuit.heat_up(x, p, k, u.temperature[k])
        y.heat_rate[k] = 0.0
        tell(x, p, y, k)
    summarise(y)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, k: int, h: float) -> float:
    """Step cell k over h seconds and tell it; return its mean open-circuit voltage, as `advance_cell` does [V]."""
    circuit.heat_up(x, p, k, u.temperature[k])
    x.current[k] = u.current[k]
    voltage = advance_cell(x, p, y, k, h)
    tell(x, p, y, k)
    return voltage
