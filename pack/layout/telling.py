"""What a thermal graph and the runaway of its cells come to, in lines for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...models.thermal.graph.nodes import ThermalGraph
from .conduction import core_conductance, neighbour_conductance, neighbours
from .cooling import cooled, from_cell
from .runaway import Runaway
from .setup import Setup
from .sides import Way

WAYS = {Way.ALONG: "in a row", Way.ACROSS: "between rows", Way.END: "between layers"}
"""What neighbours of each way are called."""

CELSIUS = 273.15


def heat_told(setup: Setup, graph: ThermalGraph, reacting: Runaway | None) -> list[str]:
    """Return how heat flows in a pack: its nodes, conductances and time constants; and what runs away."""
    lines = [
        f"heat       {_arranged(setup)}; {len(graph.nodes)} nodes, {len(graph.paths)} paths, "
        f"{len(graph.radiations)} radiations, circuits of coolant {len(graph.circuits)}"
    ]
    pairs = [(way, neighbours(setup, way)) for way in Way]
    between = [
        f"{neighbour_conductance(setup, way):.3g} W/K {WAYS[way]} ({len(joined)})" for way, joined in pairs if joined
    ]
    if between:
        lines.append(f"neighbours {', '.join(between)}")
    lines.append(f"cells      {', '.join(_cells(setup, graph))}")
    for number, (plate, circuit) in enumerate(zip(setup.plates, graph.circuits, strict=False), start=1):
        each = f"{from_cell(setup, plate):.3g} W/K from each of {len(cooled(setup, plate))} cells"
        flow = f"channels {len(circuit.channels)}, {circuit.heat_capacity_rate:.4g} W/K of coolant"
        lines.append(f"plate {number:<4} {plate.side}, {each}, {flow}")
    return lines + (_runaway(setup, reacting) if reacting else [])


def _arranged(setup: Setup) -> str:
    """Return how the cells lie."""
    layout, places = setup.layout, setup.places
    shape = f" of {layout.shape}s" if layout.shape else ""
    shape = shape.replace("chs", "ches")
    if layout.arrangement == "listed":
        return f"paths as listed, {places.cells} cells{shape}"
    rows = f"{places.rows} rows" if places.rows > 1 else "1 row"
    found = f"{layout.arrangement}{shape}, {rows} of {min(places.columns, places.in_layer)}"
    found += f" in {layout.layers} layers" if layout.layers > 1 else ""
    return found + (f", {places.blocks} blocks" if places.blocks > 1 else "")


def _cells(setup: Setup, graph: ThermalGraph) -> Iterator[str]:
    """Yield what cells hold and give, and their time constants."""
    held = {node.name: node.heat_capacity for node in graph.nodes}
    given: dict[str, float] = defaultdict(float)
    outward: dict[str, float] = defaultdict(float)
    surfaces = set(graph.surfaces)
    for path in graph.paths:
        for own, other in ((path.first, path.second), (path.second, path.first)):
            given[own] += path.conductance
            if other.startswith(("ambient", "casing")):
                outward[own] += path.conductance
    for circuit in graph.circuits:
        for channel in circuit.channels:
            for contact in channel.contacts:
                given[contact.node] += contact.conductance
    yield f"{_range(setup.capacities)} J/K each"
    if setup.layout.has_cores:
        share = setup.layout.surface_share
        yield f"{share:.3g} of it at the surface behind {core_conductance(setup):.3g} W/K"
    around = "the case" if setup.casing else "the air"
    yield f"{_range([outward[name] for name in surfaces])} W/K to {around}"
    nodes = dict.fromkeys((*graph.cells, *graph.surfaces))
    constants = [held[name] / given[name] for name in nodes if given[name] > 0.0]
    if constants:
        yield f"time constants {_range(constants)} s between held neighbours"


def _runaway(setup: Setup, reacting: Runaway) -> list[str]:
    """Return what may react, and what is assumed of it."""
    volume = reacting.volume(setup.layout)
    heats = [each.heat * each.density * each.remaining * volume for each in reacting.kind.reactions]
    parts = zip(("film", "anode", "cathode", "electrolyte"), heats, strict=True)
    short, share = reacting.told("separator_short"), reacting.told("short_energy_share")
    lines = [
        f"runaway    {reacting.parameters}: {sum(heats) / 1e3:.3g} kJ a cell of {volume * 1e6:.4g} cm3 react ("
        f"{', '.join(f'{name} {heat / 1e3:.3g}' for name, heat in parts)}), as if charged"
    ]
    melting = f"melts at {reacting.told('separator_temperature') - CELSIUS:.4g} degC"
    if short > 0.0:
        lines.append(
            f"separator  {melting}, then {short:.3g} S until {share:.3g} of the cell's electrical energy is heat"
        )
    else:
        lines.append(f"separator  {melting} without a short: no electrical energy becomes heat, and little propagates")
    lost = reacting.told("venting_share")
    opening = f"opens at {reacting.told('venting_temperature') - CELSIUS:.4g} degC"
    lines.append(
        f"vent       {opening}, {lost:.3g} of the heat capacity leaves; fire, and gas that heats others, are left out"
    )
    return lines


def _range(values: Sequence[float]) -> str:
    least, most = min(values), max(values)
    return f"{least:.3g}" if f"{least:.3g}" == f"{most:.3g}" else f"{least:.3g} to {most:.3g}"
