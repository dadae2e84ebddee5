"""What is recorded of a pack."""

from __future__ import annotations

from ..core.variable import Detail
from ..coupling.operations import endpoint
from ..coupling.system import System

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
    },
    Detail.GROUP: {
        "group_voltage": "PackNetwork.group_voltage",
        "group_soc": "PackNetwork.group_soc",
        "balancing_current": "Balancer.balancing_current",
        "estimated_group_soc": "Bms.group_soc",
        "soc_sigma": "Bms.soc_sigma",
    },
    Detail.CELL: {
        "current": "PackNetwork.current",
        "voltage": "Cell.voltage",
        "soc": "Cell.soc",
        "temperature": "Thermal.temperature",
    },
}
"""What is recorded of a pack from which detail on: name in the results, and output."""


def record(system: System, detail: Detail) -> dict[str, str]:
    """Return what of `RECORD` a system has, up to a detail."""
    chosen = {name: source for level, some in RECORD.items() if level <= detail for name, source in some.items()}
    return {name: source for name, source in chosen.items() if system.has(endpoint(source))}
