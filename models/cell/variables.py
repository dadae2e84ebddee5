"""The variables of the equivalent-circuit cell."""

from __future__ import annotations

import math

from ...core.variable import Detail, Variable
from .kind import CellParameters

LARGE = math.inf


def cell_parameters(cells: int, kind: CellParameters) -> tuple[Variable, ...]:
    """Return the parameters that differ from cell to cell."""
    return (
        Variable(
            "capacity", "C", cells, kind.capacity, 1.0, LARGE, kind.capacity,
            "Charge between SOC 0 and 1", display_unit="A.h",
        ),
        Variable("initial_soc", "1", cells, 0.5, 0.0, 1.0, 1.0, "State of charge at the start", display_unit="%"),
        Variable("resistance_scale", "1", cells, 1.0, 1e-3, 1e3, 1.0, "Factor on all resistances of the cell"),
        Variable(
            "coulombic_efficiency", "1", cells, kind.coulombic_efficiency, 0.0, 1.0, 1.0,
            "Share of the charging current that is stored",
        ),
        Variable(
            "self_discharge_current", "A", cells, kind.self_discharge_current, 0.0, LARGE, 1e-3,
            "Self-discharge current at the reference temperature", display_unit="mA",
        ),
    )  # fmt: skip


def kind_parameters(kind: CellParameters) -> tuple[Variable, ...]:
    """Return the parameters that all cells share."""
    table, pairs = kind.nodes, (kind.pairs, kind.nodes)
    return (
        Variable("open_circuit_voltage", "V", table, kind.open_circuit_voltage, 0.0, 10.0, 3.7,
                 "Open-circuit voltage at the reference temperature, over SOC 0 to 1"),
        Variable("entropic_coefficient", "V/K", table, kind.entropic_coefficient, -0.1, 0.1, 1e-4,
                 "Derivative of the open-circuit voltage by temperature, over SOC 0 to 1", display_unit="mV/K"),
        Variable("ohmic_resistance", "Ohm", table, kind.ohmic_resistance, 0.0, LARGE, 1e-3,
                 "Resistance that acts at once, at the reference temperature, over SOC 0 to 1", display_unit="mOhm"),
        Variable("polarisation_resistance", "Ohm", pairs, kind.polarisation_resistance, 1e-9, LARGE, 1e-3,
                 "Resistance of each RC pair at the reference temperature, over SOC 0 to 1", display_unit="mOhm"),
        Variable("polarisation_capacitance", "F", pairs, kind.polarisation_capacitance, 1e-3, LARGE, 1e4,
                 "Capacitance of each RC pair, over SOC 0 to 1"),
        Variable("ohmic_activation_energy", "J/mol", None, kind.ohmic_activation_energy, -1e6, 1e6, 3e4,
                 "Activation energy of the ohmic resistance", display_unit="kJ/mol"),
        Variable("polarisation_activation_energy", "J/mol", kind.pairs, kind.polarisation_activation_energy,
                 -1e6, 1e6, 3e4, "Activation energy of each pair's resistance", display_unit="kJ/mol"),
        Variable("self_discharge_activation_energy", "J/mol", None, kind.self_discharge_activation_energy,
                 -1e6, 1e6, 3e4, "Activation energy of the self-discharge current", display_unit="kJ/mol"),
        Variable("reference_temperature", "K", None, kind.reference_temperature, 200.0, 500.0, 300.0,
                 "Temperature that the tables hold at", display_unit="degC"),
        Variable("hysteresis_bound", "V", None, kind.hysteresis_bound, 0.0, 1.0, 0.01,
                 "Hysteresis voltage after long charging; 0 switches hysteresis off", display_unit="mV"),
        Variable("hysteresis_rate", "1", None, kind.hysteresis_rate, 1e-3, 1e6, 10.0,
                 "Reciprocal of the SOC over which hysteresis switches"),
        Variable("hysteresis_decay_rate", "1/s", None, kind.hysteresis_decay_rate, 0.0, 1.0, 1e-6,
                 "Reciprocal time constant of the decay of hysteresis in time"),
        Variable("lookahead", "s", None, 0.5, 0.0, 1e6, 1.0,
                 "How far ahead of the communication point the port is: half the step for a master that steps the "
                 "network before the cells, the whole step for one that exchanges one step late", tunable=True),
    )  # fmt: skip


