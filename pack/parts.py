"""The components of a pack: what each is made of, and with which start values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.duration import seconds
from ..core.instance import Instance
from ..fmi.definition import Part
from ..fmi.registry import load_definition
from ..models.aging.material import LOSSES
from ..models.bms.kalman_correction import LEAST_SIGMA
from ..models.electrochemistry.kind import ElectrochemicalParameters
from ..models.network.wired.system import wire
from ..models.thermal.graph.nodes import ThermalGraph
from .balancing_tables import Bms
from .cells.cell_table import AGING_COLUMNS, CONTACT, filled
from .cells.drawn import draw_cells, group_start_voltage, start_voltage
from .file import COOLING, REACTING, Pack
from .layout.cooling import inlets
from .layout.surroundings import cooled_by
from .tables import Aging, Terminals
from .variation import draw_aging, draw_contacts, draw_offsets
from .wiring import kinds as kinds_of_network

C_RATE_AT_TAPER = 1 / 20
"""Current at which a charge counts as complete, by the hourly capacity."""

SIGMAS = 6.0
"""Greatest error of the difference of two measured voltages, over the standard deviation of a channel's noise."""

WORN = ("capacity_loss", "resistance_growth", "film_resistance")
"""What a cell takes from its aging."""

MATERIAL = tuple(name for name, _ in LOSSES)
"""What cells of physics take besides, where they lose active material."""

GIVEN = ("initial_temperature", "ambient_temperature")
"""What a thermal graph takes of the table [thermal] as it is."""

VOLTAGE_DRIFT = 1e-3
"""What steps of the readings and the cells themselves add to that error [V]."""


def parts(pack: Pack) -> tuple[Part, ...]:
    """Return Cell, PackNetwork, Thermal and Balancer of a pack, Bms and Aging where it has them, variation drawn.

    Parameters
    ----------
    pack : Pack
        A checked pack file.

    Returns
    -------
    tuple of Part
        The same pack file gives the same values.
    """
    cells = draw_cells(pack)
    aging = () if pack.aging is None else (_aging(pack, pack.aging, cells),)
    worn = _worn(*aging) if pack.cells is not None or pack.kinds.are_worn else {}
    heat = _thermal(pack) if pack.thermal_graph is None else _graph(pack, pack.thermal_graph, cells)
    planned = [_cell(pack, cells, worn), _network(pack, cells, worn), heat, _balancer(pack, cells)]
    if pack.bms is not None:
        planned.append(_bms(pack, pack.bms, cells))
    return (*planned, *aging)


def _worn(*aging: Part) -> dict[str, ArrayLike]:
    """Return what the cells have lost at the start, and by what their resistance has grown."""
    worn: dict[str, ArrayLike] = {}
    for part in aging:
        instance = Instance(load_definition(part.component, part.arguments, part.start).model)
        instance.initialize()
        told = {variable.name for variable in instance.model.outputs}
        worn |= {name: instance.y[name].copy() for name in (*WORN, *MATERIAL) if name in told}
    return worn


def _cell(pack: Pack, cells: Mapping[str, NDArray[np.float64]], worn: Mapping[str, ArrayLike]) -> Part:
    """Return the cells; our master steps the network first, so their port looks half a step ahead."""
    start: dict[str, ArrayLike] = {
        **cells,
        **worn,
        "lookahead": 0.5e-9 * pack.schedule.electrical,
        "temperature": pack.thermal.initial_temperature,
    }
    arguments = {"cells": pack.pack.cells, "parameters": pack.kinds.figures}
    if pack.aging is not None:
        arguments["aging"] = pack.aging.parameters
    return Part("Cell", "cell", arguments, start)


