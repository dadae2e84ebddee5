"""What is recorded of a pack."""

from __future__ import annotations

from ..core.variable import Detail
from ..coupling.operations import endpoint
from ..coupling.system import System
from ..models.bms.protection import TRIPS

WIRED = (
    "open_circuit", "stranded_charge", "deliverable_capacity", "external_short_current", "load_current",
    "redistribution_excessive", "insulation_resistance_per_volt", "link_voltage",
)  # fmt: skip
"""What the network tells of a pack that is wired in any way."""

RECORD = {
    Detail.PACK: {
        "pack_voltage": "PackNetwork.pack_voltage",
        "pack_current": "PackNetwork.pack_current_actual",
        "pack_soc": "PackNetwork.pack_soc",
        "state_of_energy": "PackNetwork.state_of_energy",
        "voltage_minimum": "Cell.voltage_minimum",
        "voltage_maximum": "Cell.voltage_maximum",
        "voltage_mean": "Cell.voltage_mean",
        "group_soc_minimum": "PackNetwork.group_soc_minimum",
        "group_soc_maximum": "PackNetwork.group_soc_maximum",
        "soc_minimum": "Cell.soc_minimum",
        "soc_maximum": "Cell.soc_maximum",
        "soc_mean": "Cell.soc_mean",
        "temperature_minimum": "Thermal.temperature_minimum",
        "temperature_maximum": "Thermal.temperature_maximum",
        "temperature_mean": "Thermal.temperature_mean",
        "board_temperature": "Thermal.board_temperature",
        "active_groups": "Balancer.active_groups",
        "soc_variance": "Balancer.soc_variance",
        "undervoltage": "PackNetwork.undervoltage",
        "overvoltage": "PackNetwork.overvoltage",
        "overcurrent": "PackNetwork.overcurrent",
        "cell_overcurrent": "PackNetwork.cell_overcurrent",
        "load_mode": "Inputs.PackNetwork.load_mode",
        "asked_current": "Inputs.PackNetwork.pack_current",
        "asked_power": "Inputs.PackNetwork.pack_power",
        "charge_current_limit": "Bms.charge_current_limit",
        "discharge_current_limit": "Bms.discharge_current_limit",
        "charge_enable": "Bms.charge_enable",
        "discharge_enable": "Bms.discharge_enable",
        **{f"bms_{trip}": f"Bms.{trip}" for trip in TRIPS},
        "cells_in_runaway": "Thermal.cells_in_runaway",
        "insulation_warning": "Bms.insulation_warning",
        "insulation_fault": "Bms.insulation_fault",
        **{name: f"PackNetwork.{name}" for name in WIRED},
    },
    Detail.GROUP: {
        "group_voltage": "PackNetwork.group_voltage",
        "group_soc": "PackNetwork.group_soc",
        "balancing_current": "Balancer.balancing_current",
        "estimated_group_soc": "Bms.group_soc",
        "soc_sigma": "Bms.soc_sigma",
        "open_cell_detected": "Bms.open_cell_detected",
        "short_detected": "Bms.short_detected",
        "string_current": "PackNetwork.string_current",
        "redistribution_current": "PackNetwork.redistribution_current",
    },
    Detail.CELL: {
        "current": "PackNetwork.current",
        "voltage": "Cell.voltage",
        "soc": "Cell.soc",
        "temperature": "Thermal.temperature",
        "surface_temperature": "Thermal.surface_temperature",
        "node_temperature": "Thermal.node_temperature",
        "internal_short": "Thermal.internal_short",
        "onset_time": "Thermal.onset_time",
        "venting_time": "Thermal.venting_time",
        "runaway_margin": "Thermal.runaway_margin",
        "short_heat_rate": "PackNetwork.short_heat_rate",
        "conductor_current": "PackNetwork.conductor_current",
        "fuse_blown": "PackNetwork.fuse_blown",
        "melted_share": "PackNetwork.melted_share",
    },
}
"""What is recorded of a pack from which detail on: name in the results, and output."""

EXTREME_CELLS = {
    "voltage_minimum_cell": "Cell.voltage_minimum_cell",
    "voltage_maximum_cell": "Cell.voltage_maximum_cell",
    "temperature_maximum_cell": "Thermal.temperature_maximum_cell",
}
"""Numbers of the cells at the extremes, which are recorded where single cells are not."""


def record(system: System, detail: Detail) -> dict[str, str]:
    """Return what of `RECORD` a system has, up to a detail; with `EXTREME_CELLS` where single cells are left out."""
    chosen = {name: source for level, some in RECORD.items() if level <= detail for name, source in some.items()}
    chosen |= {} if detail is Detail.CELL else EXTREME_CELLS
    return {name: source for name, source in chosen.items() if system.has(endpoint(source))}
