"""Every connection that the topology names joins ports that some pack has: none of them is dead."""

from dataclasses import replace
from functools import cache

import pytest

from packfmu.core.variable import Causality
from packfmu.coupling.kernels import kernel_component
from packfmu.models.aging import losses
from packfmu.models.aging.material import MaterialLoss
from packfmu.models.parameters import chen_2020, chen_2020_aging
from packfmu.pack.block import kernel_pack
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import PACK_CONNECTIONS, PACK_LAYERS, WHERE_TOLD

CYLINDER = {"shape": "cylinder", "diameter": 0.021, "height": 0.07}
PLAIN = {"pack": {"series": 4, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}}
PHYSICS = {"cell": {"parameters": "chen_2020", "model": "spm"}, "aging": {"parameters": "chen_2020_aging"}}
BURNING = {"layout": {**CYLINDER, "cell_nodes": 2}, "runaway": {}, "balancer": {"converter": "flyback"}}

PACKS = {
    "plain": PLAIN,
    "managed and aged": PLAIN
    | {"balancer": {"converter": "flyback"}, "bms": {}, "aging": {"parameters": "graphite_film_aging"}},
    "of physics": PLAIN | PHYSICS,
    "of strings": PLAIN
    | {
        "pack": {"series": 4, "parallel": 2, "strings": 2},
        "bms": {"detection": True},
        "insulation": {},
        "busbar": {"losses": "cells", "segment_resistance": 1e-4},
    },
    "burning": PLAIN | BURNING | {"bms": {}},
    "burning by dendrites": PLAIN | PHYSICS | BURNING,
    "dendrites alone": PLAIN | PHYSICS | {"aging": {"parameters": "chen_2020_aging", "dendrites": True}},
}
"""Packs that have all ports between them."""

CONNECTIONS = [*PACK_CONNECTIONS, *(connection for told in WHERE_TOLD for connection in told)]


LOSING = replace(chen_2020_aging.PARAMETERS, material=MaterialLoss(negative_rate=1e-4))
"""Cells that lose active material: no set that a pack file can name does."""


@cache
def ports(name):
    """Return the ports of the components of a pack, its meter among them, and what each is: component and variable."""
    if name == "that loses material":
        models = {"Cell": chen_2020.PARAMETERS.declare(2, LOSING), "Aging": losses.declare(2, LOSING)}
        components = [kernel_component(owner, PACK_LAYERS[owner], model) for owner, model in models.items()]
    else:
        components = kernel_pack(parts(parse_pack(PACKS[name], name)), metered=True).components
    return {(each.name, port): each.ports[port].causality for each in components for port in each.ports}


def joins(name, connection):
    """Return whether a pack has both ends of a connection."""
    found = ports(name)
    ends = found.get(connection.source), found.get(connection.target)
    return ends == (Causality.OUTPUT, Causality.INPUT)


@pytest.mark.parametrize("connection", CONNECTIONS, ids=str)
def test_both_ends_of_a_connection_are_there_in_some_pack(connection):
    assert {connection.source[0], connection.target[0]} <= set(PACK_LAYERS)
    assert any(joins(name, connection) for name in (*PACKS, "that loses material")), (
        f"no pack has both ends of {connection}"
    )
