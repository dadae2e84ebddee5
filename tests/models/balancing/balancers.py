"""Active balancers to test on: one model of each kind, whose graphs are chosen by which of its links are available."""

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.balancing.active import declare
from packfmu.models.balancing.graph import PACK, Graph, links
from packfmu.models.balancing.options import Converter, ConverterLaw, Fidelity

GROUPS = 12
LINKS = (*links(Graph.COMPLETE, GROUPS), *links(Graph.PACK, GROUPS))
"""All groups with each other, and with the pack: one size, compiled once, holds every graph."""
FLYBACK = declare(GROUPS, 1, Converter.FLYBACK, LINKS)
BUCK_BOOST = declare(GROUPS, 1, Converter.BUCK_BOOST, links(Graph.PATH, GROUPS))
CAPACITOR = declare(GROUPS, 1, Converter.SWITCHED_CAPACITOR, links(Graph.PATH, GROUPS))
KINDS = {"buck-boost": BUCK_BOOST, "capacitor": CAPACITOR, "flyback": FLYBACK}

TWO = np.array([0.6] + [0.5] * (GROUPS - 2) + [0.45])
"""SOC of which two stand out, and voltages that go with them."""
VOLTS = 3.5 + 0.4 * TWO

WIDE = {
    "minimum_voltage": -1e3,
    "maximum_voltage": 1e3,
    "maximum_charge_current": 1e9,
    "maximum_discharge_current": 1e9,
    "clamp_voltage": 1e5,
}
"""Limits that are never met, for flybacks."""
LOSSLESS = {
    "fidelity": Fidelity.IDEAL,
    "law": ConverterLaw.CONSENSUS,
    "rated_current": 1e6,
    "balanced_spread": 0.0,
} | WIDE


def available(graph):
    """Return which of `LINKS` make the graph."""
    chosen = {frozenset(end) for end in links(graph, GROUPS)}
    return np.array([float(frozenset(end) in chosen) for end in LINKS])


def incidence(ends=LINKS):
    """Return the columns b of the links: what a current over each takes out of the groups."""
    columns = np.zeros((GROUPS, len(ends)))
    for m, (first, second) in enumerate(ends):
        columns[first, m] += 1.0
        if second == PACK:
            columns[:, m] -= 1.0 / GROUPS
        else:
            columns[second, m] -= 1.0
    return columns


def laplacian(chosen):
    """Return the matrix L of the chosen ones of `LINKS`."""
    columns = incidence() * np.asarray(chosen)
    return columns @ columns.T


def started(model, **start):
    """Return an instance whose measured voltages are the true ones unless given."""
    if "group_voltage" in start:
        start.setdefault("measured_voltage", start["group_voltage"])
    instance = Instance(model.with_start(start))
    instance.initialize()
    return instance


def through(instance):
    """Return the current into each group, the pack's included [A]."""
    return instance.y["balancing_current"] + instance.y["balancing_pack_current"]


def step(instance, h, **inputs):
    """Take a step over which each group is a capacity that the currents in force charge; other inputs as given."""
    charge = h * through(instance)
    for name, value in inputs.items():
        instance.u[name] = value
    instance.u["group_soc"] += charge / instance.u["group_capacity"]
    assert instance.advance(0.0, h) == DONE
    return instance.u["group_soc"].copy()
