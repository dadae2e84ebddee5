"""The Bms FMU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.bms import bms
from ..models.bms.detection import management as detecting
from ..models.bms.strings import management
from ..models.parameter_sets import cell_model
from ..models.strings import strings_of

ESTIMATES = ("measured_voltage", "group_soc", "group_capacity", "soc_trusted", "balancing_enable")
"""The outputs that the balancer acts on, by their names at the terminal."""

CURRENTS = ("pack_current",)
"""The inputs of the pack's current at the terminal."""

STRING_CURRENTS = ("string_current", "present_string_current")
"""Those of the strings besides, where there are several in parallel."""

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


def define(
    groups: int,
    parallel: int,
    parameters: str | Mapping[str, Any],
    strings: int | Sequence[int] = 1,
    modules: int = 1,
    detection: bool = False,
    sensors: Sequence[int] | None = None,
) -> Definition:
    """Return the battery management of `groups`.

    Parameters
    ----------
    groups, parallel : int
        Groups in the pack and cells in a group, >= 1.
    parameters : str or mapping
        A module of `models.parameters` that holds a cell, such as ``nissan_leaf_2013``, or the figures of another one,
        of `models.cell.figures`.
    strings : int or sequence of int
        Strings in parallel, or how many groups each string has (`models.strings`); several have a current sensor each.
    modules : int
        Modules in series, each of equally many strings.
    detection : bool
        Whether it looks for open cells, internal shorts and faults of insulation.
    sensors : sequence of int, optional
        The cells that temperature sensors sit on, from 0; without it there is one for eight groups.
    """
    kind = cell_model(parameters).equivalent_circuit()
    lying = strings_of(groups, strings, modules)
    several = lying.parallel > 1
    if detection:
        model = detecting.declare(groups, parallel, kind, lying, sensors)
    elif several:
        model = management.declare(groups, parallel, kind, lying, sensors)
    else:
        model = bms.declare(groups, parallel, kind, sensors)
    currents = (*CURRENTS, *STRING_CURRENTS) if several else CURRENTS
    return Definition(
        model,
        (
            Terminal("estimates", TerminalKind.MANAGEMENT, ESTIMATES, partner="Balancer"),
            Terminal(
                "balancing",
                TerminalKind.BALANCING,
                ("group_voltage", *currents, "balancing_current", "balancing_pack_current"),
                partner="PackNetwork and Balancer",
            ),
            Terminal("thermal", TerminalKind.THERMAL, ("temperature",), partner="Thermal"),
            LIMITS,
        ),
        example=Example(
            {"pack_current": -30.0, "present_current": -30.0}, 600.0, ("measured_current", "measured_voltage[1]")
        ),
    )
