"""The PackNetwork FMU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..core.errors import InputError
from ..fmi.definition import Definition, Example, Terminal, TerminalKind
from ..models.network import network
from ..models.network.kinds import with_kinds
from ..models.network.wired import network as wired
from ..models.network.wired.netlist import Netlist

LOAD = Terminal(
    "load",
    TerminalKind.LOAD,
    (
        "load_mode",
        "pack_current",
        "pack_power",
        "voltage_limit",
        "restart_charge",
        "pack_voltage",
        "pack_current_actual",
        "maximum_discharge_power",
        "undervoltage",
        "overvoltage",
        "overcurrent",
        "cell_overcurrent",
        "charge_complete",
    ),
    partner="vehicle or charger",
)
"""Where vehicle or charger are connected."""

LOAD_BY_ANODE = replace(LOAD, members=(*LOAD.members, "anode_potential_limit"))
"""Likewise, where cells tell the potentials of their negative electrodes."""

LIMITS = Terminal(
    "limits", TerminalKind.LOAD, ("charge_current_limit", "discharge_current_limit"), partner="Bms, or one of yours"
)
"""Where a battery management tells the currents that it allows."""


def define(
    series: int,
    parallel: int,
    opposite_terminals: bool,
    nodes: int,
    anodes: bool = False,
    netlist: Mapping[str, Any] | None = None,
    curves: Sequence[int] | None = None,
    linked: bool = False,
    heats: bool = False,
) -> Definition:
    """Return the network of a pack.

    Parameters
    ----------
    series, parallel : int
        Groups in the pack and cells in a group, >= 1.
    opposite_terminals : bool
        Whether a group's negative terminal is at its last cell; else both are at its first.
    nodes : int
        Length of the open-circuit voltage table, >= 2.
    anodes : bool
        Whether the cells tell the potentials of their negative electrodes, which a load may hold.
    netlist : mapping, optional
        How cells and conductors are wired, of `Netlist.figures`; without it the groups are in series.
    curves : sequence of int, optional
        Of cells of several kinds, the open-circuit curve of each group, from 0.
    linked : bool
        Whether the load acts at a link with a capacitor, behind a contactor; needs a netlist.
    heats : bool
        Whether conductors and contacts tell their heats; needs a netlist.
    """
    told = ("anode_emf", "anode_resistance") if anodes else ()
    load = LOAD_BY_ANODE if anodes else LOAD
    if heats and netlist is None:
        raise InputError("heats: conductors tell their heats in a pack that is wired by a netlist; give one")
    if netlist is None:
        model = network.declare(series, parallel, opposite_terminals, nodes, anodes)
    else:
        model = wired.declare(Netlist.of_figures(netlist), nodes, anodes, linked, heats)
    if curves is not None:
        model = with_kinds(model, curves)
    return Definition(
        model,
        (
            Terminal(
                "electrical",
                TerminalKind.ELECTRICAL,
                ("emf", "resistance", *told, "soc", "current", "capacity"),
                partner="Cell",
            ),
            Terminal(
                "balancing",
                TerminalKind.BALANCING,
                ("group_voltage", "group_soc", "pack_current_actual", "balancing_current", "balancing_pack_current"),
                ("group_voltage", "group_soc", "pack_current", "balancing_current", "balancing_pack_current"),
                "Balancer and Bms",
            ),
            load,
            LIMITS,
            Terminal("aging", TerminalKind.AGING, ("capacity_loss",), partner="Aging"),
        ),
        example=Example({"pack_current": -30.0}, 600.0, ("pack_voltage", "pack_current_actual")),
    )
