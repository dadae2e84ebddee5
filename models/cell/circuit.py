"""The elements of the equivalent circuit of one cell, at a place of the tables and the temperature that it has.

Equations
---------
For each cell, current i positive into it::

    v = U(z, T) + R0(z, T) i + sum_j v_j + v_h
    U = U_ref(z) + U_0 + (T - T_ref) dU/dT(z)
    Q dz/dt = i_m,   i_m = eta i - i_s(T) while charging, i - i_s(T) else
    dv_j/dt = i / C_j(z) - v_j / (R_j(z, T) C_j(z))
    dv_h/dt = -(gamma |i| / Q + d) v_h + gamma M i / Q
    R0(z, T) = s s_0 R0_ref(z) exp(E_0 / (R_gas T) - E_0 / (R_gas T_ref)) + R_f,   R_j likewise with s s_j and E_j
    C_j(z) = c_j C_j_ref(z),   M = m M_ref,   i_s(T) likewise with the sign of its exponent turned

with state of charge z, capacity Q, Coulombic efficiency eta, self-discharge current i_s, and hysteresis voltage v_h
of bound M, rate gamma and decay d. The tables with index ref are those of the kind of cell; of resistances there may be
one for each of several temperatures, see `resistance_tables`. A cell differs from its kind by its own Q, eta and i_s,
by the offset U_0 (`open_circuit_offset`), and by factors: s on all resistances (`resistance_scale`, which aging grows),
s_0 on the ohmic one (`ohmic_scale`), s_j and c_j on resistance and capacitance of pair j
(`polarisation_resistance_scale`, `polarisation_capacitance_scale`), m on the bound of hysteresis (`hysteresis_scale`).
R_f is what a film has gained by aging (`aged`), 0 of cells that do not age.

Limits
------
The tables extrapolate linearly (U, dU/dT) or hold their ends (resistances, capacitances) beyond SOC 0 and 1; the
model does not stop there. Hysteresis is switched by the charge through the terminals, self-discharge and what
Coulombic efficiency loses included. The whole cell has one temperature. All cells share the slopes of U over SOC: one
cell's differs by its own capacity only, as ``U' / Q`` over charge.

Shared states
-------------
`capacity` is written here; `bms.capacity`, `bms.estimation`, `bms.group_port`, `bms.kalman`, `bms.pack_estimate`,
`bms.state_of_power`, `port` and `step` use it. `resistance_factor` is written here; `bms.group_port` and
`bms.resistance` use it. `resistance_scale` is written here; `aging.plating` and `bms.resistance` use it.
`self_discharge` is written here; `bms.group_port`, `bms.kalman`, `bms.rest`, `port` and `step` use it. `temperature` is
written here; `aging.film`, `aging.plating`, `step` and `stress` use it.

References
----------
G. L. Plett, Battery Management Systems, Volume I: Battery Modeling, Artech House 2015, chapter 2 (enhanced
self-correcting cell model).
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Count, Detail, Variable
from ..numerics import tables
from ..numerics.arrhenius import arrhenius
from ..numerics.tables import Place
from . import resistance_tables
from .kind import CellParameters

LEAST_HYSTERESIS = 1e-12
"""Bound of hysteresis below which there is none [V]: the capacitance that it stands for goes with its reciprocal."""


def fields(cells: int, kind: CellParameters) -> Fields:
    """Return the parameters of n circuits of one kind, and what follows from aging and temperature alone."""
    return Fields(
        parameters=_cell_parameters(cells, kind) + _differences(cells, kind.pairs) + _kind_parameters(kind),
        states=(
            Variable("temperature", "K", cells, 0.0, 0.0, UNBOUNDED, 300.0, "Temperature that the factors hold for"),
            Variable("capacity", "C", cells, 0.0, 0.0, UNBOUNDED, 1e5, "Charge between SOC 0 and 1, as it is now"),
            Variable("resistance_scale", "1", cells, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Factor on all resistances, as it is now"),
            Variable("resistance_factor", "1", (cells, kind.pairs + 1), 0.0, 0.0, UNBOUNDED, 1.0,
                     "Scales and temperature factor of the ohmic resistance, then of each pair's"),
            Variable("table_place", "1", cells, 0.0, 0.0, len(kind.temperatures) - 1.0, 1.0,
                     "Place of the temperature among those of the tables of resistance"),
            Variable("self_discharge", "A", cells, 0.0, 0.0, UNBOUNDED, 1e-3,
                     "Self-discharge current at the temperature"),
            Variable("film_resistance", "Ohm", cells, 0.0, 0.0, UNBOUNDED, 1e-3,
                     "Resistance that a film has gained, at the temperature"),
        ),
        modules=(__name__, resistance_tables.__name__),
    )  # fmt: skip


def _cell_parameters(cells: int, kind: CellParameters) -> tuple[Variable, ...]:
    """Return the parameters that differ from cell to cell."""
    return (
        Variable("capacity", "C", cells, kind.capacity, 1.0, UNBOUNDED, kind.capacity,
                 "Charge between SOC 0 and 1", display_unit="A.h"),
        Variable("initial_soc", "1", cells, 0.5, 0.0, 1.0, 1.0, "State of charge at the start", display_unit="%"),
        Variable("resistance_scale", "1", cells, 1.0, 1e-3, 1e3, 1.0, "Factor on all resistances of the cell"),
        Variable("coulombic_efficiency", "1", cells, kind.coulombic_efficiency, 0.0, 1.0, 1.0,
                 "Share of the charging current that is stored"),
        Variable("self_discharge_current", "A", cells, kind.self_discharge_current, 0.0, UNBOUNDED, 1e-3,
                 "Self-discharge current at the reference temperature", display_unit="mA"),
    )  # fmt: skip


def _differences(cells: int, pairs: int) -> tuple[Variable, ...]:
    """Return by what each cell differs from the tables of its kind."""
    each = cells, pairs
    return (
        Variable("ohmic_scale", "1", cells, 1.0, 1e-3, 1e3, 1.0,
                 "Factor on the ohmic resistance, on top of resistance_scale", detail=Detail.CELL),
        Variable("polarisation_resistance_scale", "1", each, 1.0, 1e-3, 1e3, 1.0,
                 "Factor on the resistance of each RC pair, on top of resistance_scale", detail=Detail.CELL),
        Variable("polarisation_capacitance_scale", "1", each, 1.0, 1e-3, 1e3, 1.0,
                 "Factor on the capacitance of each RC pair", detail=Detail.CELL),
        Variable("open_circuit_offset", "V", cells, 0.0, -1.0, 1.0, 1e-3,
                 "Open-circuit voltage less that of the table", display_unit="mV", detail=Detail.CELL),
        Variable("hysteresis_scale", "1", cells, 1.0, 0.0, 1e3, 1.0,
                 "Factor on the bound of hysteresis; 0 switches it off", detail=Detail.CELL),
    )  # fmt: skip


def _kind_parameters(kind: CellParameters) -> tuple[Variable, ...]:
    """Return the parameters that all cells share."""
    table, pairs = kind.nodes, (kind.pairs, kind.nodes)
    ohmic, polarisation = kind.freed_resistances()
    temperatures = len(kind.temperatures)
    held = 1 if temperatures == 1 else Count(temperatures, "table")  # one belongs to the structure, and costs nothing
    entries = table if temperatures == 1 else Count(temperatures * table, "table_entry")
    told = "at the reference temperature, over SOC 0 to 1, of each table temperature in turn"
    return (
        Variable("open_circuit_voltage", "V", table, kind.open_circuit_voltage, 0.0, 10.0, 3.7,
                 "Open-circuit voltage at the reference temperature, over SOC 0 to 1"),
        Variable("entropic_coefficient", "V/K", table, kind.entropic_coefficient, -0.1, 0.1, 1e-4,
                 "Derivative of the open-circuit voltage by temperature, over SOC 0 to 1", display_unit="mV/K"),
        Variable("ohmic_resistance", "Ohm", entries, ohmic.ravel(), 0.0, UNBOUNDED, 1e-3,
                 f"Resistance that acts at once, {told}", display_unit="mOhm"),
        Variable("polarisation_resistance", "Ohm", (kind.pairs, entries), polarisation.reshape(kind.pairs, -1),
                 1e-9, UNBOUNDED, 1e-3, f"Resistance of each RC pair, {told}", display_unit="mOhm"),
        Variable("polarisation_capacitance", "F", pairs, kind.polarisation_capacitance, 1e-3, UNBOUNDED, 1e4,
                 "Capacitance of each RC pair, over SOC 0 to 1"),
        Variable("ohmic_activation_energy", "J/mol", None, kind.ohmic_activation_energy, -1e6, 1e6, 3e4,
                 "Activation energy of the ohmic resistance", display_unit="kJ/mol"),
        Variable("polarisation_activation_energy", "J/mol", kind.pairs, kind.polarisation_activation_energy,
                 -1e6, 1e6, 3e4, "Activation energy of each pair's resistance", display_unit="kJ/mol"),
        Variable("self_discharge_activation_energy", "J/mol", None, kind.self_discharge_activation_energy,
                 -1e6, 1e6, 3e4, "Activation energy of the self-discharge current", display_unit="kJ/mol"),
        Variable("reference_temperature", "K", None, kind.reference_temperature, 200.0, 500.0, 300.0,
                 "Temperature that the tables hold at", display_unit="degC"),
        Variable("table_temperature", "K", held, kind.temperatures, 200.0, 500.0, 300.0,
                 "Temperatures that the tables of resistance were measured at, rising", display_unit="degC"),
        Variable("hysteresis_bound", "V", None, kind.hysteresis_bound, 0.0, 1.0, 0.01,
                 "Hysteresis voltage after long charging; 0 switches hysteresis off", display_unit="mV"),
        Variable("hysteresis_rate", "1", None, kind.hysteresis_rate, 1e-3, 1e6, 10.0,
                 "Reciprocal of the SOC over which hysteresis switches"),
        Variable("hysteresis_decay_rate", "1/s", None, kind.hysteresis_decay_rate, 0.0, 1.0, 1e-6,
                 "Reciprocal time constant of the decay of hysteresis in time"),
    )  # fmt: skip


@kernel
def locate(p: Block, soc: float) -> Place:
    """Find a state of charge in the tables."""
    return tables.locate(p.open_circuit_voltage.shape[0], soc)


@kernel
def renew(x: Block, p: Block) -> None:
    """Give every cell the capacity and the resistances of its parameters."""
    for k in range(x.capacity.shape[0]):
        x.capacity[k] = p.capacity[k]
        x.resistance_scale[k] = p.resistance_scale[k]
        x.film_resistance[k] = 0.0


@kernel
def compute_factors(x: Block, p: Block, k: int) -> None:
    """Compute what follows from the temperature and the resistance scale of cell k alone."""
    temperature, reference, scale = x.temperature[k], p.reference_temperature, x.resistance_scale[k]
    factor = arrhenius(p.ohmic_activation_energy, temperature, reference)
    x.resistance_factor[k, 0] = scale * p.ohmic_scale[k] * factor
    x.table_place[k] = resistance_tables.find(p, temperature)
    for j in range(p.polarisation_activation_energy.shape[0]):
        factor = arrhenius(p.polarisation_activation_energy[j], temperature, reference)
        x.resistance_factor[k, j + 1] = scale * p.polarisation_resistance_scale[k, j] * factor
    x.self_discharge[k] = p.self_discharge_current[k] / arrhenius(
        p.self_discharge_activation_energy, temperature, reference
    )


@kernel
def start_at(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the temperature [K] of cell k and what follows from it; the resistance scale is in x already."""
    x.temperature[k] = temperature
    compute_factors(x, p, k)


