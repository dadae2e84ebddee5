"""The variables of a Bms that are no part's own: what it is told, what it tells, and the limits of the pack."""

from __future__ import annotations

import math
from dataclasses import replace

from ...core.variable import DataType, Detail, Variable
from ..cell.kind import CellParameters
from .sensors import sensor_groups
from .state_of_power import HORIZONS

LARGE = math.inf


def in_parallel(kind: CellParameters, cells: int) -> CellParameters:
    """Return what so many equal cells in parallel are, as one.

    Parameters
    ----------
    kind : CellParameters
        One cell.
    cells : int
        Number of cells, >= 1.

    Returns
    -------
    CellParameters
        Currents, capacity, capacitances, mass, heat capacity and convection times `cells`, resistances divided by it.
    """
    return replace(
        kind,
        capacity=kind.capacity * cells,
        ohmic_resistance=kind.ohmic_resistance / cells,
        polarisation_resistance=kind.polarisation_resistance / cells,
        polarisation_capacitance=kind.polarisation_capacitance * cells,
        self_discharge_current=kind.self_discharge_current * cells,
        maximum_charge_current=kind.maximum_charge_current * cells,
        maximum_discharge_current=kind.maximum_discharge_current * cells,
        mass=kind.mass * cells,
        heat_capacity=kind.heat_capacity * cells,
        convection=kind.convection * cells,
    )


def limits(group: CellParameters) -> tuple[Variable, ...]:
    """Return the limits that currents and powers are told for; the start values are those of a group."""
    return (
        Variable("minimum_voltage", "V", None, group.minimum_voltage, -100.0, 100.0, 4.0,
                 "Voltage that no group is to fall below"),
        Variable("maximum_voltage", "V", None, group.maximum_voltage, -100.0, 100.0, 4.0,
                 "Voltage that no group is to rise above"),
        Variable("maximum_charge_current", "A", None, group.maximum_charge_current, 0.0, 1e6, 100.0,
                 "Greatest charging pack current"),
        Variable("maximum_discharge_current", "A", None, group.maximum_discharge_current, 0.0, 1e6, 100.0,
                 "Greatest size of a discharging pack current"),
        Variable("minimum_charge_temperature", "K", None, 273.15, 200.0, 500.0, 300.0,
                 "Temperature down to which the pack may be charged", display_unit="degC"),
        Variable("minimum_discharge_temperature", "K", None, 253.15, 200.0, 500.0, 300.0,
                 "Temperature down to which the pack may be discharged", display_unit="degC"),
        Variable("maximum_temperature", "K", None, 328.15, 200.0, 500.0, 300.0,
                 "Temperature up to which the pack may be charged and discharged", display_unit="degC"),
        Variable("derating_width", "K", None, 10.0, 1e-6, 100.0, 10.0,
                 "How far from these temperatures the pack's currents begin to fall to 0"),
    )  # fmt: skip


def inputs(groups: int, cells: int) -> tuple[Variable, ...]:
    """Return what the sensors look at, and what others ask for."""
    return (
        Variable("group_voltage", "V", groups, 3.7, -LARGE, LARGE, 3.7, "Voltage of each group"),
        Variable("temperature", "K", cells, 298.15, 200.0, 500.0, 300.0, "Temperature of each cell",
                 display_unit="degC"),
        Variable("pack_current", "A", None, 0.0, -LARGE, LARGE, 100.0, "Current into the pack, mean over the step"),
        Variable("present_current", "A", None, 0.0, -LARGE, LARGE, 100.0,
                 "Current into the pack at the communication point, which the voltages belong to"),
        Variable("balancing_current", "A", groups, 0.0, -LARGE, LARGE, 0.1,
                 "Current into each group at its balancing tap, in force during the step"),
        Variable("balancing_pack_current", "A", None, 0.0, -LARGE, LARGE, 0.1,
                 "Current into the pack from balancing converters at its terminals, in force during the step"),
        Variable("balancing_allowed", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether others allow balancing: a charger is "
                 "connected, say", data_type=DataType.BOOLEAN),
        Variable("reset", "1", None, 0.0, 0.0, 1.0, 1.0, "Clears the trips as it rises", data_type=DataType.BOOLEAN),
    )  # fmt: skip


