"""One step of the equivalent-circuit cell, its outputs, and its ledger of charge and energy.

Equations
---------
A step takes current and temperature as constant, and the coefficients of the RC pairs and R0 at the SOC in the middle
of the step; everything else is integrated exactly. The SOC keeps what rounding cuts off: many small steps lose no
charge.

Heat of a step is the integral of
``i^2 R0 + sum_j v_j^2 / R_j + (|i| / M + Q d / (gamma M)) v_h^2 + i_m T dU/dT + (i - i_m) U``, stored energy
``Q integral (U - T dU/dT) dz + sum_j C_j v_j^2 / 2 + Q v_h^2 / (2 gamma M)``, with U, C_j and M of the cell. The
energy that a capacitance's dependence on SOC creates or removes is booked as table energy: the change of the stored
energy is ``stored_energy + table_energy``. Of cells that do not age::

    charge = stored_charge + lost_charge
    electrical_energy = stored_energy + heat

At the start no current flows. The pairs have the voltages `initial_polarisation_voltage`, and the hysteresis the share
`initial_hysteresis` of its bound M; at 0 the cell has rested for long.

Shared states
-------------
`current` is written here; `aging.damage`, `aging.plating` and `port` use it. `hysteresis_voltage` and
`polarisation_voltage` are written here; `aged` and `port` use them. `soc` is written here; `aged`, `aging.damage`,
`ecm`, `port` and `stress` use it. `soc_remainder` is written here; `aged` uses it.

References
----------
D. Bernardi, E. Pawlikowski, J. Newman, J. Electrochem. Soc. 132 (1985) 5, doi:10.1149/1.2113792 (heat and the entropic
term).
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..numerics import tables
from ..numerics.relaxation import relax
from ..numerics.summation import add
from ..numerics.tables import Place
from . import circuit, reported
from .kind import CellParameters
from .port import offer_port


def fields(cells: int, kind: CellParameters) -> Fields:
    """Return what n cells are given in a step, their state, and what they report."""
    return Fields(
        parameters=(
            Variable("initial_polarisation_voltage", "V", (cells, kind.pairs), 0.0, -10.0, 10.0, 0.01,
                     "Voltage of each RC pair at the start", display_unit="mV", detail=Detail.CELL),
            Variable("initial_hysteresis", "1", cells, 0.0, -1.0, 1.0, 1.0,
                     "Hysteresis voltage at the start over the cell's bound: 1 after a long charge, -1 after a long "
                     "discharge", detail=Detail.CELL),
        ),
        inputs=reported.inputs(cells, kind.reference_temperature),
        outputs=reported.outputs(cells),
        states=(
            Variable("soc", "1", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "State of charge"),
            Variable("soc_remainder", "1", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "What rounding cut off the state of charge"),
            Variable("polarisation_voltage", "V", (cells, kind.pairs), 0.0, -UNBOUNDED, UNBOUNDED, 0.01,
                     "Voltage of each RC pair"),
            Variable("hysteresis_voltage", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 0.01, "Hysteresis voltage"),
            *reported.states(cells),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def polarise(
    x: Block, p: Block, k: int, way: tuple[Place, Place, Place], h: float
) -> tuple[float, float, float, float]:
    """Step the RC pairs of cell k along a way through the tables, of which start, middle and end are given.

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
        booked += 0.5 * (circuit.pair_capacitance(p, k, j, after) - capacitance) * end * end
        booked -= 0.5 * (circuit.pair_capacitance(p, k, j, before) - capacitance) * start * start
    return integral, stored, lost, booked


@kernel
def switch(x: Block, p: Block, k: int, h: float) -> tuple[float, float, float]:
    """Step the hysteresis voltage of cell k; return its integral [V s] and the energy stored and lost [J]."""
    bound = circuit.hysteresis_bound(p, k)
    if bound == 0.0:
        return 0.0, 0.0, 0.0
    capacitance = x.capacity[k] / (p.hysteresis_rate * bound)
    by_charge, rate = circuit.switching(x, p, k, x.current[k])
    settled = bound * by_charge / rate if rate > 0.0 else 0.0
    start = x.hysteresis_voltage[k]
    end, integral, square = relax(start, settled, rate, h)
    x.hysteresis_voltage[k] = end
    return integral, 0.5 * capacitance * (end - start) * (end + start), rate * capacitance * square


@kernel
def charge(x: Block, p: Block, y: Block, k: int, main: float, h: float) -> None:
    """Store a current [A] in cell k for h seconds, and add it to the ledger."""
    before, cut_off, rise = x.soc[k], x.soc_remainder[k], h * main / x.capacity[k]
    x.soc[k], x.soc_remainder[k] = add(before, cut_off, rise)
    x.greatest_rise = max(x.greatest_rise, abs(rise))
    y.charge += h * x.current[k]
    y.stored_charge += x.capacity[k] * (x.soc[k] - before + (x.soc_remainder[k] - cut_off))
    y.lost_charge += h * (x.current[k] - main)


@kernel
def advance_cell(x: Block, p: Block, y: Block, k: int, h: float) -> float:
    """Step cell k, its current and temperature being in x already, and add it to the ledger.

    Returns the mean open-circuit voltage of the way, at the reference temperature [V].
    """
    current, temperature, start = x.current[k], x.temperature[k], x.soc[k]
    main = circuit.storing(p, k, current) * current - x.self_discharge[k]
    charge(x, p, y, k, main, h)
    before, after = circuit.locate(p, start), circuit.locate(p, x.soc[k])
    middle = circuit.locate(p, 0.5 * (start + x.soc[k]))
    resistance = circuit.ohmic(x, p, k, middle)
    reference = tables.mean(p.open_circuit_voltage, before, after) + p.open_circuit_offset[k]
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
def terminal_voltage(x: Block, p: Block, k: int) -> float:
    """Voltage under the current of the last step, at the present state [V]."""
    place = circuit.locate(p, x.soc[k])
    voltage = circuit.open_circuit(x, p, k, place) + circuit.ohmic(x, p, k, place) * x.current[k]
    voltage += x.hysteresis_voltage[k]
    for j in range(x.polarisation_voltage.shape[1]):
        voltage += x.polarisation_voltage[k, j]
    return voltage


@kernel
def write_cell(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the outputs of cell k at the communication point."""
    y.voltage[k] = terminal_voltage(x, p, k)
    y.soc[k] = x.soc[k]
    offer_port(x, p, y, k)


@kernel
def settle(x: Block, p: Block, u: Block, y: Block) -> None:
    """Start all cells without current, in their initial states, at the temperature of the inputs; write the outputs.

    Their capacities and resistance scales are in x already.
    """
    reported.reset_sums(x, y)
    for k in range(x.soc.shape[0]):
        x.soc[k] = p.initial_soc[k]
        x.soc_remainder[k] = x.current[k] = 0.0
        x.hysteresis_voltage[k] = p.initial_hysteresis[k] * circuit.hysteresis_bound(p, k)
        for j in range(x.polarisation_voltage.shape[1]):
            x.polarisation_voltage[k, j] = p.initial_polarisation_voltage[k, j]
        circuit.start_at(x, p, k, u.temperature[k])
        y.heat_rate[k] = 0.0
        write_cell(x, p, y, k)
    reported.write_extremes(x, y, 0.0)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, k: int, h: float) -> float:
    """Step cell k over h seconds, its temperature being in x already, and write its outputs.

    Returns the mean open-circuit voltage of the way, as `advance_cell` does [V].
    """
    x.current[k] = u.current[k]
    voltage = advance_cell(x, p, y, k, h)
    write_cell(x, p, y, k)
    return voltage