def _network(pack: Pack, cells: Mapping[str, NDArray[np.float64]], worn: Mapping[str, ArrayLike]) -> Part:
    """Return the network; its limits are those of the cell, of its current times the cells in parallel."""
    arrangement, kinds, limits = pack.pack, pack.kinds, pack.kinds.narrowest
    arguments: dict[str, Any] = {
        "series": arrangement.series,
        "parallel": arrangement.parallel,
        "opposite_terminals": pack.busbar.terminals is Terminals.OPPOSITE,
        "nodes": kinds.nodes,
    }
    wiring = pack.wiring
    tell = all(isinstance(kind, ElectrochemicalParameters) for kind in kinds.models)
    if tell and (wiring is None or not wiring.has_transients):
        arguments["anodes"] = True
    if wiring is not None:
        arguments["netlist"] = wiring.figures()
    if pack.contactor is not None:
        arguments["linked"] = True
    if pack.thermal_graph is not None and pack.thermal_graph.conductors:
        arguments["heats"] = True
    start: dict[str, ArrayLike] = {
        **(pack.busbar.start("network") if wiring is None else wiring_start(pack)),
        **{name: value for name, value in worn.items() if name == "capacity_loss"},
        "contact_resistance": contacts(pack),
        "capacity": cells["capacity"],
        **kinds_of_network.limits(kinds),
        "maximum_charge_current": arrangement.across * limits.maximum_charge_current,
        "maximum_discharge_current": arrangement.across * limits.maximum_discharge_current,
        "taper_current": arrangement.across * kinds_of_network.least_capacity(kinds) / 3600.0 * C_RATE_AT_TAPER,
        "voltage_limit": kinds.greatest_voltage(arrangement),
        "emf": start_voltage(pack, cells),
        "soc": cells["initial_soc"],
    }
    curves, voltages = kinds_of_network.curves(kinds, arrangement.parallel)
    start |= voltages
    if kinds.are_several:
        arguments["curves"] = curves
    return Part("PackNetwork", "pack_network", arguments, start)


def wiring_start(pack: Pack) -> Mapping[str, ArrayLike]:
    """Return what the tables of a wired pack set in its network."""
    models = {"wired"}
    if pack.contactor is not None:
        models.add("linked")
    if pack.wiring is not None and pack.wiring.has_transients:
        models.add("inductive")
    tables = [table for table in (pack.contactor, pack.insulation, pack.network) if table is not None]
    start: dict[str, ArrayLike] = {}
    for table in tables:
        for model in models:
            start |= table.start(model)
    if pack.faults is not None and pack.wiring is not None:
        start |= pack.faults.start_values(pack.pack.cells, wire(pack.wiring).names)
    return start


def contacts(pack: Pack) -> NDArray[np.float64]:
    """Return the contact resistance of each cell [Ohm]: drawn, or known."""
    drawn = draw_contacts(pack.variation.contact_resistance_cv, pack.variation.seed, pack.pack.cells)
    each = pack.busbar.contact_resistance * drawn * pack.factors.get(CONTACT, 1.0)
    return filled(pack.cells.known if pack.cells else {}, CONTACT, each)


def _thermal(pack: Pack) -> Part:
    """Return the cells as a chain."""
    capacity = pack.kinds.each(lambda kind: kind.heat_capacity)
    start: dict[str, ArrayLike] = {"heat_capacity": capacity, **pack.thermal.start("thermal")}
    if COOLING in pack.factors:
        start[COOLING] = pack.thermal.convection * pack.factors[COOLING]
    arguments = {"cells": pack.pack.cells} | ({} if pack.wiring is None else {"shorts": True})
    return Part("Thermal", "thermal", arguments, start)


def _graph(pack: Pack, graph: ThermalGraph, cells: Mapping[str, NDArray[np.float64]]) -> Part:
    """Return the pack as a graph of thermal nodes, whose cells may run away."""
    arguments: dict[str, Any] = {"cells": pack.pack.cells, "graph": graph.figures()}
    start: dict[str, ArrayLike] = {name: getattr(pack.thermal, name) for name in GIVEN}
    if graph.circuits and pack.heat_setup is not None:
        start["coolant_temperature"] = inlets(pack.heat_setup)
    if COOLING in pack.factors and pack.heat_setup is not None:
        start |= cooled_by(pack.heat_setup, graph, pack.factors[COOLING])
    if pack.wiring is not None:
        arguments["shorts"] = True
    if pack.runaway is not None:
        arguments["runaway"] = pack.runaway.kind.figures()
        start |= pack.runaway.start_values(pack.layout, pack.kinds, cells["capacity"])
        if REACTING in pack.factors:
            start["reacting_volume"] = pack.runaway.volume(pack.layout) * pack.factors[REACTING]
    if pack.runaway is not None and pack.dendrites:
        arguments["dendrites"] = True
    return Part("Thermal", "thermal", arguments, start)