def measured(groups: int) -> tuple[Variable, ...]:
    """Return what the sensors tell."""
    return (
        Variable("measured_voltage", "V", groups, 0.0, -LARGE, LARGE, 3.7, "Voltage of each group as it is measured"),
        Variable("measured_current", "A", None, 0.0, -LARGE, LARGE, 100.0,
                 "Pack current as it is measured, mean over the step"),
        Variable("measured_temperature", "K", len(sensor_groups(groups)), 0.0, -LARGE, LARGE, 300.0,
                 "Temperature as each sensor measures it", display_unit="degC", detail=Detail.GROUP),
    )  # fmt: skip


def estimated(groups: int) -> tuple[Variable, ...]:
    """Return what is estimated of each group."""
    return tuple(
        Variable(name, unit, groups, 0.0, -LARGE, LARGE, nominal, text, display_unit=shown, detail=detail)
        for name, unit, nominal, shown, detail, text in (
            ("group_soc", "1", 1.0, "%", Detail.PACK, "Estimated state of charge of each group"),
            ("soc_sigma", "1", 0.01, "%", Detail.GROUP, "Standard deviation of each group's estimated SOC"),
            ("counted_soc", "1", 1.0, "%", Detail.GROUP, "SOC of each group by counting charge alone"),
            ("group_capacity", "C", 1e5, "A.h", Detail.PACK, "Estimated capacity of each group"),
            (
                "soh_capacity",
                "1",
                1.0,
                "%",
                Detail.GROUP,
                "Estimated capacity of each group, as a share of its parameter",
            ),
            (
                "soh_resistance",
                "1",
                1.0,
                "%",
                Detail.GROUP,
                "Estimated resistance of each group over that of its parameters",
            ),
            ("leakage", "A", 1e-3, "mA", Detail.GROUP, "Estimated leakage of each group beside self-discharge"),
        )
    )


def summaries() -> tuple[Variable, ...]:
    """Return what is estimated of the pack."""
    return (
        Variable("current_bias", "A", None, 0.0, -LARGE, LARGE, 0.1, "Estimated bias of the current sensor",
                 display_unit="mA"),
        Variable("current_bias_sigma", "A", None, 0.0, -LARGE, LARGE, 0.1, "Standard deviation of the estimated bias",
                 display_unit="mA"),
        Variable("normalised_innovation", "1", None, 0.0, 0.0, LARGE, 1.0,
                 "Square of measured less expected voltage over its variance, mean over the groups: 1 in the long run "
                 "where model and noise are as assumed"),
        Variable("resting", "1", None, 0.0, 0.0, 1.0, 1.0, "Whether the pack rests", data_type=DataType.BOOLEAN),
        Variable("pack_soc", "1", None, 0.0, -LARGE, LARGE, 1.0,
                 "Estimated share of the usable capacity that is left", display_unit="%"),
    )  # fmt: skip


def powers() -> tuple[Variable, ...]:
    """Return currents and powers that the pack may be asked for."""
    horizons = " and ".join(", ".join(f"{horizon:g}" for horizon in HORIZONS).rsplit(", ", 1))
    return tuple(
        Variable(f"{way}_{name}", unit, len(HORIZONS), 0.0, -LARGE, LARGE, nominal,
                 f"{text} for {horizons} s", display_unit=shown)
        for name, unit, nominal, shown, what in (
            ("current", "A", 100.0, "", "Greatest constant current that the pack may be"),
            ("power", "W", 1e4, "kW", "Power at the end of that current, which the pack may be"),
        )
        for way, text in (("charge", f"{what} charged with"), ("discharge", f"{what} discharged with"))
    )  # fmt: skip