@kernel
def adapt(x: Block, p: Block, k: int, temperature: float, scale: float) -> bool:
    """Set temperature [K] and resistance scale of cell k; return whether either has changed."""
    if x.temperature[k] == temperature and x.resistance_scale[k] == scale:
        return False
    x.resistance_scale[k] = scale
    start_at(x, p, k, temperature)
    return True


@kernel
def heat_up(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the temperature [K] of cell k."""
    if x.temperature[k] != temperature:
        start_at(x, p, k, temperature)


@kernel
def storing(p: Block, k: int, current: float) -> float:
    """Share of a current [A] that is stored: the Coulombic efficiency while charging."""
    return p.coulombic_efficiency[k] if current > 0.0 else 1.0


@kernel
def open_circuit(x: Block, p: Block, k: int, place: Place) -> float:
    """U(z, T) [V]."""
    warmer = x.temperature[k] - p.reference_temperature
    voltage = tables.value(p.open_circuit_voltage, place) + warmer * tables.value(p.entropic_coefficient, place)
    return voltage + p.open_circuit_offset[k]


@kernel
def open_circuit_slope(x: Block, p: Block, k: int, place: Place) -> float:
    """Return the derivative of U(z, T) by z [V]."""
    warmer = x.temperature[k] - p.reference_temperature
    return tables.slope(p.open_circuit_voltage, place) + warmer * tables.slope(p.entropic_coefficient, place)


@kernel
def mean_slope(x: Block, p: Block, k: int, start: float, end: float) -> float:
    """Return the mean slope of U(z, T) by z between two states of charge that differ [V]."""
    return (open_circuit(x, p, k, locate(p, end)) - open_circuit(x, p, k, locate(p, start))) / (end - start)


@kernel
def ohmic(x: Block, p: Block, k: int, place: Place) -> float:
    """R0 [Ohm]."""
    of_table = resistance_tables.freed_value(p, x.table_place[k], p.ohmic_resistance, place)
    return x.resistance_factor[k, 0] * of_table + x.film_resistance[k]


@kernel
def pair_value(x: Block, p: Block, k: int, j: int, place: Place) -> float:
    """R_j without its factor [Ohm]."""
    return resistance_tables.freed_value(p, x.table_place[k], p.polarisation_resistance[j], place)


@kernel
def pair_capacitance(p: Block, k: int, j: int, place: Place) -> float:
    """C_j [F]."""
    return p.polarisation_capacitance_scale[k, j] * tables.bounded(p.polarisation_capacitance[j], place)


@kernel
def pair(x: Block, p: Block, k: int, j: int, place: Place) -> tuple[float, float]:
    """Resistance [Ohm] and capacitance [F] of RC pair j."""
    return x.resistance_factor[k, j + 1] * pair_value(x, p, k, j, place), pair_capacitance(p, k, j, place)


@kernel
def ohmic_energy(x: Block, p: Block, k: int, place: Place, resistance: float) -> float:
    """R0 [Ohm] times its activation energy [Ohm J/mol]; the film's is left out."""
    freed = resistance_tables.freed_energy(p, x.table_place[k], p.ohmic_resistance, place)
    return p.ohmic_activation_energy * (resistance - x.film_resistance[k]) + x.resistance_factor[k, 0] * freed


@kernel
def pair_energy(x: Block, p: Block, k: int, j: int, place: Place, resistance: float) -> float:
    """R_j times its activation energy [Ohm J/mol]."""
    freed = resistance_tables.freed_energy(p, x.table_place[k], p.polarisation_resistance[j], place)
    return p.polarisation_activation_energy[j] * resistance + x.resistance_factor[k, j + 1] * freed


@kernel
def relative_resistance(p: Block, k: int) -> float:
    """Return the settled resistance of cell k over that of its kind, at SOC 0.5 and the reference temperature.

    The factor on all resistances is left out: 1 where the cell has no other.
    """
    place, at = locate(p, 0.5), resistance_tables.find(p, p.reference_temperature)
    nominal = resistance_tables.freed_value(p, at, p.ohmic_resistance, place)
    own = p.ohmic_scale[k] * nominal
    for j in range(p.polarisation_resistance.shape[0]):
        resistance = resistance_tables.freed_value(p, at, p.polarisation_resistance[j], place)
        own += p.polarisation_resistance_scale[k, j] * resistance
        nominal += resistance
    return own / nominal if nominal > 0.0 else p.ohmic_scale[k]


@kernel
def hysteresis_bound(p: Block, k: int) -> float:
    """M [V]; 0 where the cell has no hysteresis worth the name."""
    bound = p.hysteresis_scale[k] * p.hysteresis_bound
    return bound if bound >= LEAST_HYSTERESIS else 0.0


@kernel
def switching(x: Block, p: Block, k: int, current: float) -> tuple[float, float]:
    """Rates of the hysteresis voltage under a current [A], in 1/s: by charge with the current's sign, and in all."""
    by_charge = p.hysteresis_rate * current / x.capacity[k]
    return by_charge, abs(by_charge) + p.hysteresis_decay_rate
