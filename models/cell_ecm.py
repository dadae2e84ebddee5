"""Cells as Thévenin equivalent circuits, each offering its network an affine port.

Equations
---------
For each cell, current i positive into it::

    v = U(z, T) + R0(z, T) i + sum_j v_j + v_h
    U = U_ref(z) + (T - T_ref) dU/dT(z)
    Q dz/dt = i_m,   i_m = eta i - i_s(T) while charging, i - i_s(T) else
    dv_j/dt = i / C_j(z) - v_j / (R_j(z, T) C_j(z))
    dv_h/dt = -(gamma |i| / Q + d) v_h + gamma M i / Q
    R(z, T) = s R(z) exp(E / (R_gas T) - E / (R_gas T_ref)),   i_s likewise with its sign turned

with state of charge z, capacity Q, Coulombic efficiency eta, self-discharge current i_s, hysteresis voltage v_h
of bound M, rate gamma and decay d, and the cell's resistance scale s. A step takes current and temperature as
constant, and the coefficients of the RC pairs and R0 at the SOC in the middle of the step; everything else is
integrated exactly. The SOC keeps what rounding cuts off: many small steps lose no charge.

The port is the voltage `lookahead` seconds from now under constant current, linearised about the last current:
``v(t + lookahead) = emf + resistance * current``. At the last current that voltage is exact; the slope leaves out
that another current leads to other resistances and capacitances, and where the last current is 0 it is the mean of
the slopes that hysteresis has on both sides.

Heat of a step is the integral of
``i^2 R0 + sum_j v_j^2 / R_j + (|i| / M + Q d / (gamma M)) v_h^2 + i_m T dU/dT + (i - i_m) U``, stored energy
``Q integral (U - T dU/dT) dz + sum_j C_j v_j^2 / 2 + Q v_h^2 / (2 gamma M)``. The energy that a capacitance's
dependence on SOC creates or removes is booked as table energy: the change of the stored energy is
``stored_energy + table_energy``, and ``electrical_energy = stored_energy + heat``.

Limits
------
The tables extrapolate linearly (U, dU/dT) or hold their ends (resistances, capacitances) beyond SOC 0 and 1; the
model does not stop there. Hysteresis is switched by the charge through the terminals, self-discharge and what
Coulombic efficiency loses included. Parameters are those of an unaged cell. The whole cell has one temperature.

References
----------
G. L. Plett, Battery Management Systems, Volume I: Battery Modeling, Artech House 2015, chapter 2 (enhanced
self-correcting cell model). D. Bernardi, E. Pawlikowski, J. Newman, J. Electrochem. Soc. 132 (1985) 5,
doi:10.1149/1.2113792 (heat and the entropic term).
"""

from __future__ import annotations

import math

from . import cell_circuit as circuit
from . import cell_variables as variables
from . import tables, timescale
from .cell_parameters import CellParameters
from .cell_port import offer_port
from .model import DONE, Block, Model, Update, kernel
from .relaxation import relax
from .statistics import extreme_variables, extremes
from .summation import add
from .tables import Place

GAS_CONSTANT = 8.31446261815324
"""Molar gas constant [J/(mol K)], exact in the SI of 2019."""


def declare(cells: int, parameters: CellParameters) -> Model:
    """Declare n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    parameters : CellParameters
        Start values of every cell; each may be given its own capacity, resistance scale and so on afterwards.
    """
    port = variables.port_outputs(cells)
    voltage, soc = port[2:4]
    return Model(
        name="Cell",
        description="Cells as Thévenin equivalent circuits with RC pairs, hysteresis, self-discharge and heat",
        parameters=variables.cell_parameters(cells, parameters) + variables.kind_parameters(parameters),
        inputs=variables.inputs(cells, parameters),
        outputs=(
            *(port + variables.ledger_outputs()),
            *(extreme_variables(voltage) + extreme_variables(soc) + timescale.timescale_variables()),
        ),
        states=variables.states(cells, parameters.pairs),
        constants=(),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        update=Update.EXACT,
    )


@kernel
def arrhenius(activation_energy: float, temperature: float, reference: float) -> float:
    """Factor on a resistance of `activation_energy` [J/mol] at `temperature` [K]; 1 at the `reference` [K]."""
    return math.exp(activation_energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / reference))


@kernel
def heat_up(x: Block, p: Block, k: int, temperature: float) -> None:
    """Bring what depends on temperature alone to `temperature` [K]."""
    if x.temperature[k] == temperature:
        return
    reference = p.reference_temperature
    x.temperature[k] = temperature
    x.resistance_factor[k, 0] = p.resistance_scale[k] * arrhenius(p.ohmic_activation_energy, temperature, reference)
    for j in range(p.polarisation_activation_energy.shape[0]):
        factor = arrhenius(p.polarisation_activation_energy[j], temperature, reference)
        x.resistance_factor[k, j + 1] = p.resistance_scale[k] * factor
    x.self_discharge[k] = p.self_discharge_current[k] / arrhenius(
        p.self_discharge_activation_energy, temperature, reference
    )


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
    capacitance = p.capacity[k] / (p.hysteresis_rate * p.hysteresis_bound)
    by_charge, rate = circuit.switching(p, k, x.current[k])
    settled = p.hysteresis_bound * by_charge / rate if rate > 0.0 else 0.0
    start = x.hysteresis_voltage[k]
    end, integral, square = relax(start, settled, rate, h)
    x.hysteresis_voltage[k] = end
    return integral, 0.5 * capacitance * (end - start) * (end + start), rate * capacitance * square


@kernel
def charge(x: Block, p: Block, y: Block, k: int, main: float, h: float) -> None:
    """Store a current [A] in cell k for h seconds, and add it to the ledger."""
    before, cut_off, rise = x.soc[k], x.soc_remainder[k], h * main / p.capacity[k]
    x.soc[k], x.soc_remainder[k] = add(before, cut_off, rise)
    y.charge += h * x.current[k]
    y.stored_charge += p.capacity[k] * (x.soc[k] - before + (x.soc_remainder[k] - cut_off))
    y.lost_charge += h * (x.current[k] - main)


@kernel
def advance_cell(x: Block, p: Block, y: Block, k: int, h: float) -> None:
    """Step cell k, its current and temperature being in x already, and add it to the ledger."""
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
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Rest at the initial SOC and the temperature that is set."""
    clear_ledger(y)
    timescale.forget(y)
    for k in range(x.soc.shape[0]):
        x.soc[k] = p.initial_soc[k]
        x.soc_remainder[k] = x.current[k] = x.hysteresis_voltage[k] = x.temperature[k] = 0.0
        for j in range(x.polarisation_voltage.shape[1]):
            x.polarisation_voltage[k, j] = 0.0
        heat_up(x, p, k, u.temperature[k])
        y.heat_rate[k] = 0.0
        tell(x, p, y, k)
    summarise(y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Let the ports follow `lookahead`."""
    timescale.forget(y)
    for k in range(x.soc.shape[0]):
        offer_port(x, p, y, k)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Advance every cell by h seconds under constant current and temperature."""
    clear_ledger(y)
    timescale.forget(y)
    for k in range(x.soc.shape[0]):
        heat_up(x, p, k, u.temperature[k])
        x.current[k] = u.current[k]
        advance_cell(x, p, y, k, h)
        tell(x, p, y, k)
    summarise(y)
    return DONE
