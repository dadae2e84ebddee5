"""Thermal graphs of small packs, and an independent dense solution of their steady states."""

import numpy as np

from packfmu.models.thermal.graph.nodes import AMBIENT
from packfmu.pack.file import parse_pack

CYLINDER = {"shape": "cylinder", "diameter": 0.021, "height": 0.07}
PRISM = {"shape": "prism", "thickness": 0.027, "width": 0.148, "height": 0.095}


def pack_of(series=4, parallel=3, modules=1, **tables):
    return parse_pack(
        {
            "pack": {"series": series, "parallel": parallel, "modules": modules},
            "cell": {"parameters": "nissan_leaf_2013"},
            **tables,
        },
        "pack.toml",
    )


def graph_of(**tables):
    return pack_of(**tables).thermal_graph


def between(graph, first, second):
    """Return the conductance of the paths between two nodes."""
    return sum(path.conductance for path in graph.paths if {path.first, path.second} == {first, second})


def steady(graph, heat, ambient=300.0, inlets=()):
    """Return the temperature of each node, and the heat into the air and into the coolant, radiation left out.

    `heat` [W] by node. The coolant takes G (T - S) along a contact of G: its temperature S follows
    ``W dS = g (T - S)``, so that a contact takes W (1 - exp(-G / W)) of the difference before it.
    """
    names = [node.name for node in graph.nodes]
    number, matrix, source = (
        {name: k for k, name in enumerate(names)},
        np.zeros((len(names),) * 2),
        np.zeros(len(names)),
    )
    for path in graph.paths:
        for own, other in ((path.first, path.second), (path.second, path.first)):
            if own != AMBIENT:
                matrix[number[own], number[own]] += path.conductance
                if other == AMBIENT:
                    source[number[own]] += path.conductance * ambient
                else:
                    matrix[number[own], number[other]] -= path.conductance
    coolant = [(c, circuit, channel) for c, circuit in enumerate(graph.circuits) for channel in circuit.channels]
    taken = []
    for c, circuit, channel in coolant:
        rate, before = channel.share * circuit.heat_capacity_rate, np.zeros(len(names))
        constant = inlets[c]
        for contact in channel.contacts:
            taking = rate * -np.expm1(-contact.conductance / rate)
            row = number[contact.node]
            flow = -taking * before
            flow[row] += taking
            matrix[row] += flow
            source[row] += taking * constant
            taken.append((flow, -taking * constant))
            before, constant = before + flow / rate, constant - taking * constant / rate
    source += [heat.get(name, 0.0) for name in names]
    temperature = np.linalg.solve(matrix, source)
    cooled = sum(float(flow @ temperature + constant) for flow, constant in taken)
    aired = sum(
        path.conductance * (temperature[number[path.first]] - ambient) for path in graph.paths if path.second == AMBIENT
    )
    return dict(zip(names, temperature, strict=True)), aired, cooled
