"""The variables of the pack network."""

from __future__ import annotations

import math

import numpy as np

from ...core.statistics import extremes_of
from ...core.timescale import timescale_variables
from ...core.variable import DataType, Variable
from .loads import LoadMode

VOLTAGE = 100.0
"""Bound of the voltages of a cell [V]."""

CURRENT = 1e6
"""Bound of currents [A]."""

ENERGY = 1e15
"""Bound of integrals over a step [J], and of powers [W]."""


def cell_parameters(cells: int) -> tuple[Variable, ...]:
    """Return what may differ from cell to cell."""
    return (
        Variable("contact_resistance", "Ohm", cells, 1e-5, 0.0, 1e6, 1e-5,
                 "Resistance of both contacts of the cell to the busbars", display_unit="mOhm"),
        Variable("capacity", "C", cells, 180e3, 1e-3, 1e12, 180e3,
                 "Charge of the cell between SOC 0 and 1", display_unit="A.h"),
    )  # fmt: skip


def pack_parameters(nodes: int) -> tuple[Variable, ...]:
    """Return the busbar, the open-circuit table of `nodes` entries, and the limits."""
    return (
        Variable("segment_resistance", "Ohm", None, 1e-5, 0.0, 1e6, 1e-5,
                 "Resistance of a busbar between neighbouring cells, each of the two busbars; 0 joins them ideally",
                 display_unit="mOhm"),
        Variable("open_circuit_voltage", "V", nodes, np.linspace(3.2, 4.2, nodes), -VOLTAGE, VOLTAGE, 3.7,
                 "Open-circuit voltage of a cell over SOC 0 to 1, for the state of energy"),
        Variable("minimum_cell_voltage", "V", None, 2.5, -VOLTAGE, VOLTAGE, 3.7,
                 "Cell voltage below which undervoltage is told", tunable=True),
        Variable("maximum_cell_voltage", "V", None, 4.3, -VOLTAGE, VOLTAGE, 3.7,
                 "Cell voltage above which overvoltage is told", tunable=True),
        Variable("maximum_charge_current", "A", None, 1e3, 0.0, CURRENT, 100.0,
                 "Pack current above which overcurrent is told", tunable=True),
        Variable("maximum_discharge_current", "A", None, 1e3, 0.0, CURRENT, 100.0,
                 "Size of the discharging pack current above which overcurrent is told", tunable=True),
        Variable("taper_current", "A", None, 1.0, 0.0, CURRENT, 1.0,
                 "Size of the pack current at which the constant-voltage phase ends", tunable=True),
    )  # fmt: skip


def port_inputs(cells: int, groups: int) -> tuple[Variable, ...]:
    """Return what cells and balancer give to the network."""
    return (
        Variable("emf", "V", cells, 3.7, -VOLTAGE, VOLTAGE, 3.7, "Port: voltage of the cell at zero current"),
        Variable("resistance", "Ohm", cells, 2e-3, 0.0, 1e6, 2e-3,
                 "Port: rise of the cell's voltage with its current", display_unit="mOhm"),
        Variable("soc", "1", cells, 0.5, -1.0, 2.0, 1.0, "State of charge of the cell", display_unit="%"),
        Variable("balancing_current", "A", groups, 0.0, -CURRENT, CURRENT, 0.1,
                 "Current into the group at its balancing tap, its two terminals"),
        Variable("balancing_pack_current", "A", None, 0.0, -CURRENT, CURRENT, 0.1,
                 "Current into the pack from balancing converters at its terminals"),
    )  # fmt: skip


def aging_inputs(cells: int) -> tuple[Variable, ...]:
    """Return what the aging model gives to the network."""
    return (
        Variable("capacity_loss", "1", cells, 0.0, 0.0, 0.9, 0.1, "Share of the capacity that the cell has lost",
                 display_unit="%"),
    )  # fmt: skip


def load_inputs(groups: int) -> tuple[Variable, ...]:
    """Return what vehicle or charger prescribe."""
    modes = ", ".join(f"{mode.value} {mode.name.lower().replace('_', ' ')}" for mode in LoadMode)
    return (
        Variable("load_mode", "1", None, 1.0, 1.0, len(LoadMode), 1.0, f"What the load prescribes: {modes}",
                 data_type=DataType.INTEGER),
        Variable("pack_current", "A", None, 0.0, -CURRENT, CURRENT, 100.0,
                 "Current into the pack; that of the constant-current phase when charging to a voltage"),
        Variable("pack_power", "W", None, 0.0, -ENERGY, ENERGY, 1e4,
                 "Power into the pack, mean over the step", display_unit="kW"),
        Variable("voltage_limit", "V", None, round(4.2 * groups, 9), -VOLTAGE * groups, VOLTAGE * groups, 4.0 * groups,
                 "Pack voltage of the constant-voltage phase"),
    )  # fmt: skip