def _balancer(pack: Pack, cells: Mapping[str, NDArray[np.float64]]) -> Part:
    """Return the balancer; its limits are those of the cell, and its groups resist as their cells do in parallel."""
    table, parallel, limits = pack.balancer, pack.pack.parallel, pack.kinds.narrowest
    arguments: dict[str, Any] = {"groups": pack.pack.groups, "parallel": parallel, **pack.strings.arguments}
    resting = group_start_voltage(pack, cells)
    start: dict[str, ArrayLike] = {
        "minimum_voltage": limits.minimum_voltage,
        **table.start("bleeding" if table.is_passive else "converters"),
        "law": table.law_number(pack.bms is not None),
        "maximum_voltage": limits.maximum_voltage,
        "maximum_charge_current": parallel * limits.maximum_charge_current,
        "maximum_discharge_current": parallel * limits.maximum_discharge_current,
        "group_resistance": max(float(kind.settled_resistance(0.5)) for kind in pack.kinds.models) / parallel,
        "voltage_error": VOLTAGE_DRIFT + (SIGMAS * pack.bms.voltage_noise if pack.bms else 0.0),
        "group_voltage": resting,
        "measured_voltage": resting,
        "group_soc": cells["initial_soc"][::parallel],
        "group_capacity": cells["capacity"].reshape(-1, parallel).sum(axis=1),
        "temperature": pack.thermal.initial_temperature,
        "board_temperature": pack.thermal.initial_temperature,
    }
    if not table.is_passive:
        arguments |= {
            "converter": table.converter,
            "links": [list(ends) for ends in table.ends(pack.strings)],
        }
        start["fidelity"] = table.fidelity_number
    return Part("Balancer", "balancer", arguments, start)


def _bms(pack: Pack, bms: Bms, cells: Mapping[str, NDArray[np.float64]]) -> Part:
    """Return the battery management, which is given a kind of cell but not how the cells differ."""
    groups, parallel, limits = pack.pack.groups, pack.pack.parallel, pack.kinds.narrowest
    start: dict[str, ArrayLike] = {
        **bms.start("bms"),
        "voltage_sensor_offset": draw_offsets(bms.voltage_offset_sd, bms.seed, groups),
        "initial_soc": min(max(pack.cell.initial_soc + bms.initial_soc_error, 0.0), 1.0),
        "group_voltage": group_start_voltage(pack, cells),
        "temperature": pack.thermal.initial_temperature,
        "balancing_rating": pack.balancer.rating(pack.strings, limits.minimum_voltage, limits.maximum_voltage),
        "voltage_sigma": max(bms.load(pack.cell).errors.fast, bms.voltage_noise, LEAST_SIGMA),
    }
    arguments: dict[str, Any] = {"groups": groups, "parallel": parallel}
    arguments |= {"parameters": pack.kinds.managed(bms.figures(pack.cell))}
    arguments |= pack.strings.arguments
    if bms.temperature_sensors is not None:
        arguments["sensors"] = [number - 1 for number in bms.temperature_sensors]
    if bms.detection:
        arguments["detection"] = True
        start |= bms.start("detection")
    return Part("Bms", "bms", arguments, start)


def _aging(pack: Pack, aging: Aging, cells: Mapping[str, NDArray[np.float64]]) -> Part:
    """Return the aging."""
    drawn = draw_aging(aging.rate_cv, aging.resistance_rate_cv, pack.variation.seed, pack.pack.cells)
    start: dict[str, ArrayLike] = {
        "capacity": cells["capacity"],
        "aging_rate": drawn["aging_rate"] * pack.factors.get("aging_rate", 1.0),
        "resistance_rate": aging.load().resistance_rate * drawn["resistance_rate"],
        "noise_seed": drawn["noise_seed"],
    }
    if pack.kinds.are_worn:
        start |= {"earlier_capacity_loss": pack.kinds.capacity_loss}
        start |= {"earlier_resistance_growth": pack.kinds.resistance_growth}
    if pack.cells is not None:
        none, known = np.zeros(pack.pack.cells), pack.cells.known
        start |= {
            name: filled(known, name, np.asarray(start.get(name, none))) for name in AGING_COLUMNS if name in known
        }
        start["earlier_time"] = seconds(pack.cells.age or 0)
    arguments = {"cells": pack.pack.cells, "aging": aging.parameters} | ({"dendrites": True} if pack.dendrites else {})
    return Part("Aging", "aging", arguments, start)
