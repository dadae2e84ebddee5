"""Thermal graphs of tests, and what an independent solver makes of them."""

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.thermal.graph import network
from packfmu.models.thermal.graph.nodes import (
    AMBIENT,
    Channel,
    Circuit,
    Contact,
    Node,
    Path,
    Radiation,
    ThermalGraph,
)

STEFAN_BOLTZMANN = 5.670374419e-8

NAMES = "cell 1", "cell 2", "cell 3", "case", "busbar", "board"

PATHS = (
    Path("cell 1", "cell 2", 1.5), Path("cell 2", "cell 3", 0.8), Path("cell 3", "case", 2.5),
    Path("case", AMBIENT, 0.7), Path("cell 1", "busbar", 3.0), Path("busbar", "cell 2", 2.0),
    Path("board", "case", 0.5), Path("cell 1", "cell 2", 0.25), Path("cell 2", AMBIENT, 0.1),
)  # fmt: skip

RADIATIONS = Radiation("cell 1", "case", 0.05), Radiation("case", AMBIENT, 0.3), Radiation("cell 2", "case", 0.02)

CIRCUITS = (
    Circuit("plate", 6.0, (Channel(0.6, (Contact("cell 1", 2.0), Contact("cell 2", 1.0), Contact("cell 3", 2.0))),
                           Channel(0.4, (Contact("case", 3.0), Contact("cell 1", 0.5))))),
    Circuit("board", 1.5, (Channel(1.0, (Contact("board", 1.0),)),)),
)  # fmt: skip


def graph(paths=PATHS, radiations=(), circuits=(), capacities=(700.0, 800.0, 900.0, 400.0, 30.0, 150.0)):
    """Return three cells, a case, a busbar and a board."""
    nodes = tuple(Node(name, capacity) for name, capacity in zip(NAMES, capacities, strict=True))
    return ThermalGraph(nodes, NAMES[:3], NAMES[:3], "board", ("busbar",), paths, radiations, circuits)


HEAT = {
    "heat_rate": [1.0, 4.0, 2.0],
    "contact_heat_rate": [0.1, 0.2, 0.3],
    "conductor_heat_rate": [1.5],
    "board_heat_rate": 3.0,
    "ambient_temperature": 288.0,
    "initial_temperature": 300.0,
}


def started(declared, start=None, **values):
    """Return an instance of a graph at its start, or at the temperatures `start` of its nodes."""
    instance = Instance(network.declare(declared).with_start(values))
    instance.initialize()
    if start is not None:
        instance.x["temperature"] = start
    return instance


def run(instance, step, count):
    for n in range(count):
        assert instance.advance(n * step, step) == DONE


def heating(declared, values):
    """Return the heat generated in each node [W]."""
    number = {node.name: i for i, node in enumerate(declared.nodes)}
    heat = np.zeros(len(number))
    for k, name in enumerate(declared.cells):
        heat[number[name]] += values["heat_rate"][k]
        heat[number[declared.surfaces[k]]] += values["contact_heat_rate"][k] if declared.conductors else 0.0
    for name, rate in zip(declared.conductors, values.get("conductor_heat_rate", ()), strict=True):
        heat[number[name]] += rate
    heat[number[declared.board]] += values["board_heat_rate"]
    return heat


def slopes(declared, values):
    """Return what computes dT/dt of the nodes [K/s], by hand: paths, radiation and coolant one by one."""
    number = {node.name: i for i, node in enumerate(declared.nodes)}
    heat = heating(declared, values)
    capacity = np.array([node.heat_capacity for node in declared.nodes])
    air, inlet = values.get("ambient_temperature", 298.15), values.get("coolant_temperature", 298.15)
    inlets = np.broadcast_to(inlet, len(declared.circuits))
    streams = [
        (entering, circuit.heat_capacity_rate * channel.share, channel)
        for circuit, entering in zip(declared.circuits, inlets, strict=True)
        for channel in circuit.channels
    ]

    def of(_, temperatures):
        flow = heat.copy()
        at = dict(zip(number, temperatures, strict=True)) | {AMBIENT: air}

        def carry(first, second, rate):
            for name, signed in ((first, -rate), (second, rate)):
                if name != AMBIENT:
                    flow[number[name]] += signed

        for path in declared.paths:
            carry(path.first, path.second, path.conductance * (at[path.first] - at[path.second]))
        for each in declared.radiations:
            apart = at[each.first] ** 4 - at[each.second] ** 4
            carry(each.first, each.second, STEFAN_BOLTZMANN * each.area * apart)
        for inlet_temperature, rate, channel in streams:
            coolant = inlet_temperature
            for contact in channel.contacts:
                leaving = at[contact.node] + (coolant - at[contact.node]) * np.exp(-contact.conductance / rate)
                flow[number[contact.node]] -= rate * (leaving - coolant)
                coolant = leaving
        return flow / capacity

    return of


def heats(instance):
    return {name: float(instance.y[f"{name}_heat"]) for name in ("generated", "stored", "ambient", "coolant")}


def imbalance(instance):
    """Return what the heats of a step miss to close by, as a share of the heat turned over."""
    heat = heats(instance)
    missing = heat["generated"] - heat["stored"] - heat["ambient"] - heat["coolant"]
    moved = np.abs(instance.p["heat_capacity"] * instance.x["rise"]).sum() + sum(map(abs, heat.values()))
    return abs(missing) / moved if moved else 0.0
