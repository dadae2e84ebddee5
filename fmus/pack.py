"""The Pack FMU: the components of a pack and the plan that steps them, in one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..core.duration import format_duration, seconds
from ..core.model import Model
from ..core.variable import Detail
from ..coupling.block.compose import compose
from ..coupling.block.taps import ALWAYS, Summary, Tap
from ..coupling.block.wiring import Limits
from ..coupling.enforcement import REPORTS
from ..coupling.operations import Operation
from ..fmi.definition import Definition, Example, Terminal
from ..fmi.registry import maker
from ..models.aging.counters import COUNTER_NAMES
from ..models.bms.protection import TRIPS
from ..models.electrochemistry import heat
from ..models.network import meter
from ..models.network.kinds import with_kinds
from ..models.network.wired import meter as wired_meter
from ..models.network.wired.netlist import Netlist
from .bms import LIMITS
from .cell import AGING
from .pack_network import LIMITS as ALLOWED
from .pack_network import LOAD, LOAD_BY_ANODE

DESCRIPTION = "Battery pack: cells, network, thermal network and balancer"


def meter_of(
    series: int,
    parallel: int,
    opposite_terminals: bool,
    netlist: Mapping[str, Any] | None = None,
    curves: Sequence[int] | None = None,
) -> Model:
    """Return the meter of a network, of the arguments of `pack_network.define`."""
    if netlist is None:
        model = meter.declare(series, parallel, opposite_terminals)
    else:
        model = wired_meter.declare(Netlist.of_figures(netlist))
    return model if curves is None else with_kinds(model, curves)


INNER = {"meter": meter_of}
"""Components of a block that are no FMUs of their own, by their names among its members."""


def define(
    members: Sequence[Sequence[Any]],
    base: int,
    operations: Sequence[Sequence[Any]],
    limits: Sequence[tuple[str, str, float | None, float | None]],
) -> Definition:
    """Return a pack as one block.

    Parameters
    ----------
    members : sequence of (str, str, mapping)
        ``PackNetwork``, ``Cell``, ``Meter``, ``Balancer`` and ``Thermal``, with a battery management ``Bms`` too, in
        the order in which they are initialised: of each the name, the module of this package or one of `INNER`, and
        its arguments.
    base : int
        The base period [ns].
    operations : sequence of sequence
        The rows of the plan, as `Operation.to_row` gives them.
    limits : sequence of (str, str, float or None, float or None)
        What the plan demands of time constants, the arguments of `Limits`.
    """
    models = {name: _model(module, arguments) for name, module, arguments in members}
    table = [Operation.from_row(row) for row in operations]
    management = ", with battery management" if "Bms" in models else ""
    description = f"{DESCRIPTION}{management}, stepped together in base periods of {format_duration(base)}"
    held = () if _ages(models) else HELD_WITHOUT_AGING
    demanded = [Limits(*limit) for limit in limits]
    shared = {
        **SHARED,
        **{f"Meter.{v.name}": f"PackNetwork.{v.name}" for v in models["Meter"].parameters},
        **(CIRCUIT_SHARED if _takes(models["Cell"], "open_circuit_voltage") else {}),
    }
    model = compose("Pack", description, models, base, table, _taps(models), LOOKAHEADS, shared, held, demanded)
    return Definition(model, _terminals(models), tuple(models.values()), seconds(base), _discharge(models["Cell"]))


def _ages(models: Mapping[str, Model]) -> bool:
    return _tells(models["Cell"], COUNTER_NAMES[0])


def _terminals(models: Mapping[str, Model]) -> tuple[Terminal, ...]:
    """Return the terminals of a block of these components."""
    load = LOAD_BY_ANODE if _tells(models["Cell"], "anode_potential") else LOAD
    limits = replace(LIMITS, partner=LOAD.partner) if "Bms" in models else ALLOWED
    return (load, limits, AGING) if _ages(models) else (load, limits)


def _taps(models: Mapping[str, Model]) -> list[Tap]:
    """Return the outputs of a block of these components."""
    cells, balancer, wired = models["Cell"], models["Balancer"], models["PackNetwork"]
    heat = models["Thermal"]
    taps = [tap for tap in TAPS if tap.source not in OF_CHAIN or _tells(heat, tap.name)]
    if _tells(cells, "anode_potential"):
        taps += ANODE_TAPS
    if _tells(balancer, "link_current"):
        taps += CONVERTER_TAPS
    if "Bms" in models:
        taps += BMS_TAPS
        taps += [tap for tap in FAULT_TAPS if _tells(models["Bms"], tap.name)]
    if _ages(models):
        taps += AGING_TAPS
        taps += [tap for tap in SENSITIVITY_TAPS if _tells(cells, tap.name)]
    taps += [tap for name, reporting in models.items() for tap in _timescales(name, reporting)]
    taps += [tap for tap in HEAT_TAPS if _tells(cells, tap.name)]
    taps += [tap for tap in WIRED_TAPS if _tells(wired, tap.name)]
    return taps + [tap for tap in (*GRAPH_TAPS, *RUNAWAY_TAPS) if _tells(heat, tap.name)]


def _discharge(cells: Model) -> Example:
    """Return a discharge by the power that empties the cells in about two hours, if their voltage were 3 V."""
    power = -round(1.5 * float(cells.variable("capacity").start_values().sum()) / 3600.0, 1)
    return Example({"load_mode": 2, "pack_power": power}, 600.0, ("pack_voltage", "pack_soc", "voltage_minimum"))


def _tells(model: Model, output: str) -> bool:
    return any(variable.name == output for variable in model.outputs)


def _takes(model: Model, parameter: str) -> bool:
    return any(variable.path == parameter for variable in model.parameters)


def _model(module: str, arguments: Mapping[str, Any]) -> Model:
    return INNER[module](**arguments) if module in INNER else maker(module)(**arguments).model


def _timescales(name: str, model: Model) -> list[Tap]:
    """Return the taps of what a component tells of its time constants."""
    held = {variable.time_constant for variable in model.outputs if variable.time_constant}
    told = [variable for variable in model.outputs if variable.listed_name in {*REPORTS, *held}]
    return [Tap(f"{name}_{v.name}", f"{name}.{v.name}", listed=v.listed_name.replace(".", f".{name}.")) for v in told]


def _extremes(name: str, source: str, what: str = "cell") -> list[Tap]:
    ends = ("minimum", "maximum", "mean", f"minimum_{what}", f"maximum_{what}")
    return [Tap(f"{name}_{end}", f"{source}_{end}") for end in ends]


def _of(component: str, names: str, summary: Summary = Summary.LAST, detail: Detail = ALWAYS) -> list[Tap]:
    return [Tap(name, f"{component}.{name}", summary, detail) for name in names.split()]


TAPS = (
    Tap("pack_voltage", "Meter.pack_voltage"),
    Tap("pack_current_actual", "PackNetwork.pack_current_actual", Summary.MEAN),
    Tap("pack_soc", "PackNetwork.pack_soc"),
    Tap("state_of_energy", "PackNetwork.state_of_energy"),
    Tap("usable_capacity", "PackNetwork.usable_capacity"),
    Tap("maximum_discharge_power", "PackNetwork.maximum_discharge_power"),
    *(Tap(flag, f"Meter.{flag}", Summary.MAXIMUM) for flag in ("undervoltage", "overvoltage")),
    *(
        Tap(flag, f"PackNetwork.{flag}", Summary.MAXIMUM)
        for flag in ("overcurrent", "cell_overcurrent", "charge_complete")
    ),
    *_extremes("voltage", "Cell.voltage"),
    *_extremes("current", "PackNetwork.current"),
    *_extremes("soc", "Cell.soc"),
    *_extremes("temperature", "Thermal.temperature"),
    *_extremes("group_voltage", "Meter.group_voltage", "group"),
    *_extremes("group_soc", "PackNetwork.group_soc", "group"),
    Tap("board_temperature", "Thermal.board_temperature"),
    Tap("coolant_outlet_temperature", "Thermal.coolant_outlet_temperature"),
    Tap("active_groups", "Balancer.active_groups"),
    *_of("Balancer", "soc_variance lyapunov_function predicted_time balancing_time balanced"),
    Tap("moved_charge", "Balancer.moved_charge", Summary.INTEGRAL),
    Tap("moved_energy", "Balancer.moved_energy", Summary.INTEGRAL),
    Tap("balancing_heat", "Balancer.heat", Summary.INTEGRAL),
    Tap("heat_rate", "Cell.heat", Summary.RATE),
    Tap("pack_energy", "PackNetwork.pack_energy", Summary.INTEGRAL),
    Tap("pack_charge", "PackNetwork.pack_charge", Summary.INTEGRAL),
    Tap("heat", "Cell.heat", Summary.INTEGRAL),
    Tap("busbar_loss", "PackNetwork.busbar_loss", Summary.INTEGRAL),
    Tap("group_voltage", "Meter.group_voltage", detail=Detail.GROUP),
    Tap("group_soc", "PackNetwork.group_soc", detail=Detail.GROUP),
    Tap("balancing_current", "Balancer.balancing_current", detail=Detail.GROUP),
    Tap("current", "PackNetwork.current", detail=Detail.CELL),
    Tap("voltage", "Cell.voltage", detail=Detail.CELL),
    Tap("soc", "Cell.soc", detail=Detail.CELL),
    Tap("temperature", "Thermal.temperature", detail=Detail.CELL),
)
"""The outputs of every block."""

ANODE_TAPS = (
    *_extremes("anode_potential", "Cell.anode_potential"),
    Tap("anode_potential", "Cell.anode_potential", detail=Detail.CELL),
)
"""Further outputs where cells tell the potentials of their negative electrodes."""

CONVERTER_TAPS = (
    *_of("Balancer", "algebraic_connectivity efficiency ripple peak refreshes"),
    Tap("balancing_pack_current", "Balancer.balancing_pack_current"),
    Tap("link_current", "Balancer.link_current", detail=Detail.GROUP),
)
"""Further outputs where converters balance."""

FAULT_TAPS = (
    *_of("Bms", "measured_insulation insulation_warning insulation_fault"),
    *_of("Bms", "string_cut_off open_cell_detected short_detected short_current_estimate", detail=Detail.GROUP),
)
"""Further outputs of a battery management that knows of strings, or detects faults."""

BMS_TAPS = (
    Tap("estimated_pack_soc", "Bms.pack_soc"),
    *_of("Bms", " ".join(LIMITS.members)),
    *_of("Bms", "balancing_enable soc_trusted resting current_bias current_bias_sigma"),
    *(Tap(f"{trip}_trip", f"Bms.{trip}") for trip in TRIPS),
    Tap("measured_voltage", "Bms.measured_voltage", detail=Detail.GROUP),
    Tap("estimated_group_soc", "Bms.group_soc", detail=Detail.GROUP),
    Tap("soc_sigma", "Bms.soc_sigma", detail=Detail.GROUP),
    Tap("soh_capacity", "Bms.soh_capacity", detail=Detail.GROUP),
    Tap("soh_resistance", "Bms.soh_resistance", detail=Detail.GROUP),
)
"""Further outputs where there is a battery management."""

AGING_TAPS = (
    *(Tap(name, f"Cell.{name}") for name in (*COUNTER_NAMES, "plated_charge")),
    *(
        Tap(integral, f"Cell.{integral}", Summary.INTEGRAL)
        for integral in ("aging_charge", "aging_energy", "shifted_charge", "shifted_energy")
    ),
)
"""Further outputs where cells age; the Aging FMU, which takes the counters, stays outside of the block."""

SENSITIVITY_TAPS = tuple(
    Tap(f"sensitivity_{of}", f"Cell.sensitivity_{of}", listed=f"sensitivity.{of}")
    for of in ("soc", "resistance_growth")
)
"""Further outputs where they tell what a loss of capacity and a growth of resistance mean for a voltage."""

HEAT_TAPS = tuple(Tap(f"heat_{part}", f"Cell.heat_{part}", Summary.INTEGRAL) for part, _ in heat.PARTS)
"""Further outputs where the cells tell the parts of their heat."""

WIRED_TAPS = (
    *_of(
        "PackNetwork",
        "stranded_charge deliverable_capacity redistribution_excessive insulation_resistance link_voltage load_current "
        "insulation_resistance_per_volt positive_pole_voltage negative_pole_voltage",
    ),
    *_of("PackNetwork", "open_circuit balancing_blocked link_empty link_full inrush_current", Summary.MAXIMUM),
    *_of(
        "PackNetwork",
        "short_energy short_charge external_short_energy inductive_energy method_loss arc_energy contactor_loss "
        "link_energy load_energy",
        Summary.INTEGRAL,
    ),
    *_of("PackNetwork", "external_short_current", Summary.MEAN),
    *_of("PackNetwork", "string_current redistribution_current", detail=Detail.GROUP),
    *_of(
        "PackNetwork",
        "conductor_current short_heat_rate fuse_blown fuse_arcing melted_share fuse_melting_time fuse_clearing_time",
        detail=Detail.CELL,
    ),
)
"""Further outputs of a pack that is wired in any way; those that its network tells."""

OF_CHAIN = ("Thermal.coolant_outlet_temperature",)
"""Sources of outputs that a graph without coolant does not have."""

GRAPH_TAPS = (
    *_extremes("surface_temperature", "Thermal.surface_temperature"),
    *_of("Thermal", "surface_temperature node_temperature", detail=Detail.CELL),
)
"""Further outputs of a pack whose heat flows along a graph; those that its thermal model tells."""

RUNAWAY_TAPS = (
    *_of("Thermal", "cells_in_runaway"),
    *_of("Thermal", "reaction_heat advanced_heat vented_heat", Summary.INTEGRAL),
    *_of("Thermal", "internal_short runaway vented onset_time venting_time time_to_runaway", detail=Detail.CELL),
    *_of("Thermal", "runaway_margin", detail=Detail.CELL),
)
"""Further outputs of a pack whose cells may run away."""

LOOKAHEADS = ("Cell.lookahead",)
"""The network steps before the cells: with ports half a step ahead the exchange is of second order."""

SHARED = {"PackNetwork.capacity": "Cell.capacity"}
"""What the network has to know of all cells: set for one, it holds for both; likewise what the meter of the network."""

CIRCUIT_SHARED = {"PackNetwork.open_circuit_voltage": "Cell.open_circuit_voltage"}
"""What else the network has to know of cells that take it; of others it has a table of its own."""

HELD_WITHOUT_AGING = ("PackNetwork.capacity_loss",)
"""Where the cells do not age, the network loses no capacity either: these inputs keep their start values."""