def port_outputs(cells: int, groups: int) -> tuple[Variable, ...]:
    """Return the currents and voltages of cells, groups and pack."""
    return (
        Variable("current", "A", cells, 0.0, -math.inf, math.inf, 100.0, "Current into the cell during the step"),
        Variable("group_voltage", "V", groups, 0.0, -math.inf, math.inf, 3.7, "Voltage between the group's terminals"),
        Variable("group_soc", "1", groups, 0.0, -math.inf, math.inf, 1.0,
                 "State of charge of the group, its cells weighted by capacity",
                 display_unit="%"),
        Variable("pack_voltage", "V", None, 0.0, -math.inf, math.inf, 4.0 * groups, "Voltage between the terminals"),
        Variable("pack_current_actual", "A", None, 0.0, -math.inf, math.inf, 100.0, "Current into the pack"),
        Variable("maximum_discharge_power", "W", None, 0.0, 0.0, math.inf, 1e4,
                 "Most power that the pack can deliver in this step", display_unit="kW"),
    )  # fmt: skip


def pack_outputs() -> tuple[Variable, ...]:
    """Return the state of the pack and the flags that the master may act on."""
    state = (
        Variable("pack_soc", "1", None, 0.0, -math.inf, math.inf, 1.0,
                 "Share of the usable capacity that is left", display_unit="%"),
        Variable("state_of_energy", "1", None, 0.0, -math.inf, math.inf, 1.0,
                 "Share of the open-circuit energy that is left", display_unit="%"),
        Variable("usable_capacity", "C", None, 0.0, -math.inf, math.inf, 180e3,
                 "Charge between the first group being empty and the first being full", display_unit="A.h"),
    )  # fmt: skip
    flags = tuple(
        Variable(name, "1", None, 0.0, 0.0, 1.0, 1.0, text, data_type=DataType.BOOLEAN)
        for name, text in (
            ("undervoltage", "A cell is below its minimum voltage"),
            ("overvoltage", "A cell is above its maximum voltage"),
            ("overcurrent", "The pack current is beyond its limit"),
            ("charge_complete", "Constant current then constant voltage has ended at the taper current"),
        )
    )
    return state + flags


def ledger_outputs() -> tuple[Variable, ...]:
    """Return the integrals over a step."""
    return tuple(
        Variable(name, unit, None, 0.0, -math.inf, math.inf, nominal, f"{text}, over the step")
        for name, unit, nominal, text in (
            ("pack_charge", "C", 100.0, "Charge that entered at the pack's terminals from the load"),
            ("pack_energy", "J", 1e4, "Energy that entered at the pack's terminals from the load"),
            ("balancing_energy", "J", 1.0, "Energy that entered from balancing, at taps and pack terminals"),
            ("busbar_loss", "J", 10.0, "Energy lost in busbar segments and contacts"),
            ("cell_energy", "J", 1e4, "Energy that entered the cells, their voltages being those of their ports"),
        )
    )


def outputs(cells: int, groups: int) -> tuple[Variable, ...]:
    """Return every output of the network."""
    port = port_outputs(cells, groups)
    current, group_voltage, group_soc = port[:3]
    soc = port_inputs(cells, groups)[2]
    extremes = extremes_of(current).variables + extremes_of(group_voltage, "group").variables
    extremes += extremes_of(group_soc, "group").variables + extremes_of(soc).variables
    return port + pack_outputs() + ledger_outputs() + extremes + timescale_variables()


def states(cells: int, groups: int, nodes: int) -> tuple[Variable, ...]:
    """Return the latch of the finished charge, the integral of the open-circuit table, and what the solve works in."""
    work = (
        ("onward", "1", cells, "Share of the busbar current before a rung that goes on past it"),
        ("emf_drive", "A", cells, "Busbar current past a rung that the EMFs drive"),
        ("current_drive", "1", cells, "Busbar current past a rung, by the group's current, that its lean drives"),
        ("busbar_current", "A", cells, "Current in the positive busbar past a rung"),
        ("cell_voltage", "V", cells, "Voltage of the cell, by its port"),
        ("capacity", "C", cells, "Capacity of the cell, as it has aged"),
        ("group_emf", "V", groups, "Voltage of the group at zero current"),
        ("group_resistance", "Ohm", groups, "Rise of the group's voltage with its current"),
        ("group_current", "A", groups, "Current into the group, balancing included"),
        ("group_capacity", "C", groups, "Capacity of the group"),
        ("open_circuit_area", "V", nodes, "Integral of the open-circuit voltage over SOC from 0 to a node"),
    )
    finished = Variable("finished", "1", None, 0.0, 0.0, 1.0, 1.0, "Whether the charge has ended")
    return (
        finished,
        *(Variable(name, unit, size, 0.0, -math.inf, math.inf, 1.0, text) for name, unit, size, text in work),
    )


def constants(opposite_terminals: bool) -> tuple[Variable, ...]:
    """Return where the groups' terminals are."""
    return (
        Variable("opposite_terminals", "1", None, float(opposite_terminals), 0.0, 1.0, 1.0,
                 "Whether a group's negative terminal is at its last cell instead of its first"),
    )  # fmt: skip
