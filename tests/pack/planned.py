"""A small pack file, and the parts and models that a pack is made of, for tests."""

from packfmu.fmus import balancer
from packfmu.models.aging import losses as aging_model
from packfmu.models.bms import bms
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network import network
from packfmu.models.thermal import chain as thermal
from packfmu.pack.parts import parts

SMALLEST = {"pack": {"series": 2, "parallel": 3}, "cell": {"parameters": "nissan_leaf_2013"}}


def part(pack, name):
    return next(part for part in parts(pack) if part.name == name)


def models(pack):
    kind = pack.aging.load() if pack.aging else None
    declare = {
        "Cell": lambda cells, parameters, aging=None: cell_ecm.declare(cells, pack.cell.load(), kind),
        "PackNetwork": network.declare,
        "Thermal": thermal.declare,
        "Balancer": lambda **arguments: balancer.define(**arguments).model,
        "Bms": lambda groups, parallel, parameters: bms.declare(groups, parallel, pack.cell.load()),
        "Aging": lambda cells, aging: aging_model.declare(cells, kind),
    }
    return {part.name: declare[part.name](**part.arguments) for part in parts(pack)}