def port_outputs(cells: int) -> tuple[Variable, ...]:
    """Return what each cell tells at a communication point."""
    return (
        Variable("emf", "V", cells, 0.0, -LARGE, LARGE, 3.7, "Port: voltage ahead at zero current",
                 forecast=True),
        Variable("resistance", "Ohm", cells, 0.0, -LARGE, LARGE, 1e-3, "Port: rise of the voltage ahead with current",
                 display_unit="mOhm"),
        Variable("voltage", "V", cells, 0.0, -LARGE, LARGE, 3.7, "Terminal voltage at the communication point",
                 detail=Detail.CELL),
        Variable("soc", "1", cells, 0.0, -LARGE, LARGE, 1.0, "State of charge", display_unit="%", slow=True),
        Variable("heat_rate", "W", cells, 0.0, -LARGE, LARGE, 1.0, "Heat generated, mean over the step"),
    )  # fmt: skip


def ledger_outputs() -> tuple[Variable, ...]:
    """Return the integrals over a step."""
    return tuple(
        Variable(name, unit, None, 0.0, -LARGE, LARGE, 1e3, f"{text}, all cells, over the step")
        for name, unit, text in (
            ("electrical_energy", "J", "Energy that entered at the terminals"),
            ("stored_energy", "J", "Change of the stored energy"),
            ("heat", "J", "Heat generated"),
            ("table_energy", "J", "Change of the stored energy by the tables' dependence on SOC"),
            ("charge", "C", "Charge that entered at the terminals"),
            ("stored_charge", "C", "Change of the stored charge"),
            ("lost_charge", "C", "Charge lost to self-discharge and Coulombic inefficiency"),
        )
    )


def inputs(cells: int, kind: CellParameters) -> tuple[Variable, ...]:
    """Return what the network and the thermal network give to the cells."""
    return (
        Variable("current", "A", cells, 0.0, -LARGE, LARGE, 30.0, "Current into the cell, constant in a step"),
        Variable("temperature", "K", cells, kind.reference_temperature, 200.0, 500.0, 300.0,
                 "Temperature of the cell, constant in a step", display_unit="degC"),
    )  # fmt: skip


def states(cells: int, pairs: int) -> tuple[Variable, ...]:
    """Return what the cells remember."""
    return (
        Variable("soc", "1", cells, 0.0, -LARGE, LARGE, 1.0, "State of charge"),
        Variable("soc_remainder", "1", cells, 0.0, -LARGE, LARGE, 1.0, "What rounding cut off the state of charge"),
        Variable("polarisation_voltage", "V", (cells, pairs), 0.0, -LARGE, LARGE, 0.01, "Voltage of each RC pair"),
        Variable("hysteresis_voltage", "V", cells, 0.0, -LARGE, LARGE, 0.01, "Hysteresis voltage"),
        Variable("current", "A", cells, 0.0, -LARGE, LARGE, 30.0, "Current of the last step"),
        Variable("temperature", "K", cells, 0.0, -LARGE, LARGE, 300.0, "Temperature that the factors hold for"),
        Variable("capacity", "C", cells, 0.0, 0.0, LARGE, 1e5, "Charge between SOC 0 and 1, as the cell has aged"),
        Variable("resistance_scale", "1", cells, 0.0, 0.0, LARGE, 1.0, "Factor on all resistances, aging included"),
        Variable("resistance_factor", "1", (cells, pairs + 1), 0.0, 0.0, LARGE, 1.0,
                 "Scale and temperature factor of the ohmic resistance, then of each pair's"),
        Variable("self_discharge", "A", cells, 0.0, 0.0, LARGE, 1e-3, "Self-discharge current at the temperature"),
    )  # fmt: skip
