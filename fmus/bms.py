"""The Bms FMU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.bms import bms
from ..models.parameter_sets import cell_model

ESTIMATES = ("measured_voltage", "group_soc", "group_capacity", "soc_trusted", "balancing_enable")
"""The outputs that the balancer acts on, by their names at the terminal."""

LIMITS = Terminal(
    "limits",
    TerminalKind.LOAD,
    (
        "charge_enable",
        "discharge_enable",
        "charge_current",
        "discharge_current",
        "charge_power",
        "discharge_power",
        "charge_current_limit",
        "discharge_current_limit",
    ),
    partner="PackNetwork; vehicle or charger",
)
"""The limits that a vehicle or a charger must keep."""


def define(groups: int, parallel: int, parameters: str | Mapping[str, Any]) -> Definition:
    """Return the battery management of `groups` in series.

    Parameters
    ----------
    groups, parallel : int
        Groups in the pack and cells in a group, >= 1.
    parameters : str or mapping
        A module of `models.parameters` that holds a cell, such as ``nissan_leaf_2013``, or the figures of another one,
        of `models.cell.figures`.
    """
    kind = cell_model(parameters).equivalent_circuit()
    return Definition(
        bms.declare(groups, parallel, kind),
        (
            Terminal("estimates", TerminalKind.MANAGEMENT, ESTIMATES, partner="Balancer"),
            Terminal(
                "balancing",
                TerminalKind.BALANCING,
                ("group_voltage", "pack_current", "balancing_current", "balancing_pack_current"),
                partner="PackNetwork and Balancer",
            ),
            Terminal("thermal", TerminalKind.THERMAL, ("temperature",), partner="Thermal"),
            LIMITS,
        ),
        example=Example(
            {"pack_current": -30.0, "present_current": -30.0}, 600.0, ("measured_current", "measured_voltage[1]")
        ),
    )
