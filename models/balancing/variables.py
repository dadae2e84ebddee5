"""The variables that every balancer declares, whatever moves the charge: its ports, its limits and what it books."""

from __future__ import annotations

import math

from ...core.timescale import timescale_variables
from ...core.variable import DataType, Variable

LARGE = math.inf


def inputs(groups: int, cells: int) -> tuple[Variable, ...]:
    """Return the inputs of a balancer of so many groups; cells are counted group by group."""
    return (
        Variable("group_voltage", "V", groups, 3.7, -LARGE, LARGE, 3.7,
                 "Voltage of each group: what flows follows from it"),
        Variable("measured_voltage", "V", groups, 3.7, -LARGE, LARGE, 3.7,
                 "Voltage of each group as it is measured: what is decided follows from it"),
        Variable("group_soc", "1", groups, 0.5, -LARGE, LARGE, 1.0,
                 "State of charge of each group as it is known, for decisions", display_unit="%"),
        Variable("group_capacity", "C", groups, 1e5, 1e-3, LARGE, 1e5,
                 "Charge of each group between SOC 0 and 1 as it is known, for decisions", display_unit="A.h"),
        Variable("temperature", "K", cells, 298.15, 200.0, 500.0, 300.0,
                 "Temperature of each cell; the hottest of a group counts", display_unit="degC"),
        Variable("board_temperature", "K", None, 298.15, 200.0, 500.0, 300.0, "Temperature of the board",
                 display_unit="degC"),
        Variable("pack_current", "A", None, 0.0, -LARGE, LARGE, 30.0,
                 "Current of the load into the pack, that of balancing not counted"),
        Variable("enable", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether balancing is allowed", data_type=DataType.BOOLEAN),
        Variable("soc_trusted", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether the states of charge may be relied on",
                 data_type=DataType.BOOLEAN),
    )  # fmt: skip


def limits() -> tuple[Variable, ...]:
    """Return the parameters that bound every balancing current, and the spread that counts as balanced."""
    return (
        Variable("minimum_voltage", "V", None, 2.5, -LARGE, LARGE, 3.0,
                 "Measured voltage at which a group gives nothing any more; below maximum_voltage"),
        Variable("maximum_voltage", "V", None, 4.2, -LARGE, LARGE, 4.0,
                 "Measured voltage at which a group takes nothing any more; above minimum_voltage"),
        Variable("group_resistance", "Ohm", None, 1e-3, 1e-9, LARGE, 1e-3,
                 "Change of a group's voltage with its current, by which balancing keeps to the voltage limits",
                 display_unit="mOhm"),
        Variable("maximum_cell_temperature", "K", None, 333.15, 200.0, 500.0, 300.0,
                 "Temperature of its hottest cell at which a group neither gives nor takes", display_unit="degC"),
        Variable("maximum_charge_current", "A", None, 1000.0, 0.0, LARGE, 100.0,
                 "Charging current that pack and balancing current of a group together keep to"),
        Variable("maximum_discharge_current", "A", None, 1000.0, 0.0, LARGE, 100.0,
                 "Discharging current, positive, that pack and balancing current of a group together keep to"),
        Variable("derating_temperature", "K", None, 343.15, 200.0, 500.0, 300.0,
                 "Board temperature above which balancing currents are reduced", display_unit="degC"),
        Variable("maximum_temperature", "K", None, 358.15, 200.0, 500.0, 300.0,
                 "Board temperature at which balancing ends; above derating_temperature", display_unit="degC"),
        Variable("balanced_spread", "1", None, 0.01, 0.0, LARGE, 0.01,
                 "Greatest less least SOC up to which the pack counts as balanced", display_unit="%"),
    )  # fmt: skip


def availability(count: int, whose: str) -> Variable:
    """Return the tunable parameter that tells which of the groups or links work, one by one."""
    return Variable("available", "1", count, 1.0, 0.0, 1.0, 1.0,
                    f"Whether the balancing of each {whose} works; acts from the next decision on",
                    data_type=DataType.BOOLEAN, tunable=True)  # fmt: skip


def outputs(groups: int) -> tuple[Variable, ...]:
    """Return the outputs of a balancer: what flows, how far it has come, what it has booked, time constants."""
    return _flows(groups) + _progress() + _integrals() + timescale_variables()


def _flows(groups: int) -> tuple[Variable, ...]:
    return (
        Variable("balancing_current", "A", groups, 0.0, -LARGE, LARGE, 0.01,
                 "Current into each group at its tap, in force until the next step", display_unit="mA"),
        Variable("balancing_pack_current", "A", None, 0.0, -LARGE, LARGE, 0.01,
                 "Current into the pack at its terminals from the balancer, in force until the next step"),
        Variable("heat_rate", "W", None, 0.0, -LARGE, LARGE, 1.0, "Heat of the balancer, mean over the step"),
        Variable("active_groups", "1", None, 0.0, 0.0, LARGE, 1.0, "Number of groups with a balancing current",
                 data_type=DataType.INTEGER),
    )  # fmt: skip


def _progress() -> tuple[Variable, ...]:
    return (
        Variable("soc_mean", "1", None, 0.5, -LARGE, LARGE, 1.0, "SOC of the groups, weighted by capacity",
                 display_unit="%"),
        Variable("soc_variance", "1", None, 0.0, 0.0, LARGE, 1e-4,
                 "Mean square of the difference between a group's SOC and soc_mean"),
        Variable("lyapunov_function", "C", None, 0.0, 0.0, LARGE, 1.0,
                 "Half the sum of capacity times squared difference between SOC and soc_mean"),
        Variable("lyapunov_decrease", "C", None, 0.0, -LARGE, LARGE, 1.0,
                 "Decrease of the Lyapunov function over the step"),
        Variable("algebraic_connectivity", "1", None, 0.0, 0.0, LARGE, 1.0,
                 "Second eigenvalue of the Laplacian of the links that work, unweighted; 0 where nothing links"),
        Variable("predicted_time", "s", None, 0.0, 0.0, LARGE, 1e4,
                 "Time from now until the pack is balanced; 1.8e308 s where, as things stand, it never is",
                 display_unit="h"),
        Variable("balancing_time", "s", None, 0.0, 0.0, LARGE, 1e4,
                 "Time so far during which balancing was allowed and the pack not balanced", display_unit="h"),
        Variable("balanced", "1", None, 0.0, 0.0, 1.0, 1.0,
                 "Whether the states of charge may be relied on, and their spread is at most balanced_spread",
                 data_type=DataType.BOOLEAN),
    )  # fmt: skip


def _integrals() -> tuple[Variable, ...]:
    return (
        Variable("balancing_charge", "C", None, 0.0, -LARGE, LARGE, 1.0,
                 "Charge into the groups, summed over them, over the step; the pack's current counts in each"),
        Variable("balancing_energy", "J", None, 0.0, -LARGE, LARGE, 1.0,
                 "Energy into the pack at taps and terminals, over the step"),
        Variable("moved_charge", "C", None, 0.0, 0.0, LARGE, 1.0,
                 "Charge taken from groups at taps and terminals, summed over them, over the step"),
        Variable("moved_energy", "J", None, 0.0, 0.0, LARGE, 1.0,
                 "Energy taken from the pack at taps and terminals, over the step"),
        Variable("heat", "J", None, 0.0, -LARGE, LARGE, 1.0, "Heat of the balancer, over the step"),
    )  # fmt: skip


def states() -> tuple[Variable, ...]:
    """Return what the shared kernels remember of what is in force."""
    return (
        Variable("power", "W", None, 0.0, -LARGE, LARGE, 1.0, "Heat of what is in force"),
        Variable("moved_power", "W", None, 0.0, 0.0, LARGE, 1.0, "Power that is taken at taps and terminals"),
        Variable("counting", "1", None, 0.0, 0.0, 1.0, 1.0, "Whether the time to balance goes on"),
    )
